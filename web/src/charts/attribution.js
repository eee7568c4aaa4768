// The parts of a change of cosine stacked at each length, negative ones below zero, and their sum with its interval.

export const kParts = [
  { key: "content", title: "content", color: "#2f8f5b" },
  { key: "pooling", title: "averaging of windows", color: "#2a78c2" },
  { key: "attention", title: "attention", color: "#d2691e" },
  { key: "positions", title: "positions", color: "#c8457c" },
];

export function attributionChart(lengths) {
  const later = lengths.slice(1);
  const rows = later.flatMap(({ length, parts }) => kParts.map(({ key, title }, order) => (
    { length, part: title, order, value: parts[key].estimate, low: parts[key].low, high: parts[key].high })));
  const sums = later.map(({ length, parts }) => (
    { length, value: parts.rise.estimate, low: parts.rise.low, high: parts.rise.high }));
  const grey = "#8a8f98";
  const x = { field: "length", type: "ordinal", title: "tokens", axis: { labelAngle: 0, titleAnchor: "end" } };
  const y = { type: "quantitative", title: "change of mean pairwise cosine", axis: { tickCount: 6 } };
  const numbers = [{ field: "value", format: "+.3f" }, { field: "low", format: "+.3f" }, { field: "high", format: "+.3f" }];
  return {
    width: "container", height: 300,
    encoding: { x },
    layer: [
      { data: { values: rows }, mark: { type: "bar" },
        encoding: { y: { ...y, field: "value", stack: "zero" }, order: { field: "order" },
          color: { field: "part", type: "nominal", title: null,
            scale: { domain: kParts.map((part) => part.title), range: kParts.map((part) => part.color) },
            legend: { orient: "bottom", direction: "horizontal", columns: 2 } },
          tooltip: [{ field: "part" }, { field: "length", title: "tokens" }, ...numbers] } },
      { data: { values: [{}] }, mark: { type: "rule", color: grey }, encoding: { x: null, y: { datum: 0 } } },
      { data: { values: sums }, transform: [{ filter: "isValid(datum.low)" }], mark: { type: "rule", strokeWidth: 1.5, color: grey },
        encoding: { y: { ...y, field: "low" }, y2: { field: "high" } } },
      { data: { values: sums }, mark: { type: "point", shape: "diamond", size: 70, color: "#111111", stroke: "#ffffff", strokeWidth: 1 },
        encoding: { y: { ...y, field: "value" }, tooltip: [{ field: "length", title: "tokens" }, ...numbers] } },
    ],
  };
}
