"""The report page: complete in itself, true to the report, and drawn without an error in a real browser."""

import html.parser
import json
import re
import shutil
import subprocess

import pytest

# The plots of a page with every arm: five curves, the shapes, two of attribution, three controls, two layer maps, a map
# for each of the two layers of the small model, and the counts; of gains the mean layer and six maps; of each of two
# ablations a map.
PLOTS = 16 + 7 + 2


@pytest.fixture(scope="module")
def reports(run_lengthwise, root, pages, tmp_path_factory):
    """{name: (report.json, page.html)} of the small model: everything that a report can hold, and as little as it can."""
    folder = tmp_path_factory.mktemp("reports")
    made = {}
    for name, options in {"full": ["--probe", "--arms", "natural,truncated,static,repeated,mixed,diluted", "--attribution", "--gains",
                                   "--ablation", "zero,dc"],
                          "controls": ["--arms", "repeated"],
                          "least": ["--arms", "natural", "--sample", 3]}.items():
        made[name] = folder / f"{name}.json", folder / f"{name}.html"
        run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", pages, "--output", made[name][0],
                       "--html", made[name][1], "--replicates", 50, "--quiet", *options)
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
