// Which shape the rise has: fits, criterion, knee.
import { hasWeight, kneeOf, kShapes, shapesChart } from "../charts/shapes.js";
import { element, figure, section, table } from "../dom.js";
import { fixed, integer, number, percent, range, signed } from "../format.js";
import { limitName } from "../limits.js";
import { draw } from "../plot.js";

function parameters(fit) {
  return Object.entries(fit.parameters).map(([name, value]) => `${name.replaceAll("_", " ")} ${number(value, 4)}`).join(", ");
}

const kCriteria = { aicc: "AICc" };

const kPlace = {
  below: (limit) => `It lies below the ${limit}.`,
  at: (limit) => `Its interval holds the ${limit}.`,
  above: (limit) => `It lies above the ${limit}.`,
  unknown: () => "The model names no length limit to compare it with.",
};

// Where cosine falls at first, the rise begins later; the shapes are of the rise.
function startText(report) {
  const { from_length: start } = report.shapes;
  const first = report.collapse_index.lengths[0];
  return start > first
    ? `Cosine falls from ${first} to ${start} tokens; the shapes are fitted from ${start} on. ` : "";
}

function kneeText(report) {
  const { preferred } = report.shapes;
  const knee = kneeOf(report);
  if (!knee) return startText(report) || null;
  const where = `The knee of the broken shape is at ${Math.round(knee.length)} tokens ${range(knee, integer)}`.trim();
  const slopes = `cosine changes by ${signed(knee.slope_before)} per doubling below it and ${signed(knee.slope_after)} above`;
  const caution = preferred === "broken" ? "" : ` The data prefer the ${preferred} shape, so read the knee with care.`;
  return `${startText(report)}${where}; ${slopes}. ${kPlace[knee.place](`${limitName(report.model.limits)}, ${knee.trained_limit} tokens`)}${caution}`;
}

export function shapes(report) {
  if (!report.shapes) return null;
  const { fits, preferred, criterion } = report.shapes;
  const text = kneeText(report);
  const formula = (fit) => kShapes.find((shape) => shape.key === fit.shape)?.formula ?? "";
  const node = element("div", { class: "plot" });
  const columns = [
    { title: "Shape", cell: (fit) => fit.shape },
    { title: "Cosine at n tokens", cell: formula },
    { title: "Residual", numeric: true, cell: (fit) => number(fit.residual, 4) },
    { title: "Irregularity", numeric: true, cell: (fit) => (fit.irregularity > 1e-6 ? number(fit.irregularity, 4) : "0") },
    { title: "AICc", numeric: true, cell: (fit) => number(fit.aicc, 1) },
    { title: "Weight", numeric: true, cell: (fit) => fixed(fit.weight) },
    { title: "Support", numeric: true, cell: (fit) => percent(fit.support) },
    { title: "Parameters", wrap: true, cell: parameters },
  ];
  const fitted = table(`Shapes fitted to the truncated arm; preferred by ${kCriteria[criterion] ?? criterion}: ${preferred}`,
    columns, fits, (fit) => fit.shape === preferred);
  return {
    node: section(report.collapse_index?.direction === "rises" ? "The shape of the rise" : "The shape of the curve", text ? element("p", {}, text) : null, element("div", { class: "pair" },
      figure(`Points: measured. Lines: fitted shapes, the preferred one thick.${fits.every(hasWeight) ? "" : " Shapes that the data speak against (weight below 0.05) are not drawn."}`, node)), fitted),
    pending: [() => draw(node, shapesChart(report), "Fitted shapes over the measured mean pairwise cosine against length.")],
  };
}
