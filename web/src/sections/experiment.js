// One experiment: what it found in words, its curves, and the numbers behind them.
import { seriesChart } from "../charts/series.js";
import { element, figure, table } from "../dom.js";
import { withRange } from "../format.js";
import { draw } from "../plot.js";

// curves: [member, name, colour, dash]; columns: further columns of the table; first: the first one; place: the member that stands on
// the axis, which is that of lengths unless `axis` is given. Calls back `later` with the drawing.
export function experiment(report, { title, sentence, caption, yTitle, curves, first, columns, rows, place = "length", axis = null }, later) {
  const block = element("div", { class: "control" }, element("h3", {}, title), element("p", {}, sentence));
  if (!rows.length) return block;
  const node = element("div", { class: "plot" });
  const series = curves.map(([key, name, color, dash]) => (
    { name, color, dash, points: rows.filter((row) => row[key]).map((row) => ({ length: row[place], interval: row[key] })) }));
  later(() => draw(node, seriesChart(report, series, { title: yTitle, axis }), `${title}: ${yTitle} against ${axis?.title ?? "length in tokens"}.`));
  const all = [...first, ...curves.map(([key, name]) => ({ title: name[0].toUpperCase() + name.slice(1), numeric: true, cell: (row) => withRange(row[key]) })),
    ...columns];
  block.append(figure(caption, node), element("details", {}, element("summary", {}, "Numbers"), table(title, all, rows)));
  return block;
}
