// The controls: texts that change one thing at a time.
import { element, section } from "../dom.js";
import { integer, number, signed, withRange } from "../format.js";
import { experiment } from "./experiment.js";

const kBlue = "#2a78c2";
const kOrange = "#d2691e";
const kGreen = "#2f8f5b";
const kPink = "#c8457c";
const kGrey = "#8a8f98";

// Of each control: its curves, and the columns of its table beyond them; [member, name, colour, dash].
const kControls = [
  { key: "repeated", title: "One passage, repeated", yTitle: "mean pairwise cosine",
    caption: "Content stays, length grows. With every copy at the positions of the first, attention over copies is attention over one: " +
      "what then remains of the change comes from the special tokens, and from relative positions where the model has them.",
    curves: [["cosine", "repeated", kBlue], ["equal_positions", "repeated, equal positions", kBlue, [5, 3]],
      ["read_on", "the documents read on", kOrange]],
    differences: [["change", "Change"], ["from_positions", "From positions"], ["from_rest", "From the rest"], ["own_cosine", "With its single copy"]] },
  { key: "mixed", title: "Pieces of different documents", yTitle: "mean pairwise cosine",
    caption: "The same pieces at the same places: in their documents, and shuffled between documents. Compared texts share no document.",
    curves: [["mixed", "mixed", kPink], ["whole", "in their documents", kOrange]],
    differences: [["difference", "Mixed less whole"]], count: "groups" },
  { key: "diluted", title: "A passage among others", yTitle: "cosine with the passage",
    caption: "Cosine of a text with the vector of the one passage that its document gave; the rest is filler from other documents.",
    curves: [["beginning", "passage at the beginning", kBlue], ["middle", "in the middle", kGreen], ["end", "at the end", kPink],
      ["averaging", "mean of vectors, no attention", kGrey, [5, 3]], ["floor", "filler alone", kGrey]],
    differences: [["above_floor", "Above the floor"], ["middle_minus_beginning", "Middle less beginning"], ["end_minus_beginning", "End less beginning"]] },
];

function described(control, { lengths, sentence }) {
  return { ...control, sentence, rows: lengths,
    first: [{ title: "Tokens", cell: (row) => integer(row.length) },
      ...(control.count ? [{ title: "Groups", numeric: true, cell: (row) => integer(row[control.count]) }] : [])],
    columns: control.differences.map(([key, title]) => (
      { title, numeric: true, cell: (row) => withRange(row[key], key === "own_cosine" ? number : signed) })) };
}

export function controls(report) {
  const shown = kControls.filter(({ key }) => report.controls?.[key]);
  if (!shown.length) return null;
  const pending = [];
  const blocks = shown.map((control) => experiment(report, described(control, report.controls[control.key]), (drawing) => pending.push(drawing)));
  const { documents, passage } = report.controls;
  return {
    node: section("Controls", element("p", {}, `Texts made from ${integer(documents)} documents in passages of ${passage} tokens, each changing one thing at a time.`),
      element("div", { class: "pair" }, blocks)),
    pending,
  };
}
