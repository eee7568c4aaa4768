// How many documents stand behind each bucket of the natural arm.
import { element, figure, section } from "../dom.js";
import { lengths } from "../format.js";
import { draw } from "../plot.js";

export function counts(report) {
  const arm = report.arms.natural;
  if (!arm) return null;
  const label = (bucket) => (bucket.cut > 0 ? `> ${bucket.to}` : lengths(bucket));
  const rows = arm.buckets.flatMap((bucket) => [
    { bucket: label(bucket), documents: bucket.count - bucket.cut, part: "whole" },
    { bucket: label(bucket), documents: bucket.cut, part: "cut" },
  ]);
  const node = element("div", { class: "plot" });
  const spec = {
    width: "container", height: 170,
    data: { values: rows },
    transform: [{ filter: "datum.documents > 0" }],
    mark: { type: "bar", color: "#d2691e" },
    encoding: {
      x: { field: "bucket", type: "ordinal", title: "tokens", sort: arm.buckets.map(label),
        axis: { labelAngle: 0, labelOverlap: "greedy", titleAnchor: "end" } },
      y: { field: "documents", type: "quantitative", title: "documents", axis: { tickCount: 4 } },
      opacity: { field: "part", type: "nominal", legend: null, scale: { domain: ["whole", "cut"], range: [1, 0.55] } },
      tooltip: [{ field: "bucket" }, { field: "documents" }, { field: "part" }],
    },
  };
  return {
    node: section("Documents by length", figure(
      "Documents of the natural arm in each bucket. Pale: longer than the limit in force, so cut there.", node)),
    pending: [() => draw(node, spec, "Number of documents in each length bucket of the natural arm.")],
  };
}
