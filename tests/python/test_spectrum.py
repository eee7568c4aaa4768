"""`lengthwise measure --spectrum`: bound, laws and measurement of every head, equal to what `lengthwise attention` writes."""

import json
import re
import subprocess

import jsonschema
import numpy
import pytest
from shown_pages import browse, chromium, plots, without_scripts  # noqa: F401 (chromium is a fixture)


@pytest.fixture(scope="module")
def source(man_pages, tmp_path_factory):
    path = tmp_path_factory.mktemp("spectrum") / "pages.jsonl"
    path.write_text("".join(line for number, line in enumerate(man_pages.open()) if number % 200 == 0))
    return path


@pytest.fixture(scope="module")
def measured(run_lengthwise, root, source, tmp_path_factory):
    """(report, page, options) of the small model: all documents of the truncated arm."""
    folder = tmp_path_factory.mktemp("measured")
    options = ["--model", root / "tests/data/tiny_bert", "--input", source, "--quiet"]
    run_lengthwise("measure", *options, "--arms", "truncated", "--minimum-documents", 4, "--replicates", 50, "--spectrum", 1000,
                   "--output", folder / "report.json", "--html", folder / "report.html")
    return json.loads((folder / "report.json").read_text()), folder / "report.html", options


def test_the_report_keeps_its_schema(measured, root):
    jsonschema.validate(measured[0], json.loads((root / "docs/report.schema.json").read_text()))


def test_means_are_those_of_the_lines_of_attention(measured, run_lengthwise, tmp_path):
    report, _, options = measured
    summary = report["spectrum_summary"]
    output = tmp_path / "heads.jsonl"
    run_lengthwise("attention", *options, "--lengths", ",".join(map(str, summary["lengths"])), "--output", output)
    lines = [json.loads(line) for line in output.open()]
    # Documents that lack the longest length stand in the lines, but not in the arm.
    full = {line["text"] for line in lines if line["n"] == summary["lengths"][-1]}
    assert len(full) == summary["documents"]
    lines = [line for line in lines if line["text"] in full]
    assert len(lines) == summary["measured"]
    assert sum(line["sigma_hc"] > line["bound"] for line in lines) == summary["above_bound"]
    assert summary["theorem_violations"] == sum(line["retention"] > line["sigma_hc"] * 1.001 for line in lines) == 0
    for cell in report["spectrum"]:
        same = [line for line in lines if (line["layer"], line["head"], line["n"]) == (cell["layer"], cell["head"], cell["length"])]
        assert len(same) == cell["count"]
        for name in ("entropy", "sink", "local_mass", "retention", "bound", "flat_law", "head_size_law", "floor"):
            assert cell[name] == pytest.approx(numpy.mean([line[name] for line in same]), rel=1e-6, abs=1e-9), name
        for name in ("sigma_hc", "sigma_centred", "sigma_s"):
            assert cell[name]["estimate"] == pytest.approx(numpy.mean([line[name] for line in same]), rel=1e-6)
    for law in summary["laws"]:
        ratios = [line["sigma_hc"] / line[law["law"]] for line in lines]
        assert law["median_ratio"] == pytest.approx(numpy.median(ratios), rel=1e-6)
        assert law["within"] == pytest.approx(numpy.mean(numpy.abs(numpy.subtract(ratios, 1)) <= summary["agreement"]), abs=1e-6)


def test_trends_are_the_slopes_of_a_regression_in_each_document(measured, run_lengthwise, tmp_path):
    report, _, options = measured
    lengths = report["spectrum_summary"]["lengths"]
    output = tmp_path / "heads.jsonl"
    run_lengthwise("attention", *options, "--lengths", ",".join(map(str, lengths)), "--output", output)
    values = {}
    for line in map(json.loads, output.open()):
        values.setdefault((line["layer"], line["head"]), {}).setdefault(line["text"], []).append(line["sigma_hc"])
    for trend in report["spectrum_trends"]:
        texts = [text for text in values[trend["layer"], trend["head"]].values() if len(text) == len(lengths)]
        slopes = [numpy.polyfit(numpy.log(lengths), numpy.log(text), 1)[0] for text in texts]
        assert trend["exponent"]["estimate"] == pytest.approx(numpy.mean(slopes), rel=1e-5, abs=1e-8)
    directions = [trend["direction"] for trend in report["spectrum_trends"]]
    assert {name: directions.count(name) for name in ("rises", "falls", "undecided")} == {
        name: report["spectrum_summary"][name] for name in ("rises", "falls", "undecided")}


def test_the_page_shows_bound_laws_and_measurement_of_each_head(measured, chromium, tmp_path):  # noqa: F811
    report, page, _ = measured
    elements, console = browse(chromium, page, tmp_path)
    assert console == []
    assert "Bound, laws and measurement" in elements and report["spectrum_summary"]["sentence"] in elements
    assert not re.search("NaN|undefined|Infinity", without_scripts(elements))
    section = elements.partition("Bound, laws and measurement")[2].partition("<section")[0]
    # A panel for each head of the first layer, and the map of exponents.
    assert plots(section) == report["model"]["heads"] + 1


def test_it_needs_the_truncated_arm(binary, root, source, tmp_path):
    command = [binary, "measure", "--model", root / "tests/data/tiny_bert", "--input", source, "--arms", "natural", "--spectrum", "4",
               "--output", tmp_path / "report.json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "truncated arm" in done.stderr
    assert list(tmp_path.iterdir()) == []
