"""The tables of docs/findings.md: made from small evaluations, each with a place in the document."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from printed_tables import check_form, make, names, table


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="module")
def folder(run_lengthwise, root, man_pages, tmp_path_factory):
    """What `scripts/reproduce tasks` leaves behind, of the small models under the names of the real ones."""
    out = tmp_path_factory.mktemp("findings")
    pages = [json.loads(line) for number, line in enumerate(man_pages.open()) if number % 60 == 0]
    texts = [{"_id": page["_id"], "text": " ".join(page["text"].split()[: 10 + 6 * (number % 12)])} for number, page in enumerate(pages)]
    for name in ("pages", "pages.pseudo", "needle-64"):
        task = out / "sets" / name
        task.mkdir(parents=True)
        write_lines(task / "corpus.jsonl", texts)
        write_lines(task / "queries.jsonl", [{"_id": f"q{text['_id']}", "text": text["text"][:40]} for text in texts])
        (task / "qrels.tsv").write_text("".join(f"q{text['_id']}\t{text['_id']}\t1\n" for text in texts))
    write_lines(out / "sets/pages/corpus-halves.jsonl", [{"_id": text["_id"], "text": text["text"][: len(text["text"]) // 2]} for text in texts])
    (out / "sets/pages/qrels-halves.tsv").write_text((out / "sets/pages/qrels.tsv").read_text())
    shutil.copytree(out / "sets/pages", out / "sets/pages.read")
    shutil.copytree(out / "sets/pages", out / "sets/leaves", ignore=shutil.ignore_patterns("*-halves.*"))
    (out / "sets/leaves/qrels.tsv").write_text("".join((out / "sets/pages/qrels.tsv").read_text().splitlines(keepends=True)[::2]))
    (out / "sets/labels").mkdir()
    write_lines(out / "sets/labels/docs.jsonl", [{"text": text["text"], "label": number % 2} for number, text in enumerate(texts)])
    for name, small in {"all-MiniLM-L6-v2": "tiny_bert", "all-mpnet-base-v2": "tiny_mpnet"}.items():
        for task in (out / "sets").iterdir():
            run_lengthwise("evaluate", "--model", root / "tests/data" / small, "--task", task, "--temperature", "0.8,0.9", "--sides", "both,documents,queries",
                           "--postprocess", "center,whiten:0.3", "--query-means", "5,documents", "--csls", 3, "--windows", 16, "--cut", 16, "--static",
                           "--replicates", 50, "--no-cache", "--quiet", "--output", out / f"{name}.{task.name}.json")
    return out


@pytest.fixture(scope="module")
def printed(folder, root):
    return make(root / "scripts/findings_tables", folder)


def test_every_row_of_every_table_has_the_width_of_its_head(printed):
    check_form(printed, 16)


def test_figures_are_those_of_the_evaluations(printed, folder):
    task = json.loads((folder / "all-MiniLM-L6-v2.pages.json").read_text())["tasks"][0]
    held_out = next(run for run in task["runs"] if run["run"] == "whiten:0.3 held out")["comparison"]["difference"]["estimate"]
    head, *rows = table(printed, "post-processing")
    row = next(row for row in rows if row[:2] == ["pages", "MiniLM"])
    assert float(re.match(r"\**([+-][\d.]+)", row[head.index("whiten:0.3")])[1]) == pytest.approx(held_out, abs=5.1e-4)
    # What the task without labels chooses is the best of its own runs.
    made = json.loads((folder / "all-MiniLM-L6-v2.pages.pseudo.json").read_text())["tasks"][0]
    swept = {run["run"]: run["metrics"]["ndcg_at_10"]["estimate"] for run in made["runs"] if run["run"] in ("model", "temperature 0.8", "temperature 0.9")}
    chosen = next(row[3] for row in table(printed, "rule") if row[:3] == ["pages", "MiniLM", "temperature"])
    assert swept[chosen] == max(swept.values())


def test_the_document_has_a_place_for_every_table(printed, folder, root, tmp_path):
    document = tmp_path / "findings.md"
    document.write_text((root / "docs/findings.md").read_text())
    make(root / "scripts/findings_tables", folder, document)
    assert sorted(re.findall("<!-- table (.*) -->", document.read_text())) == sorted([*names(printed), "needle shares"])  # that of scripts/needle_shares


def test_a_part_of_the_queries_has_a_row_of_its_own_and_stands_in_no_other_table(printed):
    assert [row[:3] for row in table(printed, "parts")[1:]] == [["pages", model, "paragraph read to its end"] for model in ("MiniLM", "MPNet")]
    assert "pages.read" not in printed


def test_queries_are_split_by_whether_their_paragraph_is_read(root, tmp_path):
    model, task = root / "tests/data/tiny_bert", tmp_path / "set"
    limit = json.loads((model / "sentence_bert_config.json").read_text())["max_seq_length"]
    # Each word a token; [CLS], [SEP] and the title take three of those that are read.
    paragraphs = ["the length of text", " ".join(["long"] * (limit - 3 - 4)), "is a token", "short and"]
    document = {"_id": "d", "title": "word", "text": " ".join(paragraphs)}
    task.mkdir()
    write_lines(task / "corpus.jsonl", [document, {"_id": "e", "text": "the text"}])
    write_lines(task / "corpus-paragraphs.jsonl", [{"_id": f"p{number}", "text": text} for number, text in enumerate([*paragraphs, "is a token short"])])
    write_lines(task / "queries.jsonl", [{"_id": f"q{number}", "text": "the"} for number in range(4)])
    (task / "qrels.tsv").write_text("".join(f"q{number}\td\t1\n" for number in range(4)))
    (task / "qrels-paragraphs.tsv").write_text("".join(f"q{number}\tp{number}\t1\n" for number in range(4)))

    def split():
        done = subprocess.run([sys.executable, root / "scripts/split_queries", task, model, tmp_path / "parts"], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return {pathlib.Path(line).name: [json.loads(query)["_id"] for query in (pathlib.Path(line) / "queries.jsonl").open()] for line in done.stdout.splitlines()}

    assert split() == {"set.read": ["q0", "q1"], "set.unread": ["q2", "q3"]}
    # One word more, and the second paragraph is cut.
    write_lines(task / "corpus.jsonl", [{**document, "title": "word word"}, {"_id": "e", "text": "the text"}])
    assert split() == {"set.read": ["q0"], "set.partly-read": ["q1"], "set.unread": ["q2", "q3"]}
    write_lines(task / "queries.jsonl", [{"_id": f"q{number}", "text": "the", "kind": "odd" if number % 2 else "even"} for number in range(4)])
    assert split() == {"set.even": ["q0", "q2"], "set.odd": ["q1", "q3"]}
    assert (tmp_path / "parts/set.odd/qrels.tsv").read_text() == "q1\td\t1\nq3\td\t1\n"


def test_a_sample_of_a_task_keeps_the_queries_of_what_is_left(folder, root, tmp_path):
    done = subprocess.run([root / "scripts/sample_task", folder / "sets/pages", "3", tmp_path / "part"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kept = [json.loads(line)["_id"] for line in (tmp_path / "part/corpus.jsonl").open()]
    whole = [json.loads(line)["_id"] for line in (folder / "sets/pages/corpus.jsonl").open()]
    assert kept == whole[::3]
    assert [json.loads(line)["_id"] for line in (tmp_path / "part/queries.jsonl").open()] == [f"q{page}" for page in kept]
    assert len((tmp_path / "part/qrels.tsv").read_text().splitlines()) == len(kept)


def test_searches_are_pooled_as_studies_whose_effects_differ(root, monkeypatch):
    """With errors of one size the difference is the plain mean, its interval Student's, and the spread what the sample has beyond the errors."""
    monkeypatch.syspath_prepend(root / "scripts")
    import markdown_tables
    values = [0.01, 0.02, 0.06, -0.01, 0.03, 0.04]
    half = 1.959964 * 0.01
    together, spread = markdown_tables.random_effects([{"estimate": value, "low": value - half, "high": value + half} for value in values])
    mean = sum(values) / 6
    deviation = (sum((value - mean) ** 2 for value in values) / 5) ** 0.5
    assert together["estimate"] == pytest.approx(mean)
    assert together["high"] - mean == pytest.approx(2.570582 * deviation / 6**0.5, rel=0.01)
    assert spread == pytest.approx((deviation**2 - 0.01**2) ** 0.5, rel=1e-4)
    # Errors that explain all of the differences leave no spread; one search is none to pool.
    wide = [{"estimate": value, "low": value - 1, "high": value + 1} for value in values]
    assert markdown_tables.random_effects(wide)[1] == 0
    assert markdown_tables.random_effects(wide[:1]) == (None, None)
    assert markdown_tables.student(0.95, 30) == pytest.approx(2.042272, abs=1e-3)


def test_temperatures_are_pooled_over_the_searches_of_a_model(printed, folder):
    head, *rows = table(printed, "temperature pooled")
    assert [row[:3] for row in rows] == [[model, temperature, "2"] for model in ("MiniLM", "MPNet") for temperature in ("0.8", "0.9")]
