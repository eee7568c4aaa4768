// Parts of an answer that one model's page and that of several share.
import { command as commandLine } from "../cards.js";
import { element, figure, section, table } from "../dom.js";
import { integer, kDash, lengths, number, signed, withRange } from "../format.js";
import { draw } from "../plot.js";

export const points = (interval) => (interval ? withRange({ estimate: hundred(interval.estimate), low: hundred(interval.low), high: hundred(interval.high) }, signed, 1) : kDash);

function hundred(value) {
  return value === null ? null : 100 * value;
}

// Gathers what is to be drawn once all stands in its place.
export function drawings() {
  const pending = [];
  const plot = (caption, spec, description, ...above) => {
    const node = element("div", { class: "plot" });
    pending.push(() => draw(node, spec, description));
    return figure(caption, above, node);
  };
  return { pending, plot };
}

export function hasQuarters(gain) {
  return gain !== null && gain.quarters.length > 1;
}

export function gainTable(gain) {
  const whole = { name: "all", count: gain.queries, before: gain.before, after: gain.after, difference: gain.difference };
  const rows = [...gain.quarters.map((row) => ({ name: lengths(row), ...row })), whole];
  return table("Search as it is and repaired, by the length of the documents looked for", [
    { title: "Tokens", cell: (row) => row.name },
    { title: "Queries", numeric: true, cell: (row) => integer(row.count) },
    { title: "nDCG@10 as it is", numeric: true, cell: (row) => number(row.before.estimate) },
    { title: "Repaired", numeric: true, cell: (row) => number(row.after.estimate) },
    { title: "Gain in points of 100", numeric: true, cell: (row) => points(row.difference) },
  ], rows, (row) => row === whole);
}

export function commands(model) {
  return section("The next commands", model.commands.map(({ title, command }) =>
    element("div", { class: "next" }, element("p", {}, title), element("pre", {}, command.split("\n").map((line, index) => [index ? "\n" : null, commandLine(line.split(" "))])))));
}
