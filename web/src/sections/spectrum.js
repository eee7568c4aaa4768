// Head by head: the exact filter rate against length, beside the source's bound and the laws.
import { curveKey, kCurves, nominal, roundValues, tokenAxis } from "../charts/filter_rate.js";
import { colorBar, figureOpacity } from "../charts/heat_map.js";
import { choice, element, figure, section, table } from "../dom.js";
import { integer, number, percent, range, signed, withRange } from "../format.js";
import { draw } from "../plot.js";
import { redrawn } from "../redrawn.js";

const kSigmaA = "\u03c3\u2090";
const kLaws = { bound: "the source\u2019s bound", flat_law: "independent scores", head_size_law: "Gaussian queries and keys", floor: "floor \u03c3\u209b/\u221ad" };
const kArrows = { rises: "rises", falls: "falls", undecided: "undecided" };

function rowsOf(cells) {
  const [measured, bound, law, floor] = kCurves.map((curve) => curve.title);
  return cells.flatMap((cell) => [
    { curve: measured, n: cell.length, value: cell.sigma_hc.estimate, low: cell.sigma_hc.low, high: cell.sigma_hc.high, count: cell.count, sigma: cell.sigma_s.estimate },
    { curve: bound, n: cell.length, value: cell.bound },
    { curve: law, n: cell.length, value: cell.head_size_law },
    { curve: floor, n: cell.length, value: cell.floor },
  ].filter((row) => row.value !== null && row.value > 0));
}

// What is drawn lies inside: measurement, bound and floor. The law leaves it where scores are far from flat.
function domainOf(cells) {
  const seen = cells.flatMap((cell) => [cell.sigma_hc.estimate, cell.sigma_hc.low, cell.sigma_hc.high, cell.bound, cell.floor])
    .filter((value) => value !== null && value > 0);
  return seen.length ? [Math.min(...seen) / 1.3, Math.max(...seen) * 1.6] : [0.1, 1];
}

function panel(cells, lengths, head, domain) {
  const measured = `datum.curve === '${kCurves[0].title}'`;
  const y = { field: "value", type: "quantitative", title: null, scale: { type: "log", domain, nice: false },
    axis: { values: roundValues(domain), format: "~g" } };
  const colors = nominal("curve", kCurves);
  return { title: `head ${head}`, width: "container", height: 140, data: { values: rowsOf(cells) }, encoding: { x: tokenAxis(lengths) }, layer: [
    { transform: [{ filter: `${measured} && isValid(datum.low) && datum.low > 0` }], mark: { type: "area", opacity: 0.2, clip: true },
      encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color: colors.color } },
    { mark: { type: "line", clip: true }, encoding: { y, ...colors } },
    { transform: [{ filter: measured }], mark: { type: "point", size: 20 }, encoding: { y, color: colors.color, tooltip: [
      { field: "n", title: "tokens" }, { field: "value", title: kSigmaA, format: ".3f" }, { field: "low", format: ".3f" }, { field: "high", format: ".3f" },
      { field: "sigma", title: "\u03c3\u209b", format: ".2f" }, { field: "count", title: "texts" }] } },
  ] };
}

function headPanels(report) {
  const layers = [...new Set(report.spectrum.map((cell) => cell.layer))];
  const { lengths } = report.spectrum_summary;
  const state = { layer: String(layers[0]) };
  const { block, update } = redrawn(state, ({ layer }) => {
    const cells = report.spectrum.filter((cell) => String(cell.layer) === layer);
    const domain = domainOf(cells);
    const drawings = [];
    const panels = [...new Set(cells.map((cell) => cell.head))].map((head) => {
      const node = element("div", { class: "plot" });
      drawings.push(() => draw(node, panel(cells.filter((cell) => cell.head === head), lengths, head, domain),
        `Filter rate of head ${head} of layer ${layer} against tokens: measured, bound, law and floor.`));
      return node;
    });
    const level = Math.round(100 * report.confidence);
    return { nodes: [figure(`${kSigmaA}, the largest singular value of (I \u2212 11\u1d40/n) A, mean over ${integer(report.spectrum_summary.documents)} documents, on logarithmic axes. Bands: ${level} % intervals. Bound and laws take each head\u2019s own score deviation.`,
      curveKey(kCurves), element("div", { class: "grid" }, panels))], drawings };
  });
  const controls = element("div", { class: "controls" }, choice("Layer", layers.map((layer) => [String(layer), String(layer)]), state.layer,
    (layer) => { state.layer = layer; update(); }));
  return { nodes: [controls, block], update };
}

