"""The tables of docs/theory.md: made from small runs, each with a place in the document."""

import json
import re
import statistics

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


def test_the_document_has_a_place_for_every_table(printed, folder, root, tmp_path):
    document = tmp_path / "theory.md"
    document.write_text((root / "docs/theory.md").read_text())
    make(root / "scripts/theory_tables", folder, document)
    made = document.read_text()
    assert re.findall("<!-- table (.*) -->", made) and set(re.findall("<!-- table (.*) -->", made)) == set(names(printed))
    for name in names(printed):
        body = printed.partition(f"### {name}\n\n")[2].partition("\n\n")[0]
        assert f"<!-- table {name} -->\n{body.strip()}\n<!-- end -->" in made
