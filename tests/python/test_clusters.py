"""What shares a cause is resampled together: intervals of `lengthwise evaluate` against a bootstrap in plain NumPy, from the vectors
that `lengthwise embed` gives."""

import json
import math
import subprocess

import numpy as np
import pytest
from scipy.stats import norm, rankdata, t

REPLICATES = 2000
TEXTS = 18
WORDS = "the length of text is a long token and short head word model".split()


def write_lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def text(generator, words):
    return " ".join(generator.choice(WORDS, words))


@pytest.fixture(scope="module")
def tiny(root):
    return root / "tests/data/tiny_bert"


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """Retrieval: 24 documents, asked for by 3 to 9 queries each, which are alike. Similarity: every pair of 18 texts."""
    generator, folder = np.random.default_rng(1), tmp_path_factory.mktemp("tasks")
    documents = [{"_id": f"d{number}", "text": text(generator, 40)} for number in range(24)]
    queries = [{"_id": f"q{number}-{place}", "text": documents[number]["text"][:60 - place]}
               for number in range(24) for place in range(3 + number % 7)]
    write_lines(folder / "retrieval/corpus.jsonl", documents)
    write_lines(folder / "retrieval/queries.jsonl", queries)
    (folder / "retrieval/qrels.tsv").write_text("".join(f"{query['_id']}\td{query['_id'][1:].split('-')[0]}\t1\n" for query in queries))
    texts = [text(generator, int(generator.integers(3, 12))) for _ in range(TEXTS)]
    write_lines(folder / "pairs/pairs.jsonl", [
        {"sentence1": texts[i], "sentence2": texts[j], "score": float(len(set(texts[i].split()) & set(texts[j].split())) + generator.normal())}
        for i in range(TEXTS) for j in range(i + 1, TEXTS)])
    return folder


@pytest.fixture(scope="module")
def evaluated(run_lengthwise, tiny, tasks, tmp_path_factory):
    output = tmp_path_factory.mktemp("evaluated") / "e.json"
    run_lengthwise("evaluate", "--model", tiny, "--task", tasks / "retrieval", "--task", tasks / "pairs", "--temperature", 0.5,
                   "--replicates", REPLICATES, "--output", output, "--quiet")
    return {task["task"]: task for task in json.loads(output.read_text())["tasks"]}


def embed(run_lengthwise, tiny, tmp_path, texts, temperature):
    write_lines(tmp_path / "t.jsonl", [{"text": text} for text in texts])
    run_lengthwise("embed", "--model", tiny, "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy", "--temperature", temperature, "--quiet")
    vectors = np.load(tmp_path / "v.npy").astype(float)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def texts_of(path, *members):
    return [[json.loads(line)[member] for line in path.open()] for member in members]


def expanded(replicates, sizes):
    """The percentile interval at the level that is as wide as Student's t for so many effective clusters (Hesterberg 2015)."""
    degrees = int(sizes.sum() ** 2 / (sizes ** 2).sum() - 1)
    level = norm.cdf(math.sqrt((degrees + 1) / degrees) * t.ppf(0.975, degrees))
    return np.quantile(replicates, [1 - level, level])


def agrees(interval, expected):
    """The ends of two bootstraps of the same data with other random numbers."""
    width = expected[1] - expected[0]
    return abs(interval["low"] - expected[0]) < 0.12 * width and abs(interval["high"] - expected[1]) < 0.12 * width


def test_queries_of_a_document_are_drawn_together(evaluated, run_lengthwise, tiny, tasks, tmp_path):
    documents, = texts_of(tasks / "retrieval/corpus.jsonl", "text")
    queries, ids = texts_of(tasks / "retrieval/queries.jsonl", "text", "_id")
    answers = np.array([int(name[1:].split("-")[0]) for name in ids])
    scores = {}
    for temperature in (1, 0.5):
        products = embed(run_lengthwise, tiny, tmp_path, queries, temperature) @ embed(run_lengthwise, tiny, tmp_path, documents, temperature).T
        ranks = (products > products[np.arange(len(ids)), answers][:, None]).sum(axis=1)
        scores[temperature] = np.where(ranks < 10, 1 / np.log2(ranks + 2), 0)
    task = evaluated["retrieval"]
    assert (task["clusters"], task["clustered_by"]) == (24, "relevant_document")
    drawn = np.random.default_rng(2).multinomial(24, np.ones(24) / 24, REPLICATES)
    sizes = np.bincount(answers)

    def means(values):
        return drawn @ np.bincount(answers, values) / (drawn @ sizes)

    base, other = task["runs"][0], next(run for run in task["runs"] if run["run"] == "temperature 0.5")
    assert base["metrics"]["ndcg_at_10"]["estimate"] == pytest.approx(scores[1].mean(), abs=1e-6)
    assert agrees(base["metrics"]["ndcg_at_10"], expanded(means(scores[1]), sizes))
    assert agrees(other["comparison"]["difference"], expanded(means(scores[0.5] - scores[1]), sizes))
    # By query alone they would be too narrow to agree.
    alone = np.random.default_rng(3).choice(scores[1], (REPLICATES, len(ids))).mean(axis=1)
    assert not agrees(base["metrics"]["ndcg_at_10"], np.quantile(alone, [0.025, 0.975]))


