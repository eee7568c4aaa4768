// What the words of an evaluation mean.
import { element, section } from "../dom.js";

const kTerms = [
  ["Base run", "The model as it is, or with the repair given. Every other run is compared with it, unit by unit."],
  ["nDCG@10", "How well the first ten documents are ordered, from 0 to 1; graded relevance, discounted by log\u2082 of the rank."],
  ["MRR@10", "1 / rank of the first relevant document, 0 where it is not among the first ten; mean over the queries."],
  ["MAP@1000", "Mean over the queries of the precision at each relevant document among the first thousand."],
  ["Recall@10, @100", "Share of the relevant documents that stand among the first ten, or hundred."],
  ["Accuracy", "Share of texts that a logistic regression on the embeddings of eight texts a label (or of all) labels rightly; or the nearest neighbours."],
  ["V-measure", "How well clusters agree with labels, from 0 to 1: harmonic mean of homogeneity and completeness."],
  ["Spearman correlation", "Of the cosines of pairs with the scores that people gave them: 1 is the same order."],
  ["BM25", "Search by words alone. It has no vector that could collapse."],
  ["Static", "Mean word embeddings of the same tokens: no attention, no positions."],
  ["Held out", "No document and no query is processed by a fit that has seen it: each half of the documents by the fit to the other half, queries with the mean (or hubs) of other queries; mean of three draws of halves."],
  ["Window-mean, window-max", "A document in windows: one vector, their mean; or several, and the mean score of its best ones."],
  ["CSLS", "Cosines less what a document has with its nearest queries: lowers hubs."],
  ["Rescued, lost", "Units that score 0 in the base run and above 0 in this run, and the other way round."],
  ["Length bias", "log\u2082 of the tokens of what is retrieved, less that of what is relevant: 1 is twice as long."],
  ["Hubness", "Skewness of how often each document stands among the first ten: high where a few documents answer everything."],
  ["Intervals", "Paired bootstrap over clusters of units: what shares a cause (queries of one document, pairs with a text in common) is drawn together. Those of a sweep hold at every temperature at once (max-statistic)."],
];

export function evaluationTerms(title) {
  return section(title, element("dl", { class: "glossary" },
    kTerms.map(([term, meaning]) => element("div", {}, element("dt", {}, term), element("dd", {}, meaning)))));
}
