// The fitted shapes over the measured points of the truncated arm.
import { lengthAxis, lengthDomain, limitLayers } from "./length_axis.js";

export const kShapes = [
  { key: "linear", color: "#8569cf", formula: "a + b n" },
  { key: "logarithmic", color: "#2f8f5b", formula: "a + b log\u2082 n" },
  { key: "saturating", color: "#c98a12", formula: "a \u2212 b exp(\u2212n / c)" },
  { key: "broken", color: "#c8457c", formula: "two slopes on log\u2082 n, one knee" },
];

// Below this weight a shape is neither drawn nor spoken of: the data speak against it (as in report/report_words.h).
const kNegligibleWeight = 0.05;

export function hasWeight(fit) {
  return fit.weight >= kNegligibleWeight;
}

// The knee, where the shape that has it has weight.
export function kneeOf(report) {
  return report.shapes?.fits.some((fit) => fit.shape === "broken" && hasWeight(fit)) ? report.shapes.knee : null;
}

// The fit's curve, with the corner of the broken shape put in where the lengths step over it.
function curvePoints(fit, knee) {
  const points = fit.curve.map((point) => ({ ...point, shape: fit.shape }));
  if (fit.shape === "broken" && knee && points.length && knee.length > points[0].length) {
    const corner = points[0].cosine + knee.slope_before * Math.log2(knee.length / points[0].length);
    points.push({ length: knee.length, cosine: corner, shape: fit.shape });
    points.sort((a, b) => a.length - b.length);
  }
  return points;
}

export function shapesChart(report) {
  const { knee, preferred } = report.shapes;
  const fits = report.shapes.fits.filter(hasWeight);
  const domain = lengthDomain(report);
  const shapes = kShapes.filter((shape) => fits.some((fit) => fit.shape === shape.key));
  const y = { field: "cosine", type: "quantitative", title: "mean pairwise cosine", scale: { zero: false }, axis: { tickCount: 5 } };
  const color = { field: "shape", type: "nominal", title: null,
    scale: { domain: shapes.map((shape) => shape.key), range: shapes.map((shape) => shape.color) },
    legend: { orient: "bottom", direction: "horizontal", symbolType: "stroke", columns: 4 } };
  const curves = fits.flatMap((fit) => curvePoints(fit, knee));
  const measured = report.arms.truncated.buckets.filter((bucket) => bucket.cosine.estimate !== null)
    .map((bucket) => ({ length: bucket.length, cosine: bucket.cosine.estimate }));
  return {
    width: "container", height: 260,
    encoding: { x: lengthAxis(domain) },
    layer: [
      ...limitLayers(report, domain, false),
      { data: { values: curves }, mark: { type: "line", strokeWidth: 1.25 }, encoding: { y, color } },
      { data: { values: curves.filter((point) => point.shape === preferred) },
        mark: { type: "line", strokeWidth: 3.5 }, encoding: { y, color } },
      { data: { values: measured }, mark: { type: "point", size: 45, color: "#2a78c2" },
        encoding: { y, tooltip: [{ field: "length" }, { field: "cosine", format: ".3f" }] } },
    ],
  };
}
