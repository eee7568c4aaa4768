// The same texts with one thing changed at a time: where tokens stand, what follows them, how their states are pooled.
import { placeAxis } from "../charts/length_axis.js";
import { element, section } from "../dom.js";
import { integer, percent, signed, withRange } from "../format.js";
import { experiment } from "./experiment.js";

const kBlue = "#2a78c2";
const kOrange = "#d2691e";
const kGreen = "#2f8f5b";
const kPink = "#c8457c";
const kCosine = "mean pairwise cosine";

const change = (key, title) => ({ title, numeric: true, cell: (row) => withRange(row[key], signed) });
const share = (key, title) => ({ title, numeric: true, cell: (row) => withRange(row.change?.[key], percent) });
const logarithm = (key, title) => ({ title, numeric: true, cell: (row) => withRange(row.change?.[key], signed) });
const tokens = { title: "Tokens", cell: (row) => integer(row.length) };

function offset(found, part) {
  return { title: "The same tokens, moved", rows: found.offsets, place: "offset", axis: placeAxis(found.offsets.map((row) => row.offset), "positions further out"),
    caption: `The first ${part} tokens of each text, further and further out in the table of positions; what stands before the text keeps its ` +
      "positions. Content, length and the reach of attention are the same.",
    first: [{ title: "Moved by", cell: (row) => integer(row.offset) }], curves: [["cosine", "moved", kBlue]], columns: [change("change", "Change")] };
}

function further(found, part) {
  const again = found.lengths.some((row) => row.again);
  return { title: "The same tokens, with others behind them", rows: found.lengths, place: "further",
    axis: placeAxis(found.lengths.map((row) => row.further), "further tokens"),
    caption: `Mean state of the first ${part - 1} tokens, while others follow that are attended to but not pooled: at positions of their own, or at those of ` +
      "the first tokens again.",
    first: [{ title: "Further tokens", cell: (row) => integer(row.further) }],
    curves: [["own", "own positions", kBlue], ...(again ? [["again", "positions again", kBlue, [5, 3]]] : [])],
    columns: [change("own_change", "Change"), ...(again ? [change("again_change", "Change, positions again"), change("from_positions", "From positions")] : [])] };
}

function identity(found, part) {
  return { title: "Tokens of two texts and of one", rows: found.lengths,
    caption: "Of token states scaled to unit length, the cosine of two texts\u2019 means is the likeness of tokens of different texts over that of tokens of one. " +
      `Changes are those of logarithms from ${part} tokens: they add up. Shares stand where it is clear that the cosine changes.`,
    first: [tokens], curves: [["pooled", "pooled", kBlue], ["cross", "different texts", kOrange], ["within", "one text", kGreen],
      ["within_different_tokens", "one text, different tokens", kGreen, [5, 3]]],
    columns: [logarithm("rise", "Change of the logarithm"), logarithm("cross", "By different texts"), logarithm("within", "By one text"),
      logarithm("different_tokens", "By its different tokens"),
      share("cross_share", "Share of different texts"), share("within_share", "Share of one text"),
      share("different_tokens_share", "Share of its different tokens")] };
}

function pooling(found, part) {
  const curves = [["mean", "mean", kBlue], ["cls", "first token", kOrange], ["max", "maximum", kGreen], ["last", "last token", kPink]];
  return { title: "The same states, pooled otherwise", rows: found.lengths,
    caption: `Attention is the same, only what is made of the last states differs. Changes are from ${part} tokens.`,
    first: [tokens], curves, columns: curves.map(([key, name]) => change(`${key}_change`, `Change, ${name}`)) };
}

function staticMeans(found, part) {
  return { title: "Averaging alone", rows: found.lengths,
    caption: "Means of the tokens\u2019 word embeddings, without attention or positions. A mean of more tokens lies nearer to what all texts share; with that, the mean " +
      `word embedding, taken away, averaging has nothing left to gather. Changes are from ${part} tokens.`,
    first: [tokens], curves: [["cosine", "as it is", kBlue], ["centred", "shared mean taken away", kOrange]],
    columns: [change("change", "Change"), change("centred_change", "Change, shared mean taken away")] };
}

const kParts = { offset, further, identity, pooling, static: staticMeans };

export function interventions(report) {
  const found = report.controls?.interventions;
  if (!found) return null;
  const pending = [];
  const shown = Object.entries(kParts).filter(([name]) => found[name]);
  const blocks = shown.map(([name, describe]) => experiment(report,
    { yTitle: kCosine, columns: [], sentence: found[name].sentence, ...describe(found[name], found.part) }, (drawing) => pending.push(drawing)));
  return {
    node: section("By intervention", element("p", {}, `Texts of ${integer(found.documents)} documents of ${integer(found.longest)} tokens and more, with one thing changed at a time.`),
      element("div", { class: "pair" }, blocks)),
    pending,
  };
}
