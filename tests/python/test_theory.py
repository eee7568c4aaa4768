"""lengthwise theory: valid, the same at any number of threads, and true to an independent simulation in numpy."""

import json
import math
import re
import subprocess

import jsonschema
import numpy
import pytest
from shown_pages import Page, browse, chromium, plots, without_scripts  # noqa: F401 (chromium is a fixture)

SMALL = ["--sigma", "0.5,2", "--lengths", "16,64", "--head-size", "8,32", "--draws", "8", "--quiet"]


@pytest.fixture(scope="module")
def made(run_lengthwise, tmp_path_factory):
    """(theory.json, theory.html, what the program printed) of a small grid."""
    folder = tmp_path_factory.mktemp("theory")
    done = run_lengthwise("theory", "--output", folder / "theory.json", "--html", folder / "theory.html", "--json", *SMALL)
    return folder / "theory.json", folder / "theory.html", done


@pytest.fixture(scope="module")
def theory(made):
    return json.loads(made[0].read_text())


def test_the_document_follows_its_schema(theory, root):
    schema = json.loads((root / "docs/theory.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(theory, schema)


def test_bytes_do_not_depend_on_threads(made, run_lengthwise, tmp_path):
    """But for the command line, which the document records."""
    for threads in (1, 3):
        path = tmp_path / f"{threads}.json"
        run_lengthwise("theory", "--output", path, "--threads", threads, *SMALL)
        document, first = json.loads(path.read_text()), json.loads(made[0].read_text())
        assert document.pop("command") != first.pop("command")
        assert document == first
        tables = path.read_text().partition('"filter_rate"')[2], made[0].read_text().partition('"filter_rate"')[2]
        assert tables[0] == tables[1]


def attention(generator, n, head_size, sigma):
    if head_size is None:
        scores = generator.standard_normal((n, n))
    else:
        scores = generator.standard_normal((n, head_size)) @ generator.standard_normal((head_size, n)) / math.sqrt(head_size)
    weights = numpy.exp(sigma * (scores - scores.max(axis=1, keepdims=True)))
    return weights / weights.sum(axis=1, keepdims=True)


def test_the_filter_rate_is_that_of_an_independent_simulation(theory):
    generator = numpy.random.default_rng(3)
    for cell in theory["filter_rate"]:
        values, entropies = [], []
        for _ in range(100):
            a = attention(generator, cell["n"], cell["head_size"], cell["sigma"])
            values.append(numpy.linalg.svd(a - a.mean(axis=0), compute_uv=False)[0])
            entropies.append(-(a * numpy.log(a)).sum() / cell["n"] / math.log(cell["n"]))
        # Two means of 100 and `draws` draws: within four of their common standard error.
        error = 4 * math.sqrt(1 / 100 + 1 / cell["draws"])
        assert abs(numpy.mean(values) - cell["sigma_a"]["estimate"]) < error * numpy.std(values), cell
        assert abs(numpy.mean(entropies) - cell["entropy"]) < error * numpy.std(entropies), cell


def test_the_laws_are_their_formulas(theory):
    for cell in theory["filter_rate"]:
        s, n, d = cell["sigma"], cell["n"], cell["head_size"]
        bound = math.sqrt(n / (2 * math.sqrt(1 + math.exp(-2 * s * s)) * (n - 1) ** 1.5 + 1))
        assert cell["paper_bound"] == pytest.approx(bound, rel=1e-6)
        assert cell["flat_law"] == pytest.approx(2 * math.sqrt(math.expm1(s * s) / n), rel=1e-6)
        assert cell["regime_line"] == pytest.approx(math.sqrt(2 * math.log(n)), rel=1e-6)
        if d is None:
            continue
        assert cell["floor_high"] == pytest.approx(s / math.sqrt(d) * (1 + math.sqrt(d / n)) ** 2, rel=1e-6)
        w = numpy.geomspace(1e-6, (-1 + math.sqrt(1 + 8 * n / d)) / 4, 20000)
        z = s / math.sqrt(d) * numpy.sqrt((1 + w) * (1 + d / n * w) ** 2 / w)
        edge = z + (math.expm1(s * s) - s * s) / n * (1 + d / n * w) / z
        assert cell["head_size_law"] == pytest.approx(edge.min(), rel=1e-5)


def test_verdicts_follow_from_the_tables(theory):
    verdicts = {verdict["claim"]: verdict for verdict in theory["verdicts"]}
    assert len(verdicts) == len(theory["verdicts"])
    held = [cell["sigma_a"]["high"] <= cell["paper_bound"] for cell in theory["filter_rate"]]
    broken = [cell["sigma_a"]["low"] > cell["paper_bound"] for cell in theory["filter_rate"]]
    assert verdicts["bound"]["cells"] == {"hold": sum(held), "fail": sum(broken), "undecided": len(held) - sum(held) - sum(broken)}
    assert verdicts["bound"]["status"] == "true where"
    assert "for sigma_s = 0.5 at every n" in verdicts["bound"]["region"]
    assert verdicts["filter_rate"]["status"] == "true"
    assert verdicts["filter_rate"]["numbers"]["violations"] == sum(row["violations"] for row in theory["inequality"]) == 0
    assert verdicts["temperature"]["numbers"]["largest_factor_of_bound"] < 2 ** 0.25
    assert str(sum(broken)) in theory["sentence"]


def test_the_summary_is_printed(made, theory):
    summary = json.loads(made[2].stdout)
    assert summary["sentence"] == theory["sentence"]
    assert summary["verdicts"] == theory["verdicts"]
    for verdict in theory["verdicts"]:
        assert verdict["statement"] in made[2].stderr
        assert verdict["region"] in made[2].stderr


@pytest.mark.parametrize("options, word", [
    (["--sigma", "0"], "--sigma"),
    (["--sigma", "2,1"], "ascend"),
    (["--sigma", "nan"], "--sigma"),
    (["--lengths", "64"], "at least 2"),
    (["--lengths", "1,64"], "--lengths"),
    (["--lengths", "64,1000000"], "--lengths"),
    (["--head-size", "0"], "--head-size"),
    (["--draws", "1"], "--draws"),
    (["--confidence", "1"], "--confidence"),
])
def test_options_out_of_range_are_named_and_nothing_is_written(binary, tmp_path, options, word):
    output = tmp_path / "theory.json"
    done = subprocess.run([binary, "theory", "--output", output, *options], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and word in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_page_loads_nothing_and_carries_the_document(made, theory):
    page = Page(made[1].read_text())
    assert page.references == []
    assert json.loads(page.scripts["report"]) == theory


def test_the_page_is_drawn(chromium, made, theory, tmp_path):  # noqa: F811
    elements, console = browse(chromium, made[1], tmp_path)
    assert console == []
    assert 'data-drawn="yes"' in elements
    # A panel a sigma, exponents, temperature, steps, inequality, and a panel a depth.
    assert plots(elements) == len(theory["grid"]["sigmas"]) + 4 + len(theory["cosine_settings"]["depths"])
    assert not re.search("NaN|undefined|Infinity", without_scripts(elements))
    for verdict in theory["verdicts"]:
        assert f">{verdict['status']}<" in elements
