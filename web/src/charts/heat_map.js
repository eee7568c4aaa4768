// A value for each row (layer or head) and length.
import { element } from "../dom.js";
import { fixed, signed } from "../format.js";
import { schemeColors } from "../plot.js";

const kSequential = "viridis";
const kDiverging = "purpleorange";

export function schemeOf(difference) {
  return difference ? kDiverging : kSequential;
}

// The range of colour that all maps of one quantity share.
export function colorDomain(rows, difference) {
  const values = rows.map((row) => row.value);
  if (difference) {
    const most = Math.max(1e-9, ...values.map(Math.abs));
    return [-most, most];
  }
  return [Math.min(...values), Math.max(...values)];
}

// What the colours of maps stand for.
export function colorBar(domain, difference) {
  const print = difference ? signed : fixed;
  const bar = element("span", { class: "colors", "aria-hidden": "true" });
  bar.style.background = `linear-gradient(to right, ${schemeColors(schemeOf(difference)).join(", ")})`;
  return element("p", { class: "colorbar" }, print(domain[0], 2), bar, print(domain[1], 2));
}

// Of the figures in cells: where columns are too narrow for them, colours and tooltips remain.
export function figureOpacity(columns, difference) {
  return { expr: `width < ${(difference ? 32 : 26) * columns} ? 0 : 1` };
}

// rows: [{row, length (label), order, value, detail}]. options: {domain, difference, rowTitle, valueTitle, cell, numbers, title}
export function heatMap(rows, options) {
  const { domain, difference, rowTitle, valueTitle, cell = 22, numbers = false, title = null } = options;
  const middle = (domain[0] + domain[1]) / 2;
  const lengths = [...new Map(rows.map((row) => [row.length, row.order]))].sort((a, b) => a[1] - b[1]).map(([label]) => label);
  const encoding = {
    x: { field: "length", type: "ordinal", title: "tokens", sort: lengths,
      axis: { labelAngle: 0, labelOverlap: "greedy", titleAnchor: "end", domain: false, ticks: false } },
    y: { field: "row", type: "ordinal", title: rowTitle, sort: "descending", axis: { grid: false } },
  };
  const layers = [{
    mark: { type: "rect", stroke: null },
    encoding: {
      color: { field: "value", type: "quantitative", legend: null,
        scale: { scheme: schemeOf(difference), domain, nice: false, ...(difference ? { domainMid: 0 } : {}) } },
      tooltip: [{ field: "row", title: rowTitle }, { field: "length", title: "tokens" },
        { field: "value", title: valueTitle, format: difference ? "+.3f" : ".3f" }, { field: "count", title: "texts" }],
    },
  }];
  if (numbers) {
    const dark = difference ? `abs(datum.value) > ${0.6 * domain[1]}` : `datum.value < ${middle}`;
    layers.push({
      mark: { type: "text", fontSize: 10, opacity: figureOpacity(lengths.length, difference) },
      encoding: { text: { field: "value", format: difference ? "+.2f" : ".2f" },
        color: { condition: { test: dark, value: "#ffffff" }, value: "#111111" } },
    });
  }
  return { title, width: "container", height: { step: cell }, autosize: { type: "fit-x", contains: "padding" },
    data: { values: rows }, encoding, layer: layers };
}
