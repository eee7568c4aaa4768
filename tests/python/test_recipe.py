"""The recipe of docs/repair.md in plain NumPy, in double precision, from vectors of windows that `lengthwise embed` gives:
`evaluate` and a repair file that `fit` wrote score the same."""

import base64
import json
import re
import subprocess
from collections import Counter

import numpy as np
import pytest
import pytrec_eval
from tokenizers import Tokenizer

WINDOW, LEAD, WITHIN, EPSILON = 64, 0.3, 0.8, 0.1
SPEC = f"whiten:{EPSILON}:within={WITHIN}"
PAGES, QUERY_WORDS = 70, 8


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def whole_tokenizer(model_folder):
    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@pytest.fixture(scope="module")
def task(man_pages, model_folder, tmp_path_factory):
    """Man pages of up to 400 words, the beginning of each as its query, which the document no longer holds. Words of one token alone, so
    that no window ends within a word: text cut there and read again would have other tokens."""
    tokenizer = whole_tokenizer(model_folder)
    folder = tmp_path_factory.mktemp("recipe") / "pages"
    folder.mkdir()
    chosen = []
    for number, line in enumerate(man_pages.open()):
        page = json.loads(line)
        if number % 17:
            continue
        words = [word for word in page["text"].split() if len(tokenizer.encode(word, add_special_tokens=False).ids) == 1]
        if len(words) > 40:
            chosen.append((page["_id"], words[:QUERY_WORDS], words[QUERY_WORDS : 30 + 13 * (number % 29)]))
    chosen = chosen[:PAGES]
    write = lambda name, rows: (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    write("corpus.jsonl", [{"_id": page, "text": " ".join(text)} for page, _, text in chosen])
    write("queries.jsonl", [{"_id": f"q{number}", "text": " ".join(query)} for number, (_, query, _) in enumerate(chosen)])
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(
        f"q{number}\t{page}\t1\n" for number, (page, _, _) in enumerate(chosen)))
    return folder


def texts_of(path):
    return [json.loads(line)["text"] for line in path.open()]


