// Where in the model: layer x length and head x length.
import { colorBar, colorDomain, heatMap } from "../charts/heat_map.js";
import { choice, element, figure, section } from "../dom.js";
import { lengths } from "../format.js";
import { draw } from "../plot.js";
import { redrawn } from "../redrawn.js";

const kLayerQuantities = [
  { key: "token_cosine", title: "token cosine", caption: "Mean cosine between the tokens of one text. Layer 0 is the input of the first layer." },
  { key: "hc_ratio", title: "HC ratio", caption: "Share of the token states that is not their mean, \u2016HC[X]\u2016 / \u2016X\u2016: low is collapsed." },
];

const kHeadQuantities = [
  ["entropy", "Entropy"], ["largest_weight", "Largest weight"], ["sink", "Sink"], ["retention", "Retention"],
];

const kHeadCaptions = {
  entropy: "Normalised attention entropy: 1 is uniform attention.",
  largest_weight: "Mean over queries of the largest attention weight.",
  sink: "Mean attention weight on the first token.",
  retention: "Realised retention \u2016HC[AV]\u2016 / \u2016HC[V]\u2016: what a head keeps of the differences between tokens.",
};

// Rows of one quantity in one arm; `difference` subtracts the value at the shortest length.
function mapRows(source, arm, quantity, rowOf, difference) {
  const rows = source.filter((item) => item.arm === arm);
  const shortest = new Map();
  for (const item of rows) {
    const key = `${item.layer}/${item.head}`;
    if (!shortest.has(key) || item.length < shortest.get(key).length) shortest.set(key, item);
  }
  return rows.map((item) => ({
    row: rowOf(item), length: lengths(item), order: item.length, layer: item.layer, count: item.count,
    value: item[quantity] - (difference ? shortest.get(`${item.layer}/${item.head}`)[quantity] : 0),
  }));
}

const kArmTitles = { truncated: "Truncated", natural: "Natural" };
const kViews = [["value", "Value"], ["difference", "Change from the shortest"]];

function armChoice(source, state, update) {
  const arms = Object.keys(kArmTitles).filter((arm) => source.some((item) => item.arm === arm));
  state.arm = arms[0];
  return arms.length < 2 ? null
    : choice("Arm", arms.map((arm) => [arm, kArmTitles[arm]]), state.arm, (arm) => { state.arm = arm; update(); });
}

function layerMaps(report) {
  const state = { arm: "truncated", view: "value" };
  const { block, update } = redrawn(state, ({ arm, view }) => {
    const difference = view === "difference";
    const drawings = [];
    const nodes = kLayerQuantities.map((quantity) => {
      const rows = mapRows(report.layers, arm, quantity.key, (item) => item.layer, difference);
      const domain = colorDomain(rows, difference);
      const node = element("div", { class: "plot" });
      drawings.push(() => draw(node, heatMap(rows, { domain, difference, rowTitle: "layer", valueTitle: quantity.title,
        numbers: true, cell: 24 }), `${quantity.title} by layer and length in tokens.`));
      return figure(quantity.caption, element("h3", {}, quantity.title), colorBar(domain, difference), node);
    });
    return { nodes: [element("div", { class: "pair" }, nodes)], drawings };
  });
  const controls = element("div", { class: "controls" }, armChoice(report.layers, state, update),
    choice("Show", kViews, state.view, (view) => { state.view = view; update(); }));
  return { nodes: [controls, block], update };
}

function headMaps(report) {
  const state = { arm: "truncated", quantity: "entropy", view: "value" };
  const { block, update } = redrawn(state, ({ arm, quantity, view }) => {
    const difference = view === "difference";
    const rows = mapRows(report.heads, arm, quantity, (item) => item.head, difference);
    const domain = colorDomain(rows, difference);
    const drawings = [];
    const maps = [...new Set(rows.map((row) => row.layer))].sort((a, b) => a - b).map((layer) => {
      const node = element("div", { class: "plot" });
      drawings.push(() => draw(node, heatMap(rows.filter((row) => row.layer === layer), { domain, difference,
        rowTitle: "head", valueTitle: quantity, cell: 13, title: `layer ${layer}` }),
      `${kHeadCaptions[quantity]} Layer ${layer}, by head and length in tokens.`));
      return node;
    });
    return { nodes: [figure(kHeadCaptions[quantity], colorBar(domain, difference), element("div", { class: "grid" }, maps))], drawings };
  });
  const controls = element("div", { class: "controls" },
    choice("Quantity", kHeadQuantities, state.quantity, (quantity) => { state.quantity = quantity; update(); }),
    armChoice(report.heads, state, update),
    choice("Show", kViews, state.view, (view) => { state.view = view; update(); }));
  return { nodes: [controls, block], update };
}

export function maps(report) {
  if (!report.layers.length && !report.heads.length) {
    return [{ node: section("Where in the model", element("p", {}, "Not measured: run with ", element("code", {}, "--probe"), ".")), pending: [] }];
  }
  const layers = layerMaps(report);
  const heads = headMaps(report);
  return [
    { node: section("Layer by layer", element("p", {}, "How alike the tokens of one text become on their way through the model."), layers.nodes),
      pending: [layers.update] },
    { node: section("Head by head", element("p", {}, "What attention does in each head, by length. Layers count from 0."), heads.nodes),
      pending: [heads.update] },
  ];
}
