// The axis that every curve shares, and the marks of the model's limits on it.
import { drawn } from "../arms.js";
import { limitName } from "../limits.js";

function powersOfTwo(low, high) {
  const ticks = [];
  for (let tick = 2 ** Math.floor(Math.log2(low)); tick <= high * 1.01; tick *= 2) if (tick >= low * 0.99) ticks.push(tick);
  return ticks;
}

export function lengthDomain(report) {
  const found = Object.values(report.arms).flatMap((arm) => arm.buckets.filter(drawn).map((bucket) => bucket.length));
  if (!found.length) return [8, 512];
  return [Math.min(...found) / 1.08, Math.max(...found) * 1.08];
}

export function lengthAxis(domain, title = "tokens") {
  return { field: "length", type: "quantitative", title,
    scale: { type: "log", base: 2, domain, nice: false },
    axis: { values: powersOfTwo(...domain), format: "d", titleAnchor: "end", labelOverlap: true } };
}

// Places counted from 0, each of which has its tick.
export function placeAxis(places, title) {
  return { field: "length", type: "quantitative", title, scale: { domain: [0, Math.max(1, ...places)], nice: false },
    axis: { values: places, format: "d", titleAnchor: "end", labelOverlap: true } };
}

// Rules at the model's length limit and at the last position, inside the drawn lengths. `named` writes what they are.
export function limitLayers(report, domain, named) {
  const { sentence_transformers: limit, positions, trained_to: trained } = report.model.limits;
  const marks = [{ length: limit, name: `${limitName(report.model.limits)} ${limit}` }];
  if (trained && trained !== limit) marks.push({ length: trained, name: `trained to ${trained}` });
  if (positions !== limit) marks.push({ length: positions, name: `positions ${positions}` });
  const values = marks.filter((mark) => mark.length && mark.length >= domain[0] && mark.length <= domain[1]);
  if (!values.length) return [];
  const x = { field: "length", type: "quantitative" };
  const layers = [{ data: { values }, mark: { type: "rule", color: "#8a8f98", strokeDash: [2, 3], strokeWidth: 1 }, encoding: { x } }];
  // Names stand on lines of their own, so that they never meet.
  if (named) {
    layers.push(...values.map((mark, index) => ({ name: `limit_name_${index}`, data: { values: [mark] },
      mark: { type: "text", align: "right", baseline: "top", dx: -4, dy: 2 + 14 * index, fontSize: 10.5 },
      encoding: { x, y: { value: 0 }, text: { field: "name" } } })));
  }
  return layers;
}

// The knee as a rule inside its interval.
export function kneeLayers(knee, domain) {
  if (!knee || knee.length < domain[0] || knee.length > domain[1]) return [];
  const color = "#c8457c";
  const layers = [];
  if (knee.low !== null && knee.high !== null) {
    layers.push({ data: { values: [{ low: Math.max(knee.low, domain[0]), high: Math.min(knee.high, domain[1]) }] },
      mark: { type: "rect", color, opacity: 0.13 },
      encoding: { x: { field: "low", type: "quantitative" }, x2: { field: "high" } } });
  }
  const values = [{ length: knee.length, name: `knee ${Math.round(knee.length)}` }];
  layers.push({ data: { values }, mark: { type: "rule", color, strokeWidth: 1.25 },
    encoding: { x: { field: "length", type: "quantitative" } } });
  layers.push({ name: "limit_name_knee", data: { values },
    mark: { type: "text", align: "left", baseline: "bottom", dx: 5, dy: -4, fontSize: 10.5, color },
    encoding: { x: { field: "length", type: "quantitative" }, y: { value: "height" }, text: { field: "name" } } });
  return layers;
}
