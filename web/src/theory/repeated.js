// Repeated attention, and the filter-rate theorem as an inequality.
import { choice, element, figure, section, table } from "../dom.js";
import { number, withRange } from "../format.js";
import { draw } from "../plot.js";
import { redrawn } from "../redrawn.js";
import { kScores, kSigmaAxis, sigmaColor } from "./scales.js";

const kMatrices = { fixed: "one A throughout", fresh: "a new A each step" };

function curvesOf(theory, { head, matrices, n }) {
  return theory.repeated.filter((cell) => String(cell.head_size) === head && cell.matrices === matrices && String(cell.n) === n)
    .flatMap((cell) => cell.log10_ratio.map((value, step) => ({ sigma: cell.sigma, step, value })));
}

function steps(theory) {
  const values = (field) => [...new Set(theory.repeated.map((cell) => String(cell[field])))];
  const state = { head: values("head_size")[0], matrices: "fixed", n: values("n").at(-1) };
  const { block, update } = redrawn(state, (chosen) => {
    const node = element("div", { class: "plot" });
    const spec = { width: "container", height: 260, data: { values: curvesOf(theory, chosen) },
      mark: { type: "line", point: { size: 18 } }, encoding: {
        x: { field: "step", type: "quantitative", title: "steps", axis: { titleAnchor: "end", tickMinStep: 1 } },
        y: { field: "value", type: "quantitative", title: "log\u2081\u2080 of \u2016HC\u2016 / \u2016DC\u2016" },
        color: sigmaColor(theory.grid.sigmas),
        tooltip: [{ field: "sigma", title: "\u03c3\u209b" }, { field: "step" }, { field: "value", format: ".2f" }] } };
    return { nodes: [figure("Differences between tokens, against their mean, after each application of attention; geometric mean over draws.", node)],
      drawings: [() => draw(node, spec, "Logarithm of HC over DC against the number of applications of attention.")] };
  });
  const pick = (label, field, titles) => choice(label, values(field).map((value) => [value, titles(value)]), state[field === "head_size" ? "head" : field],
    (value) => { state[field === "head_size" ? "head" : field] = value; update(); });
  const controls = element("div", { class: "controls" }, pick("Scores", "head_size", (value) => kScores(value === "null" ? null : Number(value))),
    pick("Matrix", "matrices", (value) => kMatrices[value]), pick("Tokens", "n", (value) => value));
  return { node: element("div", {}, controls, block), pending: [update] };
}

export function repeated(theory) {
  const curves = steps(theory);
  const details = element("details", {}, element("summary", {}, "All cells"), table("Factor a step, over the second half of the steps", [
    { title: "Scores", cell: (cell) => kScores(cell.head_size) },
    { title: "Matrix", cell: (cell) => kMatrices[cell.matrices] },
    { title: "\u03c3\u209b", numeric: true, cell: (cell) => String(cell.sigma) },
    { title: "Tokens", numeric: true, cell: (cell) => String(cell.n) },
    { title: "Factor a step", numeric: true, cell: (cell) => withRange(cell.rate, number, 4) },
    { title: "Half the flat law", numeric: true, cell: (cell) => number(cell.rate_law, 4) },
    { title: "\u03c3\u2090", numeric: true, cell: (cell) => number(cell.sigma_a, 4) },
  ], theory.repeated));
  return { node: section("Repeated attention", element("p", {}, "Attention applied again and again removes what sets tokens apart. How much of ",
    "random differences a step keeps follows the root mean square of its singular values, not the largest one."), curves.node, details), pending: curves.pending };
}

const kInequality = { independent: "independent scores", heads: "Gaussian queries and keys", self: "scores made from X itself" };

export function inequality(theory) {
  const longest = Math.max(...theory.inequality.map((cell) => cell.n));
  const rows = theory.inequality.filter((cell) => cell.n === longest).map((cell) => ({ scores: kInequality[cell.scores], sigma: cell.sigma,
    value: cell.ratio.estimate, low: cell.ratio.low, high: cell.ratio.high }));
  const y = { field: "value", type: "quantitative", title: "left side / right side", scale: { domainMin: 0 } };
  const color = { field: "scores", type: "nominal", title: null, legend: { orient: "bottom", columns: 1, symbolType: "stroke", labelLimit: 240 },
    scale: { domain: Object.values(kInequality), range: ["#2a78c2", "#d2691e", "#2f8f5b"] } };
  const x = kSigmaAxis;
  const spec = { width: "container", height: 220, data: { values: rows }, layer: [
    { mark: "rule", encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } },
    { mark: { type: "line", point: true }, encoding: { x, y, color, tooltip: [{ field: "scores" }, { field: "sigma", title: "\u03c3\u209b" }, { field: "value", format: ".3f" }] } },
  ] };
  const node = element("div", { class: "plot" });
  const details = element("details", {}, element("summary", {}, "All cells"), table("The inequality on random X and W", [
    { title: "Scores", cell: (cell) => kInequality[cell.scores] },
    { title: "\u03c3\u209b", numeric: true, cell: (cell) => String(cell.sigma) },
    { title: "Tokens", numeric: true, cell: (cell) => String(cell.n) },
    { title: "Checks", numeric: true, cell: (cell) => String(cell.checks) },
    { title: "Violations", numeric: true, cell: (cell) => String(cell.violations) },
    { title: "Left / right", numeric: true, cell: (cell) => withRange(cell.ratio) },
    { title: "Largest", numeric: true, cell: (cell) => number(cell.largest_ratio) },
    { title: "From attention", numeric: true, cell: (cell) => number(cell.attention_ratio) },
    { title: "From W", numeric: true, cell: (cell) => number(cell.value_ratio) },
    { title: "Aligned", numeric: true, cell: (cell) => number(cell.aligned_ratio, 6) },
  ], theory.inequality));
  return { node: section("The inequality", element("p", {}, "\u2016HC[A X W]\u2016 \u2264 \u03c3\u2090 \u2016W\u2016\u2082 \u2016HC[X]\u2016 holds for every A, X and W, and X and W can be chosen to meet it. ",
    "On random X and W it is loose."), element("div", { class: "pair" },
    figure(`Left side over right side at ${longest} tokens; 1 would be equality.`, node)), details),
  pending: [() => draw(node, spec, "Left over right side of the inequality against the score deviation.")] };
}