@pytest.fixture(scope="module")
def embed(run_lengthwise, model_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")

    def run(texts, *options):
        (folder / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        run_lengthwise("embed", "--model", model_folder, "--input", folder / "texts.jsonl", "--output", folder / "rows.npy", "--quiet", *options)
        return np.load(folder / "rows.npy").astype(float)

    return run


class Plain:
    """Everything after the model, in NumPy."""

    def __init__(self, task, embed, model_folder):
        tokenizer = whole_tokenizer(model_folder)
        windows, owner, tokens = [], [], []
        self.texts = texts_of(task / "corpus.jsonl")
        for number, text in enumerate(self.texts):
            places = tokenizer.encode(text, add_special_tokens=False).offsets
            for first in range(0, max(1, len(places)), WINDOW - 2):
                part = places[first : first + WINDOW - 2]
                windows.append(text[part[0][0] : part[-1][1]] if part else text)
                owner.append(number)
                tokens.append(len(part) + 2)
        self.owner = np.array(owner)
        self.tokens_by_text = [[tokens[place] - 2 for place in np.flatnonzero(self.owner == text)] for text in range(len(self.texts))]
        self.count = np.bincount(self.owner)
        self.starts = np.r_[0, np.cumsum(self.count)[:-1]]
        self.windows = unit(embed(windows))
        self.queries = unit(embed(texts_of(task / "queries.jsonl")))
        mean = self.sums(self.windows) / self.count[:, None]
        apart = self.windows - mean[self.owner]
        within, total = apart.T @ apart, np.cov(self.windows.T)
        values, vectors = np.linalg.eigh(WITHIN * within / np.trace(within) + (1 - WITHIN) * total / np.trace(total))
        self.map = (vectors * (np.maximum(values, 0) / values.max() + EPSILON) ** -0.5) @ vectors.T
        self.x = unit((self.windows - self.windows.mean(0)) @ self.map)
        self.y = unit((self.queries - self.queries.mean(0)) @ self.map)
        self.mean = unit(self.sums(self.windows * np.array(tokens)[:, None]))

    def sums(self, rows):
        return np.add.reduceat(rows, self.starts)

    def mixed(self, rows):
        return unit(LEAD * rows[self.starts] + (1 - LEAD) * unit(self.sums(rows)))

    def best(self, scores):
        return np.maximum.reduceat(scores, self.starts, axis=1)


@pytest.fixture(scope="module")
def plain(task, embed, model_folder):
    return Plain(task, embed, model_folder)


@pytest.fixture(scope="module")
def evaluated(task, run_lengthwise, model_folder, tmp_path_factory):
    output = tmp_path_factory.mktemp("evaluated") / "evaluation.json"
    run_lengthwise("evaluate", "--model", model_folder, "--task", task, "--windows", WINDOW, "--postprocess", SPEC, "--best", 1,
                   "--vectors", "0,3", "--hybrid", "0.5,0.8", "--fusion",
                   "--replicates", 20, "--output", output, "--quiet")
    runs = json.loads(output.read_text())["tasks"][0]["runs"]
    return {run["run"]: run["metrics"]["ndcg_at_10"]["estimate"] for run in runs}


def ndcg(task, scores):
    pages = [json.loads(line)["_id"] for line in (task / "corpus.jsonl").open()]
    qrels = {f"q{number}": {page: 1} for number, page in enumerate(pages)}
    run = {f"q{number}": dict(zip(pages, map(float, row))) for number, row in enumerate(scores)}
    found = pytrec_eval.RelevanceEvaluator(qrels, {"ndcg_cut.10"}).evaluate(run)
    return np.mean([query["ndcg_cut_10"] for query in found.values()])


# In double precision from vectors of single precision: a document may move past another whose score is the same to 1e-6.
TOLERANCE = 2e-4


def test_the_task_is_one_that_the_recipe_moves(plain, task, evaluated):
    assert plain.count.max() >= 5 and len(plain.owner) > 2.5 * len(plain.count)
    assert len({round(score, 3) for score in evaluated.values()}) >= 6, evaluated


def test_one_vector_scores_as_in_numpy(plain, task, evaluated):
    assert evaluated[f"window-mean {WINDOW}"] == pytest.approx(ndcg(task, plain.queries @ plain.mean.T), abs=TOLERANCE)
    assert evaluated[f"lead-body {WINDOW}"] == pytest.approx(ndcg(task, plain.queries @ plain.mixed(plain.windows).T), abs=TOLERANCE)
    assert evaluated[f"lead-body {WINDOW} {SPEC}"] == pytest.approx(ndcg(task, plain.y @ plain.mixed(plain.x).T), abs=TOLERANCE)


def test_the_best_window_scores_as_in_numpy(plain, task, evaluated):
    assert evaluated[f"window-max {WINDOW} best 1"] == pytest.approx(ndcg(task, plain.best(plain.queries @ plain.windows.T)), abs=TOLERANCE)
    assert evaluated[f"window-max {WINDOW} best 1 {SPEC}"] == pytest.approx(ndcg(task, plain.best(plain.y @ plain.x.T)), abs=TOLERANCE)


def bm25(texts, queries):
    words = lambda text: re.findall(r"\w+", text.lower())
    documents = [Counter(words(text)) for text in texts]
    lengths = np.array([sum(counts.values()) for counts in documents])
    scores = np.zeros((len(queries), len(texts)))
    for q, query in enumerate(queries):
        for word in words(query):
            found = np.array([counts[word] for counts in documents])
            weight = np.log1p((len(texts) - (found > 0).sum() + 0.5) / ((found > 0).sum() + 0.5))
            scores[q] += weight * found / (found + 1.2 * (0.25 + 0.75 * lengths / lengths.mean()))
    return scores


def standardised(scores):
    # A query of whose words no document holds one has equal scores.
    return (scores - scores.mean(1, keepdims=True)) / np.maximum(scores.std(1, keepdims=True), 1e-9)


def fused(*views):
    """By reciprocal ranks; documents that hold no word of the query have no rank by words."""
    sums = 0
    for scores in views:
        ranks = (-scores).argsort(1, kind="stable").argsort(1) + 1
        sums = sums + np.where(scores > 0 if scores.min() >= 0 else True, 1 / (60 + ranks), 0)
    return sums


def test_bm25_beside_vectors_scores_as_in_numpy(plain, task, evaluated):
    words = bm25(plain.texts, texts_of(task / "queries.jsonl"))
    assert evaluated["bm25"] == pytest.approx(ndcg(task, words), abs=TOLERANCE)
    for scores, run in [(plain.y @ plain.mixed(plain.x).T, f"lead-body {WINDOW} {SPEC}"),
                        (plain.best(plain.queries @ plain.windows.T), f"window-max {WINDOW} best 1")]:
        for weight in 0.5, 0.8:
            both = weight * standardised(scores) + (1 - weight) * standardised(words)
            assert evaluated[f"{run} + bm25 weight {weight}"] == pytest.approx(ndcg(task, both), abs=TOLERANCE)
        # Ranks of scores that are nearly the same may differ, and then move more than scores do.
        assert evaluated[f"{run} + bm25 fused"] == pytest.approx(ndcg(task, fused(scores, words)), abs=5e-3)


def merged(rows, most):
    """Neighbouring rows merged to so many, each time the two groups whose merging adds least to the squared distances to their means."""
    groups = [[row] for row in rows]
    spread = lambda group: np.sum((np.array(group) - np.mean(group, axis=0)) ** 2)
    while len(groups) > most:
        loss = [spread(a + b) - spread(a) - spread(b) for a, b in zip(groups, groups[1:])]
        least = int(np.argmin(loss))
        groups[least : least + 2] = [groups[least] + groups[least + 1]]
    return unit(np.array([np.sum(group, axis=0) for group in groups]))


def test_the_best_window_beside_the_whole_scores_as_in_numpy(plain, task, evaluated):
    whole = plain.y @ plain.mixed(plain.x).T
    every = plain.best(plain.y @ plain.x.T) + whole
    assert evaluated[f"window-max {WINDOW} best 1 + lead-body {SPEC}"] == pytest.approx(ndcg(task, every), abs=TOLERANCE)
    few = [merged(plain.x[start : start + count], 3) for start, count in zip(plain.starts, plain.count)]
    best = np.array([(plain.y @ rows.T).max(axis=1) for rows in few]).T
    assert evaluated[f"window-max {WINDOW} of 3 vectors best 1 {SPEC}"] == pytest.approx(ndcg(task, best), abs=TOLERANCE)
    assert evaluated[f"window-max {WINDOW} of 3 vectors best 1 + lead-body {SPEC}"] == pytest.approx(ndcg(task, best + whole), abs=TOLERANCE)


def test_a_fitted_repair_gives_the_vectors_of_numpy(plain, task, embed, run_lengthwise, model_folder, tmp_path):
    repair = tmp_path / "lengthwise.json"
    run_lengthwise("fit", "--model", model_folder, "--input", task / "corpus.jsonl", "--queries", task / "queries.jsonl", "--postprocess", SPEC,
                   "--each-window", "--long-input", "lead-body", "--window", WINDOW, "--output", repair, "--quiet")
    written = json.loads(repair.read_text())
    assert written["long_input"] == {"kind": "lead-body", "window": WINDOW, "lead": LEAD}
    assert written["post_processing"]["spec"] == SPEC
    documents = embed(plain.texts, "--repair", repair)
    queries = embed(texts_of(task / "queries.jsonl"), "--repair", repair, "--role", "query")
    np.testing.assert_allclose(documents, plain.mixed(plain.x), atol=2e-5)
    np.testing.assert_allclose(queries, plain.y, atol=2e-5)
    assert ndcg(task, queries @ documents.T) == pytest.approx(ndcg(task, plain.y @ plain.mixed(plain.x).T), abs=TOLERANCE)


def test_the_recipe_is_one_word(binary, run_lengthwise, task, model_folder, tmp_path):
    short, spelled, repair = tmp_path / "short.json", tmp_path / "spelled.json", tmp_path / "repair.json"
    pages = tmp_path / "pages.jsonl"
    # As often as makes 500 windows and more: the same scatter, and nothing to shrink.
    pages.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts_of(task / "corpus.jsonl") * 6))
    fit = ["fit", "--model", model_folder, "--input", pages, "--query-mean", "documents", "--quiet", "--output"]
    run_lengthwise(*fit, short, "--recipe")
    run_lengthwise(*fit, spelled, "--postprocess", SPEC, "--each-window", "--long-input", "lead-body", "--window", 128)
    assert short.read_bytes() == spelled.read_bytes()
    for other in (["--window", "64"], ["--postprocess", "center"], ["--each-window"], ["--lead", "0.5"]):
        result = subprocess.run([binary, *fit, repair, "--recipe", *other], capture_output=True, text=True)
        assert result.returncode == 2 and "--recipe" in result.stderr and not repair.exists()
    result = subprocess.run([binary, *fit, repair], capture_output=True, text=True)
    assert result.returncode == 2 and "--recipe" in result.stderr and not repair.exists()


