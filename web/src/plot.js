// Vega-Lite specifications, drawn as SVG inside an element.
import { csv, download } from "./download.js";
import { element } from "./dom.js";
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import * as vegaLite from "vega-lite";
import { Handler } from "vega-tooltip";

const kFont = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
// Greys that the style sheet replaces by the page's own ink (see "figure svg" there): light, dark and print are then
// one drawing.
const kInk = "#444444";
const kRule = "#dddddd";

const kConfig = {
  background: null,
  font: kFont,
  view: { stroke: null },
  axis: { labelColor: kInk, titleColor: kInk, gridColor: kRule, domainColor: kRule, tickColor: kRule, labelFontSize: 11,
    titleFontSize: 11, titleFontWeight: "normal", labelPadding: 4, titlePadding: 8 },
  axisX: { grid: false, domain: true, ticks: true },
  axisY: { grid: true, domain: false, ticks: false, titleAngle: 0, titleAlign: "left", titleAnchor: "start",
    titleX: 0, titleY: -10, titleBaseline: "bottom" },
  title: { color: kInk, fontSize: 12, fontWeight: 600, anchor: "start", offset: 6, font: kFont },
  legend: { labelColor: kInk, titleColor: kInk, labelFontSize: 11, titleFontSize: 11, titleFontWeight: "normal" },
  line: { strokeWidth: 2 },
  point: { size: 40, filled: true, opacity: 1 },
  bar: { discreteBandSize: { band: 0.8 } },
  text: { font: kFont, fontSize: 11, fill: kInk },
};

// Specifications are fixed when the page is built; hints about them help nobody who reads a report.
const kQuiet = vega.logger(vega.Error);

const tooltip = new Handler({ disableDefaultStyle: true }).call;

// A text at each point of a layer, put where it meets no other text and no point; one that finds no room is not shown.
// Vega's own transform, which Vega-Lite has no words for. labels: {points, text, avoid}, names of layers and a field.
function labelMarks({ points, text, avoid }) {
  return { type: "text", name: "labels", from: { data: `${points}_marks` },
    encode: { enter: { text: { field: `datum.${text}` }, fontSize: { value: 10 }, fill: { value: kInk }, font: { value: kFont } } },
    transform: [{ type: "label", size: { signal: "[width, height]" }, avoidMarks: avoid.map((layer) => `${layer}_marks`),
      anchor: ["top", "bottom", "right", "left", "top-right", "top-left", "bottom-right", "bottom-left"], offset: [3] }] };
}

// The rows that are drawn: the chart's own, or those of its layers that hold more than a mark.
function rowsOf(spec) {
  if (spec.data?.values?.length) return spec.data.values;
  return (spec.layer ?? []).flatMap((layer) => (layer.data?.values?.length > 1 ? layer.data.values : []));
}

// Below a chart: itself as a drawing, and its numbers.
function saves(spec, view, description) {
  const name = description.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 40).replace(/^-|-$/g, "");
  const rows = rowsOf(spec);
  const save = (label, ending, type, content) => {
    const button = download(label, `${name}.${ending}`, type, content);
    button.setAttribute("aria-label", `Save as ${label}: ${description}`);
    return button;
  };
  return element("div", { class: "saves" }, save("SVG", "svg", "image/svg+xml", () => view.toSVG()),
    rows.length ? save("CSV", "csv", "text/csv", () => csv(rows)) : null);
}

// Draws `spec` into `node` and resolves to its view. The interpreter evaluates expressions without building code, so
// that the page can forbid it (its content security policy).
export async function draw(node, spec, description) {
  const compiled = vegaLite.compile({ autosize: { type: "fit", contains: "padding" }, description, ...spec },
    { config: kConfig, logger: kQuiet }).spec;
  if (spec.usermeta?.labels) compiled.marks.push(labelMarks(spec.usermeta.labels));
  const view = new vega.View(vega.parse(compiled, {}, { ast: true }), {
    expr: expressionInterpreter, renderer: "svg", container: node, hover: true, tooltip, logLevel: vega.Error,
  });
  await view.runAsync();
  node.after(saves(spec, view, description));
  return view;
}

// Colours of a sequential or diverging scheme, for a legend drawn in HTML.
export function schemeColors(name, steps = 12) {
  const interpolate = vega.scheme(name);
  return Array.from({ length: steps }, (_, index) => interpolate(index / (steps - 1)));
}
