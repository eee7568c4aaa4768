// The four numbers that a reader looks for first.
import { element } from "../dom.js";
import { fixed, integer, kDash, percent, range, signed } from "../format.js";

function tile(label, value, detail) {
  return element("div", { class: "tile" }, element("dt", {}, label), element("dd", {}, element("strong", {}, value),
    element("span", {}, detail)));
}

const kPlaces = {
  below: "below the trained limit", at: "at the trained limit", above: "above the trained limit", unknown: "trained limit unknown",
};

function kneeTile(knee) {
  if (!knee) return tile("Knee", kDash, "not fitted");
  const limit = knee.trained_limit ? ` of ${knee.trained_limit}` : "";
  return tile("Knee", `${Math.round(knee.length)} tokens`,
    `${range(knee, integer)} ${kPlaces[knee.place]}${limit}; slope ${signed(knee.slope_before)} before, ${signed(knee.slope_after)} after`);
}

export function summary(report) {
  const index = report.collapse_index;
  if (!index) return null;
  const level = Math.round(100 * report.confidence);
  const preferred = report.shapes?.fits.find((fit) => fit.shape === report.shapes.preferred);
  return element("dl", { class: "tiles" },
    tile("Collapse index", signed(index.slope.estimate),
      `${range(index.slope, signed)} cosine per doubling of length, ${level} % interval, ${index.documents} documents`),
    tile("Excess over the static control", signed(index.excess?.estimate),
      index.excess ? `${range(index.excess, signed)}; the control's own slope is ${signed(index.static_slope.estimate)}` : "not measured"),
    tile("Preferred shape", preferred ? preferred.shape : kDash,
      preferred ? `weight ${fixed(preferred.weight)} among the shapes; ${percent(preferred.support)} of the resamples agree` : "too few lengths"),
    kneeTile(report.shapes?.knee));
}
