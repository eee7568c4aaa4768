"""`lengthwise evaluate` on real text and a real model: every metric is the one that pytrec_eval and scikit-learn compute from
the vectors that `lengthwise embed` gives (which test_parity.py compares with sentence-transformers)."""

import collections
import ctypes
import json
import math
import os
import re
import shutil
import struct
import subprocess

import jsonschema
import numpy as np
import pytest
import pytrec_eval
from scipy.stats import skew, spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

PAGES = 60
TEMPERATURE = 0.7


@pytest.fixture(scope="module")
def pages(man_pages):
    """Man pages cut to about 150 words, for speed: {_id, text, query, label}."""
    chosen = []
    for number, line in enumerate(man_pages.open()):
        page = json.loads(line)
        words = page["text"].split()
        if number % 23 or len(words) < 40:
            continue
        chosen.append({"_id": page["_id"], "text": " ".join(words[8 : 20 + 5 * (number % 31)]), "query": " ".join(words[:8]),
                       "label": "long name" if len(page["_id"]) > 12 else "short name"})
    return chosen[:PAGES]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture(scope="module")
def tasks(pages, tmp_path_factory):
    """A folder of each kind. Neighbours of a page are relevant too, less so, and some judgements say that a page is not."""
    folder = tmp_path_factory.mktemp("tasks")
    for kind in ("retrieval", "labels", "pairs"):
        (folder / kind).mkdir()
    write_lines(folder / "retrieval/corpus.jsonl", [{"_id": page["_id"], "text": page["text"]} for page in pages])
    write_lines(folder / "retrieval/queries.jsonl", [{"_id": f"q{number}", "text": page["query"]} for number, page in enumerate(pages)])
    grades = {0: 2, 1: 1, 5: 0}
    (folder / "retrieval/qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(
        f"q{number}\t{pages[(number + step) % len(pages)]['_id']}\t{grade}\n"
        for number in range(len(pages)) for step, grade in grades.items()))
    write_lines(folder / "labels/docs.jsonl", [
        {"text": page["text"], "label": page["label"], "split": "train" if number % 2 else "test"} for number, page in enumerate(pages)])
    write_lines(folder / "pairs/pairs.jsonl", [
        {"sentence1": page["query"], "sentence2": pages[(number + number % 3) % len(pages)]["text"], "score": number % 3 + number % 2 / 2}
        for number, page in enumerate(pages)])
    return folder


@pytest.fixture(scope="module")
def vectors(run_lengthwise, model_folder, tmp_path_factory):
    """A function: texts and a temperature to vectors, by `lengthwise embed`."""
    folder = tmp_path_factory.mktemp("vectors")

    def embed(texts, temperature=1):
        write_lines(folder / "texts.jsonl", [{"text": text} for text in texts])
        run_lengthwise("embed", "--model", model_folder, "--input", folder / "texts.jsonl", "--output", folder / "v.npy",
                       "--temperature", temperature, "--quiet")
        return np.load(folder / "v.npy")

    return embed


@pytest.fixture(scope="module")
def evaluated(run_lengthwise, model_folder, tasks, tmp_path_factory):
    """(the document, what was printed) of all three folders."""
    output = tmp_path_factory.mktemp("evaluation") / "eval.json"
    options = [argument for kind in ("retrieval", "labels", "pairs") for argument in ("--task", tasks / kind)]
    done = run_lengthwise("evaluate", "--model", model_folder, *options, "--output", output, "--temperature", TEMPERATURE,
                          "--sides", "both,documents", "--static", "--replicates", 200, "--json", "--quiet")
    return json.loads(output.read_text()), done


def find(document, kind):
    return next(task for task in document["tasks"] if task["kind"] == kind)


def run_of(task, name):
    return next(run for run in task["runs"] if run["run"] == name)


def estimate(task, name, metric):
    return run_of(task, name)["metrics"][metric]["estimate"]


