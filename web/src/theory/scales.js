// Names, colours and axes that the plots of the theory page share.

export const kScores = (headSize) => (headSize === null ? "independent scores" : `head size ${headSize}`);

export const kParts = [
  { key: "pooling", title: "pooling alone", color: "#7a7f87", dash: [5, 3] },
  { key: "attention", title: "attention alone", color: "#c8457c", dash: [1, 0] },
  { key: "residual", title: "with residual", color: "#d2691e", dash: [1, 0] },
  { key: "layer_norm", title: "with residual, LayerNorm", color: "#2f8f5b", dash: [1, 0] },
  { key: "feed_forward", title: "with residual, LayerNorm, FFN", color: "#2a78c2", dash: [1, 0] },
];

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

export const kLegend = { orient: "bottom", direction: "horizontal", symbolType: "stroke", columns: 3, labelLimit: 260 };

// Tokens, doubling.
export function lengthAxis(values) {
  const ticks = [];
  for (let tick = 2 ** Math.ceil(Math.log2(Math.min(...values)) - 1e-9); tick <= Math.max(...values); tick *= 2) ticks.push(tick);
  return { field: "n", type: "quantitative", title: "tokens",
    scale: { type: "log", base: 2, domain: [Math.min(...values) / 1.08, Math.max(...values) * 1.08], nice: false },
    axis: { values: ticks, format: "d", titleAnchor: "end", labelOverlap: true } };
}

export const kSigmaAxis = { field: "sigma", type: "quantitative", title: "\u03c3\u209b", axis: { tickCount: 6, titleAnchor: "end" } };

// 1, 2, 5, 10, ... inside the domain: a logarithmic axis would draw nine lines a decade.
export function roundValues([low, high]) {
  const values = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power) {
    values.push(...[1, 2, 5].map((digit) => digit * 10 ** power).filter((value) => value >= low && value <= high));
  }
  return values;
}

// Colours for the score deviations, light to dark.
export function sigmaColor(sigmas) {
  return { field: "sigma", type: "ordinal", title: "\u03c3\u209b", sort: sigmas, legend: { orient: "right", symbolType: "stroke", symbolOpacity: 1 },
    scale: { domain: sigmas, range: sigmas.map((_, index) => kRamp[Math.round(index * (kRamp.length - 1) / Math.max(1, sigmas.length - 1))]) } };
}

// Keeps 3:1 against white and near-black.
const kRamp = ["#b38600", "#3d9140", "#1f8a8a", "#2a78c2", "#6a5acd", "#a0409a", "#c8457c"];
