// The numbers themselves: tables and downloads.
import { armsOf } from "../arms.js";
import { element, section, table } from "../dom.js";
import { csv, download } from "../download.js";
import { integer, lengths, number, withRange } from "../format.js";

function bucketTable(report, arm) {
  const { buckets, documents } = report.arms[arm.key];
  return table(`${arm.title}: ${arm.what}; ${integer(documents)} documents`, [
    { title: "Tokens", cell: lengths },
    { title: "Mean", numeric: true, cell: (bucket) => number(bucket.length, 1) },
    { title: "Documents", numeric: true, cell: (bucket) => integer(bucket.count) },
    { title: "Cut", numeric: true, cell: (bucket) => integer(bucket.cut) },
    { title: "Cosine", numeric: true, cell: (bucket) => withRange(bucket.cosine) },
    { title: "Centred", numeric: true, cell: (bucket) => withRange(bucket.centred_cosine) },
    { title: "Permuted floor", numeric: true, cell: (bucket) => withRange(bucket.permuted_floor) },
    { title: "RankMe", numeric: true, cell: (bucket) => number(bucket.rankme, 1) },
    { title: "Uniformity", numeric: true, cell: (bucket) => number(bucket.uniformity) },
  ], buckets);
}

export function data(report, source) {
  const arms = armsOf(report);
  const buckets = () => arms.flatMap((arm) => report.arms[arm.key].buckets.map((bucket) => ({ arm: arm.key, ...bucket })));
  return section("The numbers",
    element("div", { class: "controls" },
      download("Report (JSON)", "report.json", "application/json", () => source),
      download("Curves (CSV)", "curves.csv", "text/csv", () => csv(buckets())),
      report.layers.length ? download("Layers (CSV)", "layers.csv", "text/csv", () => csv(report.layers)) : null,
      report.heads.length ? download("Heads (CSV)", "heads.csv", "text/csv", () => csv(report.heads)) : null,
      report.gains ? download("Gains (CSV)", "gains.csv", "text/csv", () => csv(report.gains)) : null,
      report.ablated_heads ? download("Ablation (CSV)", "ablation.csv", "text/csv", () => csv(report.ablated_heads)) : null),
    arms.map((arm) => element("details", { open: arm.key === arms[0].key },
      element("summary", {}, `${arm.title} arm`), bucketTable(report, arm))));
}
