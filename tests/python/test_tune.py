"""tune: what it chooses by an owner's own documents and queries, judged by plain NumPy and by sets made for it."""
import base64
import json
import random
import subprocess

import jsonschema
import numpy
import pytest

TOPICS = ["harbour", "violin", "glacier", "lantern", "orchard", "compass", "falcon", "marble", "saddle", "turbine", "walnut", "zephyr"]
FILLER = ("the report describes how the work was done and what came of it in the years that followed when people from the town met again to "
          "speak about weather roads money letters and the long winter before ").split()


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def text_of(draw, words):
    return " ".join(draw.choice(FILLER) for _ in range(words))


def collection(folder, words, documents=60, place=0.8, seed=1):
    """Documents of so many words, each with a pair of words of its own far from its beginning, and the queries that name the pair."""
    draw = random.Random(seed)
    texts, queries = [], []
    for number in range(documents):
        pair = f"{TOPICS[number % 12]} {TOPICS[(number // 12 + number + 1) % 12]} {number}"
        before = int(place * words)
        texts.append({"_id": f"d{number}", "text": f"{text_of(draw, before)} {pair} {text_of(draw, words - before)}"})
        queries.append({"_id": f"q{number}", "text": f"where is the {pair}"})
    folder.mkdir()
    return write_lines(folder / "corpus.jsonl", texts), write_lines(folder / "queries.jsonl", queries)


@pytest.fixture
def tune(binary, root, tmp_path):
    def run(*arguments, model=root / "tests/data/tiny_bert", fails=0):
        found = subprocess.run([binary, "tune", "--model", model, "--no-cache", "--quiet", "--output", tmp_path / "lengthwise.json",
                                "--report", tmp_path / "tune.json", *arguments], capture_output=True, text=True)
        assert found.returncode == fails, found.stderr
        if fails:
            assert not (tmp_path / "lengthwise.json").exists() and not (tmp_path / "tune.json").exists()
            return found.stderr
        return json.loads((tmp_path / "tune.json").read_text()), json.loads((tmp_path / "lengthwise.json").read_text()), found.stderr
    return run