def test_the_document_keeps_its_schema(evaluated, root):
    schema = json.loads((root / "docs/evaluation.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(evaluated[0], schema)


def read_retrieval(folder):
    corpus = [json.loads(line) for line in (folder / "corpus.jsonl").open()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open()]
    qrels = collections.defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text().splitlines()[1:]:
        query, document, grade = line.split("\t")
        qrels[query][document] = int(grade)
    return corpus, queries, dict(qrels)


def trec_eval(qrels, scores, corpus, queries):
    """Means over queries of what pytrec_eval says."""
    run = {query["_id"]: {document["_id"]: float(score) for document, score in zip(corpus, row) if score > -math.inf}
           for query, row in zip(queries, scores)}
    measures = {"ndcg_cut_10": "ndcg_at_10", "map_cut_1000": "map_at_1000", "recall_10": "recall_at_10", "recall_100": "recall_at_100",
                "recip_rank": "mrr"}
    found = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10", "map_cut.1000", "recall.10,100", "recip_rank"}).evaluate(run)
    means = {name: np.mean([query[measure] for query in found.values()]) for measure, name in measures.items()}
    # MTEB looks at the first ten places alone.
    means["mrr_at_10"] = np.mean([query["recip_rank"] if query["recip_rank"] >= 0.1 else 0 for query in found.values()])
    del means["mrr"]
    return means


# Vectors are the same floats; scores differ from numpy's in rounding, which moves no document here.
@pytest.mark.parametrize("name, on_documents, on_queries", [
    ("model", 1, 1), (f"temperature {TEMPERATURE}", TEMPERATURE, TEMPERATURE), (f"temperature {TEMPERATURE} documents", TEMPERATURE, 1)])
def test_retrieval_scores_are_those_of_pytrec_eval(evaluated, tasks, vectors, name, on_documents, on_queries):
    corpus, queries, qrels = read_retrieval(tasks / "retrieval")
    documents = vectors([document["text"] for document in corpus], on_documents)
    scores = vectors([query["text"] for query in queries], on_queries) @ documents.T
    task = find(evaluated[0], "retrieval")
    for metric, expected in trec_eval(qrels, scores, corpus, queries).items():
        assert estimate(task, name, metric) == pytest.approx(expected, abs=1e-6), metric
    # Hubness and length bias, from the same scores.
    first = np.argsort(-scores, axis=1)[:, :10]
    assert estimate(task, name, "hubness_at_10") == pytest.approx(skew(np.bincount(first.ravel(), minlength=len(corpus))), abs=1e-5)


WINDOW = 32


@pytest.fixture(scope="module")
def windowed(run_lengthwise, model_folder, tasks, tmp_path_factory):
    """The retrieval task with post-processing, windows, CSLS and another corpus, in which every page is halved."""
    folder = tmp_path_factory.mktemp("windows") / "retrieval"
    shutil.copytree(tasks / "retrieval", folder)
    corpus, _, qrels = read_retrieval(folder)
    halves = []
    for page in corpus:
        said = page["text"].split()
        halves += [{"_id": f"{page['_id']}/{half}", "text": " ".join(said[half * len(said) // 2 : (half + 1) * len(said) // 2])} for half in (0, 1)]
    write_lines(folder / "corpus-halves.jsonl", halves)
    (folder / "qrels-halves.tsv").write_text("".join(
        f"{query}\t{page}/{half}\t{grade}\n" for query, pages in qrels.items() for page, grade in pages.items() for half in (0, 1)))
    output = folder.parent / "eval.json"
    run_lengthwise("evaluate", "--model", model_folder, "--task", folder, "--output", output, "--postprocess", "whiten:0.2", "--windows", WINDOW,
                   "--best", "1,2", "--csls", 5, "--query-means", "5,pseudo,documents", "--replicates", 50, "--quiet")
    document = json.loads(output.read_text())
    return folder, document


def whitened(rows, mean, covariance, epsilon):
    values, directions = np.linalg.eigh(covariance)
    scale = 1 / np.sqrt(np.maximum(values, 0) / values[-1] + epsilon)
    moved = (rows - mean) @ (directions * scale) @ directions.T
    return moved / np.linalg.norm(moved, axis=1, keepdims=True)


# In double precision, from vectors of single precision: a document may move past another whose score is the same to 1e-6.
def test_windows_and_whitening_are_those_of_numpy(windowed, run_lengthwise, model_folder, vectors, tmp_path):
    folder, document = windowed
    task = document["tasks"][0]
    corpus, queries, qrels = read_retrieval(folder)
    query_rows = vectors([query["text"] for query in queries]).astype(float)
    run_lengthwise("embed", "--model", model_folder, "--input", folder / "corpus.jsonl", "--output", tmp_path / "mean.npy", "--quiet",
                   "--long-input", "window-mean", "--window", WINDOW, "--max-length", WINDOW)
    scores = query_rows @ np.load(tmp_path / "mean.npy").T
    assert estimate(task, f"window-mean {WINDOW}", "ndcg_at_10") == pytest.approx(trec_eval(qrels, scores, corpus, queries)["ndcg_at_10"], abs=1e-6)

    rows = vectors([page["text"] for page in corpus]).astype(float)
    documents = whitened(rows, rows.mean(0), np.cov(rows.T, bias=True), 0.2)
    centred = whitened(query_rows, query_rows.mean(0), np.cov(rows.T, bias=True), 0.2)
    assert estimate(task, "whiten:0.2", "ndcg_at_10") == pytest.approx(
        trec_eval(qrels, centred @ documents.T, corpus, queries)["ndcg_at_10"], abs=1e-4)
    names = [run["run"] for run in task["runs"]]
    assert [name for name in names if "held out" in name] == [
        "csls:5 held out", "whiten:0.2 held out", *(f"whiten:0.2 query mean {mean} held out" for mean in ("5", "pseudo", "documents")),
        f"window-mean {WINDOW} whiten:0.2 held out", f"lead-body {WINDOW} whiten:0.2 held out", *(f"window-max {WINDOW} best {best} whiten:0.2 held out" for best in (1, 2)),
        f"window-max {WINDOW} best 1 + lead-body whiten:0.2 held out"]


def test_csls_is_that_of_numpy(windowed, vectors):
    folder, document = windowed
    corpus, queries, qrels = read_retrieval(folder)
    cosines = vectors([query["text"] for query in queries]).astype(float) @ vectors([page["text"] for page in corpus]).astype(float).T
    nearest = np.sort(cosines, axis=0)[-5:].mean(0)
    expected = trec_eval(qrels, 2 * cosines - nearest, corpus, queries)["ndcg_at_10"]
    assert estimate(document["tasks"][0], "csls:5", "ndcg_at_10") == pytest.approx(expected, abs=1e-6)


def test_another_corpus_is_scored_with_its_own_judgements(windowed, vectors, root):
    folder, document = windowed
    jsonschema.validate(document, json.loads((root / "docs/evaluation.schema.json").read_text()))
    halves = [json.loads(line) for line in (folder / "corpus-halves.jsonl").open()]
    _, queries, qrels = read_retrieval(folder)
    qrels = {query: {f"{page}/{half}": grade for page, grade in pages.items() for half in (0, 1)} for query, pages in qrels.items()}
    scores = vectors([query["text"] for query in queries]) @ vectors([half["text"] for half in halves]).T
    task = document["tasks"][0]
    expected = trec_eval(qrels, scores, halves, queries)["ndcg_at_10"]
    assert estimate(task, "halves", "ndcg_at_10") == pytest.approx(expected, abs=1e-6)
    found = task["corpora"][0]
    assert found["model"]["estimate"] == pytest.approx(estimate(task, "model", "ndcg_at_10") - expected, abs=2e-6)
    assert found["excess"]["low"] < found["excess"]["estimate"] < found["excess"]["high"]
    assert found["length"] < found["own_length"]


def words(text):
    return re.findall(r"\w+", text.lower())


def plain_bm25(corpus, queries, k1=1.2, b=0.75):
    documents = [collections.Counter(words(document["text"])) for document in corpus]
    lengths = [sum(document.values()) for document in documents]
    holding = collections.Counter(word for document in documents for word in document)
    scores = np.full((len(queries), len(corpus)), -math.inf)
    for q, query in enumerate(queries):
        for d, document in enumerate(documents):
            terms = [word for word in words(query["text"]) if word in document]
            if terms:
                scores[q, d] = sum(math.log(1 + (len(corpus) - holding[word] + 0.5) / (holding[word] + 0.5)) * document[word]
                                   / (document[word] + k1 * (1 - b + b * lengths[d] * len(corpus) / sum(lengths))) for word in terms)
    return scores


def test_bm25_is_that_of_a_plain_implementation(evaluated, tasks):
    corpus, queries, qrels = read_retrieval(tasks / "retrieval")
    for metric, expected in trec_eval(qrels, plain_bm25(corpus, queries), corpus, queries).items():
        assert estimate(find(evaluated[0], "retrieval"), "bm25", metric) == pytest.approx(expected, abs=1e-6), metric


def test_classification_scores_are_those_of_scikit_learn(evaluated, pages, vectors):
    rows = vectors([page["text"] for page in pages]).astype(np.float64)
    labels = np.array([page["label"] for page in pages])
    train, test = np.arange(1, len(pages), 2), np.arange(0, len(pages), 2)
    task = find(evaluated[0], "classification")
    logistic = LogisticRegression(C=1.0, tol=1e-10, max_iter=10000).fit(rows[train], labels[train])
    assert estimate(task, "model", "accuracy_all_train") == pytest.approx(logistic.score(rows[test], labels[test]), abs=1e-6)
    neighbours = KNeighborsClassifier(n_neighbors=5, metric="cosine").fit(rows[train], labels[train])
    assert estimate(task, "model", "knn_accuracy") == pytest.approx(neighbours.score(rows[test], labels[test]), abs=1e-6)
    # Ten draws of eight texts a label, ours and numpy's own, are two samples of one distribution.
    random = np.random.default_rng(1)
    drawn = []
    for _ in range(100):
        some = np.concatenate([random.choice(train[labels[train] == label], 8, replace=False) for label in np.unique(labels)])
        drawn.append(LogisticRegression(C=1.0).fit(rows[some], labels[some]).score(rows[test], labels[test]))
    # The mean of ten has a standard error of the spread over sqrt(10); four of them, and a margin where the spread is 0.
    assert abs(estimate(task, "model", "accuracy") - np.mean(drawn)) < 4 * np.std(drawn) / math.sqrt(10) + 1e-3


def test_similarity_is_spearmans_correlation_of_the_cosines(evaluated, tasks, vectors):
    pairs = [json.loads(line) for line in (tasks / "pairs/pairs.jsonl").open()]
    first, second = (vectors([pair[side] for pair in pairs]) for side in ("sentence1", "sentence2"))
    expected = spearmanr(np.sum(first * second, axis=1), [pair["score"] for pair in pairs]).statistic
    assert estimate(find(evaluated[0], "similarity"), "model", "cosine_spearman") == pytest.approx(expected, abs=1e-6)


def test_json_prints_one_object_a_task(evaluated):
    document, done = evaluated
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["retrieval", "classification", "clustering", "similarity"]
    for line, task in zip(lines, document["tasks"]):
        score = task["runs"][0]["metrics"][task["metric"]]
        assert (line["task"], line["metric"], line["score"]) == (task["task"], task["metric"], score["estimate"])
        assert line["interval"] == [score["low"], score["high"]]
        assert sum(bucket["count"] for bucket in line["buckets"] if bucket["kind"] == "fixed" and
                   bucket["length_of"] != "query") == task["units"]


def test_the_same_command_gives_the_same_document(evaluated, run_lengthwise, model_folder, tasks, tmp_path):
    """At one thread here, at all above; the command alone differs."""
    run_lengthwise("evaluate", "--model", model_folder, "--task", tasks / "pairs", "--output", tmp_path / "eval.json",
                   "--temperature", TEMPERATURE, "--static", "--replicates", 200, "--threads", 1, "--no-cache", "--quiet")
    assert json.loads((tmp_path / "eval.json").read_text())["tasks"] == [find(evaluated[0], "similarity")]


@pytest.mark.parametrize("file, line, message", [
    ("retrieval/qrels.tsv", "q1\tnowhere\t1", "nowhere"),
    ("retrieval/qrels.tsv", "q1\tq1\tnan", "nan"),
    ("retrieval/corpus.jsonl", '{"_id": "again", "text": ""}', "empty"),
    ("retrieval/queries.jsonl", '{"_id": "q1", "text": "twice"}', "already"),
    ("labels/docs.jsonl", '{"text": "alone", "label": "single", "split": "train"}', "single"),
    ("pairs/pairs.jsonl", '{"sentence1": "a", "sentence2": "b", "score": NaN}', "JSON"),
    ("pairs/pairs.jsonl", '{"sentence1": "a"', "JSON"),
])
def test_bad_input_is_named_with_file_and_line(binary, model_folder, tasks, tmp_path, file, line, message):
    shutil.copytree(tasks, tmp_path / "tasks")
    path = tmp_path / "tasks" / file
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines, line]) + "\n")
    done = subprocess.run([binary, "evaluate", "--model", model_folder, "--task", path.parent, "--output", tmp_path / "eval.json", "--json"],
                          capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{path}:{len(lines) + 1}:" in done.stderr
    assert message in done.stderr
    assert done.stdout == ""
    assert [entry.name for entry in tmp_path.iterdir()] == ["tasks"]


@pytest.fixture
def opens(tmp_path, root):
    """A function: runs a command on a copy of a small model and counts how often it opens the weights, as the kernel tells (inotify)."""
    model = tmp_path / "model"
    shutil.copytree(root / "tests/data/tiny_bert", model)
    libc = ctypes.CDLL(None, use_errno=True)
    in_open, in_close = 0x20, 0x10

    def run(*command):
        watch = libc.inotify_init1(os.O_NONBLOCK)
        assert watch >= 0 and libc.inotify_add_watch(watch, os.fsencode(model / "model.safetensors"), in_open | in_close) >= 0
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        events = os.read(watch, 1 << 16)
        os.close(watch)
        return sum(struct.unpack_from("iIII", events, at)[1] == in_open for at in range(0, len(events), 16))

    return model, run


def test_more_runs_do_not_load_the_model_again(binary, tasks, opens, tmp_path):
    """At several temperatures, cuts and windows, with a cache, and with a repair that is checked to be of this model."""
    model, count = opens
    output = tmp_path / "evaluation.json"
    evaluate = (binary, "evaluate", "--model", model, "--task", tasks / "retrieval", "--output", output, "--replicates", 50, "--quiet")
    one = count(*evaluate, "--no-cache")
    more = ("--temperature", "0.7,0.8,0.9", "--cut", "16,32", "--windows", 16)
    assert count(*evaluate, *more, "--cache", tmp_path / "cache") == one
    assert len(json.loads(output.read_text())["tasks"][0]["runs"]) >= 7
    repair = tmp_path / "lengthwise.json"
    subprocess.run([binary, "fit", "--model", model, "--input", tasks / "retrieval/corpus.jsonl", "--postprocess", "whiten:0.3",
                    "--output", repair, "--quiet"], check=True, capture_output=True)
    assert count(*evaluate, "--repair", repair, "--no-cache") == one
