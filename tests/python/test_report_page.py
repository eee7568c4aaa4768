"""The pages: complete in themselves, true to what they show, drawn without an error in a real browser, and readable on a phone."""

import html
import html.parser
import json
import pathlib
import re
import shutil
import subprocess
import urllib.parse

import pytest

# The plots of a page with every arm: five curves, the shapes, two of attribution, three controls, two layer maps, a map
# for each of the two layers of the small model, and the counts; of gains the mean layer and six maps; of each of two
# ablations a map; of spectra the three heads of a layer, and the exponents.
PLOTS = 16 + 7 + 2 + 4


@pytest.fixture(scope="module")
def reports(run_lengthwise, root, pages, tmp_path_factory):
    """{name: (report.json, page.html)} of the small model: everything that a report can hold, and as little as it can."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for name, options in {"full": ["--probe", "--arms", "natural,truncated,static,repeated,mixed,diluted", "--attribution", "--gains",
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
def theory(run_lengthwise, tmp_path_factory):
    folder = tmp_path_factory.mktemp("theory")
    made = folder / "theory.json", folder / "theory.html"
    run_lengthwise("theory", "--sigma", "0.5,1,2", "--lengths", "16,32,64", "--head-size", 16, "--draws", 4, "--output", made[0],
                   "--html", made[1], "--quiet")
    return made


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


@pytest.mark.parametrize("name", ["full", "least"])
def test_the_page_loads_nothing(reports, name):
    text = reports[name][1].read_text()
    page = Page(text)
    assert page.references == []
    assert len(page.scripts) == 2
    assert not re.search(r"@import|url\(", text.partition("<style>")[2].partition("</style>")[0])


@pytest.mark.parametrize("name", ["full", "least", "controls"])
def test_the_page_carries_the_report(reports, name):
    report, page = (path.read_text() for path in reports[name])
    assert json.loads(Page(page).scripts["report"]) == json.loads(report)


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


def without_scripts(elements):
    return re.sub(r"<script.*?</script>", "", elements, flags=re.DOTALL)


def plots(elements):
    return len(re.findall(r"<svg[^>]*class=\"marks\"", elements))


def test_every_plot_is_drawn(chromium, reports, tmp_path):
    elements, console = browse(chromium, reports["full"][1], tmp_path)
    assert console == []
    assert 'data-drawn="yes"' in elements
    assert plots(elements) == PLOTS
    assert not re.search("NaN|undefined|Infinity", without_scripts(elements))


def test_a_report_with_little_in_it_is_drawn_too(chromium, reports, tmp_path):
    elements, console = browse(chromium, reports["least"][1], tmp_path)
    assert console == []
    assert 'data-drawn="yes"' in elements
    assert "--probe" in without_scripts(elements)


def test_a_control_is_drawn_without_any_arm(chromium, reports, tmp_path):
    elements, console = browse(chromium, reports["controls"][1], tmp_path)
    assert console == []
    assert 'data-drawn="yes"' in elements
    assert plots(elements) == 1


def test_the_controls_draw_anew(chromium, reports, tmp_path):
    """A second script, put behind the page's own, presses the controls and notes what it sees."""
    presses = """
    <script>
    const seen = {};
    const settle = () => new Promise((done) => setTimeout(done, 400));
    const points = () => document.querySelectorAll("figure svg .mark-symbol path").length;
    const press = async (name) => {
      const label = [...document.querySelectorAll("label")].find((label) => label.textContent.trim() === name);
      label.querySelector("input").click();
      await settle();
    };
    (async () => {
      while (document.documentElement.dataset.drawn !== "yes") await settle();
      seen.pointsBefore = points();
      await press("Truncated");
      seen.pointsWithoutTruncated = points();
      await press("Truncated");
      seen.pointsAgain = points();
      const caption = () => [...document.querySelectorAll("figcaption")].map((node) => node.textContent).join(" ");
      seen.retentionBefore = caption().includes("Realised retention");
      await press("Retention");
      seen.retentionAfter = caption().includes("Realised retention");
      seen.plots = document.querySelectorAll("svg.marks").length;
      document.documentElement.dataset.seen = JSON.stringify(seen);
    })();
    </script>
    """
    page = tmp_path / "pressed.html"
    page.write_text(reports["full"][1].read_text().replace("</body>", presses + "</body>"))
    elements, console = browse(chromium, page, tmp_path / "profile")
    assert console == []
    found = re.search(r'data-seen="([^"]*)"', elements)
    assert found, "the second script did not finish"
    seen = json.loads(found[1].replace("&quot;", '"'))
    assert seen["pointsWithoutTruncated"] < seen["pointsBefore"] == seen["pointsAgain"]
    assert not seen["retentionBefore"] and seen["retentionAfter"]
    assert seen["plots"] == PLOTS


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