def same_but_for_rounding(one, other):
    """Sums over vectors are rounded in another order where they come in other blocks."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same_but_for_rounding(value, other[name]) for name, value in one.items())
    if isinstance(one, str) and len(one) > 100:
        return numpy.allclose(*(numpy.frombuffer(base64.b64decode(text), "<f4") for text in (one, other)), atol=1e-3, rtol=1e-3)
    return one == other


def chosen(document):
    return next(candidate for candidate in document["candidates"] if candidate["chosen"])


def test_the_document_keeps_its_schema_and_the_same_input_gives_the_same(tune, tmp_path, root):
    documents, queries = collection(tmp_path / "set", 300)
    first, repair, _ = tune("--input", documents, "--queries", queries)
    jsonschema.validate(first, json.loads((root / "docs/tune.schema.json").read_text()))
    again, same, _ = tune("--input", documents, "--queries", queries, "--threads", "1")

    def timeless(document):
        document["command"] = None
        for candidate in document["candidates"]:
            candidate["line"] = candidate["cost"]["seconds_document"] = candidate["cost"]["seconds_query"] = None
        return document

    assert timeless(first) == timeless(again)
    assert repair == same


def test_what_it_writes_is_what_fit_recipe_writes(tune, binary, root, tmp_path):
    documents, queries = collection(tmp_path / "set", 300)
    document, repair, _ = tune("--input", documents, "--queries", queries)
    subprocess.run([binary, "fit", "--model", root / "tests/data/tiny_bert", "--recipe", "--input", documents, "--queries", queries, "--quiet", "--output", tmp_path / "fit.json"],
                   check=True, capture_output=True)
    fitted = json.loads((tmp_path / "fit.json").read_text())
    assert same_but_for_rounding(repair, fitted)
    assert document["answer"] != "nothing_to_repair"


def test_scores_are_those_of_the_document_that_bm25_puts_first(tune, binary, root, tmp_path):
    """The model as it is, recomputed: vectors from embed, the pseudo-judgement from the pair of words that one document alone holds."""
    documents, queries = collection(tmp_path / "set", 60, place=0.1)
    document, _, _ = tune("--input", documents, "--queries", queries)
    vectors = {}
    for name, source in (("documents", documents), ("queries", queries)):
        subprocess.run([binary, "embed", "--model", root / "tests/data/tiny_bert", "--input", source, "--quiet", "--output", tmp_path / f"{name}.npy"], check=True, capture_output=True)
        rows = numpy.load(tmp_path / f"{name}.npy").astype(numpy.float64)
        vectors[name] = rows / numpy.linalg.norm(rows, axis=1, keepdims=True)
    scores = vectors["queries"] @ vectors["documents"].T
    ranks = (scores > numpy.diag(scores)[:, None]).sum(axis=1) + 1
    expected = numpy.where(ranks <= 10, 1 / numpy.log2(ranks + 1), 0).mean()
    assert document["candidates"][0]["run"]["metrics"]["ndcg_at_10"]["estimate"] == pytest.approx(expected, abs=2e-3)


def test_short_texts_have_nothing_to_repair(tune, tmp_path):
    documents, queries = collection(tmp_path / "set", 10)
    document, repair, said = tune("--input", documents, "--queries", queries)
    assert document["answer"] == "nothing_to_repair" and chosen(document)["class"] == "model"
    assert "post_processing" not in repair and repair["long_input"] == {"kind": "truncate"}
    assert "Nothing to repair" in said


def test_without_queries_it_writes_the_recipe_and_claims_nothing(tune, tmp_path):
    documents, _ = collection(tmp_path / "set", 300)
    document, repair, said = tune("--input", documents)
    assert document["answer"] == "no_queries" and document["gain"]["estimate"] is None
    assert repair["long_input"]["kind"] == "lead-body"
    assert all(candidate["run"] is None for candidate in document["candidates"])
    assert "nothing is measured" in said


def test_queries_without_a_shared_word_cannot_tell(tune, tmp_path):
    documents, _ = collection(tmp_path / "set", 300)
    queries = write_lines(tmp_path / "strange.jsonl", [{"_id": str(n), "text": f"{word} wohin geht der Weg the"} for n, word in enumerate(["abend", "brot", "dorf", "eis", "feld", "gras", "haus", "insel"])])
    document, _, said = tune("--input", documents, "--queries", queries)
    assert document["queries"]["known_words"] < 0.5 and "another language" in said
    assert document["answer"] in ("cannot_tell", "not_shown")


def test_judged_queries_choose_on_one_half_and_prove_on_the_other(tune, tmp_path):
    documents, queries = collection(tmp_path / "set", 300)
    (tmp_path / "set/qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"q{n}\td{n}\t1\n" for n in range(60)))
    document, _, said = tune("--task", tmp_path / "set")
    # "is" and "where" are in none.
    assert document["queries"] == {"count": 60, "judged": True, "agreement": None, "known_words": pytest.approx(4 / 6, abs=1e-6)}
    assert all(candidate["run"] for candidate in document["candidates"])
    assert "half of the 60 queries chose" in said


@pytest.mark.parametrize(("lines", "said"), [
    (4, "4 queries say nothing about a repair; give 5 or more"),
    (0, "no text"),
])
def test_too_few_queries_are_refused(tune, tmp_path, lines, said):
    documents, queries = collection(tmp_path / "set", 300)
    queries.write_text("".join(line + "\n" for line in queries.read_text().splitlines()[:lines]))
    message = tune("--input", documents, "--queries", queries, fails=1)
    assert said in message or lines == 0


def test_one_document_is_refused(tune, tmp_path):
    documents, queries = collection(tmp_path / "set", 300)
    documents.write_text(documents.read_text().splitlines()[0] + "\n")
    assert "there is one document" in tune("--input", documents, "--queries", queries, fails=1)


def test_queries_that_are_documents_are_left_out(tune, tmp_path):
    documents, queries = collection(tmp_path / "set", 300)
    rows = [json.loads(line) for line in queries.read_text().splitlines()]
    texts = [json.loads(line) for line in documents.read_text().splitlines()]
    write_lines(queries, [*rows, *({"_id": f"same{n}", "text": text["text"]} for n, text in enumerate(texts[:7]))])
    document, _, said = tune("--input", documents, "--queries", queries)
    assert document["queries"]["count"] == 60
    assert "7 of 67 queries are documents word for word" in said


@pytest.mark.parametrize("arguments", [["--long-input", "window-mean"], ["--window", "64"]])
def test_what_it_chooses_itself_is_refused(tune, tmp_path, arguments):
    documents, queries = collection(tmp_path / "set", 300)
    assert "says itself how long texts are read" in tune("--input", documents, "--queries", queries, *arguments, fails=2)


def test_queries_are_drawn_by_the_clusters_that_the_task_gives(tune, tmp_path):
    """Six meetings of ten queries each: too few to draw an interval from, where sixty queries would give one."""
    documents, queries = collection(tmp_path / "set", 300)
    rows = [json.loads(line) for line in queries.read_text().splitlines()]
    (tmp_path / "set/qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"q{n}\td{n}\t1\n" for n in range(60)))
    single, _, _ = tune("--task", tmp_path / "set")
    write_lines(queries, [{**row, "cluster": f"meeting {number % 6}"} for number, row in enumerate(rows)])
    together, _, _ = tune("--task", tmp_path / "set")
    metric = [document["candidates"][0]["run"]["metrics"]["ndcg_at_10"] for document in (single, together)]
    assert metric[0]["low"] is not None and metric[1]["low"] is None and metric[0]["estimate"] == metric[1]["estimate"]


def test_a_checkpoint_for_any_server_is_what_fit_and_export_make_of_it(tune, binary, root, tmp_path):
    """The small model reads 64 tokens by default, and has positions for 80: a farther pass is tried. Its vectors, exported and served by embed, are those that fit gives."""
    documents, queries = collection(tmp_path / "set", 300)
    document, _, said = tune("--input", documents, "--queries", queries, "--one-pass", tmp_path / "one-pass.json")
    passes = [candidate for candidate in document["candidates"] if candidate["class"] == "checkpoint"]
    assert [candidate["max_length"] for candidate in passes] == [64, 80] and all(candidate["positions"] is None for candidate in passes)
    assert document["one_pass"]["title"] in [candidate["title"] for candidate in passes] and document["one_pass"]["sentence"] in said
    length = str(document["one_pass"]["max_length"])
    assert f"--max-length {length} --output DIR" in said
    model = root / "tests/data/tiny_bert"
    subprocess.run([binary, "fit", "--model", model, "--recipe", "--one-pass", "--max-length", length, "--input", documents, "--queries", queries, "--quiet",
                    "--output", tmp_path / "fit.json"], check=True, capture_output=True)
    assert same_but_for_rounding(json.loads((tmp_path / "one-pass.json").read_text()), json.loads((tmp_path / "fit.json").read_text()))
    subprocess.run([binary, "export", "--model", model, "--repair", tmp_path / "one-pass.json", "--max-length", length, "--output", tmp_path / "served"], check=True, capture_output=True)
    assert (tmp_path / "served/model.safetensors").exists()


def test_standard_input_is_not_read_twice(tune):
    assert "standard input cannot be both" in tune("--input", "-", "--queries", "-", fails=2)


def test_a_task_and_an_input_contradict_each_other(tune, tmp_path):
    documents, _ = collection(tmp_path / "set", 300)
    assert "either --input" in tune("--input", documents, "--task", tmp_path / "set", fails=2)
    assert "either --input" in tune(fails=2)


def test_short_pages_are_never_told_to_be_repaired(tune, model_folder, root, tmp_path):
    """Ten sets of short texts: the first words of man pages, found by their NAME line."""
    folder = root / ".cache/data/man-pages"
    pages = [json.loads(line) for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = {json.loads(line)["_id"]: json.loads(line) for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()}
    relevant = dict(line.split("\t")[:2] for line in (folder / "qrels.tsv").read_text().splitlines()[1:])
    for draw in range(10):
        chosen_pages = random.Random(draw).sample(pages, 60)
        ids = {page["_id"] for page in chosen_pages}
        documents = write_lines(tmp_path / "short.jsonl", [{**page, "text": " ".join(page["text"].split()[:30])} for page in chosen_pages])
        queries = write_lines(tmp_path / "asked.jsonl", [query for name, query in asked.items() if relevant.get(name) in ids])
        document, _, _ = tune("--input", documents, "--queries", queries, model=model_folder)
        assert document["answer"] != "repair", document["sentence"]


def test_several_vectors_for_one_statement_in_a_long_text_and_no_confidence_where_words_see_nothing(tune, binary, model_folder, root, tmp_path):
    for kind in ("passkey", "needle"):
        subprocess.run([binary, "datasets", kind, "--model", model_folder, "--filler", root / ".cache/data/man-pages/corpus.jsonl", "--lengths", "1024",
                        "--documents", "60", "--queries", "60", "--seed", "1", "--output", tmp_path / "tasks"], check=True, capture_output=True)
        task = tmp_path / f"tasks/{kind}-1024"
        document, _, said = tune("--input", task / "corpus.jsonl", "--queries", task / "queries.jsonl", model=model_folder)
        if kind == "passkey":
            assert document["answer"] == "repair" and chosen(document)["class"] == "several_vectors"
            assert document["gain"]["low"] > 0.3
        else:
            assert document["answer"] == "cannot_tell" and "cannot tell" in said
