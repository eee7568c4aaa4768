// Tables as CSV, and buttons that save what the page holds.
import { element } from "./dom.js";

// One line a row, one column a name met in any row; nested intervals become name_estimate, name_low, name_high.
export function csv(rows) {
  const flat = rows.map((row) => Object.fromEntries(Object.entries(row).flatMap(([name, value]) =>
    value !== null && typeof value === "object"
      ? Object.entries(value).map(([part, inner]) => [`${name}_${part}`, inner]) : [[name, value]])));
  const names = [...new Set(flat.flatMap(Object.keys))];
  const quote = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  return [names, ...flat.map((row) => names.map((name) => row[name]))]
    .map((line) => line.map((value) => quote(String(value ?? ""))).join(",")).join("\n") + "\n";
}

// `content`: what gives the text, or a promise of it.
export function download(label, name, type, content) {
  return element("button", { type: "button", onclick: async () => {
    const link = element("a", { href: URL.createObjectURL(new Blob([await content()], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  } }, label);
}
