// Which shape the rise has: fits, criterion, knee.
import { kShapes, shapesChart } from "../charts/shapes.js";
import { element, figure, section, table } from "../dom.js";
import { fixed, integer, number, percent, range, signed } from "../format.js";
import { draw } from "../plot.js";

function parameters(fit) {
  return Object.entries(fit.parameters).map(([name, value]) => `${name.replaceAll("_", " ")} ${number(value, 4)}`).join(", ");
}

const kCriteria = { aicc: "AICc" };

const kPlace = {
  below: (limit) => `It lies below the trained limit of ${limit}.`,
  at: (limit) => `Its interval holds the trained limit of ${limit}.`,
  above: (limit) => `It lies above the trained limit of ${limit}.`,
  unknown: () => "The model names no trained limit to compare it with.",
};

// Where cosine falls at first, the rise begins later; the shapes are of the rise.
function startText(report) {
  const { from_length: start } = report.shapes;
  const first = report.collapse_index.lengths[0];
  return start > first
    ? `Cosine falls from ${first} to ${start} tokens; the shapes are fitted from ${start} on. ` : "";
}

function kneeText(report) {
  const { knee, preferred } = report.shapes;
  if (!knee) return startText(report) || null;
  const where = `The knee of the broken shape is at ${Math.round(knee.length)} tokens ${range(knee, integer)}`.trim();
  const slopes = `cosine changes by ${signed(knee.slope_before)} per doubling below it and ${signed(knee.slope_after)} above`;
  const caution = preferred === "broken" ? "" : ` The data prefer the ${preferred} shape, so read the knee with care.`;
  return `${startText(report)}${where}; ${slopes}. ${kPlace[knee.place](knee.trained_limit)}${caution}`;
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
    node: section("The shape of the rise", text ? element("p", {}, text) : null, element("div", { class: "pair" },
      figure("Points: measured. Lines: fitted shapes, the preferred one thick.", node)), fitted),
    pending: [() => draw(node, shapesChart(report), "Fitted shapes over the measured mean pairwise cosine against length.")],
  };
}