def test_whole_texts_are_whitened_by_what_their_windows_tell(plain, task, embed, evaluated):
    whole = unit(embed(plain.texts))
    within = plain.windows - (plain.sums(plain.windows) / plain.count[:, None])[plain.owner]
    parts = [within.T @ within, np.cov(whole.T)]
    values, vectors = np.linalg.eigh(sum(share * part / np.trace(part) for share, part in zip((WITHIN, 1 - WITHIN), parts)))
    damped = (vectors * (np.maximum(values, 0) / values.max() + EPSILON) ** -0.5) @ vectors.T
    documents, queries = unit((whole - whole.mean(0)) @ damped), unit((plain.queries - plain.queries.mean(0)) @ damped)
    assert evaluated[SPEC] == pytest.approx(ndcg(task, queries @ documents.T), abs=TOLERANCE)
    assert f"{SPEC} held out" in evaluated


def test_one_pass_can_be_folded(binary, run_lengthwise, task, model_folder, tmp_path):
    repair = tmp_path / "one-pass.json"
    fit = ["fit", "--model", model_folder, "--input", task / "corpus.jsonl", "--quiet", "--output"]
    run_lengthwise(*fit, repair, "--recipe", "--one-pass")
    written = json.loads(repair.read_text())
    assert written["long_input"] == {"kind": "truncate"} and not written["post_processing"].get("each_window", False)
    assert re.fullmatch(r"whiten:[\d.]+:within=0.8", written["post_processing"]["spec"])
    run_lengthwise("export", "--model", model_folder, "--repair", repair, "--positions", "squeeze:96:126", "--max-length", 512, "--output", tmp_path / "folded")
    exported, applied = tmp_path / "exported.npy", tmp_path / "applied.npy"
    pages = ["--input", task / "corpus.jsonl", "--role", "document", "--quiet", "--output"]
    run_lengthwise("embed", "--model", tmp_path / "folded", *pages, exported)
    run_lengthwise("embed", "--model", model_folder, "--repair", repair, "--positions", "squeeze:96:126", "--max-length", 512, *pages, applied)
    np.testing.assert_allclose(np.load(exported), np.load(applied), atol=2e-5)
    result = subprocess.run([binary, *map(str, fit), str(tmp_path / "no.json"), "--one-pass", "--postprocess", "center"], capture_output=True, text=True)
    assert result.returncode == 2 and "--recipe" in result.stderr and not (tmp_path / "no.json").exists()


