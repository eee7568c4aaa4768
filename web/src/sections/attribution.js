// What the change of cosine with length is made of.
import { attributionChart, kParts } from "../charts/attribution.js";
import { seriesChart } from "../charts/series.js";
import { element, figure, section, table } from "../dom.js";
import { integer, signed, withRange } from "../format.js";
import { draw } from "../plot.js";

function partsTable(attribution) {
  const columns = [
    { title: "Tokens", cell: (row) => row.name },
    { title: "Rise", numeric: true, cell: (row) => withRange(row.parts.rise, signed) },
    ...kParts.map(({ key, title }) => (
      { title: title[0].toUpperCase() + title.slice(1), numeric: true, cell: (row) => withRange(row.parts[key], signed) })),
  ];
  const rows = [...attribution.lengths.map(({ length, parts }) => ({ name: integer(length), parts })),
    { name: "per doubling", parts: attribution.per_doubling }];
  return table("Change of mean pairwise cosine from a single window, and its parts", columns, rows,
    (row) => row.name === "per doubling");
}

function checkText(attribution) {
  if (!attribution.interpolation_check.length) return null;
  const found = attribution.interpolation_check.map(({ length, difference }) => `${withRange(difference, signed)} at ${length} tokens`);
  return element("p", {}, `Interpolating by the same factor within the trained length, where nothing asks for it, changes cosine by ${found.join(", ")}.`);
}

export function attribution(report) {
  const found = report.controls?.attribution;
  if (!found) return null;
  const stacked = element("div", { class: "plot" });
  const apart = element("div", { class: "plot" });
  const level = Math.round(100 * report.confidence);
  const series = kParts.map(({ key, title, color }) => (
    { name: title, color, points: found.lengths.map(({ length, parts }) => ({ length, interval: parts[key] })) }));
  return {
    node: section("What the rise is made of", element("p", {}, found.sentence),
      element("div", { class: "pair" },
        figure(`Parts stacked at each length; the diamond is their sum, the whole change, with its ${level} % interval.`, stacked),
        figure(`Each part by itself. Bands: ${level} % bootstrap intervals over documents, the same resamples for every part.`, apart)),
      checkText(found), partsTable(found),
      element("details", {}, element("summary", {}, "What this rests on"),
        element("ul", {}, found.assumptions.map((text) => element("li", {}, text))))),
    pending: [
      () => draw(stacked, attributionChart(found.lengths), "Parts of the change of mean pairwise cosine, stacked, by length in tokens."),
      () => draw(apart, seriesChart(report, series, { title: "change of cosine", height: 255 }), "Each part of the change against length in tokens, with intervals."),
    ],
  };
}
