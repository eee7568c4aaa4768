// Charts of an evaluation: a score by length, and what a temperature changes.

// Runs that are drawn, in this order. Colours keep a contrast of 3:1 with a white and with a near-black page.
const kStyles = {
  model: { color: "#2a78c2", dash: [1, 0] },
  static: { color: "#2a78c2", dash: [5, 3] },
  bm25: { color: "#d2691e", dash: [1, 0] },
  temperature: { color: "#c8457c", dash: [1, 0] },
  other: { color: "#3f8f5f", dash: [1, 0] },
  cut: { color: "#8a8f98", dash: [1, 0] },
};

// A run of the sweep: nothing but the temperature differs.
export function isSwept(run) {
  return run.temperature !== null && [run.cut, run.window, run.post_process, run.csls, run.hybrid, run.corpus].every((setting) => setting === null) && !run.fusion;
}

export function styleOf(run) {
  if (isSwept(run)) return kStyles.temperature;
  if (run.cut !== null) return kStyles.cut;
  const changed = [run.window, run.post_process, run.csls, run.hybrid].some((setting) => setting !== null) || run.fusion;
  return changed ? kStyles.other : kStyles[run.kind];
}

export function bucketName(bucket) {
  return bucket.from === 1 ? `up to ${bucket.to}` : bucket.from === bucket.to ? `${bucket.to}` : `${bucket.from}\u2013${bucket.to}`;
}

// Powers of two inside the domain.
function ticks([low, high]) {
  const values = [];
  for (let tick = 2 ** Math.ceil(Math.log2(low)); tick <= high; tick *= 2) values.push(tick);
  return values;
}

// The main metric by length, a line a run. runs: [{run, style, buckets}].
export function scoreByLength(runs, metric, lengthTitle, { height = 240, zero = true } = {}) {
  // Bars of neighbouring runs would hide each other at the same place.
  const rows = runs.flatMap((run, index) => run.buckets.filter((bucket) => bucket.score.estimate !== null).map((bucket) => ({
    run: run.run, length: bucket.length * 1.025 ** (index - (runs.length - 1) / 2), value: bucket.score.estimate, low: bucket.score.low,
    high: bucket.score.high, bucket: `${bucketName(bucket)} tokens`, count: bucket.count })));
  const lengths = rows.map((row) => row.length);
  const domain = [Math.min(...lengths) / 1.1, Math.max(...lengths) * 1.1];
  const names = runs.map((run) => run.run);
  const color = { field: "run", type: "nominal", legend: null, scale: { domain: names, range: runs.map((run) => run.style.color) } };
  const dash = { field: "run", type: "nominal", legend: null, scale: { domain: names, range: runs.map((run) => run.style.dash) } };
  const y = { field: "value", type: "quantitative", title: metric, scale: { zero, nice: true }, axis: { tickCount: 5 } };
  const format = ".3f";
  return {
    width: "container", height, data: { values: rows },
    encoding: { x: { field: "length", type: "quantitative", title: `tokens of the ${lengthTitle}`,
      scale: { type: "log", base: 2, domain, nice: false }, axis: { values: ticks(domain), format: "d", titleAnchor: "end", labelOverlap: true } } },
    layer: [
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "rule", strokeWidth: 1.25, opacity: 0.75 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "line" }, encoding: { y, color, strokeDash: dash } },
      { mark: { type: "point", size: 34 }, encoding: { y, color, tooltip: [{ field: "run" }, { field: "bucket" }, { field: "count", title: "units" },
        { field: "value", title: metric, format }, { field: "low", format }, { field: "high", format }] } },
    ],
  };
}

const kSides = ["both", "documents", "queries"];
const kSideColors = ["#c8457c", "#2a78c2", "#d2691e"];

// The difference from the base run by temperature, a line a side. curves: those of one bucket.
export function sweepChart(curves, options) {
  const { title, height, domain } = options;
  const rows = curves.flatMap((curve) => curve.points.filter((point) => point.difference.estimate !== null).map((point) => ({
    side: curve.side, temperature: point.temperature, value: point.difference.estimate, low: point.difference.low, high: point.difference.high })));
  const color = { field: "side", type: "nominal", legend: null, scale: { domain: kSides, range: kSideColors } };
  const y = { field: "value", type: "quantitative", title, scale: { zero: true, nice: true, ...(domain ? { domain } : {}) },
    axis: { tickCount: 5, format: "+.3f" } };
  const format = "+.4f";
  return {
    width: "container", height, data: { values: rows },
    encoding: { x: { field: "temperature", type: "quantitative", title: "temperature", scale: { zero: false, nice: false, padding: 8 },
      axis: { titleAnchor: "end", tickCount: 6, format: "~g" } } },
    layer: [
      { data: { values: [{}] }, mark: { type: "rule", color: "#8a8f98", strokeWidth: 1 }, encoding: { x: {}, y: { datum: 0, type: "quantitative" } } },
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "area", opacity: 0.14 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "line" }, encoding: { y, color } },
      // Beside the band, which has no width where there is one temperature.
      { transform: [{ filter: "isValid(datum.low)" }], mark: { type: "rule", opacity: 0.6 },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" }, color } },
      { mark: { type: "point", size: 26 }, encoding: { y, color, tooltip: [{ field: "side", title: "applied to" }, { field: "temperature" },
        { field: "value", title: "difference", format }, { field: "low", format }, { field: "high", format }] } },
    ],
  };
}

export function sideColor(side) {
  return kSideColors[kSides.indexOf(side)];
}

// Loss against how alike the embeddings are, a point a run and bucket; the base run's points are joined by length.
export function collapseChart(points, base, against) {
  const rows = points.map((point, order) => ({ ...point, order, name: bucketName(point), bucket: `${bucketName(point)} tokens`, part: point.run === base ? "base" : "other" }));
  const x = { field: "cosine", type: "quantitative", title: "mean pairwise cosine", scale: { zero: false, padding: 10 }, axis: { titleAnchor: "end", tickCount: 6 } };
  const y = { field: "loss", type: "quantitative", title: against === "bm25" ? "BM25 less the score" : "1 less the score", scale: { zero: false, padding: 10 },
    axis: { tickCount: 5 } };
  const tooltip = [{ field: "run" }, { field: "bucket" }, { field: "units" }, { field: "cosine", format: ".3f" }, { field: "loss", format: ".3f" }];
  return {
    width: "container", height: 240, data: { values: rows },
    usermeta: { labels: { points: "base", text: "name", avoid: ["others"] } },
    layer: [
      { name: "others", transform: [{ filter: "datum.part === 'other'" }], mark: { type: "point", size: 26, color: "#8a8f98" }, encoding: { x, y, tooltip } },
      { transform: [{ filter: "datum.part === 'base'" }], mark: { type: "line", color: "#2a78c2", opacity: 0.5 }, encoding: { x, y, order: { field: "from", type: "quantitative" } } },
      { name: "base", transform: [{ filter: "datum.part === 'base'" }], mark: { type: "point", size: 44, color: "#2a78c2" }, encoding: { x, y, tooltip } },
    ],
  };
}
