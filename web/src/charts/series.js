// Several named quantities against length, with interval bands and a legend.
import { lengthAxis, limitLayers } from "./length_axis.js";

// series: [{name, color, dash, points: [{length, interval}]}]. options: {title, height, zero, axis}: in place of that of lengths
export function seriesChart(report, series, options) {
  const { title, height = 260, zero = false, axis = null } = options;
  const rows = series.flatMap(({ name, points }) => points.map(({ length, interval }) => (
    { series: name, length, value: interval.estimate, low: interval.low, high: interval.high })));
  const found = rows.map((row) => row.length);
  const domain = [Math.min(...found) / 1.08, Math.max(...found) * 1.08];
  const y = { type: "quantitative", title, scale: { zero, nice: true }, axis: { tickCount: 5 } };
  const names = series.map(({ name }) => name);
  const legend = { orient: "bottom", direction: "horizontal", symbolType: "stroke", symbolOpacity: 1, symbolStrokeWidth: 2.5,
    columns: { expr: "width < 400 ? 1 : 2" }, labelLimit: 260 };
  const color = { field: "series", type: "nominal", title: null, sort: names, legend,
    scale: { domain: names, range: series.map((one) => one.color) } };
  const strokeDash = { field: "series", type: "nominal", title: null, sort: names, legend,
    scale: { domain: names, range: series.map((one) => one.dash ?? [1, 0]) } };
  const tooltip = [{ field: "series", title: "what" }, { field: "length", title: axis?.title ?? "tokens" },
    { field: "value", title, format: "+.3f" }, { field: "low", format: "+.3f" }, { field: "high", format: "+.3f" }];
  return {
    width: "container", height,
    data: { values: rows },
    encoding: { x: axis ?? lengthAxis(domain) },
    layer: [
      ...(axis ? [] : limitLayers(report, domain, true)),
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "area", opacity: 0.16 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "line" }, encoding: { y: { ...y, field: "value" }, color, strokeDash } },
      { mark: { type: "point", size: 34 }, encoding: { y: { ...y, field: "value" }, color, tooltip } },
    ],
  };
}
