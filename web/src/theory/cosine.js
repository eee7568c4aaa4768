// The corollary: cosine of pooled embeddings against length, with the parts of a layer added one by one.
import { curveKey, nominal, tokenAxis } from "../charts/filter_rate.js";
import { choice, element, figure, section, table } from "../dom.js";
import { number, signed, withRange } from "../format.js";
import { draw } from "../plot.js";
import { redrawn } from "../redrawn.js";
import { kParts } from "./scales.js";

const kQuantities = [["cosine", "Texts"], ["token_cosine", "Tokens of a text"]];
const titleOf = (parts) => kParts.find((entry) => entry.key === parts).title;

// Pooling stands beside every depth and sigma.
function rowsOf(theory, sigma, depth, quantity) {
  return theory.cosine.filter((cell) => cell.parts === "pooling" || (cell.sigma === sigma && cell.depth === depth))
    .map((cell) => ({ parts: titleOf(cell.parts), n: cell.n, value: cell[quantity].estimate, low: cell[quantity].low, high: cell[quantity].high }));
}

function panel(theory, sigma, depth, quantity) {
  const colors = nominal("parts", kParts);
  const y = { field: "value", type: "quantitative", title: null, scale: { zero: false }, axis: { tickCount: 5 } };
  return { title: depth === 1 ? "after 1 layer" : `after ${depth} layers`, width: "container", height: 200,
    data: { values: rowsOf(theory, sigma, depth, quantity) }, encoding: { x: tokenAxis(theory.cosine_settings.lengths) }, layer: [
      { mark: { type: "area", opacity: 0.12 }, encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color: colors.color } },
      { mark: "line", encoding: { y, ...colors } },
      { mark: { type: "point", size: 18 }, encoding: { y, color: colors.color, tooltip: [{ field: "parts" }, { field: "n", title: "tokens" },
        { field: "value", format: ".3f" }, { field: "low", format: ".3f" }, { field: "high", format: ".3f" }] } },
    ] };
}

function slopes(theory) {
  const longest = theory.cosine_settings.lengths.at(-1);
  const shortest = theory.cosine_settings.lengths[0];
  return element("details", {}, element("summary", {}, "Slopes per doubling of length"), table("Slopes on log\u2082 of the length; excess: less pooling alone on the same texts", [
    { title: "Stack", cell: (row) => titleOf(row.parts) },
    { title: "\u03c3\u209b", numeric: true, cell: (row) => (row.sigma === null ? "\u2013" : String(row.sigma)) },
    { title: "Layers", numeric: true, cell: (row) => String(row.depth) },
    { title: "Cosine of texts", numeric: true, cell: (row) => withRange(row.slope, signed) },
    { title: "Cosine of tokens", numeric: true, cell: (row) => withRange(row.token_slope, signed) },
    { title: "Excess slope", numeric: true, cell: (row) => withRange(row.excess_slope, signed) },
    { title: `Excess at ${shortest}`, numeric: true, cell: (row) => withRange(row.excess_at_shortest, signed) },
    { title: `Excess at ${longest}`, numeric: true, cell: (row) => withRange(row.excess_at_longest, signed) },
  ], theory.cosine_slopes));
}

export function cosine(theory) {
  const settings = theory.cosine_settings;
  const state = { sigma: String(settings.sigmas[Math.floor((settings.sigmas.length - 1) / 2)]), quantity: "cosine" };
  const { block, update } = redrawn(state, ({ sigma, quantity }) => {
    const drawings = [];
    const panels = settings.depths.map((depth) => {
      const node = element("div", { class: "plot" });
      drawings.push(() => draw(node, panel(theory, Number(sigma), depth, quantity), `Mean cosine against tokens after ${depth} layers, by the parts of a layer.`));
      return node;
    });
    const what = quantity === "cosine" ? "Mean cosine of the pooled embeddings of different texts" : "Mean cosine of two tokens of one text";
    return { nodes: [figure(`${what}. Bands: intervals over ${settings.networks} random networks of ${settings.documents} texts each.`, curveKey(kParts),
      element("div", { class: "pair" }, panels))], drawings };
  });
  const controls = element("div", { class: "controls" },
    choice("\u03c3\u209b at the shortest length", settings.sigmas.map((value) => [String(value), String(value)]), state.sigma, (value) => { state.sigma = value; update(); }),
    choice("Cosine of", kQuantities, state.quantity, (value) => { state.quantity = value; update(); }));
  return { node: section("From filter rate to cosine",
    element("p", {}, `A random encoder on random tokens, which share ${number(100 * settings.shared, 1)} % of their variance over all texts and ${number(100 * settings.topic, 1)} % within one. `,
      "The mean over tokens is what pooling keeps, and what a filter of differences cannot touch: pooling alone makes longer texts more alike, ",
      "and the parts of a layer are read against it."),
    controls, block, slopes(theory)), pending: [update] };
}
