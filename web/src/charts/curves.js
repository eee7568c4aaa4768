// A quantity against length, one line an arm, with interval bands.
import { armColor, armDash, curveRows } from "../arms.js";
import { kneeLayers, lengthAxis, lengthDomain, limitLayers } from "./length_axis.js";

// options: {arms, value(bucket), title, height, knee, named, zero, floor}
export function curves(report, options) {
  const { arms, value, title, height = 210, knee = null, named = false, zero = false, format = ".3f" } = options;
  const domain = lengthDomain(report);
  const x = lengthAxis(domain);
  const y = { field: "value", type: "quantitative", title,
    scale: { zero, nice: true, padding: named && !zero ? 8 : 0 }, axis: { tickCount: 5 } };
  const color = armColor(arms);
  const tooltip = [
    { field: "arm", title: "arm" }, { field: "bucket", title: "bucket" }, { field: "count", title: "documents" },
    { field: "value", title, format }, { field: "low", title: "low", format }, { field: "high", title: "high", format },
  ];
  return {
    width: "container", height,
    data: { values: curveRows(report, arms, value) },
    params: [{ name: "hidden", value: [] }],
    transform: [{ filter: "indexof(hidden, datum.arm) < 0" }],
    encoding: { x },
    layer: [
      ...limitLayers(report, domain, named),
      ...kneeLayers(knee, domain),
      // The truncated arm follows the same documents, so its interval is a band; the natural arm's buckets hold
      // different documents each, so theirs are bars.
      { transform: [{ filter: "isValid(datum.low) && !datum.bars" }], mark: { type: "area", opacity: 0.18 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { transform: [{ filter: "isValid(datum.low) && datum.bars" }], mark: { type: "rule", strokeWidth: 1.25, opacity: 0.75 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "line" }, encoding: { y, color, strokeDash: armDash(arms) } },
      { mark: { type: "point", size: named ? 40 : 22 }, encoding: { y, color, tooltip } },
    ],
  };
}
