// The filter rate against length: measured, bound, laws; how fast it falls; what a temperature does.
import { curveKey, kCurves, nominal, roundValues, tokenAxis } from "../charts/filter_rate.js";
import { choice, element, figure, section, table } from "../dom.js";
import { number, percent, withRange } from "../format.js";
import { draw } from "../plot.js";
import { redrawn } from "../redrawn.js";
import { kLegend, kScores, kSigmaAxis, sigmaColor } from "./scales.js";

const kSigmaA = "\u03c3\u2090";

function rowsOf(cells) {
  return cells.flatMap((cell) => [
    { curve: kCurves[0].title, n: cell.n, value: cell.sigma_a.estimate, low: cell.sigma_a.low, high: cell.sigma_a.high, draws: cell.draws },
    { curve: kCurves[1].title, n: cell.n, value: cell.paper_bound },
    { curve: kCurves[2].title, n: cell.n, value: cell.head_size_law ?? cell.flat_law },
    ...(cell.floor === null ? [] : [{ curve: kCurves[3].title, n: cell.n, value: cell.floor }]),
  ]);
}

// Independent scores have no floor.
const curvesOf = (headSize) => kCurves.filter((curve) => curve.key !== "floor" || headSize !== null);

function panel(theory, headSize, sigma) {
  const cells = theory.filter_rate.filter((cell) => cell.head_size === headSize && cell.sigma === sigma);
  const curves = curvesOf(headSize);
  const measured = `datum.curve === '${kCurves[0].title}'`;
  // The law is cut where it leaves what is measured far below: there it says nothing.
  const seen = cells.flatMap((cell) => [cell.sigma_a.low, cell.sigma_a.high, cell.paper_bound, ...(cell.floor === null ? [] : [cell.floor])]);
  const domain = [Math.min(...seen) / 1.3, Math.max(...seen) * 1.6];
  const y = { field: "value", type: "quantitative", title: null, scale: { type: "log", domain, nice: false },
    axis: { values: roundValues(domain), format: "~g" } };
  const colors = nominal("curve", curves);
  return {
    title: `\u03c3\u209b = ${sigma}`, width: "container", height: 170, data: { values: rowsOf(cells) },
    encoding: { x: tokenAxis(theory.grid.lengths) },
    layer: [
      { transform: [{ filter: measured }], mark: { type: "area", opacity: 0.2 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color: colors.color } },
      { mark: { type: "line", clip: true }, encoding: { y, ...colors } },
      { transform: [{ filter: measured }], mark: { type: "point", size: 24 }, encoding: { y, color: colors.color, tooltip: [
        { field: "n", title: "tokens" }, { field: "value", title: kSigmaA, format: ".4f" }, { field: "low", format: ".4f" },
        { field: "high", format: ".4f" }, { field: "draws" }] } },
    ],
  };
}

export function filterRate(theory) {
  const heads = [null, ...theory.grid.head_sizes];
  const state = { head: String(heads.at(-1)) };
  const { block, update } = redrawn(state, ({ head }) => {
    const headSize = head === "null" ? null : Number(head);
    const drawings = [];
    const panels = theory.grid.sigmas.map((sigma) => {
      const node = element("div", { class: "plot" });
      drawings.push(() => draw(node, panel(theory, headSize, sigma),
        `Filter rate against tokens for ${kScores(headSize)}, score deviation ${sigma}: measured, bound and laws.`));
      return node;
    });
    const level = Math.round(100 * theory.confidence);
    return { nodes: [figure(`${kSigmaA}, the largest singular value of (I \u2212 11\u1d40/n) A, on logarithmic axes. Bands: ${level} % intervals of the mean over draws.`,
      curveKey(curvesOf(headSize)), element("div", { class: "grid" }, panels))], drawings };
  });
  const controls = element("div", { class: "controls" }, choice("Scores", heads.map((head) => [String(head), kScores(head)]), state.head,
    (head) => { state.head = head; update(); }));
  const details = element("details", {}, element("summary", {}, "All cells"), table("Simulated attention, a cell a row", [
    { title: "Scores", cell: (cell) => kScores(cell.head_size) },
    { title: "\u03c3\u209b", numeric: true, cell: (cell) => String(cell.sigma) },
    { title: "Tokens", numeric: true, cell: (cell) => String(cell.n) },
    { title: `${kSigmaA} measured`, numeric: true, cell: (cell) => withRange(cell.sigma_a, number, 4) },
    { title: "Bound", numeric: true, cell: (cell) => number(cell.paper_bound, 4) },
    { title: "Draws above it", numeric: true, cell: (cell) => percent(cell.share_above_bound) },
    { title: "Law", numeric: true, cell: (cell) => number(cell.head_size_law ?? cell.flat_law, 4) },
    { title: "Regime line", numeric: true, cell: (cell) => number(cell.regime_line, 2) },
    { title: "Entropy", numeric: true, cell: (cell) => number(cell.entropy, 3) },
    { title: "Largest weight", numeric: true, cell: (cell) => number(cell.largest_weight, 3) },
  ], theory.filter_rate));
  return { node: section("The filter rate and its laws",
    element("p", {}, "The source bounds the filter rate of attention by a curve that falls with length. The laws beside it are those of ",
      "nearly flat attention, in which many keys share the weight. The verdicts say where each of them holds."),
    controls, block, details), pending: [update] };
}

