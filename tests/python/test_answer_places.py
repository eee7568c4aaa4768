"""scripts/answer_places: its figures are those of `evaluate` on the queries of one place."""
import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def task(man_pages, tmp_path_factory):
    """Documents of three paragraphs, put into the files in another order than they stand in; two queries of each paragraph."""
    folder = tmp_path_factory.mktemp("places") / "pages"
    folder.mkdir()
    pages = [json.loads(line)["text"] for number, line in enumerate(man_pages.open()) if number % 60 == 0]
    parts = [[text[begin : begin + 600] for begin in (0, 600, 1200)] for text in pages if len(text) > 1800][:12]
    write = lambda name, rows: (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    names = [(number, place) for number in range(len(parts)) for place in (2, 0, 1)]
    write("corpus.jsonl", [{"_id": f"d{number}", "text": "\n\n".join(of)} for number, of in enumerate(parts)])
    write("corpus-paragraphs.jsonl", [{"_id": f"d{number}p{place}", "text": parts[number][place]} for number, place in names])
    asked = [(f"q{number}p{place}w{word}", number, place, parts[number][place][word : word + 90]) for number, place in names for word in (100, 400)]
    write("queries.jsonl", [{"_id": name, "text": text} for name, *_, text in asked])
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"{name}\td{number}\t1\n" for name, number, *_ in asked))
    (folder / "qrels-paragraphs.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"{name}\td{number}p{place}\t1\n" for name, number, place, _ in asked))
    return folder


def test_each_place_is_a_search_of_its_own(run_lengthwise, root, task, model_folder, tmp_path):
    document = tmp_path / "d.md"
    document.write_text("before\n<!-- table answer places -->\nold\n<!-- end -->\nafter\n")
    done = subprocess.run([sys.executable, root / "scripts/answer_places", tmp_path / "p.json", document, task, model_folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "p.json").read_text())
    queries = [json.loads(line) for line in (task / "queries.jsonl").open()]
    assert found["queries"] == [len(queries) // 3] * 3
    of = found["models"]["MiniLM"]
    for place in range(3):
        part = tmp_path / f"part{place}"
        part.mkdir()
        (part / "corpus.jsonl").write_text((task / "corpus.jsonl").read_text())
        (part / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in queries if f"p{place}w" in query["_id"]))
        (part / "qrels.tsv").write_text("".join(line for line in (task / "qrels.tsv").open() if f"p{place}w" in line))
        run_lengthwise("evaluate", "--model", model_folder, "--task", part, "--max-length", "512", "--windows", "128", "--best", "1", "--replicates", "20", "--no-cache", "--quiet", "--output", tmp_path / "e.json")
        runs = {run["run"]: run["metrics"]["ndcg_at_10"]["estimate"] for run in json.loads((tmp_path / "e.json").read_text())["tasks"][0]["runs"]}
        for reading, run in {"512 tokens in one pass": "model", "the best of windows of 128": next(name for name in runs if name.startswith("window-max"))}.items():
            assert of[reading]["places"][place]["estimate"] == pytest.approx(runs[run], abs=2e-4), (reading, place)
    for numbers in of.values():
        estimates = [value["estimate"] for value in numbers["places"]]
        assert numbers["position_sensitivity"]["estimate"] == pytest.approx(1 - min(estimates) / max(estimates))
        assert numbers["change"]["estimate"] == pytest.approx(estimates[2] - estimates[0]) and numbers["change"]["low"] < numbers["change"]["high"]
        assert numbers["mean"]["estimate"] == pytest.approx(sum(estimates) / 3)
    assert done.stdout.strip() in document.read_text() and "old" not in document.read_text()


def test_a_paragraph_that_is_not_in_its_document_is_named(task, root, tmp_path):
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(task, broken)
    lines = (broken / "corpus-paragraphs.jsonl").read_text().splitlines()
    lines[0] = json.dumps(json.loads(lines[0]) | {"text": "not there"})
    (broken / "corpus-paragraphs.jsonl").write_text("\n".join(lines) + "\n")
    done = subprocess.run([sys.executable, root / "scripts/answer_places", tmp_path / "p.json", "-", broken, root / "tests/data/tiny_bert"], capture_output=True, text=True)
    assert done.returncode == 1 and "paragraph d0p2 does not stand in its document d0" in done.stderr and not (tmp_path / "p.json").exists()
