"""`lengthwise measure --placement`, and what scripts/placement_tables and scripts/mediation make of measurements. That ranks are right is tests/controls/placement_test.cpp's."""

import json
import random
import shutil
import subprocess
import sys
import xml.etree.ElementTree

import jsonschema
import pytest

PLACES = [0, 0.25, 0.5, 0.75, 1]
DOCUMENTS = 60


@pytest.fixture(scope="module")
def texts(root, tmp_path_factory):
    """Each of three words of its own, so that what follows a passage is like it."""
    vocabulary = json.loads((root / "tests/data/tiny_bert/tokenizer.json").read_text())["model"]["vocab"]
    words = sorted(word for word in vocabulary if word.isalpha() and len(word) > 1)
    draw = random.Random(4)
    path = tmp_path_factory.mktemp("texts") / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": " ".join(draw.choices(draw.sample(words, 3), k=100))}) + "\n" for _ in range(DOCUMENTS)))
    return path


def measure(run_lengthwise, root, texts, output, *options):
    done = run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", texts, "--output", output, "--arms", "static", "--placement",
                          "--max-length", 40, "--replicates", 50, "--quiet", *options)
    return json.loads(output.read_text()), done


@pytest.fixture(scope="module")
def measured(run_lengthwise, root, texts, tmp_path_factory):
    return measure(run_lengthwise, root, texts, tmp_path_factory.mktemp("report") / "report.json")


def estimates(reading):
    return [row["ndcg_at_10"]["estimate"] for row in reading["places"]]


def test_report_keeps_its_schema_and_says_what_was_found(root, measured):
    report, done = measured
    jsonschema.Draft202012Validator(json.loads((root / "docs/report.schema.json").read_text())).validate(report)
    placement = report["controls"]["placement"]
    assert (placement["length"], placement["passage"], placement["passages"], placement["eligible"]) == (80, 10, DOCUMENTS // 2, DOCUMENTS)
    assert [reading["reading"] for reading in placement["readings"]] == ["cut", "one pass", "window mean", "best window"]
    assert [row["place"] for row in placement["readings"][0]["places"]] == PLACES
    assert placement["sentence"] in done.stderr
    for reading in placement["readings"]:
        found = estimates(reading)
        sensitivity = reading["position_sensitivity"]
        assert sensitivity["estimate"] == pytest.approx(1 - min(found) / max(found), abs=1e-6)
        assert (reading["best"], reading["worst"]) == (PLACES[found.index(max(found))], PLACES[found.index(min(found))])
        assert reading["places"][-1]["change"]["estimate"] == pytest.approx(found[-1] - found[0], abs=1e-6)


def test_where_a_passage_is_cut_off_it_does_not_matter_how_far_off(measured):
    cut, whole, _, best = map(estimates, measured[0]["controls"]["placement"]["readings"])
    assert cut[3] == cut[4] != cut[0], "38 of 78 tokens are read, and 51 stand before the passage, or more"
    assert whole[3] != whole[4] and best[3] != best[4]


def test_a_repair_is_a_reading_beside_the_others(run_lengthwise, root, texts, measured, tmp_path):
    windows, _ = measure(run_lengthwise, root, texts, tmp_path / "w.json", "--long-input", "window-mean", "--window", 40)
    readings = windows["controls"]["placement"]["readings"]
    assert [reading["reading"] for reading in readings][4:] == ["repaired"]
    assert readings[4]["places"] == readings[2]["places"], "the repair is the mean of windows"
    assert readings[:4] == measured[0]["controls"]["placement"]["readings"]
    sharp, _ = measure(run_lengthwise, root, texts, tmp_path / "s.json", "--temperature", "0.5")
    assert sharp["controls"]["placement"]["readings"][0] == readings[0], "as the model is, whatever is repaired"
    assert sharp["controls"]["placement"]["readings"][4]["places"] != readings[0]["places"]


def test_too_few_documents_are_said(run_lengthwise, root, texts, tmp_path):
    few = tmp_path / "few.jsonl"
    few.write_text("".join(texts.read_text().splitlines(keepends=True)[:30]))
    report, _ = measure(run_lengthwise, root, few, tmp_path / "r.json")
    assert "placement" not in report["controls"]
    assert any("Placement is empty: it needs at least 40 documents" in note and "30 have that" in note for note in report["notes"])


def test_the_table_is_that_of_the_reports(root, measured, run_lengthwise, texts, tmp_path):
    for model in ("all-MiniLM-L6-v2", "all-mpnet-base-v2"):
        measure(run_lengthwise, root, texts, tmp_path / f"{model}.recipe.json", "--long-input", "window-mean", "--window", 40)
    document = tmp_path / "docs/repair.md"
    (document.parent / "images").mkdir(parents=True)
    shutil.copy(root / "docs/repair.md", document)
    printed = subprocess.run([root / "scripts/placement_tables", tmp_path, document], check=True, capture_output=True, text=True).stdout
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.splitlines() if line.startswith("| M")]
    assert [row[:2] for row in rows[:5]] == [["MiniLM", title] for title in ("cut at 40 tokens", "all 80 tokens in one pass", "the mean of windows of 40", "the best of windows of 40", "the recipe")]
    cut = measured[0]["controls"]["placement"]["readings"][0]
    assert rows[0][2] == "{estimate:.2f} [{low:.2f}, {high:.2f}]".format(**cut["places"][0]["ndcg_at_10"])
    assert rows[0][-1] == "{estimate:.2f} [{low:.2f}, {high:.2f}]".format(**cut["position_sensitivity"])
    assert "\n".join(printed.splitlines()[2:]).strip() in document.read_text()
    drawn = xml.etree.ElementTree.parse(document.parent / "images/placement.svg").getroot()
    assert len(drawn.findall("{http://www.w3.org/2000/svg}polyline")) == 10


def test_mediation_puts_the_filter_the_cosines_and_the_search_side_by_side(root, texts, tmp_path):
    source = (root / "scripts/mediation").read_text()
    assert "DOCUMENTS, SPECTRA, LENGTH = 12, 24, 2, 256" in source
    script = tmp_path / "scripts/mediation"
    script.parent.mkdir()
    # At the small model's length, on few texts.
    script.write_text(source.replace("12, 24, 2, 256", "4, 10, 2, 64").replace('f"128,{LENGTH}"', 'f"32,{LENGTH}"').replace("pathlib.Path(__file__).resolve().parents[1]", f"pathlib.Path({str(root)!r})")
                      .replace("pathlib.Path(__file__).parent", f"pathlib.Path({str(root / 'scripts')!r})"))
    searches = {"mean": {"base": 0.5, "temperature 0.8": {"estimate": 0.01, "low": -0.01, "high": 0.03}}}
    (tmp_path / "searches.json").write_text(json.dumps(searches))
    done = subprocess.run([sys.executable, script, tmp_path / "out.json", root / "tests/data/tiny_bert", texts, tmp_path / "searches.json"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "out.json").read_text())
    sharp, flat, scaled = (found[policy]["change"] for policy in ("temperature 0.5", "temperature 1.25", "AttnScale 0.3"))
    assert sharp["sigma"]["low"] > 0 > flat["sigma"]["high"], "sharper attention filters less"
    assert scaled["sigma"] is None and scaled["retention"]["low"] > 0
    row = next(line for line in done.stdout.splitlines() if line.startswith("| temperature 0.8 "))
    assert row.endswith("| +1.0 [-1.0, +3.0] |") and row.count("|") == 7
