"""Pages to look at, and a browser to look with."""

import html
import html.parser
import json
import re
import shutil
import subprocess

import pytest


@pytest.fixture(scope="module")
def reports(run_lengthwise, root, pages, tmp_path_factory):
    """{name: (report.json, page.html)} of the small model: everything that a report can hold, and as little as it can."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for name, options in {"full": ["--probe", "--arms", "natural,truncated,static,repeated,mixed,diluted", "--attribution", "--interventions", "--placement", "--gains",
                                   "--ablation", "zero,dc", "--spectrum", 3],
                          "controls": ["--arms", "repeated"],
                          "least": ["--arms", "natural", "--sample", 3]}.items():
        made[name] = folder / f"{name}.json", folder / f"{name}.html"
        run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", pages, "--output", made[name][0],
                       "--html", made[name][1], "--replicates", 50, "--quiet", *options)
    return made


@pytest.fixture(scope="module")
def evaluation(run_lengthwise, root, man_pages, tmp_path_factory):
    """The same of an evaluation, with a run of every kind that its page treats by itself."""
    folder = tmp_path_factory.mktemp("evaluation")
    subprocess.run([root / "scripts/sample_task", man_pages.parent, "50", folder / "man-pages"], check=True)
    made = folder / "evaluation.json", folder / "evaluation.html"
    done = run_lengthwise("evaluate", "--model", root / "tests/data/tiny_bert", "--task", folder / "man-pages", "--temperature", "0.8,0.9",
                          "--static", "--cut", 32, "--postprocess", "whiten:0.3", "--windows", 32, "--csls", 5, "--replicates", 50, "--no-cache",
                          "--output", made[0], "--html", made[1], "--quiet")
    made[0].with_suffix(".log").write_text(done.stderr)
    return made


@pytest.fixture(scope="module")
def answers(run_lengthwise, root, man_pages, tmp_path_factory):
    """{name: (report.json, index.html)} of a model alone, with everything that an answer can hold, and of two side by side."""
    folder = tmp_path_factory.mktemp("answers")
    subprocess.run([root / "scripts/sample_task", man_pages.parent, "50", folder / "task"], check=True)
    made = {}
    for name, models in {"answer": ["tiny_bert"], "comparison": ["tiny_bert", "tiny_mpnet"]}.items():
        run_lengthwise("report", *(word for model in models for word in ("--model", root / "tests/data" / model)), "--task", folder / "task",
                       "--queries", folder / "task/queries.jsonl", "--no-cache", "--replicates", 50, "--quiet", "--output", folder / name)
        made[name] = folder / name / "report.json", folder / name / "index.html"
    return made


@pytest.fixture(scope="module")
def theory(run_lengthwise, tmp_path_factory):
    folder = tmp_path_factory.mktemp("theory")
    made = folder / "theory.json", folder / "theory.html"
    run_lengthwise("theory", "--sigma", "0.5,1,2", "--lengths", "16,32,64", "--head-size", 16, "--draws", 4, "--output", made[0],
                   "--html", made[1], "--quiet")
    return made


@pytest.fixture(scope="module")
def chromium():
    found = shutil.which("chromium")
    if not found:
        pytest.skip("Chromium is not installed (scripts/setup browser; Debian only)")
    return found


def browse(chromium, path, profile):
    """The page's elements after its script has run, and what it wrote to the console."""
    done = subprocess.run(
        [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", f"--user-data-dir={profile}",
         "--enable-logging=stderr", "--window-size=1280,2000", "--virtual-time-budget=30000", "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


class Page(html.parser.HTMLParser):
    """Collects what a browser would load, and the text of each script."""

    def __init__(self, text):
        super().__init__()
        self.references, self.scripts, self.inside = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.references += [attributes[name] for name in ("src", "href", "srcset", "data", "action", "poster") if name in attributes]
        if tag == "script":
            self.inside = attributes.get("id", f"script {len(self.scripts)}")
            self.scripts[self.inside] = ""

    def handle_endtag(self, tag):
        if tag == "script":
            self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.scripts[self.inside] += data


def without_scripts(elements):
    return re.sub(r"<script.*?</script>", "", elements, flags=re.DOTALL)


def plots(elements):
    return len(re.findall(r"<svg[^>]*class=\"marks\"", elements))


# What a person sees of a page in a frame of some width, everything unfolded: whether it must be scrolled sideways, its
# tables, its words (but for commands), and where the texts of each plot stand.
LOOK = """
const look = (frame) => {
  const page = frame.contentDocument, root = page.documentElement;
  const shown = (node) => node.getClientRects().length > 0 && frame.contentWindow.getComputedStyle(node).visibility !== "hidden";
  const visible = (text, svg) => {
    for (let node = text; node !== svg; node = node.parentElement) if (node.getAttribute("opacity") === "0") return false;
    return text.textContent.trim() !== "";
  };
  const words = [];
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!parent.closest("code, script, style") && shown(parent)) words.push(walker.currentNode.textContent);
  }
  return {
    width: root.clientWidth, scrollWidth: root.scrollWidth, words: words.join(" "),
    tables: [...page.querySelectorAll("main table")].map((table) => {
      const box = table.parentElement;
      return { name: table.getAttribute("aria-label"), overflow: frame.contentWindow.getComputedStyle(box).overflowX,
        right: box.getBoundingClientRect().right, hidden: table.scrollWidth - box.clientWidth };
    }),
    plots: [...page.querySelectorAll("figure svg.marks")].map((svg) => {
      const edge = svg.parentElement.getBoundingClientRect();
      return { name: svg.closest("figure").textContent.slice(-80), left: edge.left, right: edge.right,
        texts: [...svg.querySelectorAll("text")].filter((text) => visible(text, svg)).map((text) => {
          const box = text.getBoundingClientRect();
          return { text: text.textContent, left: box.left, right: box.right, top: box.top, bottom: box.bottom };
        }) };
    }),
  };
};
(async () => {
  const frame = document.querySelector("iframe");
  const settle = () => new Promise((done) => setTimeout(done, 200));
  while (frame.contentDocument?.documentElement?.dataset.drawn !== "yes") await settle();
  for (const details of frame.contentDocument.querySelectorAll("details")) details.open = true;
  await settle();
  document.documentElement.dataset.seen = JSON.stringify(look(frame));
})();
"""


def look(chromium, path, width, folder):
    """LOOK at a page. A frame, because a window of the browser is never narrower than 500 pixels."""
    outer = folder / "frame.html"
    outer.write_text(f'<!doctype html><meta charset="utf-8"><iframe style="border: 0; width: {width}px; height: 3000px" '
                     f'srcdoc="{html.escape(path.read_text())}"></iframe><script>{LOOK}</script>')
    elements, console = browse(chromium, outer, folder / "profile")
    assert console == []
    found = re.search(r'data-seen="([^"]*)"', elements)
    assert found, "the page was not drawn"
    return json.loads(html.unescape(found[1]))


def with_document(page, change):
    """The page of the document that `change` makes of the page's own."""
    begin, rest = page.split('<script type="application/json" id="report">')
    document, end = rest.split("</script>", 1)
    return f'{begin}<script type="application/json" id="report">{json.dumps(change(json.loads(document))).replace("<", chr(92) + "u003c")}</script>{end}'
