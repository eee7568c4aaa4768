// Under the answer, which is the page's heading: what to do, and the numbers behind it.
import { element } from "./dom.js";

// Documents of earlier versions have neither.
export function lead(document) {
  if (!document.advice && !document.detail) return null;
  return element("div", { class: "lead" },
    document.advice ? element("p", { class: "advice" }, element("b", {}, "What to do. "), code(document.advice)) : null,
    document.detail ? element("p", { class: "detail" }, element("b", {}, "In numbers. "), document.detail) : null);
}

// Commands stand between backquotes there.
function code(text) {
  return text.split("`").map((part, index) => (index % 2 ? element("code", {}, part) : part));
}
