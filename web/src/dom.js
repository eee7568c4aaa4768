// Building elements: element("p", {class: "note"}, "text", child, ...).

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

let sections = 0;

// A section with a heading that names it to assistive technology.
export function section(title, ...children) {
  const id = `section-${++sections}`;
  return element("section", { "aria-labelledby": id }, element("h2", { id }, title), children);
}

export function figure(caption, ...children) {
  return element("figure", {}, children, element("figcaption", {}, caption));
}

// columns: [{title, cell(row), numeric, wrap}]; a row for which emphasise(row) holds stands out.
export function table(caption, columns, rows, emphasise = () => false) {
  const kind = (column) => (column.numeric ? "numeric" : column.wrap ? "wrap" : null);
  // The caption stands outside what scrolls: it must be readable where the table is wider than the page.
  return element("div", { class: "table" }, element("p", { class: "caption" }, caption),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, element("table", { "aria-label": caption },
      element("thead", {}, element("tr", {},
        columns.map((column) => element("th", { scope: "col", class: kind(column) }, column.title)))),
      element("tbody", {}, rows.map((row) => element("tr", { class: emphasise(row) ? "emphasis" : null },
        columns.map((column, index) => index === 0
          ? element("th", { scope: "row", class: kind(column) }, column.cell(row))
          : element("td", { class: kind(column) }, column.cell(row)))))))));
}

// A piece of a curve, for a legend.
export function swatch(color, dashed) {
  const line = element("span", { class: dashed ? "swatch dashed" : "swatch", "aria-hidden": "true" });
  line.style.color = color;
  return line;
}

// Which line is which. entries: [name, color, dashed].
export function key(entries) {
  return element("div", { class: "key" }, entries.map(([name, color, dashed]) =>
    element("span", { class: "entry" }, swatch(color, dashed), element("span", {}, name))));
}

// One of several choices; calls back with the value chosen.
export function choice(label, options, chosen, onchange) {
  const name = `choice-${++sections}`;
  return element("fieldset", { class: "choice" },
    element("legend", {}, label),
    options.map(([value, title]) => element("label", {},
      element("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onchange(value) }),
      element("span", {}, title))));
}
