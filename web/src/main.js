// Builds the page from the report that stands in it.
import { comparisonPage } from "./answer/comparison.js";
import { modelPage } from "./answer/page.js";
import { element } from "./dom.js";
import { evaluationPage } from "./evaluation/page.js";
import { ablation } from "./sections/ablation.js";
import { attribution } from "./sections/attribution.js";
import { controls } from "./sections/controls.js";
import { counts } from "./sections/counts.js";
import { data } from "./sections/data.js";
import { gains } from "./sections/gains.js";
import { glossary } from "./sections/glossary.js";
import { interventions } from "./sections/interventions.js";
import { lead } from "./lead.js";
import { lengthCurves } from "./sections/length_curves.js";
import { maps } from "./sections/maps.js";
import { placement } from "./sections/placement.js";
import { notes, provenance } from "./sections/provenance.js";
import { shapes } from "./sections/shapes.js";
import { spectrum } from "./sections/spectrum.js";
import { summary } from "./sections/summary.js";
import { theoryPage } from "./theory/page.js";

// All of a measurement but its answer.
function measuredParts(report, source = JSON.stringify(report, null, 1)) {
  const parts = [lengthCurves(report), shapes(report), attribution(report), controls(report), interventions(report), placement(report), ...maps(report), spectrum(report),
    gains(report), ablation(report), counts(report)].filter(Boolean);
  return {
    nodes: [summary(report), ...parts.map((part) => part.node), provenance(report), data(report, source), glossary()],
    pending: parts.flatMap((part) => part.pending),
  };
}

function reportPage(report, source) {
  const parts = measuredParts(report, source);
  return { nodes: [lead(report), notes(report), ...parts.nodes], pending: parts.pending };
}

function answerPage(report, source) {
  if (report.models.length > 1) return comparisonPage(report, source);
  return modelPage(report.models[0], source, { measuredParts, notes: notes(report) });
}

// By the document's format.
const kPages = { "lengthwise-answer": answerPage, "lengthwise-theory": theoryPage, "lengthwise-evaluation": evaluationPage };

async function build() {
  const page = document.getElementById("page");
  const source = document.getElementById("report").textContent;
  const report = JSON.parse(source);
  const { nodes, pending } = (kPages[report.format] ?? reportPage)(report, source);
  page.replaceChildren(...nodes.filter(Boolean));
  // Drawn after every element has its place, since a plot takes the width of its container.
  for (const drawing of pending) await drawing();
  document.documentElement.dataset.drawn = "yes";
}

build().catch((error) => {
  document.getElementById("page").prepend(element("p", { class: "failure", role: "alert" }, `This page could not be drawn: ${error.message}`));
  throw error;
});

// Everything that can be folded is open on paper.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details")) details.open = true;
});
