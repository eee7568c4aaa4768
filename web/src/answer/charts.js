// Charts of an answer: search before and after by length, and the embedding map.
import { scoreByLength } from "../evaluation/charts.js";
import { kneeLayers, lengthAxis, limitLayers } from "../charts/length_axis.js";

export const kBefore = "#d2691e";
export const kAfter = "#2a78c2";
// One a model, told apart from each other and from both pages; the seventh begins again.
export const kModels = ["#2a78c2", "#d2691e", "#3f8f5f", "#c8457c", "#8569cf", "#8a8f98"];

// Search by length: lines: [{name, color, dashed, rows: [{length, from, to, count, score}]}].
export function searchChart(lines) {
  const runs = lines.map(({ name, color, dashed, rows }) => ({ run: name, style: { color, dash: dashed ? [5, 3] : [1, 0] }, buckets: rows }));
  return scoreByLength(runs, "nDCG@10", "document looked for", { height: 250, zero: false });
}

// How alike documents are by length, a line a model. lines: [{name, color, rows: buckets of an arm}]; `report` for the limits of one.
export function alikeChart(lines, { report = null, knee = null, height = 250 } = {}) {
  const rows = lines.flatMap((line) => line.rows.filter(({ cosine }) => cosine.estimate !== null).map((bucket) => ({
    line: line.name, length: bucket.length, documents: bucket.count, value: bucket.cosine.estimate, low: bucket.cosine.low, high: bucket.cosine.high })));
  const lengths = rows.map((row) => row.length);
  const domain = [Math.min(...lengths) / 1.08, Math.max(...lengths) * 1.08];
  const names = lines.map((line) => line.name);
  const color = { field: "line", type: "nominal", legend: null, sort: names, scale: { domain: names, range: lines.map((line) => line.color) } };
  // Room above for the names of the limits.
  const most = Math.max(...rows.map((row) => row.high ?? row.value));
  const least = Math.min(0, ...rows.map((row) => row.low ?? row.value));
  const y = { field: "value", type: "quantitative", title: "how alike two documents are (cosine)", scale: { domain: [least, (report ? 1.3 : 1.05) * most], nice: true }, axis: { tickCount: 5 } };
  const format = ".3f";
  return {
    width: "container", height, data: { values: rows },
    encoding: { x: lengthAxis(domain, "tokens read of each document") },
    layer: [
      ...(report ? limitLayers(report, domain, true) : []),
      ...kneeLayers(knee, domain),
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "area", opacity: 0.16 }, encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "line" }, encoding: { y, color } },
      { mark: { type: "point", size: 36 }, encoding: { y, color, tooltip: [{ field: "line", title: "model" }, { field: "length", title: "tokens" }, { field: "documents" },
        { field: "value", title: "cosine", format }, { field: "low", format }, { field: "high", format }] } },
    ],
  };
}

// Documents in the plane; `when` is "before" or "after". The same span for both, so that crowding is seen.
export function mapChart(points, when) {
  const reach = 1.05 * Math.max(...points.flatMap((point) => [...point.before, ...point.after].map(Math.abs)));
  const values = points.filter((point) => point.tokens > 0).map((point) => ({ id: point.id, tokens: point.tokens, x: point[when][0], y: point[when][1] }));
  const lengths = values.map((point) => point.tokens);
  const axis = (field) => ({ field, type: "quantitative", title: null, scale: { domain: [-reach, reach], nice: false }, axis: { labels: false, ticks: false, grid: false, domain: false } });
  return {
    width: "container", height: 320, data: { values },
    mark: { type: "point", size: 34, opacity: 0.8 },
    encoding: {
      x: axis("x"), y: axis("y"),
      color: { field: "tokens", type: "quantitative", title: "tokens", scale: { type: "log", base: 2, scheme: "viridis", reverse: true, domain: [Math.min(...lengths), Math.max(...lengths, Math.min(...lengths) + 1)] },
        legend: { orient: "bottom", direction: "horizontal", gradientLength: 220, format: "d", tickCount: 4, titleOrient: "left" } },
      tooltip: [{ field: "id", title: "document" }, { field: "tokens" }],
    },
  };
}
