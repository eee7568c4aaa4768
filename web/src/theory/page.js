// The page of `lengthwise theory`.
import { card, command } from "../cards.js";
import { element, section } from "../dom.js";
import { csv, download } from "../download.js";
import { integer } from "../format.js";
import { cosine } from "./cosine.js";
import { filterRate, rates } from "./filter_rate.js";
import { inequality, repeated } from "./repeated.js";
import { verdicts } from "./verdicts.js";

const kTables = ["filter_rate", "exponents", "temperature", "repeated", "inequality", "cosine", "cosine_slopes", "verdicts"];

const kTerms = [
  ["The source", "The paper that named length collapse: arXiv 2410.24200."],
  ["A", "Attention matrix of one head on n tokens: each row is a softmax and sums to 1."],
  ["DC, HC", "DC[X] is the mean token, repeated; HC[X] = X \u2212 DC[X] is what sets tokens apart."],
  ["\u03c3\u2090, filter rate", "Largest singular value of (I \u2212 11\u1d40/n) A: the most that attention keeps of differences between tokens."],
  ["\u03c3\u209b", "Standard deviation of the attention scores of a row."],
  ["Independent scores", "Every score is drawn by itself. Real scores are products of queries and keys; with head size d they have rank d."],
  ["Flat law", "2 \u221a((e^\u03c3\u209b\u00b2 \u2212 1)/n), the random-matrix edge for independent scores."],
  ["Law for heads", "The edge of a product of two Gaussian matrices with the rest of the exponential as noise; joins the flat law to the floor."],
  ["Floor", "\u03c3\u209b/\u221ad: flat attention averages over the distribution of tokens, through scores of rank d."],
  ["Regime line", "\u03c3\u209b = \u221a(2 ln n): above it the largest of n scores outweighs all others."],
  ["FFN", "Feed-forward layer: what a transformer layer does to each token by itself."],
  ["Temperature", "Scores are divided by it before the softmax; below 1 attention becomes sharper."],
];

function glossary() {
  return section("Glossary", element("dl", { class: "glossary" },
    kTerms.map(([term, meaning]) => element("div", {}, element("dt", {}, term), element("dd", {}, meaning)))));
}

function provenance(theory) {
  const { grid, cosine_settings: settings } = theory;
  return section("How it was simulated", element("div", { class: "cards" },
    card("Grid", [
      ["\u03c3\u209b", grid.sigmas.join(", ")],
      ["Tokens", grid.lengths.join(", ")],
      ["Head sizes", grid.head_sizes.join(", ")],
      ["Draws", `${integer(theory.draws)} at the longest lengths, more at shorter ones`],
      ["Singular values", `Lanczos to ${theory.tolerance} relative`],
    ]),
    card("Random encoder", [
      ["Width", `${settings.width}, ${settings.heads} heads, feed-forward ${settings.hidden}`],
      ["Weights", "normal, variance 1 / inputs"],
      ["Scores", "scaled in each head to \u03c3\u209b at the shortest length"],
      ["Networks", `${settings.networks}, each with ${settings.documents} texts of up to ${settings.lengths.at(-1)} tokens`],
    ]),
    card("Run", [
      ["Intervals", `${Math.round(100 * theory.confidence)} %, Student\u2019s t over draws`],
      ["Seed", String(theory.seed)],
      ["Lengthwise", `${theory.lengthwise}, theory format ${theory.version}`],
      ["Command", command(theory.command)],
    ])));
}

function numbers(theory, source) {
  return section("The numbers", element("div", { class: "controls" },
    download("Theory (JSON)", "theory.json", "application/json", () => source),
    kTables.map((name) => download(`${name.replaceAll("_", " ")} (CSV)`, `${name}.csv`, "text/csv", () => csv(theory[name])))));
}

export function theoryPage(theory, source) {
  document.querySelector(".kicker").textContent = "Lengthwise theory";
  const parts = [filterRate(theory), rates(theory), repeated(theory), inequality(theory), cosine(theory)];
  return {
    nodes: [verdicts(theory), ...parts.map((part) => part.node), provenance(theory), numbers(theory, source), glossary()],
    pending: parts.flatMap((part) => part.pending),
  };
}
