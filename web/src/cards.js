// What a page says of its own making: lists of names and values, and the command.
import { element } from "./dom.js";

export function card(title, entries) {
  return element("div", { class: "card" }, element("h3", {}, title),
    element("dl", {}, entries.filter(([, value]) => value !== null).map(([name, value]) =>
      [element("dt", {}, name), element("dd", {}, value)])));
}

// Lines break between arguments only, not after the hyphens of an option.
export function command(words) {
  return element("code", {}, words.map((word, index) => [index ? " " : null, element("span", { class: "argument" }, word)]));
}