def overlapping(texts):
    """Pairs of texts whose boxes share more than their edges."""
    return [(one["text"], other["text"]) for place, one in enumerate(texts) for other in texts[place + 1:]
            if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
            and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 2]


@pytest.fixture(scope="module", params=[390, 1300])
def width(request):
    return request.param


@pytest.fixture(scope="module", params=["full", "least", "evaluation", "theory"])
def seen(request, chromium, reports, evaluation, theory, width, tmp_path_factory):
    """(name, what is seen of the page at this width)"""
    made = {**reports, "evaluation": evaluation, "theory": theory}[request.param]
    return request.param, look(chromium, made[1], width, tmp_path_factory.mktemp("look"))


def test_a_page_need_not_be_scrolled_sideways(seen):
    assert seen[1]["scrollWidth"] <= seen[1]["width"]


def test_tables_scroll_inside_themselves(seen, width):
    name, page = seen
    for table in page["tables"]:
        assert table["overflow"] == "auto" and table["right"] <= page["width"], table
    if name != "least" and width == 390:
        assert any(table["hidden"] > 0 for table in page["tables"]), "no table is wide enough for this test to say anything"


def test_nothing_is_called_as_in_the_json(seen):
    """Such as ndcg_at_10. tiny_bert is the model's name."""
    assert set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", seen[1]["words"])) <= {"tiny_bert"}
    assert not re.search(r"\b(ndcg|mrr|map|recall) at \d|\bbm25\b", seen[1]["words"])


def test_texts_of_a_plot_do_not_collide(seen):
    for plot in seen[1]["plots"]:
        assert overlapping(plot["texts"]) == [], plot["name"]
        cut = [text["text"] for text in plot["texts"] if text["left"] < plot["left"] - 1 or text["right"] > plot["right"] + 1]
        assert cut == [], plot["name"]


def with_document(page, change):
    """The page of the document that `change` makes of the page's own."""
    begin, rest = page.split('<script type="application/json" id="report">')
    document, end = rest.split("</script>", 1)
    return f'{begin}<script type="application/json" id="report">{json.dumps(change(json.loads(document))).replace("<", chr(92) + "u003c")}</script>{end}'


def test_labels_of_a_crowded_scatter_do_not_collide(chromium, evaluation, width, tmp_path):
    """Six lengths at nearly one place: the labels that find room are shown, one at least, beside each other."""

    def crowd(document):
        task = document["tasks"][0]
        task["collapse"] = {"loss_against": "bm25", "across_buckets": {"estimate": None, "low": None, "high": None},
                            "across_changes": {"estimate": None, "low": None, "high": None},
                            "points": [{"run": task["runs"][0]["run"], "from": 2 ** power + 1, "to": 2 ** (power + 1), "units": 10,
                                        "cosine": 0.3 + 0.0001 * power, "loss": 0.1 + 0.0001 * power, "cosine_change": 0, "loss_change": 0}
                                       for power in range(5, 11)]}
        task["collapse"]["points"].append({**task["collapse"]["points"][0], "run": "static", "cosine": 0.9, "loss": 0.4})
        return document

    page = tmp_path / "crowded.html"
    page.write_text(with_document(evaluation[1].read_text(), crowd))
    (plot,) = [plot for plot in look(chromium, page, width, tmp_path)["plots"] if any(text["text"] == "BM25 less the score" for text in plot["texts"])]
    assert overlapping(plot["texts"]) == []
    assert 1 <= len([text for text in plot["texts"] if text["text"] in {f"{2 ** power + 1}\u2013{2 ** (power + 1)}" for power in range(5, 11)}]) <= 6


def test_figures_of_a_map_with_many_heads_do_not_collide(chromium, reports, width, tmp_path):

    def widen(document):
        document["spectrum_trends"] = [{**row, "head": 3 * copy + row["head"]} for row in document["spectrum_trends"] for copy in range(5)]
        return document

    page = tmp_path / "wide.html"
    page.write_text(with_document(reports["full"][1].read_text(), widen))
    (plot,) = [plot for plot in look(chromium, page, width, tmp_path)["plots"] if "14" in [text["text"] for text in plot["texts"]]]
    assert overlapping(plot["texts"]) == []


