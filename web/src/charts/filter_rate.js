// What plots of the filter rate share, simulated or measured: curves, axes, key.
import { key } from "../dom.js";

// What stands beside the measurement in the plots of the filter rate.
export const kCurves = [
  { key: "measured", title: "measured", color: "#2a78c2", dash: [1, 0] },
  { key: "bound", title: "the source\u2019s bound", color: "#c8457c", dash: [1, 0] },
  { key: "law", title: "law of flat attention", color: "#2f8f5b", dash: [6, 3] },
  { key: "floor", title: "floor \u03c3\u209b/\u221ad", color: "#7a7f87", dash: [2, 3] },
];

export function nominal(field, entries, legend = null) {
  return {
    color: { field, type: "nominal", title: null, legend,
      scale: { domain: entries.map((entry) => entry.title), range: entries.map((entry) => entry.color) } },
    strokeDash: { field, type: "nominal", title: null, legend,
      scale: { domain: entries.map((entry) => entry.title), range: entries.map((entry) => entry.dash) } },
  };
}

// Tokens, doubling.
export function tokenAxis(values) {
  const ticks = [];
  for (let tick = 2 ** Math.ceil(Math.log2(Math.min(...values)) - 1e-9); tick <= Math.max(...values); tick *= 2) ticks.push(tick);
  return { field: "n", type: "quantitative", title: "tokens",
    scale: { type: "log", base: 2, domain: [Math.min(...values) / 1.08, Math.max(...values) * 1.08], nice: false },
    axis: { values: ticks, format: "d", titleAnchor: "end", labelOverlap: true } };
}

// 1, 2, 5, 10, ... inside the domain: a logarithmic axis would draw nine lines a decade.
export function roundValues([low, high]) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power) {
    values.push(...[1, 2, 5].map((digit) => digit * 10 ** power).filter((value) => value >= low && value <= high));
  }
  return values;
}

// Which line is which, for panels that share their curves.
export function curveKey(curves) {
  return key(curves.map((curve) => [curve.title, curve.color, curve.dash[1] > 0]));
}
