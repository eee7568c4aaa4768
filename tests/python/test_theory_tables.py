"""The tables of docs/theory.md: made from small runs, each with a place in the document."""

# scripts/theory_tables prints those of what `scripts/reproduce theory` leaves, scripts/intervention_tables those of section 7.

import json
import re
import statistics
import xml.etree.ElementTree

import pytest
from printed_tables import check_form, make, names, table


@pytest.fixture(scope="module")
def folder(run_lengthwise, root, man_pages, tmp_path_factory):
    """What `scripts/reproduce theory` leaves behind, of the small models under the names of the real ones."""
    out = tmp_path_factory.mktemp("tables")
    pages = out / "pages.jsonl"
    pages.write_text("".join(line for number, line in enumerate(man_pages.open()) if number % 100 == 0))
    run_lengthwise("theory", "--sigma", "0.5,1,2", "--lengths", "8,16", "--head-size", "8", "--draws", 4, "--quiet", "--output", out / "theory.json")
    for name, small in {"all-MiniLM-L6-v2": "tiny_bert", "all-mpnet-base-v2": "tiny_mpnet"}.items():
        common = ["--model", root / "tests/data" / small, "--input", pages, "--quiet"]
        run_lengthwise("measure", *common, "--probe", "--spectrum", 4, "--minimum-documents", 5, "--replicates", 50,
                       "--output", out / f"{name}.json")
        run_lengthwise("measure", *common, "--arms", "truncated", "--temperature", 0.8, "--minimum-documents", 5, "--replicates", 50,
                       "--output", out / f"{name}.sharp.json")
        run_lengthwise("measure", *common, "--arms", "repeated,mixed,diluted", "--attribution", "--passage", 8, "--minimum-documents", 5,
                       "--replicates", 50, "--output", out / f"{name}.controls.json")
        run_lengthwise("measure", *common, "--arms", "truncated,static", "--gains", "--ablation", "zero", "--minimum-documents", 5,
                       "--replicates", 50, "--output", out / f"{name}.layers.json")
        for kind, options in {"heads": [], "sharp.heads": ["--temperature", 0.8]}.items():
            run_lengthwise("attention", *common, "--lengths", "16,32", "--max-texts", 3, *options, "--output", out / f"{name}.{kind}.jsonl")
    return out


@pytest.fixture(scope="module")
def intervened(run_lengthwise, root, man_pages, tmp_path_factory):
    """What `scripts/reproduce interventions` leaves behind."""
    out = tmp_path_factory.mktemp("interventions")
    pages = out / "pages.jsonl"
    pages.write_text("".join(line for number, line in enumerate(man_pages.open()) if number % 50 == 0))
    for name, small in {"all-MiniLM-L6-v2": "tiny_bert", "all-mpnet-base-v2": "tiny_mpnet"}.items():
        for kind, options in {"": [], ".squeezed": ["--positions", "squeeze:30:50"]}.items():
            run_lengthwise("measure", "--model", root / "tests/data" / small, "--input", pages, "--quiet", "--arms", "static", "--interventions",
                           "--replicates", 50, *options, "--output", out / f"{name}{kind}.json")
    return out


@pytest.fixture(scope="module")
def printed_interventions(intervened, root):
    return make(root / "scripts/intervention_tables", intervened)


@pytest.fixture(scope="module")
def printed(folder, root):
    return make(root / "scripts/theory_tables", folder)


def test_every_row_of_every_table_has_the_width_of_its_head(printed):
    check_form(printed, 21)


def test_figures_are_those_of_the_reports(printed, folder):
    report = json.loads((folder / "all-MiniLM-L6-v2.json").read_text())
    longest = report["spectrum_summary"]["lengths"][-1]
    mean = statistics.fmean(cell["sigma_hc"]["estimate"] for cell in report["spectrum"] if cell["length"] == longest)
    row = next(row for row in table(printed, "spectrum") if row[:2] == ["MiniLM", str(longest)])
    assert row[2] == f"{mean:.2f}"
    row = next(row for row in table(printed, "theorem") if row[0] == "MiniLM")
    assert row[1:3] == [str(report["spectrum_summary"]["measured"]), "0"]


def test_interventions_are_those_of_the_reports(printed_interventions, intervened):
    check_form(printed_interventions, 6)
    report = json.loads((intervened / "all-mpnet-base-v2.squeezed.json").read_text())["controls"]["interventions"]
    row = next(row for row in table(printed_interventions, "offset") if row[:2] == ["MPNet", "squeezed"])
    found = report["offset"]["offsets"][-1]
    assert row[-2] == "{:.3f} [{:.3f}, {:.3f}]".format(*found["cosine"].values())
    assert row[-1].strip("*") == "{:+.3f} [{:+.3f}, {:+.3f}]".format(*found["change"].values())
    assert {tuple(row[:2]) for row in table(printed_interventions, "further")[1:]} == {
        (model, positions) for model in ("MiniLM", "MPNet") for positions in ("own positions", "positions again")}
    drawn = xml.etree.ElementTree.parse(intervened / "offset.svg").getroot()
    assert len(drawn.findall("{http://www.w3.org/2000/svg}polyline")) == 4


def test_the_document_has_a_place_for_every_table(printed, folder, printed_interventions, intervened, root, tmp_path):
    document = tmp_path / "theory.md"
    document.write_text((root / "docs/theory.md").read_text())
    (tmp_path / "images").mkdir()
    make(root / "scripts/theory_tables", folder, document)
    make(root / "scripts/intervention_tables", intervened, document)
    made = document.read_text()
    both = printed + printed_interventions
    # The last is scripts/mediation's.
    assert set(re.findall("<!-- table (.*) -->", made)) == {*names(both), "mediation"}
    for name in names(both):
        body = both.partition(f"### {name}\n\n")[2].partition("\n\n")[0]
        assert f"<!-- table {name} -->\n{body.strip()}\n<!-- end -->" in made
    assert (tmp_path / "images/offset.svg").read_text() == (intervened / "offset.svg").read_text()
