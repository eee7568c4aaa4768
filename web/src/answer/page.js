// The page of one model's answer: the answer, one picture, what follows from it; then ways, map, and all that was measured.
import { kneeOf } from "../charts/shapes.js";
import { element, key, section, table } from "../dom.js";
import { csv, download } from "../download.js";
import { integer, kDash, number } from "../format.js";
import { taskSections } from "../evaluation/tasks.js";
import { evaluationTerms } from "../evaluation/terms.js";
import { alikeChart, kAfter, kBefore, mapChart, searchChart } from "./charts.js";
import { commands, drawings, gainTable, hasQuarters, points } from "./parts.js";

function picture(model, plot) {
  const { measured, gain } = model;
  const truncated = measured.arms.truncated?.buckets ?? [];
  const alike = truncated.some((bucket) => bucket.cosine.estimate !== null) ? plot(
    "How alike documents are as more of each is read. Band: interval over documents.",
    alikeChart([{ name: model.name, color: kAfter, rows: truncated }], { report: measured, knee: kneeOf(measured) }),
    `Mean cosine of two documents against the tokens read of each: ${model.collapse}.`) : null;
  const line = (name, color, member) => ({ name, color, rows: gain.quarters.map((row) => ({ ...row, score: row[member] })) });
  const search = hasQuarters(gain) ? plot(
    "How well search finds short and long documents: a point a quarter of them, bars are intervals.",
    searchChart([line("as it is", kBefore, "before"), line("repaired", kAfter, "after")]),
    "nDCG@10 before and after the repair, by the length of the document looked for.",
    key([["as it is", kBefore, false], [`repaired: ${model.tried}`, kAfter, false]])) : null;
  if (!alike && !search) return null;
  return element("div", { class: "pair picture" }, alike, search);
}

// What follows from the answer, each with a heading of its own.
function paragraphs(model) {
  return element("div", { class: "parts" }, model.paragraphs.map(({ title, text }) =>
    element("div", { class: "part" }, element("h2", {}, title), element("p", {}, text))));
}

function ways(model) {
  const { tuned } = model;
  const score = (candidate) => candidate.run?.metrics.ndcg_at_10.estimate ?? null;
  return section("Ways to search, by what they cost", element("p", {}, tuned.trust),
    table("nDCG@10, the difference from the model as it is, and what each costs; the chosen one stands out", [
      { title: "Way", wrap: true, cell: (candidate) => candidate.title },
      { title: "nDCG@10", numeric: true, cell: (candidate) => number(score(candidate)) },
      { title: "Gain in points", numeric: true, cell: (candidate) => points(candidate.run?.comparison?.difference ?? null) },
      { title: "Vectors", numeric: true, cell: (candidate) => number(candidate.cost.vectors, 1) },
      { title: "Bytes", numeric: true, cell: (candidate) => integer(candidate.cost.bytes) },
      { title: "Tokens read", numeric: true, cell: (candidate) => integer(candidate.cost.tokens) },
      { title: "ms a document", numeric: true, cell: (candidate) => number(1000 * candidate.cost.seconds_document, 1) },
      { title: "ms a query", numeric: true, cell: (candidate) => (candidate.cost.seconds_query === null ? kDash : number(1000 * candidate.cost.seconds_query, 3)) },
    ], tuned.candidates, (candidate) => candidate.chosen));
}

function map(model, plot) {
  const found = model.tuned.map;
  if (found.length < 3) return null;
  return section("A map of the documents", element("p", {}, "Each point is a document, placed along the two directions in which documents vary most; near points are alike. " +
    "Both maps have the same scale, so a crowd in the middle is a crowd of vectors."),
    element("div", { class: "pair" },
      plot("As the model is.", mapChart(found, "before"), "Documents in the plane, as the model is, coloured by length."),
      plot("Repaired.", mapChart(found, "after"), "Documents in the plane, repaired, coloured by length.")));
}

function numbers(model, source) {
  return section("To take along", element("p", {}, "Every chart has its numbers and itself as a drawing below it. What follows is everything that was measured, with intervals; last, how."),
    element("div", { class: "controls" },
      download("Everything (JSON)", "report.json", "application/json", () => source),
      model.gain ? download("Gain by length (CSV)", "gain.csv", "text/csv", () => csv(model.gain.by_length)) : null,
      download("Ways (CSV)", "ways.csv", "text/csv", () => csv(model.tuned.candidates.map(({ title, name, cost, run }) => (
        { title, name, ...cost, ndcg_at_10: run?.metrics.ndcg_at_10 ?? null, difference: run?.comparison?.difference ?? null })))),
      download("Map (CSV)", "map.csv", "text/csv", () => csv(model.tuned.map.map(({ id, tokens, before, after }) => (
        { id, tokens, before_x: before[0], before_y: before[1], after_x: after[0], after_y: after[1] }))))));
}

// `measuredParts`: makes the page of a measurement, without its answer; `notes`: an element.
export function modelPage(model, source, { measuredParts, notes }) {
  const { pending, plot } = drawings();
  const measured = measuredParts(model.measured);
  const tasks = model.evaluated ? taskSections(model.evaluated) : [];
  return {
    nodes: [picture(model, plot), paragraphs(model), hasQuarters(model.gain) ? section("What it gains, by length", gainTable(model.gain)) : null, commands(model), notes, ways(model), map(model, plot),
      numbers(model, source), ...tasks.map((task) => task.node), element("div", { class: "lead" }, element("h2", {}, "How alike embeddings grow"), element("p", { class: "detail" }, model.measured.detail)), ...measured.nodes, model.evaluated ? evaluationTerms("Terms of the evaluation") : null],
    pending: [...pending, ...tasks.flatMap((task) => task.pending), ...measured.pending],
  };
}