def decoded(numbers):
    return np.frombuffer(base64.b64decode(numbers), dtype="<f4").astype(float)


def test_few_windows_and_few_queries_are_shrunk(binary, plain, task, model_folder, tmp_path):
    few = tmp_path / "queries.jsonl"
    few.write_text("".join((task / "queries.jsonl").open().readlines()[:6]))
    fit = [binary, "fit", "--model", model_folder, "--input", task / "corpus.jsonl", "--queries", few, "--output"]
    result = subprocess.run([*fit, tmp_path / "shrunk.json", "--recipe"], capture_output=True, text=True, check=True)
    shrunk = json.loads((tmp_path / "shrunk.json").read_text())["post_processing"]
    windows = sum(-(-sum(plain_tokens) // 126) for plain_tokens in plain.tokens_by_text)
    assert windows < 500
    epsilon = float(f"{EPSILON * 500 / windows:.3g}")
    assert shrunk["spec"] == f"whiten:{epsilon}:within={WITHIN}" and f"epsilon {epsilon} instead of 0.1" in result.stderr
    subprocess.run([*fit, tmp_path / "plain.json", "--postprocess", shrunk["spec"], "--each-window", "--long-input", "lead-body",
                    "--window", "128"], capture_output=True, check=True)
    whole = json.loads((tmp_path / "plain.json").read_text())["post_processing"]
    assert whole["map"] == shrunk["map"] and whole["document_mean"] == shrunk["document_mean"]
    drawn = (6 * decoded(whole["query_mean"]) + 10 * decoded(whole["document_mean"])) / 16
    np.testing.assert_allclose(decoded(shrunk["query_mean"]), drawn, atol=1e-7)


def test_texts_shorter_than_a_window_are_said_to_have_nothing_to_mix(binary, task, model_folder, tmp_path):
    short = tmp_path / "short.jsonl"
    short.write_text("".join(json.dumps({"text": " ".join(text.split()[:20])}) + "\n" for text in texts_of(task / "corpus.jsonl")))
    result = subprocess.run([binary, "fit", "--model", model_folder, "--input", short, "--recipe", "--output", tmp_path / "repair.json"],
                            capture_output=True, text=True, check=True)
    assert "nothing to mix" in result.stderr and "alone" in result.stderr
    assert json.loads((tmp_path / "repair.json").read_text())["post_processing"]["spec"] == "whiten:" + str(float(f"{0.1 * 500 / PAGES:.3g}"))


def test_a_scatter_within_documents_needs_windows(binary, task, model_folder, tmp_path):
    for command in (["fit", "--input", task / "corpus.jsonl"], ["evaluate", "--task", task]):
        result = subprocess.run([binary, command[0], "--model", model_folder, *command[1:], "--postprocess", SPEC, "--output", tmp_path / "out.json",
                                 "--quiet"], capture_output=True, text=True)
        assert result.returncode == 2 and "window" in result.stderr, result.stderr
        assert not (tmp_path / "out.json").exists()


def test_for_similarity_it_is_the_mean_of_windows_and_nothing_fitted(run_lengthwise, root, tmp_path):
    (tmp_path / "texts.jsonl").write_text('{"text": "one"}\n{"text": "two"}\n')
    run_lengthwise("fit", "--model", root / "tests/data/tiny_bert", "--input", tmp_path / "texts.jsonl", "--recipe", "--for", "similarity", "--output", tmp_path / "r.json")
    repair = json.loads((tmp_path / "r.json").read_text())
    assert repair["long_input"]["kind"] == "window-mean" and repair["long_input"]["window"] == 64 and "post_processing" not in repair
