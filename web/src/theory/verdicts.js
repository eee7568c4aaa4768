// What was claimed, whether it is so, and where.
import { element, section } from "../dom.js";
import { integer, number } from "../format.js";

const kMarks = { true: "true", false: "false", "true where": "partly", undecided: "open" };

// The program writes names in plain letters.
function symbols(text) {
  return text.replaceAll("sigma_s", "\u03c3\u209b").replaceAll("sigma_a", "\u03c3\u2090").replaceAll("sqrt", "\u221a")
    .replaceAll("<=", "\u2264").replaceAll(">=", "\u2265").replaceAll("||", "\u2016").replaceAll("_F", "\u1da0").replaceAll("_2", "\u2082");
}

// What is said of each kind of scores or stack stands on a line of its own.
function region(verdict) {
  return symbols(verdict.region).split(". ").map((part) => element("p", { class: "region" }, part));
}

function numbers(verdict) {
  const entries = Object.entries(verdict.numbers);
  if (!entries.length) return null;
  return element("p", { class: "numbers" }, entries.map(([name, value], index) =>
    [index ? "; " : null, `${symbols(name).replaceAll("_", " ")} `, element("b", {}, Number.isInteger(value) ? integer(value) : number(value))]));
}

export function verdicts(theory) {
  return section("Verdicts",
    element("p", {}, "Each statement is tested cell by cell on the grid, by the interval of the simulated mean. ",
      "\u201cTrue where\u201d names the cells in which it holds; they are computed, not chosen."),
    element("ol", { class: "verdicts" }, theory.verdicts.map((verdict) => element("li", { class: kMarks[verdict.status] },
      element("span", { class: "status" }, verdict.status),
      element("div", {}, element("p", { class: "statement" }, symbols(verdict.statement)),
        region(verdict), numbers(verdict))))));
}
