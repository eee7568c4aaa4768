// Vega-Lite specifications, drawn as SVG inside an element.
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

// Draws `spec` into `node` and resolves to its view. The interpreter evaluates expressions without building code, so
// that the page can forbid it (its content security policy).
export async function draw(node, spec, description) {
  const compiled = vegaLite.compile({ autosize: { type: "fit", contains: "padding" }, description, ...spec },
    { config: kConfig, logger: kQuiet }).spec;
  const view = new vega.View(vega.parse(compiled, {}, { ast: true }), {
    expr: expressionInterpreter, renderer: "svg", container: node, hover: true, tooltip, logLevel: vega.Error,
  });
  await view.runAsync();
  return view;
}

// Colours of a sequential or diverging scheme, for a legend drawn in HTML.
export function schemeColors(name, steps = 12) {
  const interpolate = vega.scheme(name);
  return Array.from({ length: steps }, (_, index) => interpolate(index / (steps - 1)));
}
