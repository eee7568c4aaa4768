// The page of several models side by side.
import { element, key, section, table } from "../dom.js";
import { csv, download } from "../download.js";
import { integer, number, percent, withRange } from "../format.js";
import { lead } from "../lead.js";
import { alikeChart, kModels, searchChart } from "./charts.js";
import { drawings, hasQuarters } from "./parts.js";

function picture(models, colors, plot) {
  const measured = models.filter((model) => model.measured.arms.truncated);
  const searched = models.filter((model) => hasQuarters(model.gain));
  const color = (model) => colors.get(model);
  const alike = measured.length ? plot("How alike documents are as more of each is read. Bands: intervals over documents.",
    alikeChart(measured.map((model) => ({ name: model.name, color: color(model), rows: model.measured.arms.truncated.buckets }))),
    "Mean cosine of two documents against the tokens read of each, a line a model.", key(measured.map((model) => [model.name, color(model), false]))) : null;
  const lines = searched.flatMap((model) => ["before", "after"].map((member) => ({
    name: `${model.name}, ${member === "before" ? "as it is" : "repaired"}`, color: color(model), dashed: member === "before",
    rows: model.gain.quarters.map((row) => ({ ...row, score: row[member] })) })));
  const search = searched.length ? plot("How well search finds short and long documents, as the models are (dashed) and repaired (solid). Bars: intervals.",
    searchChart(lines), "nDCG@10 by the length of the document looked for, two lines a model.", key([["as it is", "currentColor", true], ["repaired", "currentColor", false]])) : null;
  return element("div", { class: "pair picture" }, alike, search);
}

function comparisonTables(rows, models) {
  const model = { title: "Model", cell: (row) => {
    const { page } = models[rows.indexOf(row)];
    return page ? element("a", { href: encodeURIComponent(page) }, row.model) : row.model;
  } };
  return [
    table("nDCG@10 with intervals; the longest quarter is of the documents looked for", [
      model,
      { title: "Longest quarter, as it is", numeric: true, cell: (row) => withRange(row.longest_before) },
      { title: "Longest quarter, repaired", numeric: true, cell: (row) => withRange(row.longest_after) },
      { title: "All, as it is", numeric: true, cell: (row) => withRange(row.before) },
      { title: "All, repaired", numeric: true, cell: (row) => withRange(row.after) },
    ], rows),
    table("What each reads, and what it costs", [
      model,
      { title: "Tokens read as it is", numeric: true, cell: (row) => integer(row.limit) },
      { title: "Text never read", numeric: true, cell: (row) => percent(row.unread) },
      { title: "Repair", wrap: true, cell: (row) => row.repair },
      { title: "Vectors", numeric: true, cell: (row) => number(row.vectors, 1) },
      { title: "Bytes", numeric: true, cell: (row) => integer(row.bytes) },
      { title: "ms a document, as it is", numeric: true, cell: (row) => number(1000 * row.seconds_document_before, 1) },
      { title: "Repaired", numeric: true, cell: (row) => number(1000 * row.seconds_document, 1) },
    ], rows),
  ];
}

export function comparisonPage(report, source) {
  document.querySelector(".kicker").textContent = "Lengthwise comparison";
  const { models, comparison } = report;
  const colors = new Map(models.map((model, index) => [model, kModels[index % kModels.length]]));
  const { pending, plot } = drawings();
  const each = section("Each model", models.map((model) => element("div", { class: "next" },
    element("h3", {}, model.page ? element("a", { href: encodeURIComponent(model.page) }, model.name) : model.name), element("p", {}, model.sentence))));
  const numbers = section("The numbers", element("div", { class: "controls" },
    download("Everything (JSON)", "report.json", "application/json", () => source),
    download("Comparison (CSV)", "comparison.csv", "text/csv", () => csv(comparison.rows))));
  return { nodes: [picture(models, colors, plot), lead(report), section("Side by side", comparisonTables(comparison.rows, models)), each, numbers], pending };
}
