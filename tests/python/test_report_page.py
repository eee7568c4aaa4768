"""The pages: complete in themselves, true to what they show, and drawn without an error in a real browser."""

import json
import pathlib
import re
import urllib.parse

import pytest
from shown_pages import Page, browse, chromium, evaluation, look, plots, reports, with_document, without_scripts  # noqa: F401 (fixtures among them)

# The plots of a page with every arm: five curves, the shapes, two of attribution, three controls, five interventions, the placement, two layer maps, a map
# for each of the two layers of the small model, and the counts; of gains the mean layer and six maps; of each of two
# ablations a map; of spectra the three heads of a layer, and the exponents.
PLOTS = 22 + 7 + 2 + 4


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


def test_the_page_shows_the_numbers_of_the_interventions(chromium, reports, tmp_path):
    interventions = json.loads(reports["full"][0].read_text())["controls"]["interventions"]
    words = look(chromium, reports["full"][1], 1300, tmp_path)["words"]

    def number(value, sign=""):
        if value == 0 or abs(value) >= 0.0005:
            return f"{value:{sign if value > 0 else ''}.3f}"
        mantissa, power = f"{value:{sign}.1e}".split("e")
        return f"{mantissa}e{int(power)}"

    def shown(interval, form):
        return "{} [{}, {}]".format(*(form(interval[end]) for end in ("estimate", "low", "high")))

    signed = lambda value: number(value, "+")
    expected = []
    for part in ("offset", "further", "identity", "pooling", "static"):
        assert interventions[part]["sentence"] in words
        for row in interventions[part]["offsets" if part == "offset" else "lengths"]:
            logarithms = row.pop("change") or {} if part == "identity" else {}
            for name, value in row.items():
                if isinstance(value, dict):
                    expected.append(shown(value, signed if name.endswith("change") or name == "from_positions" else number))
            for name, value in logarithms.items():
                if value:
                    expected.append(shown(value, (lambda share: f"{round(100 * share)} %") if name.endswith("_share") else signed))
    assert len(expected) > 80 and any("%" in text for text in expected)
    assert [text for text in expected if text.replace("-", "\u2212") not in words] == []


def test_the_page_shows_where_passages_are_found(chromium, reports, tmp_path):
    placement = json.loads(reports["full"][0].read_text())["controls"]["placement"]
    words = look(chromium, reports["full"][1], 1300, tmp_path)["words"]
    assert placement["sentence"] in words
    for reading in placement["readings"]:
        for value in [*(row["ndcg_at_10"] for row in reading["places"]), reading["position_sensitivity"]]:
            assert "{estimate:.3f} [{low:.3f}, {high:.3f}]".format(**value) in words


def expect_answer(printed, document, output, page):
    """The last lines of a command."""
    *_, found, advice, numbers, where = printed.splitlines()
    assert found == document["sentence"]
    # The document names options in words; the command line writes them as flags.
    assert advice == f"What to do: {document['advice'].replace('the option ', '--')}"
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