def weighted_spearman(x, y, weights):
    kept = weights > 0
    x, y, weights = (np.repeat(values[kept], weights[kept]) for values in (x, y, weights))
    return np.corrcoef(rankdata(x), rankdata(y))[0, 1]


def test_pairs_are_drawn_by_both_of_their_texts(evaluated, run_lengthwise, tiny, tasks, tmp_path):
    first, second, ratings = texts_of(tasks / "pairs/pairs.jsonl", "sentence1", "sentence2", "score")
    cosines = (embed(run_lengthwise, tiny, tmp_path, first, 1) * embed(run_lengthwise, tiny, tmp_path, second, 1)).sum(axis=1)
    task = evaluated["pairs"]
    assert (task["units"], task["clusters"], task["clustered_by"]) == (TEXTS * (TEXTS - 1) // 2, TEXTS, "both_texts")
    i, j = np.triu_indices(TEXTS, 1)
    drawn = np.random.default_rng(4).multinomial(TEXTS, np.ones(TEXTS) / TEXTS, REPLICATES)
    replicates = [weighted_spearman(cosines, np.array(ratings), counts[i] * counts[j]) for counts in drawn]
    assert agrees(task["runs"][0]["metrics"]["cosine_spearman"], expanded(replicates, np.full(TEXTS, TEXTS - 1)))
    for choice in task["sweep"]["choices"]:
        # Texts of one half make pairs with each other alone.
        halves = [(1 + math.isqrt(1 + 8 * choice[part])) // 2 for part in ("validation_units", "test_units")]
        assert sum(halves) == TEXTS and all(n * (n - 1) // 2 == choice[part] for n, part in zip(halves, ("validation_units", "test_units")))


def test_clusters_that_are_given_go_before_those_that_are_found(run_lengthwise, tiny, tasks, tmp_path):
    folder = tmp_path / "task"
    folder.mkdir()
    for name in ("corpus.jsonl", "qrels.tsv"):
        (folder / name).write_text((tasks / "retrieval" / name).read_text())
    queries = [json.loads(line) for line in (tasks / "retrieval/queries.jsonl").open()]
    write_lines(folder / "queries.jsonl", [{**query, "cluster": number % 12} for number, query in enumerate(queries)])
    line = json.loads(run_lengthwise("evaluate", "--model", tiny, "--task", folder, "--output", tmp_path / "e.json", "--json", "--quiet").stdout.splitlines()[0])
    task = json.loads((tmp_path / "e.json").read_text())["tasks"][0]
    assert (task["clusters"], task["clustered_by"], line["clusters"]) == (12, "given", 12)


@pytest.mark.parametrize("cluster, message", [(None, "some lines have a \"cluster\" and some have none"), ("", "\"cluster\" must be"), ([1], "\"cluster\" must be")])
def test_a_cluster_is_given_on_every_line_or_on_none(binary, tiny, tasks, tmp_path, cluster, message):
    folder = tmp_path / "task"
    folder.mkdir()
    for name in ("corpus.jsonl", "qrels.tsv"):
        (folder / name).write_text((tasks / "retrieval" / name).read_text())
    queries = [json.loads(line) for line in (tasks / "retrieval/queries.jsonl").open()]
    write_lines(folder / "queries.jsonl", [{**query, "cluster": cluster if number == 4 else "a"} for number, query in enumerate(queries)])
    done = subprocess.run([binary, "evaluate", "--model", tiny, "--task", folder, "--output", tmp_path / "e.json"], capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{folder / 'queries.jsonl'}:5: " in done.stderr and message in done.stderr
    assert not (tmp_path / "e.json").exists()
