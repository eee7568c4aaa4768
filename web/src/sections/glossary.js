// The words of the page, in short sentences.
import { element, section } from "../dom.js";

const kTerms = [
  ["Collapse", "Embeddings of different texts grow alike until search can no longer tell them apart."],
  ["Collapse index", "Slope of mean pairwise cosine on log\u2082 of the length, in the truncated arm: how much more alike embeddings get with each doubling."],
  ["Mean pairwise cosine", "Cosine of the embeddings of two different documents, averaged over all pairs."],
  ["Centred cosine", "The same after the mean vector is subtracted: alike in more than a shared offset."],
  ["Permuted floor", "The cosine of as many documents drawn regardless of length. A bucket that differs from it differs because of length."],
  ["Truncated arm", "The same documents cut to 16, 32, \u2026 tokens: the content stays as equal as it can."],
  ["Natural arm", "Whole documents, grouped by how long they are. Long documents may also be about other things."],
  ["Static control", "The mean of the input word embeddings, no attention. A mean over many tokens concentrates by itself; this says how much."],
  ["Repeated, mixed, diluted", "Controls: a passage repeated, pieces of different documents put together, a passage among filler. Each changes one thing that length changes too."],
  ["Attribution", "The change of cosine from one window to a whole text, taken apart: content (later windows by themselves), averaging of windows (the mean of their vectors: how different a document is within itself), attention (across windows), positions (beyond the trained length)."],
  ["Intervention", "The same tokens with one thing changed: where they stand, what follows them, how their states are pooled."],
  ["Interpolated positions", "Positions squeezed into the trained range, which is the folder\u2019s default length: training may have seen shorter texts alone."],
  ["Excess", "Slope of the model minus slope of the static control. Below 0: the mean of word embeddings rises faster, for what all of them share; it does not show that the encoder works against that."],
  ["Irregularity", "How far the measured curve strays from a shape beyond sampling error; fitted together with the shape."],
  ["Support", "Share of the bootstrap resamples of the documents that prefer the shape."],
  ["Knee", "The length where the slope changes, if it does. A knee at the model\u2019s length limit points to positions that training hardly saw."],
  ["Length in force", "The longest sequence that this run feeds the model; longer texts are cut there. The model\u2019s own limit is what its folder names for sentence-transformers."],
  ["AICc, weight", "What a shape\u2019s fit costs, few lengths allowed for: lower is better. The weight turns it into a share of belief among the shapes fitted."],
  ["Positions", "The longest sequence that the model has position embeddings for."],
  ["Token cosine", "Cosine of two tokens\u2019 states within one text, averaged over pairs."],
  ["HC ratio", "HC[X] is the token states minus their mean. The ratio of its size to the whole is 0 when all tokens are the same."],
  ["Entropy", "How evenly a head spreads its attention, divided by ln n: 1 is even."],
  ["Sink", "Attention weight on the first token, where heads park what they do not need."],
  ["Retention", "What a head\u2019s averaging keeps of the differences between value vectors."],
  ["The source", "The paper that named length collapse: arXiv 2410.24200."],
  ["Filter rate, \u03c3\u2090", "Largest singular value of (I \u2212 11\u1d40/n) A: the most that a head\u2019s attention A keeps of any difference between tokens."],
  ["\u03c3\u209b", "Standard deviation of a head\u2019s attention scores within a row."],
  ["Gain", "By what factor a part of a layer changes the ratio of HC to DC: below 1 it makes the tokens of a text more alike."],
  ["Carried", "By how much the collapse index falls when one head\u2019s output is replaced."],
  ["RankMe", "Effective number of directions the embeddings use."],
  ["Uniformity", "ln of the mean of exp(\u22122 d\u00b2) over pairs at distance d: 0 when all embeddings coincide."],
];

export function glossary() {
  return section("Glossary", element("dl", { class: "glossary" },
    kTerms.map(([term, meaning]) => element("div", {}, element("dt", {}, term), element("dd", {}, meaning)))));
}