// The exponent of every head: where the filter rate falls with length and where it rises.
function exponents(report) {
  const rows = report.spectrum_trends.filter((row) => row.exponent.estimate !== null).map((row) => ({ layer: row.layer, head: row.head,
    value: row.exponent.estimate, detail: range(row.exponent, signed), direction: kArrows[row.direction] }));
  const most = Math.max(1e-9, ...rows.map((row) => Math.abs(row.value)));
  const dark = `abs(datum.value) > ${0.6 * most}`;
  const spec = { width: "container", height: { step: 22 }, autosize: { type: "fit-x", contains: "padding" }, data: { values: rows }, encoding: {
    x: { field: "head", type: "ordinal", title: "head", axis: { labelAngle: 0, titleAnchor: "end", domain: false, ticks: false } },
    y: { field: "layer", type: "ordinal", title: "layer", sort: "descending", axis: { grid: false } } }, layer: [
    { mark: { type: "rect", stroke: null }, encoding: {
      color: { field: "value", type: "quantitative", legend: null, scale: { scheme: "purpleorange", domain: [-most, most], domainMid: 0, nice: false } },
      tooltip: [{ field: "layer" }, { field: "head" }, { field: "value", title: "exponent", format: "+.3f" }, { field: "detail", title: "interval" }, { field: "direction", title: "with length" }] } },
    { mark: { type: "text", fontSize: 10, opacity: figureOpacity(new Set(rows.map((row) => row.head)).size, true) }, encoding: { text: { field: "value", format: "+.2f" },
      color: { condition: { test: dark, value: "#ffffff" }, value: "#111111" } } },
  ] };
  const node = element("div", { class: "plot" });
  return { node: figure(`How ${kSigmaA} goes with length: the exponent of n, per head. The bound says \u22120.25, flat attention of independent scores \u22120.5; above 0 the filter rate rises.`, colorBar([-most, most], true), node),
    pending: () => draw(node, spec, "Exponent of the filter rate in the length, by layer and head.") };
}

function lawTable(summary) {
  return table("How near each law comes, over all heads, documents and lengths", [
    { title: "Law", cell: (law) => kLaws[law.law] },
    { title: "Median of measured / predicted", numeric: true, cell: (law) => number(law.median_ratio, 2) },
    { title: `Within ${percent(summary.agreement)}`, numeric: true, cell: (law) => percent(law.within) },
    { title: "Cases", numeric: true, cell: (law) => integer(law.count) },
  ], summary.laws);
}

function cellTable(report) {
  return element("details", {}, element("summary", {}, "All heads"), table("Every head at every length, means over documents", [
    { title: "Layer", numeric: true, cell: (cell) => String(cell.layer) },
    { title: "Head", numeric: true, cell: (cell) => String(cell.head) },
    { title: "Tokens", numeric: true, cell: (cell) => String(cell.length) },
    { title: `${kSigmaA} measured`, numeric: true, cell: (cell) => withRange(cell.sigma_hc) },
    { title: "of A \u2212 11\u1d40/n", numeric: true, cell: (cell) => withRange(cell.sigma_centred) },
    { title: "Bound", numeric: true, cell: (cell) => number(cell.bound) },
    { title: "Independent scores", numeric: true, cell: (cell) => number(cell.flat_law) },
    { title: "Gaussian q, k", numeric: true, cell: (cell) => number(cell.head_size_law) },
    { title: "Floor", numeric: true, cell: (cell) => number(cell.floor) },
    { title: "\u03c3\u209b", numeric: true, cell: (cell) => withRange(cell.sigma_s, number, 2) },
    { title: "Skewness", numeric: true, cell: (cell) => number(cell.skewness, 2) },
    { title: "Excess kurtosis", numeric: true, cell: (cell) => number(cell.excess_kurtosis, 2) },
    { title: "Flat regime", numeric: true, cell: (cell) => percent(cell.flat_regime) },
    { title: "Retention", numeric: true, cell: (cell) => number(cell.retention) },
    { title: "Sink", numeric: true, cell: (cell) => number(cell.sink) },
    { title: "Local mass", numeric: true, cell: (cell) => number(cell.local_mass) },
  ], report.spectrum));
}

export function spectrum(report) {
  const summary = report.spectrum_summary;
  if (!summary) return null;
  const heads = headPanels(report);
  const trends = summary.lengths.length > 1 && summary.documents > 1 ? exponents(report) : null;
  const theorem = summary.theorem_violations === 0
    ? `No head keeps more of the differences between tokens than ${kSigmaA} allows, as the filter-rate theorem says.`
    : `${integer(summary.theorem_violations)} cases keep more than ${kSigmaA} allows, which the filter-rate theorem excludes: a defect.`;
  return { node: section("Bound, laws and measurement", element("p", {}, summary.sentence, " ", theorem), heads.nodes,
    element("div", { class: "pair" }, trends?.node ?? null, lawTable(summary)), cellTable(report)),
  pending: [heads.update, ...(trends ? [trends.pending] : [])] };
}
