// Which heads carry the collapse index.
import { colorBar, colorDomain, schemeOf } from "../charts/heat_map.js";
import { element, figure, section, table } from "../dom.js";
import { integer, number, percent, range, signed, withRange } from "../format.js";
import { draw } from "../plot.js";

const kModes = {
  zero: "by zero", dc: "by its mean over tokens (DC)", hc: "by its deviation from that mean (HC)",
};
const kListed = 10;

// Whether the interval of all heads at once lies on one side of 0.
function isClear(row) {
  return row.simultaneous_low !== null && (row.simultaneous_low > 0 || row.simultaneous_high < 0);
}

function headMap(rows, domain) {
  const values = rows.map((row) => ({ layer: row.layer, head: row.head, value: row.carried.estimate, clear: isClear(row),
    said: withRange({ estimate: row.carried.estimate, low: row.simultaneous_low, high: row.simultaneous_high }, signed, 4) }));
  const x = { field: "head", type: "ordinal", title: "head", axis: { labelAngle: 0, domain: false, ticks: false, titleAnchor: "end" } };
  const y = { field: "layer", type: "ordinal", title: "layer", sort: "descending", axis: { grid: false } };
  return { width: "container", height: { step: 24 }, autosize: { type: "fit-x", contains: "padding" }, data: { values }, layer: [
    { mark: { type: "rect", stroke: null }, encoding: { x, y,
      color: { field: "value", type: "quantitative", legend: null, scale: { scheme: schemeOf(true), domain, domainMid: 0, nice: false } },
      tooltip: [{ field: "layer" }, { field: "head" }, { field: "said", title: "carried" }] } },
    { mark: { type: "point", shape: "circle", size: 36, filled: true, color: "#111111" },
      transform: [{ filter: "datum.clear" }], encoding: { x, y } },
  ] };
}

function headTable(report, mode, rows) {
  const all = (row) => range({ low: row.simultaneous_low, high: row.simultaneous_high }, signed, 4);
  return table(`Heads that carry most, output replaced ${kModes[mode]}`, [
    { title: "Rank", numeric: true, cell: (row) => integer(row.rank) },
    { title: "Layer", numeric: true, cell: (row) => integer(row.layer) },
    { title: "Head", numeric: true, cell: (row) => integer(row.head) },
    { title: "Carried", numeric: true, cell: (row) => withRange(row.carried, signed, 4) },
    { title: "All heads at once", numeric: true, cell: (row) => all(row) },
    { title: "Index without it", numeric: true, cell: (row) => number(row.index.estimate, 4) },
    { title: "Share", numeric: true, cell: (row) => percent(row.share) },
  ], rows.slice(0, kListed), isClear);
}

export function ablation(report) {
  if (!report.ablation) return null;
  const heads = report.ablated_heads;
  const domain = colorDomain(heads.map((row) => ({ value: row.carried.estimate })), true);
  const pending = [];
  const blocks = [...new Set(heads.map((row) => row.mode))].map((mode) => {
    const rows = heads.filter((row) => row.mode === mode);
    const node = element("div", { class: "plot" });
    pending.push(() => draw(node, headMap(rows, domain), `Part of the collapse index carried by each head, output replaced ${kModes[mode]}.`));
    return [element("h3", {}, `Output replaced ${kModes[mode]}`), element("div", { class: "pair" },
      figure("Part of the collapse index that each head carries: orange carries, purple holds it down. Dots: clear with all heads at once.", colorBar(domain, true), node),
      headTable(report, mode, rows))];
  });
  const text = "One head at a time is replaced, and the collapse index measured again: what it falls by is what the head carries. " +
    "Parts of several heads do not add up: heads stand in for each other.";
  return { node: section("Which heads carry the rise", element("p", {}, text), element("p", {}, report.ablation.sentence), blocks), pending };
}
