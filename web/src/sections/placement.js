// Whether a passage is found wherever it stands, by how texts are read.
import { element, section } from "../dom.js";
import { integer, number, percent, signed, withRange } from "../format.js";
import { experiment } from "./experiment.js";

// By reading; the repair stands out.
const kColors = { cut: "#d2691e", "one pass": "#8a8f98", "window mean": "#2a78c2", "best window": "#c8457c", repaired: "#2f8f5b" };

const axis = (places) => ({ field: "length", type: "quantitative", title: "share of the text before the passage", scale: { domain: [0, 1], nice: false },
  axis: { values: places, format: ".0%", titleAnchor: "end", labelOverlap: true } });

export function placement(report) {
  const found = report.controls?.placement;
  if (!found) return null;
  const pending = [];
  const readings = found.readings;
  const places = readings[0].places.map((row) => row.place);
  // A row a place, with a member a reading.
  const rows = places.map((place, index) => ({ length: place,
    ...Object.fromEntries(readings.map((reading) => [reading.reading, reading.places[index].ndcg_at_10])),
    change: Object.fromEntries(readings.map((reading) => [reading.reading, reading.places[index].change])) }));
  const block = experiment(report, { title: "The same passage, elsewhere in the text", sentence: found.sentence, rows, axis: axis(places),
    yTitle: "nDCG@10",
    caption: `Every text has ${integer(found.length)} tokens: ${integer(found.passage)} of one document, the passage, among the beginning of another. The query is what ` +
      `follows the passage in its document. Texts in random order would score ${number(found.chance)}. Band: interval over passages.`,
    first: [{ title: "Before the passage", cell: (row) => percent(row.length) }],
    curves: readings.map(({ reading, title }) => [reading, title, kColors[reading], reading === "repaired" ? undefined : [5, 3]]),
    columns: readings.map(({ reading, title }) => ({ title: `Change, ${title}`, numeric: true, cell: (row) => withRange(row.change[reading], signed) })) },
  (drawing) => pending.push(drawing));
  const sensitivity = element("p", {}, "Position sensitivity, 1 less the worst place over the best: ",
    readings.map(({ title, position_sensitivity: value }) => `${title} ${value ? withRange(value) : "not defined"}`).join("; "),
    ". 0 would be a reading to which it does not matter where a passage stands; noise alone lifts it a little.");
  return { node: section("Wherever it stands", block, sensitivity), pending };
}
