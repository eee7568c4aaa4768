"""scripts/attention_policies, whose search is its own: its figures are those of `evaluate`."""
import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def task(root, man_pages, tmp_path_factory):
    """Pages of a few lines; two queries of each, so that they go together."""
    folder = tmp_path_factory.mktemp("policies") / "pages"
    folder.mkdir()
    pages = [json.loads(line) for number, line in enumerate(man_pages.open()) if number % 80 == 0][:40]
    texts = [page["text"][:400] for page in pages]
    (folder / "corpus.jsonl").write_text("".join(json.dumps({"_id": f"d{i}", "text": text}) + "\n" for i, text in enumerate(texts)))
    (folder / "queries.jsonl").write_text("".join(json.dumps({"_id": f"q{i}-{part}", "text": text[part: part + 60]}) + "\n" for i, text in enumerate(texts) for part in (0, 150)))
    (folder / "qrels.tsv").write_text("".join(f"q{i}-{part}\td{i}\t1\n" for i in range(len(texts)) for part in (0, 150)))
    return folder


def test_it_finds_what_evaluate_finds(run_lengthwise, root, task, tmp_path):
    model = root / "tests/data/tiny_bert"
    done = subprocess.run([sys.executable, root / "scripts/attention_policies", tmp_path / "p.json", model, "-", task], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "p.json").read_text())["tasks"]["pages"]
    run_lengthwise("evaluate", "--model", model, "--task", task, "--temperature", "0.8", "--no-cache", "--quiet", "--output", tmp_path / "e.json")
    runs = json.loads((tmp_path / "e.json").read_text())["tasks"][0]["runs"]
    base = next(run for run in runs if run["run"] == "model")
    sharp = next(run for run in runs if run["temperature"] == 0.8 and run["side"] in (None, "both"))
    assert found["base"] == pytest.approx(base["metrics"]["ndcg_at_10"]["estimate"], abs=1e-4)
    expected = sharp["comparison"]["difference"]
    for end, tolerance in (("estimate", 1e-4), ("low", 0.01), ("high", 0.01)):
        assert found["temperature 0.8"][end] == pytest.approx(expected[end], abs=tolerance)
    assert done.stdout.count("\n| ") == 9 and "AttnScale 0.3" in done.stdout
