// Names, colours and axes that the plots of the theory page share.

export const kScores = (headSize) => (headSize === null ? "independent scores" : `head size ${headSize}`);

export const kParts = [
  { key: "pooling", title: "pooling alone", color: "#7a7f87", dash: [5, 3] },
  { key: "attention", title: "attention alone", color: "#c8457c", dash: [1, 0] },
  { key: "residual", title: "with residual", color: "#d2691e", dash: [1, 0] },
  { key: "layer_norm", title: "with residual, LayerNorm", color: "#2f8f5b", dash: [1, 0] },
  { key: "feed_forward", title: "with residual, LayerNorm, FFN", color: "#2a78c2", dash: [1, 0] },
];

export const kLegend = { orient: "bottom", direction: "horizontal", symbolType: "stroke", columns: 3, labelLimit: 260 };

export const kSigmaAxis = { field: "sigma", type: "quantitative", title: "\u03c3\u209b", axis: { tickCount: 6, titleAnchor: "end" } };

// Colours for the score deviations, light to dark.
export function sigmaColor(sigmas) {
  return { field: "sigma", type: "ordinal", title: "\u03c3\u209b", sort: sigmas, legend: { orient: "right", symbolType: "stroke", symbolOpacity: 1 },
    scale: { domain: sigmas, range: sigmas.map((_, index) => kRamp[Math.round(index * (kRamp.length - 1) / Math.max(1, sigmas.length - 1))]) } };
}

// Keeps 3:1 against white and near-black.
const kRamp = ["#b38600", "#3d9140", "#1f8a8a", "#2a78c2", "#6a5acd", "#a0409a", "#c8457c"];