export function exponents(theory) {
  const rows = theory.exponents.map((row) => ({ scores: kScores(row.head_size), sigma: row.sigma, value: row.exponent.estimate,
    low: row.exponent.low, high: row.exponent.high }));
  const kinds = [...new Set(rows.map((row) => row.scores))];
  const palette = ["#2a78c2", "#d2691e", "#2f8f5b", "#c8457c", "#8569cf"];
  const color = { field: "scores", type: "nominal", title: null, legend: kLegend,
    scale: { domain: kinds, range: kinds.map((_, index) => palette[index % palette.length]) } };
  const marks = [{ at: -0.5, name: "flat law" }, { at: -0.25, name: "bound" }, { at: 0, name: "no fall" }];
  const y = { field: "value", type: "quantitative", title: "exponent of n", scale: { zero: false, padding: 12 } };
  const x = kSigmaAxis;
  const node = element("div", { class: "plot" });
  const spec = { width: "container", height: 240, layer: [
    { data: { values: marks }, mark: { type: "rule", color: "#8a8f98", strokeDash: [2, 3] }, encoding: { y: { field: "at", type: "quantitative" } } },
    { data: { values: marks }, mark: { type: "text", align: "left", dx: 2, dy: -6, fontSize: 10.5 },
      encoding: { x: { value: 0 }, y: { field: "at", type: "quantitative" }, text: { field: "name" } } },
    { data: { values: rows }, mark: "rule", encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color } },
    { data: { values: rows }, mark: { type: "line", point: true }, encoding: { x, y, color,
      tooltip: [{ field: "scores" }, { field: "sigma", title: "\u03c3\u209b" }, { field: "value", format: ".3f" }, { field: "low", format: ".3f" }, { field: "high", format: ".3f" }] } },
  ] };
  return { node: figure(`How ${kSigmaA} falls with length: the exponent of a power law through all lengths. Bars: from the intervals of the means.`, node),
    pending: [() => draw(node, spec, "Exponent of the filter rate's fall with length against the score deviation.")] };
}

export function temperature(theory) {
  const state = { temperature: String(theory.grid.temperatures[0]) };
  const { block, update } = redrawn(state, (chosen) => {
    const cells = theory.temperature.filter((cell) => String(cell.temperature) === chosen.temperature);
    const rows = cells.flatMap((cell) => [
      { kind: "measured", sigma: cell.sigma, n: cell.n, value: cell.factor.estimate, low: cell.factor.low, high: cell.factor.high },
      { kind: "bound", sigma: cell.sigma, n: cell.n, value: cell.bound_factor },
    ]);
    const y = { field: "value", type: "quantitative", title: "factor", scale: { zero: false } };
    const color = sigmaColor(theory.grid.sigmas);
    const node = element("div", { class: "plot" });
    const spec = { width: "container", height: 260, data: { values: rows }, encoding: { x: tokenAxis(theory.grid.lengths) }, layer: [
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "area", opacity: 0.15 }, encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: "line", encoding: { y, color, strokeDash: { field: "kind", type: "nominal", title: null, sort: ["measured", "bound"],
        legend: { orient: "right", symbolType: "stroke" }, scale: { domain: ["measured", "bound"], range: [[1, 0], [3, 3]] } },
      tooltip: [{ field: "kind" }, { field: "sigma", title: "\u03c3\u209b" }, { field: "n", title: "tokens" }, { field: "value", format: ".3f" }] } },
    ] };
    return { nodes: [figure(`Factor by which a temperature of ${chosen.temperature} raises ${kSigmaA} (same queries and keys, head size ${theory.grid.head_sizes.at(-1)}), and by which it raises the bound.`, node)],
      drawings: [() => draw(node, spec, "Factor of the filter rate under a temperature against tokens.")] };
  });
  const controls = element("div", { class: "controls" }, choice("Temperature", theory.grid.temperatures.map((value) => [String(value), String(value)]),
    state.temperature, (value) => { state.temperature = value; update(); }));
  return { node: element("div", {}, controls, block), pending: [update] };
}

export function rates(theory) {
  const fall = exponents(theory);
  const temper = temperature(theory);
  return { node: section("How fast it falls, and what a temperature does",
    element("p", {}, "The bound moves with the scores by at most a factor of 2^(1/4), at every length alike."),
    element("div", { class: "pair" }, fall.node, temper.node)), pending: [...fall.pending, ...temper.pending] };
}
