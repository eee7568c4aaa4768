// Tasks by length: a section a task, with its curves, its sweep and its numbers.
import { element, figure, section, swatch, table } from "../dom.js";
import { integer, kDash, number, percent, signed, withRange } from "../format.js";
import { draw } from "../plot.js";
import { bucketName, collapseChart, isSwept, scoreByLength, sideColor, styleOf, sweepChart } from "./charts.js";
import { metricTitle, runTitle } from "./metrics.js";

const kLengths = { relevant_document: "relevant documents", query: "query", text: "text", pair: "pair (mean of the two)" };
const kUnits = { query: "queries", text: "texts", pair: "pairs" };
const kClusters = { given: "clusters given with the task", relevant_document: "clusters, by the relevant documents that they share",
  text: "clusters, by the texts that they share", both_texts: "texts, both of a pair drawn" };

// What is resampled, where it is not the units one by one. Documents of older programs do not say.
const clustersOf = (task) => (kClusters[task.clustered_by] ? ` (resampled by ${integer(task.clusters)} ${kClusters[task.clustered_by]})` : "");

function legend(entries) {
  return element("div", { class: "legend" }, entries.map(([name, color, dashed]) =>
    element("label", {}, swatch(color, dashed), element("span", {}, name))));
}

// The base run and the baselines, and of the temperatures and of all other runs the one that scores highest. A fit that has seen
// what it is judged on is left out where there is a held-out one.
function drawnRuns(task) {
  const score = (run) => run.metrics[task.metric].estimate ?? -Infinity;
  const best = (runs) => [...runs].sort((a, b) => score(b) - score(a)).slice(0, 1);
  const own = task.runs.filter((run) => run.corpus === null);
  const fixed = own.filter((run) => run === task.runs[0] || run.kind !== "model");
  const others = own.filter((run) => !fixed.includes(run) && !isSwept(run) && run.cut === null);
  const heldOut = others.filter((run) => run.held_out || (run.post_process === null && run.csls === null));
  return [...fixed, ...best(own.filter(isSwept)), ...own.filter((run) => run.cut !== null), ...best(heldOut.length ? heldOut : others)];
}

function curves(task, plot, level) {
  const runs = drawnRuns(task);
  const figures = runs[0].by_length.map((group, place) => ({ group, place })).filter(({ group }) => group.kind === "fixed" && group.buckets.length > 1)
    .map(({ group, place }) => plot(
      `${metricTitle(task.metric)} by the length of the ${kLengths[group.length_of]}. Bars: ${level} % bootstrap intervals.`,
      scoreByLength(runs.map((run) => ({ run: runTitle(run.run), style: styleOf(run), buckets: run.by_length[place].buckets })),
        metricTitle(task.metric), kLengths[group.length_of]),
      `${metricTitle(task.metric)} of ${task.task} by length, a line a run.`));
  if (!figures.length) return null;
  return [legend(runs.map((run) => [runTitle(run.run), styleOf(run).color, styleOf(run).dash[1] > 0])), element("div", { class: "pair" }, figures)];
}

function sweep(task, plot, level) {
  if (!task.sweep) return null;
  const groups = new Map();
  for (const curve of task.sweep.curves) {
    const key = curve.length_of === null ? "all" : `${curve.length_of} ${curve.from}`;
    groups.set(key, [...(groups.get(key) ?? []), curve]);
  }
  const all = groups.get("all");
  const first = task.sweep.curves.find((curve) => curve.length_of !== null)?.length_of;
  const buckets = [...groups.values()].filter(([curve]) => curve.length_of === first && first && curve.count >= 10);
  const ends = buckets.flat().flatMap((curve) => curve.points.flatMap(({ difference }) => [difference.low, difference.high]))
    .filter((end) => end !== null && end !== undefined);
  const domain = ends.length ? [Math.min(0, ...ends), Math.max(0, ...ends)] : null;
  const title = "difference";
  return [
    element("h3", {}, "Attention temperature"),
    legend(all.map((curve) => [`applied to ${curve.side}`, sideColor(curve.side), false])),
    plot(`${metricTitle(task.metric)} less that of the base run, all ${integer(all[0].count)} ${kUnits[task.unit]}. Bands: ${level} % intervals that hold at every ` +
      "temperature at once.", sweepChart(all, { title, height: 240 }), `Difference of ${task.task} by temperature.`),
    buckets.length > 1 ? element("div", { class: "grid" }, buckets.map((group) => plot(
      `${kLengths[first]} of ${bucketName(group[0])} tokens: ${integer(group[0].count)} ${kUnits[task.unit]}`,
      sweepChart(group, { title, height: 130, domain }), `Difference by temperature at ${bucketName(group[0])} tokens.`))) : null,
    table("The best temperature of one half, judged on the other half", [
      { title: "Applied to", cell: (choice) => choice.side },
      { title: "Chosen", numeric: true, cell: (choice) => number(choice.temperature, 2) },
      { title: "On the half that chose", numeric: true, cell: (choice) => signed(choice.validation_difference, 4) },
      { title: "On the other half", numeric: true, cell: (choice) => withRange(choice.test_difference, signed, 4) },
      { title: kUnits[task.unit], numeric: true, cell: (choice) => `${choice.validation_units} + ${choice.test_units}` },
    ], task.sweep.choices),
  ];
}

