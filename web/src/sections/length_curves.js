// Curves against length: cosine large, the other quantities small, one legend that shows and hides arms everywhere.
import { armsOf } from "../arms.js";
import { curves } from "../charts/curves.js";
import { kneeOf } from "../charts/shapes.js";
import { element, figure, section, swatch } from "../dom.js";
import { draw } from "../plot.js";

const kOthers = [
  { title: "centred cosine", value: (bucket) => bucket.centred_cosine,
    caption: "Mean pairwise cosine after the arm\u2019s mean vector is taken away. What rises above but not here is a shared offset." },
  { title: "RankMe", value: (bucket) => bucket.rankme, format: ".1f", zero: true,
    caption: "Effective rank. It cannot exceed the number of documents: compare buckets of like count." },
  { title: "uniformity", value: (bucket) => bucket.uniformity,
    caption: "Spread over the sphere: 0 is complete collapse, lower is more spread out." },
];

function legend(arms, views) {
  const hidden = new Set();
  return element("fieldset", { class: "legend" }, element("legend", {}, "Arms"), arms.map((arm) => {
    const box = element("input", { type: "checkbox", checked: true, onchange: () => {
      if (box.checked) hidden.delete(arm.title);
      else hidden.add(arm.title);
      for (const view of views) view.signal("hidden", [...hidden]).runAsync();
    } });
    return element("label", { title: arm.what }, box, swatch(arm.color, arm.dash[1] > 0), element("span", {}, arm.title));
  }));
}

export function lengthCurves(report) {
  const arms = armsOf(report);
  if (!arms.length) return null;
  const model = arms.filter((arm) => report.arms[arm.key].vectors === "model");
  const views = [];
  const pending = [];
  const plot = (caption, spec, description) => {
    const node = element("div", { class: "plot" });
    pending.push(async () => views.push(await draw(node, spec, description)));
    return figure(caption, node);
  };
  const level = Math.round(100 * report.confidence);
  const cosine = (bucket) => bucket.cosine;
  const title = "mean pairwise cosine";
  const wide = model.length > 0 && model.length < arms.length;

  const main = wide ? plot(
    `The model. Bands and bars: ${level} % bootstrap intervals over documents.${kneeOf(report) ? " Shaded: the knee and its interval." : ""}`,
    curves(report, { arms: model, value: cosine, title, height: 300, named: true, knee: kneeOf(report) }),
    "Mean pairwise cosine of the model's embeddings against length in tokens, with intervals.") : null;
  const all = plot(
    wide ? "The same beside the static control, from 0: pooling alone, without attention." : `Bands: ${level} % bootstrap intervals over documents.`,
    curves(report, { arms, value: cosine, title, height: 300, zero: true, named: !wide }),
    "Mean pairwise cosine against length of every arm measured.");
  const result = section("Similarity by length",
    element("p", {}, "How alike the embeddings of different texts are, against how long the texts are. A rise in the truncated arm is " +
      "collapse with the content held as equal as can be; the natural arm mixes in what long documents are about."),
    legend(arms, views),
    element("div", { class: wide ? "pair wide-narrow" : "" }, main, all),
    element("div", { class: "triple" }, kOthers.map((other) => plot(other.caption,
      curves(report, { arms, value: other.value, title: other.title, zero: other.zero, format: other.format }),
      `${other.title} against length in tokens.`))));
  return { node: result, pending };
}
