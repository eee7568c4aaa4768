// What each part of a layer does to the differences between tokens.
import { colorBar, colorDomain, heatMap } from "../charts/heat_map.js";
import { element, figure, section } from "../dom.js";
import { number } from "../format.js";
import { draw } from "../plot.js";

// On the way through a layer in this order; together they make the whole.
const kParts = [
  { key: "attention_residual", title: "+ attention", caption: "Adding what attention gives to its input." },
  { key: "attention_norm", title: "LayerNorm 1", caption: "The LayerNorm after it." },
  { key: "feed_forward_residual", title: "+ feed-forward", caption: "Adding what the feed-forward layer gives." },
  { key: "output_norm", title: "LayerNorm 2", caption: "The LayerNorm after it." },
  { key: "layer", title: "whole layer", caption: "From input to output: the product of the four." },
  { key: "attention", title: "attention alone", caption: "What attention adds, against its input: the low-pass filter itself, without the residual." },
];
const kColors = ["#4c78a8", "#9ecae9", "#f58518", "#ffbf79", "#333333", "#54a24b"];

const factor = (row) => row.relative.estimate;

function mapOf(rows, part, domain) {
  const cells = rows.filter((row) => row.part === part.key && row.layer !== null && factor(row) > 0).map((row) => ({
    row: row.layer, length: String(row.length), order: row.length, count: row.documents, value: Math.log2(factor(row)),
  }));
  return heatMap(cells, { domain, difference: true, rowTitle: "layer", valueTitle: "doublings of HC / DC", numbers: true,
    cell: 20, title: part.title });
}

function meanCurves(rows, height) {
  const values = kParts.flatMap((part) => rows.filter((row) => row.layer === null && row.part === part.key && factor(row) > 0)
    .map((row) => ({ part: part.title, length: row.length, factor: factor(row), low: row.relative.low, high: row.relative.high,
      said: number(factor(row)) })));
  const x = { field: "length", type: "quantitative", title: "tokens", scale: { type: "log", base: 2, nice: false },
    axis: { values: [...new Set(values.map((value) => value.length))], labelOverlap: "greedy", titleAnchor: "end" } };
  const color = { field: "part", type: "nominal", title: null, scale: { domain: kParts.map((part) => part.title), range: kColors },
    legend: { orient: "bottom", symbolOpacity: 1, columns: { expr: "width < 500 ? 2 : 6" } } };
  const y = { type: "quantitative", scale: { type: "log", base: 2 } };
  return { width: "container", height, data: { values }, layer: [
    { data: { values: [{ one: 1 }] }, mark: { type: "rule", strokeDash: [2, 3], stroke: "#888888" }, encoding: { y: { field: "one", ...y } } },
    { mark: { type: "area", opacity: 0.2 }, transform: [{ filter: "datum.low !== null" }],
      encoding: { x, color, y: { field: "low", ...y, title: "factor on HC / DC" }, y2: { field: "high" } } },
    { mark: { type: "line", point: true }, encoding: { x, color, y: { field: "factor", ...y, title: "factor on HC / DC" },
      tooltip: [{ field: "part" }, { field: "length", title: "tokens" }, { field: "said", title: "factor" }] } },
  ] };
}

export function gains(report) {
  const rows = report.gains;
  if (!rows?.length) return null;
  const pending = [];
  const plot = (caption, spec, description) => {
    const node = element("div", { class: "plot" });
    pending.push(() => draw(node, spec, description));
    return figure(caption, node);
  };
  const logs = rows.filter((row) => row.layer !== null && factor(row) > 0).map((row) => ({ value: Math.log2(factor(row)) }));
  const domain = colorDomain(logs, true);
  const node = section("Which part homogenises",
    element("p", {}, "HC is what distinguishes the tokens of a text from each other, DC what they share. Each part of a layer changes their ratio: " +
      "below 1 it makes tokens more alike, above 1 less. ", report.gains_sentence),
    plot(`The mean layer (geometric mean over the layers). Bands: ${Math.round(100 * report.confidence)} % bootstrap intervals over documents.`,
      meanCurves(rows, 280), "Factor on the ratio of HC to DC of each part of a layer, against length in tokens."),
    element("h3", {}, "Doublings of HC / DC"), colorBar(domain, true), element("div", { class: "triple" }, kParts.map((part) => plot(`${part.caption} Doublings of HC / DC: \u22121 halves it.`,
      mapOf(rows, part, domain), `Doublings of the ratio of HC to DC by layer and length: ${part.title}.`))));
  return { node, pending };
}