def test_names_without_a_space_break(chromium, reports, evaluation, width, tmp_path):
    """A long path, task or model must not widen the page."""
    long = "folderoftexts" * 20

    def rename(document):
        document["model"]["name"] = document["sentence"] = long
        document["notes"] = [long]
        if "tasks" in document:
            document["tasks"][0].update(task=long, source=long, notes=[long])
            for run in document["tasks"][0]["runs"]:
                run["run"] += f" {long}"
        else:
            document["data"]["source"] = long
        return document

    for _, made in (reports["full"], evaluation):
        page = tmp_path / "long.html"
        page.write_text(with_document(made.read_text(), rename).replace('<h1 id="sentence">', f'<h1 id="sentence">{long}'))
        found = look(chromium, page, width, tmp_path)
        assert found["scrollWidth"] <= found["width"]


def test_a_shape_without_weight_is_not_drawn(chromium, root, reports, tmp_path):
    example = json.loads((root / "tests/data/report_example.json").read_text())

    def seen_with(weight):
        def change(_):
            for fit in example["shapes"]["fits"]:
                fit["weight"] = weight if fit["shape"] == "broken" else (1 - weight) / 3
            return example

        page = tmp_path / f"{weight}.html"
        page.write_text(with_document(reports["full"][1].read_text(), change))
        page = look(chromium, page, 1300, tmp_path)
        texts = {text["text"] for plot in page["plots"] for text in plot["texts"]}
        return "broken" in texts, "knee 255" in texts, "The knee of the broken shape is at 255 tokens" in page["words"]

    assert seen_with(0.6) == (True, True, True)
    assert seen_with(0.01) == (False, False, False)


def test_the_page_says_what_to_do_and_gives_the_intervals_below_the_answer(chromium, reports, evaluation, tmp_path):
    for report, page in (reports["full"], evaluation):
        document = json.loads(report.read_text())
        assert "[" not in document["sentence"] and re.search(r"\[-?[0-9.]+, -?[0-9.]+\]", document["detail"])
        words = look(chromium, page, 1300, tmp_path)["words"]
        assert document["sentence"] in words and document["detail"] in words
        # Without the commands, which stand in code.
        assert document["advice"].split("`")[0] in words


def expect_answer(printed, document, output, page):
    """The last lines of a command."""
    *_, found, advice, numbers, where = printed.splitlines()
    assert found == document["sentence"]
    assert advice == f"What to do: {document['advice']}"
    assert numbers == f"The numbers: {output}"
    if page:
        url = urllib.parse.urlparse(where.removeprefix("Where to look: "))
        assert url.scheme == "file" and pathlib.Path(urllib.parse.unquote(url.path)) == page
    else:
        assert "--html" in where


@pytest.mark.parametrize("page", ["a page.html", None])
def test_measure_ends_with_what_was_found_what_to_do_and_where_to_look(run_lengthwise, root, pages, tmp_path, page):
    options = ["--html", tmp_path / page] if page else []
    done = run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", pages, "--output", tmp_path / "r.json", "--sample", 20,
                          "--replicates", 20, "--quiet", *options)
    expect_answer(done.stderr, json.loads((tmp_path / "r.json").read_text()), tmp_path / "r.json", page and tmp_path / page)


def test_evaluate_ends_alike(evaluation):
    printed = evaluation[0].with_suffix(".log").read_text()
    assert "nDCG@10" in printed and "ndcg_at_10" not in printed
    expect_answer(printed, json.loads(evaluation[0].read_text()), *evaluation)


def imports(source):
    """{file: files that it imports} of the page's source."""
    return {path: {(path.parent / name).resolve() for name in re.findall(r'from "(\.[^"]+)"', path.read_text())}
            for path in source.rglob("*.js")}


def test_the_folders_of_the_page_do_not_import_each_other_in_a_circle(root):
    source = (root / "web/src").resolve()
    folders = {}
    for path, imported in imports(source).items():
        assert all(other.exists() for other in imported), path
        folders.setdefault(path.parent, set()).update(other.parent for other in imported)
    # main.js stands in the source's folder, and what it shows is above it.
    below = {folder: {other for other in others if other not in (folder, source)} for folder, others in folders.items() if folder != source}
    while below:
        free = [folder for folder, others in below.items() if not others & below.keys()]
        assert free, f"a circle among {sorted(folder.name for folder in below)}"
        for folder in free:
            del below[folder]


def test_page_and_program_call_metrics_alike(root):
    program = re.findall(r'\{"([a-z0-9_]+)", "([^"]+)"\}', (root / "src/tasks/metric_name.cpp").read_text())
    page = re.findall(r'^  ([a-z0-9_]+): "([^"]+)",$', (root / "web/src/evaluation/metrics.js").read_text(), re.MULTILINE)
    assert len(program) > 5 and program == page
