// What was measured: model, data, repair, and how to do it again.
import { card, command } from "../cards.js";
import { element, section } from "../dom.js";
import { integer, number } from "../format.js";

function code(text) {
  return element("code", {}, text);
}

function repairEntries(repair) {
  if (repair.identity) return [["Repair", "none: the model as it is"]];
  const post = repair.post_processing ?? "none";
  return [["Post-processing", post], ["Attention temperature", repair.by_head ? "by layer and head (see the JSON)" : number(repair.temperature, 2)],
    ["Divides", repair.reading === "logits" ? "q\u00b7k alone, not a position bias" : "the whole score, a position bias too"],
    ...[["Temperature by length", "by_length"], ["AttnScale", "attn_scale"], ["Keys attended to", "top_k"], ["Attention calibration", "calibration"], ["Position map", "positions"]]
      .filter(([, member]) => member in repair)
      .map(([title, member]) => [title, Array.isArray(repair[member]) ? "by layer and head (see the JSON)" : String(repair[member])])];
}

export function provenance(report) {
  const { model, data } = report;
  const { limits } = model;
  const quantiles = data.length_quantiles;
  return section("What was measured", element("div", { class: "cards" },
    card("Model", [
      ["Name", model.name],
      ["Architecture", `${model.architecture}, ${model.layers} layers, ${model.heads} heads, ${model.hidden} wide`],
      ["Pooling", `${model.pooling}${model.normalize ? ", normalised" : ""}`],
      ["Precision", model.precision],
      ["Prompts", model.prompts ? `\u201c${model.prompts.document}\u201d before documents, \u201c${model.prompts.query}\u201d before queries` : null],
      ["Length in force", `${limits.in_force} tokens`],
      ["The model\u2019s own limit", limits.sentence_transformers ? `${limits.sentence_transformers} tokens` : "not named"],
      ["Trained to", limits.trained_to ? `${limits.trained_to} tokens, ${limits.trained_to_by === "user" ? "as given" : `as ${limits.trained_to_by} suggests`}` : "not known"],
      ["Positions", `${limits.positions} tokens`],
      ["Fingerprint", code(model.fingerprint)],
    ]),
    card("Data", [
      ["Source", data.source],
      ["Documents", `${integer(data.documents)} measured of ${integer(data.read)} read`],
      ["Tokens", integer(data.tokens)],
      ["Tokens a document", `median ${integer(quantiles.p50)}; 10\u201390 %: ${integer(quantiles.p10)}\u2013${integer(quantiles.p90)}; ` +
        `${integer(quantiles.min)} to ${integer(quantiles.max)}`],
      ["Longer than the limit", `${integer(data.over_limit)} documents`],
      ["Fingerprint", code(data.fingerprint)],
    ]),
    card("Run", [
      ...repairEntries(report.repair),
      ["Intervals", `${Math.round(100 * report.confidence)} %, ${integer(report.replicates)} resamples of documents`],
      ["Seed", String(report.seed)],
      ["Lengthwise", `${report.lengthwise}, report format ${report.version}`],
      ["Command", command(report.command)],
    ])));
}

export function notes(report) {
  if (!report.notes.length) return null;
  return element("aside", { class: "notes", "aria-label": "Notes" },
    report.notes.map((note) => element("p", {}, note)));
}
