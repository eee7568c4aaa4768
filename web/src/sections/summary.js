// The four numbers that a reader looks for first.
import { kneeOf } from "../charts/shapes.js";
import { element } from "../dom.js";
import { fixed, integer, kDash, percent, range, signed, withRange } from "../format.js";
import { limitName } from "../limits.js";

function tile(label, value, detail) {
  return element("div", { class: "tile" }, element("dt", {}, label), element("dd", {}, element("strong", {}, value),
    element("span", {}, detail)));
}

function place(knee, limits) {
  return knee.place === "unknown" ? "" : `, ${knee.place} the ${limitName(limits)}, ${knee.trained_limit} tokens`;
}

function kneeTile(report) {
  const knee = kneeOf(report);
  if (!knee) return tile("Knee", kDash, report.shapes?.knee ? "the data speak against a curve with a knee" : "not fitted");
  return tile("Knee", `${Math.round(knee.length)} tokens`,
    `${range(knee, integer)}${place(knee, report.model.limits)}; cosine per doubling ${signed(knee.slope_before)} before, ${signed(knee.slope_after)} after`);
}

// Over lengths that do not depend on the model, where they were measured and are not all that were.
function comparable(index) {
  const grid = index.fixed_grid;
  if (!grid || grid.lengths.length === index.lengths.length) return "";
  return `; to compare models by, from ${grid.lengths[0]} to ${grid.lengths.at(-1)} tokens: ${withRange(grid.slope, signed)}`;
}

export function summary(report) {
  const index = report.collapse_index;
  if (!index) return null;
  const level = Math.round(100 * report.confidence);
  const preferred = report.shapes?.fits.find((fit) => fit.shape === report.shapes.preferred);
  return element("dl", { class: "tiles" },
    tile("Collapse index", signed(index.slope.estimate),
      `${range(index.slope, signed)} cosine per doubling of length, ${level} % interval, ${index.documents} documents${comparable(index)}`),
    tile("Excess over the static control", signed(index.excess?.estimate),
      index.excess ? `${range(index.excess, signed)}; the control's own slope is ${signed(index.static_slope.estimate)}` : "not measured"),
    tile("Preferred shape", preferred ? preferred.shape : kDash,
      preferred ? `weight ${fixed(preferred.weight)} among the shapes; ${percent(preferred.support)} of the resamples agree` : "too few lengths"),
    kneeTile(report));
}
