// The page of an evaluation.
import { card, command } from "../cards.js";
import { element, section } from "../dom.js";
import { download } from "../download.js";
import { integer, number } from "../format.js";
import { lead } from "../lead.js";
import { taskSections } from "./tasks.js";
import { evaluationTerms } from "./terms.js";

function about(report) {
  const { model } = report;
  const entries = [["Model", model.name], ["Length in force", `${model.limits.in_force} tokens`], ["Long texts", model.long_input],
    ["Temperature of the base run", model.by_head ? "by layer and head" : number(model.temperature, 2)], ["Precision", model.precision],
    ["Fingerprint", element("code", {}, model.fingerprint)],
    ["Intervals", `${Math.round(100 * report.confidence)} %, ${integer(report.replicates)} resamples`], ["Seed", String(report.seed)],
    ["Lengthwise", report.lengthwise], ["Command", command(report.command)]];
  return section("What was evaluated", element("div", { class: "cards" }, card("Model and run", entries)));
}

export function evaluationPage(report, source) {
  document.querySelector(".kicker").textContent = "Lengthwise evaluation";
  const tasks = taskSections(report);
  const numbers = section("The numbers", element("div", { class: "controls" },
    download("Evaluation (JSON)", "evaluation.json", "application/json", () => source)));
  return { nodes: [lead(report), ...tasks.map((task) => task.node), about(report), numbers, evaluationTerms("Glossary")], pending: tasks.flatMap((task) => task.pending) };
}
