"""The embeddings that `lengthwise evaluate` keeps on disk: its results are those of a run without them, whatever happens to it."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import pytest

TEMPERATURES = "0.7,0.8,0.9,1.1"


@pytest.fixture(scope="module")
def task(man_pages, tmp_path_factory):
    """A retrieval task of 120 man pages: their first words find the rest."""
    folder = tmp_path_factory.mktemp("task")
    with man_pages.open() as lines:
        pages = [json.loads(line) for number, line in enumerate(lines) if number % 60 == 0][:120]
    texts = [page["text"].split() for page in pages]
    with open(folder / "corpus.jsonl", "w") as corpus, open(folder / "queries.jsonl", "w") as queries, open(folder / "qrels.tsv", "w") as qrels:
        qrels.write("query-id\tcorpus-id\tscore\n")
        for number, words in enumerate(texts):
            corpus.write(json.dumps({"_id": f"d{number}", "text": " ".join(words[8:] or words)}) + "\n")
            queries.write(json.dumps({"_id": f"q{number}", "text": " ".join(words[:8])}) + "\n")
            qrels.write(f"q{number}\td{number}\t1\n")
    return folder


@pytest.fixture
def command(binary, root, task, tmp_path):
    """A function: the name of the output and further options to an evaluation at several temperatures, by a model of two layers."""

    def arguments(output, *options, model=root / "tests/data/tiny_bert"):
        return [str(argument) for argument in (
            binary, "evaluate", "--model", model, "--task", task, "--output", tmp_path / output, "--temperature", TEMPERATURES,
            "--max-length", 64, "--replicates", 50, "--quiet", *options)]

    return arguments


@pytest.fixture
def evaluate(command, tmp_path):
    """A function that runs it: what it found, and its message about the cache as (found, asked), None if there is none."""

    def run(output, *options, env=None, cwd=None, **model):
        done = subprocess.run(command(output, *options, **model), capture_output=True, text=True, env=env, cwd=cwd)
        assert done.returncode == 0, done.stderr
        use = re.search(r"cache: (\d+) of (\d+) embeddings", done.stderr)
        return json.loads((tmp_path / output).read_text())["tasks"], use and (int(use[1]), int(use[2]))

    return run


def kept(folder):
    """Embeddings in the cache; 0 while it is being made."""
    try:
        with sqlite3.connect(f"file:{folder / 'vectors.sqlite'}?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM vectors").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_a_killed_run_resumes_and_ends_as_one_without_a_cache(command, evaluate, model_folder, tmp_path):
    """With a model that takes a second for each of the runs, of which the first is kept when the process is killed."""
    model = {"model": model_folder}
    expected, use = evaluate("expected.json", "--no-cache", **model)
    assert use is None
    cache = tmp_path / "cache"
    running = subprocess.Popen(command("killed.json", "--cache", cache, **model), stderr=subprocess.PIPE)
    while kept(cache) == 0 and running.poll() is None:
        time.sleep(0.005)
    running.kill()
    running.communicate()
    assert running.returncode == -signal.SIGKILL
    assert not (tmp_path / "killed.json").exists()
    before = kept(cache)
    assert before > 0

    resumed, (found, asked) = evaluate("resumed.json", "--cache", cache, **model)
    assert resumed == expected
    assert before <= found < asked
    again, (found, asked) = evaluate("again.json", "--cache", cache, **model)
    assert again == expected
    assert found == asked > 0


def test_two_runs_at_once_share_a_cache(command, tmp_path, evaluate):
    expected, _ = evaluate("expected.json", "--no-cache")
    cache = tmp_path / "cache"
    both = [subprocess.Popen(command(output, "--cache", cache), stderr=subprocess.PIPE, text=True) for output in ("a.json", "b.json")]
    for process in both:
        _, errors = process.communicate()
        assert process.returncode == 0, errors
    for output in ("a.json", "b.json"):
        assert json.loads((tmp_path / output).read_text())["tasks"] == expected
    with sqlite3.connect(cache / "vectors.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_cache_lies_where_the_environment_says(evaluate, tmp_path):
    def places(**variables):
        environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CACHE_HOME")}
        return environment | {name: str(value) for name, value in variables.items()}

    _, first = evaluate("a.json", env=places(HOME=tmp_path / "home"))
    assert first[0] == 0
    assert (tmp_path / "home/.cache/lengthwise/vectors.sqlite").exists()
    _, second = evaluate("b.json", env=places(XDG_CACHE_HOME=tmp_path / "home/.cache"))
    assert second[0] == second[1]
    # A relative path is none, by the XDG specification.
    _, none = evaluate("c.json", env=places(XDG_CACHE_HOME="caches"), cwd=tmp_path)
    assert none is None
    assert not (tmp_path / "caches").exists()


def test_a_cache_too_small_for_a_run_stays_small_and_changes_no_result(evaluate, tmp_path):
    """Vectors of whole texts and of windows are more than there is room for."""
    windows = ["--windows", "4,8,16"]
    expected, _ = evaluate("expected.json", "--no-cache", *windows)
    evaluate("whole.json", "--cache", tmp_path / "whole", *windows)
    assert (tmp_path / "whole/vectors.sqlite").stat().st_size > 1.5e6
    for output in ("first.json", "again.json"):
        small, (found, asked) = evaluate(output, "--cache", tmp_path / "cache", "--cache-size", 0.001, *windows)
        assert small == expected
        assert found < asked
        assert 0 < (tmp_path / "cache/vectors.sqlite").stat().st_size < 1.5e6
    assert kept(tmp_path / "cache") > 0


def test_a_file_that_is_no_cache_is_refused_before_any_work(command, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache/vectors.sqlite").write_text("notes of mine\n" * 100)
    done = subprocess.run(command("eval.json", "--cache", tmp_path / "cache"), capture_output=True, text=True)
    assert done.returncode == 1
    assert str(tmp_path / "cache/vectors.sqlite") in done.stderr and "remove it" in done.stderr
    assert not (tmp_path / "eval.json").exists()
    assert (tmp_path / "cache/vectors.sqlite").read_text().startswith("notes of mine")