function collapse(task, plot, level) {
  const found = task.collapse;
  if (!found || found.points.length < 3) return null;
  const correlation = (interval) => (interval.estimate === null ? "too few points" : withRange(interval, signed, 2));
  return [
    element("h3", {}, "Does collapse tell what is lost?"),
    plot(`Blue: the base run, by length in tokens. Grey: the other runs. Correlation of cosine and loss over the base run\u2019s buckets: ${correlation(found.across_buckets)}; ` +
      `of their changes from the base run, over the other runs\u2019 buckets: ${correlation(found.across_changes)} (${level} % intervals).`,
    collapseChart(found.points, task.runs[0].run, found.loss_against), `Loss of ${task.task} against the similarity of its embeddings.`),
  ];
}

// The same questions, the same content at another length.
function corpora(task) {
  if (!task.corpora.length) return null;
  return table("The same queries against the same content in documents of another length: this corpus less the other", [
    { title: "Other corpus", cell: (other) => other.corpus },
    { title: "Its documents", numeric: true, cell: (other) => integer(other.documents) },
    { title: "Tokens", numeric: true, cell: (other) => `${integer(Math.round(other.own_length))} against ${integer(Math.round(other.length))}` },
    { title: "Model", numeric: true, cell: (other) => withRange(other.model, signed, 4) },
    { title: "BM25", numeric: true, cell: (other) => withRange(other.bm25, signed, 4) },
    { title: "Model less BM25", numeric: true, cell: (other) => withRange(other.excess, signed, 4) },
  ], task.corpora);
}

function runTable(task) {
  const others = Object.keys(task.runs[0].metrics).filter((name) => name !== task.metric);
  return table("Every run", [
    { title: "Run", cell: (run) => runTitle(run.run) },
    { title: metricTitle(task.metric), numeric: true, cell: (run) => withRange(run.metrics[task.metric]) },
    { title: "Difference", numeric: true, cell: (run) => (run.comparison ? withRange(run.comparison.difference, signed, 4) : kDash) },
    { title: "Rescued", numeric: true, cell: (run) => integer(run.comparison?.units?.rescued.length) },
    { title: "Lost", numeric: true, cell: (run) => integer(run.comparison?.units?.lost.length) },
    ...others.map((name) => ({ title: metricTitle(name), numeric: true, cell: (run) => number(run.metrics[name].estimate) })),
  ], task.runs, (run) => run === task.runs[0]);
}

function shareTable(task) {
  if (!task.runs[0].document_shares.length) return null;
  const bm25 = task.runs.find((run) => run.kind === "bm25");
  return table("Documents by length: how many there are, how many are relevant, how many are found", [
    { title: "Tokens", cell: bucketName },
    { title: "Of the corpus", numeric: true, cell: (share) => percent(share.corpus) },
    { title: "Of what is relevant", numeric: true, cell: (share) => percent(share.relevant) },
    { title: "Of the first ten", numeric: true, cell: (share) => percent(share.retrieved) },
    { title: "The same, BM25", numeric: true, cell: (share) => percent(bm25?.document_shares.find((other) => other.from === share.from)?.retrieved) },
  ], task.runs[0].document_shares);
}

export function taskSections(report) {
  const level = Math.round(100 * report.confidence);
  return (report.tasks ?? []).map((task) => {
    const pending = [];
    const plot = (caption, spec, description) => {
      const node = element("div", { class: "plot" });
      pending.push(() => draw(node, spec, description));
      return figure(caption, node);
    };
    const about = [`${integer(task.units)} ${kUnits[task.unit]}${clustersOf(task)}`, task.documents && task.kind === "retrieval" ? `${integer(task.documents)} documents` : null, task.source];
    return {
      node: section(`${task.task}: ${task.kind} by length`, element("p", {}, about.filter(Boolean).join(", "), "."),
        task.notes.map((note) => element("p", {}, note)), curves(task, plot, level), sweep(task, plot, level), collapse(task, plot, level), corpora(task), runTable(task), shareTable(task)),
      pending,
    };
  });
}
