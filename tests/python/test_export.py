"""`lengthwise fit` against numpy in double precision, and folders of `lengthwise export` against sentence-transformers."""

import base64
import json
import subprocess

import numpy as np
import pytest

# Largest difference of any component of the normalised vectors, as for embed: fp32 sums in another order.
TOLERANCE = 2e-5


@pytest.fixture(scope="module")
def pages(man_pages):
    """Sixty short documents with titles, the starts of man pages."""
    chosen = []
    for line in man_pages.open():
        page = json.loads(line)
        words = page["text"].split()
        if len(words) > 200:
            chosen.append({"_id": page["_id"], "title": page["_id"], "text": " ".join(words[20:70])})
        if len(chosen) == 60:
            return chosen
    pytest.fail("too few man pages")


@pytest.fixture(scope="module")
def corpus(pages, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "corpus.jsonl"
    path.write_text("".join(json.dumps(page) + "\n" for page in pages))
    return path


@pytest.fixture(scope="module")
def queries(pages, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "queries.jsonl"
    path.write_text("".join(json.dumps({"text": " ".join(page["text"].split()[-6:])}) + "\n" for page in pages[:30]))
    return path


def embed(run_lengthwise, tmp_path, model, source, *options):
    output = tmp_path / "vectors.npy"
    run_lengthwise("embed", "--model", model, "--input", source, "--output", output, *options)
    return np.load(output)


def fit(run_lengthwise, tmp_path, model, corpus, spec, *options):
    output = tmp_path / "lengthwise.json"
    run_lengthwise("fit", "--model", model, "--input", corpus, "--postprocess", spec, "--output", output, "--quiet", *options)
    return output


def texts(path):
    rows = [json.loads(line) for line in path.open()]
    return [f"{row['title']} {row['text']}" if row.get("title") else row["text"] for row in rows]


def floats(text, *shape):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(shape).astype(float)


def expected_map(vectors, spec):
    name, number = spec.split(":")
    values, directions = np.linalg.eigh(np.cov(vectors.T, bias=True))
    if name == "whiten":
        return directions @ np.diag((np.maximum(values, 0) / values[-1] + float(number)) ** -0.5) @ directions.T
    top = directions[:, -int(number) :]
    return np.eye(len(values)) - top @ top.T


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.mark.parametrize("spec", ["whiten:0.3", "abtt:2"])
def test_a_fit_is_what_numpy_makes_of_the_vectors(run_lengthwise, tmp_path, model_folder, corpus, queries, spec):
    repair_file = fit(run_lengthwise, tmp_path, model_folder, corpus, spec, "--queries", queries, "--temperature", 0.9)
    repair = json.loads(repair_file.read_text())
    found = repair["post_processing"]
    documents = embed(run_lengthwise, tmp_path, model_folder, corpus, "--temperature", 0.9).astype(float)
    asked = embed(run_lengthwise, tmp_path, model_folder, queries, "--temperature", 0.9).astype(float)
    dimension = documents.shape[1]
    assert repair["attention"]["temperature"] == 0.9
    assert (found["spec"], found["dimension"], found["fitted_on"]["documents"], found["fitted_on"]["queries"]) == (spec, dimension, 60, 30)
    mean, query_mean = floats(found["document_mean"], dimension), floats(found["query_mean"], dimension)
    # Stored as float32: components below 1 are off by 6e-8, the map's of up to 1.8 by twice that.
    np.testing.assert_allclose(mean, documents.mean(axis=0), atol=1e-7)
    np.testing.assert_allclose(query_mean, asked.mean(axis=0), atol=1e-7)
    matrix = expected_map(documents, spec)
    np.testing.assert_allclose(floats(found["map"], dimension, dimension), matrix, atol=5e-7)
    for role, vectors, centre in (("document", documents, documents.mean(axis=0)), ("query", asked, asked.mean(axis=0))):
        source = corpus if role == "document" else queries
        repaired = embed(run_lengthwise, tmp_path, model_folder, source, "--repair", repair_file, "--role", role)
        assert np.abs(repaired - unit((vectors - centre) @ matrix.T)).max() <= 2e-6
        assert np.abs(repaired - vectors).max() > 0.01, "the post-processing changed nothing"


def test_a_fit_is_the_same_at_any_number_of_threads(run_lengthwise, tmp_path, model_folder, corpus):
    written = [fit(run_lengthwise, tmp_path, model_folder, corpus, "center", "--threads", threads).read_bytes() for threads in (1, 2)]
    assert written[0] == written[1]
    assert json.loads(written[0])["post_processing"]["fitted_on"]["query_source"] == "pseudo"


def check_export(run_lengthwise, tmp_path, model, repair, corpus, queries):
    from sentence_transformers import SentenceTransformer

    exported = tmp_path / "exported"
    run_lengthwise("export", "--model", model, "--repair", repair, "--output", exported)
    served = SentenceTransformer(str(exported), device="cpu")
    for role, source in (("document", corpus), ("query", queries)):
        ours = embed(run_lengthwise, tmp_path, model, source, "--repair", repair, "--role", role)
        reread = embed(run_lengthwise, tmp_path, exported, source, "--role", role)
        theirs = (served.encode_query if role == "query" else served.encode_document)(texts(source), batch_size=8)
        print(f"largest differences, {role}: sentence-transformers {np.abs(theirs - ours).max():.2e}, own {np.abs(reread - ours).max():.2e}")
        assert np.abs(theirs - ours).max() <= TOLERANCE
        assert np.abs(reread - ours).max() <= TOLERANCE
    # Without a role, a text is a document to both.
    assert np.abs(served.encode(texts(corpus), batch_size=8) - embed(run_lengthwise, tmp_path, exported, corpus)).max() <= TOLERANCE
    return exported


def test_an_exported_folder_serves_the_repaired_model(run_lengthwise, tmp_path, model_folder, corpus, queries):
    """A temperature for each head, and whitening with a mean of queries."""
    repair = json.loads(fit(run_lengthwise, tmp_path, model_folder, corpus, "whiten:0.1", "--queries", queries).read_text())
    generator = np.random.default_rng(1)
    repair["attention"]["temperature"] = generator.uniform(0.7, 1.2, (6, 12)).round(3).tolist()
    path = tmp_path / "repair.json"
    path.write_text(json.dumps(repair))
    exported = check_export(run_lengthwise, tmp_path, model_folder, path, corpus, queries)
    card = (exported / "README.md").read_text()
    assert card.startswith((model_folder / "README.md").read_text()) and "whiten:0.1, fitted on 60 documents" in card


def test_an_exported_mpnet_serves_the_repaired_model(run_lengthwise, tmp_path, mpnet_folder, corpus, queries):
    """Its position biases are divided by the temperature too."""
    short = tmp_path / "short.jsonl"
    short.write_text("".join(json.dumps({"text": text[:150]}) + "\n" for text in texts(corpus)[:12]))
    repair = fit(run_lengthwise, tmp_path, mpnet_folder, short, "whiten:0.3", "--temperature", 0.8, "--query-mean", "documents")
    check_export(run_lengthwise, tmp_path, mpnet_folder, repair, short, short)


def test_a_post_processing_is_fitted_while_exporting(run_lengthwise, tmp_path, root, corpus):
    """One side alone: a Dense and no Router."""
    model = root / "tests/data/tiny_bert"
    exported = tmp_path / "queries"
    done = run_lengthwise("export", "--model", model, "--postprocess", "whiten:0.5", "--input", corpus, "--role", "query", "--output", exported, "--json", "--quiet")
    summary = json.loads(done.stdout)
    assert summary["folded"] == ["post-processing whiten:0.5, fitted on 60 documents"] and not summary["router"]
    kinds = [module["type"].rsplit(".")[-1] for module in json.loads((exported / "modules.json").read_text())]
    assert kinds[-2:] == ["Dense", "Normalize"] and "Router" not in kinds
    repair = fit(run_lengthwise, tmp_path, model, corpus, "whiten:0.5")
    expected = embed(run_lengthwise, tmp_path, model, corpus, "--repair", repair, "--role", "query")
    assert np.abs(embed(run_lengthwise, tmp_path, exported, corpus) - expected).max() <= TOLERANCE


def test_a_role_that_was_not_given_is_noted(run_lengthwise, tmp_path, root, corpus):
    model = root / "tests/data/tiny_bert"
    repair = fit(run_lengthwise, tmp_path, model, corpus, "center")
    command = ("embed", "--model", model, "--input", corpus, "--output", tmp_path / "v.npy", "--repair", repair, "--json")
    unsaid, said = run_lengthwise(*command), run_lengthwise(*command, "--role", "query")
    assert "--role query" in unsaid.stderr and json.loads(unsaid.stdout)["role"] == "document"
    assert "--role query" not in said.stderr and json.loads(said.stdout)["role"] == "query"


def test_a_report_says_how_vectors_were_processed(run_lengthwise, tmp_path, root, corpus):
    """Centred vectors of the documents that the mean was taken from have a mean pairwise cosine near 0; see the natural arm."""
    model = root / "tests/data/tiny_bert"
    repair = fit(run_lengthwise, tmp_path, model, corpus, "center")
    reports = []
    for options in ((), ("--repair", repair)):
        output = tmp_path / "report.json"
        run_lengthwise("measure", "--model", model, "--input", corpus, "--output", output, "--replicates", 20, "--quiet", *options)
        reports.append(json.loads(output.read_text()))
    plain, centred = reports
    assert plain["repair"]["post_processing"] == "none" and centred["repair"]["post_processing"] == "center"
    assert plain["repair"]["identity"] and not centred["repair"]["identity"]
    assert plain["arms"]["static"] == centred["arms"]["static"], "the control has no post-processing"
    cosines = [[bucket["cosine"]["estimate"] for bucket in report["arms"]["natural"]["buckets"] if bucket["count"] > 40] for report in reports]
    assert cosines[0] and min(cosines[0]) > 0.3 and max(map(abs, cosines[1])) < 0.1


def test_evaluate_embeds_each_side_by_its_role(run_lengthwise, tmp_path, root, pages, corpus, queries):
    """nDCG@10 by hand, a query's only relevant document being the page it was taken from: 1 / log2(1 + rank) of it."""
    model = root / "tests/data/tiny_bert"
    task = tmp_path / "task"
    task.mkdir()
    (task / "corpus.jsonl").write_bytes(corpus.read_bytes())
    asked = [{"_id": f"q{i}", **json.loads(line)} for i, line in enumerate(queries.open())]
    (task / "queries.jsonl").write_text("".join(json.dumps(query) + "\n" for query in asked))
    (task / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"q{i}\t{pages[i]['_id']}\t1\n" for i in range(len(asked))))
    repair = fit(run_lengthwise, tmp_path, model, corpus, "whiten:0.3", "--queries", queries)
    done = run_lengthwise("evaluate", "--model", model, "--task", task, "--output", tmp_path / "eval.json", "--repair", repair, "--json", "--quiet")
    (found,) = [row["score"] for row in map(json.loads, done.stdout.splitlines()) if row["metric"] == "ndcg_at_10"]

    def score(query_role):
        documents = embed(run_lengthwise, tmp_path, model, corpus, "--repair", repair)
        similarities = embed(run_lengthwise, tmp_path, model, queries, "--repair", repair, "--role", query_role) @ documents.T
        ranks = [1 + (row > row[i]).sum() for i, row in enumerate(similarities)]
        return np.mean([1 / np.log2(1 + rank) if rank <= 10 else 0 for rank in ranks])

    assert found == pytest.approx(score("query"), abs=1e-6)
    assert abs(score("query") - score("document")) > 1e-3, "the role makes no difference here"


def test_bad_input_is_named_and_leaves_nothing(binary, run_lengthwise, tmp_path, root, model_folder, corpus):
    tiny = root / "tests/data/tiny_bert"
    repair = fit(run_lengthwise, tmp_path, tiny, corpus, "center")
    one = tmp_path / "one.txt"
    one.write_text("a single document\n")
    before = sorted(tmp_path.iterdir())

    def refusal(*arguments, code=1):
        done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert sorted(tmp_path.iterdir()) == before
        return done.stderr

    output = tmp_path / "out.json"
    fits = ("fit", "--model", tiny, "--output", output, "--postprocess")
    assert "epsilon must lie" in refusal(*fits, "whiten:0", "--input", corpus, code=2)
    assert "choose none, center, whiten:EPSILON" in refusal(*fits, "zca", "--input", corpus, code=2)
    assert "needs 2 documents" in refusal(*fits, "center", "--input", one)
    assert "dimensions; give fewer" in refusal(*fits, "abtt:500", "--input", corpus, code=2)
    assert "window-mean" in refusal(*fits, "center", "--input", corpus, "--each-window", code=2)
    other = refusal("embed", "--model", model_folder, "--input", corpus, "--output", tmp_path / "v.npy", "--repair", repair)
    assert "fitted on another model" in other
    exports = ("export", "--model", tiny, "--output", tmp_path / "out")
    assert "nothing to fold" in refusal(*exports, code=2)
    assert "--input" in refusal(*exports, "--postprocess", "center", code=2)
    assert "window-mean cannot be folded" in refusal(*exports, "--temperature", 0.8, "--long-input", "window-mean")


def edited_by_hand(model, folder, edit, key="embeddings.position_embeddings.weight"):
    """A copy of the model with its table of positions edited by numpy."""
    import shutil

    from safetensors.numpy import load_file, save_file

    shutil.copytree(model, folder)
    tensors = load_file(folder / "model.safetensors")
    tensors[key] = edit(tensors[key].astype(np.float64)).astype(np.float32)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    return folder


def read_at(table, places):
    below = np.floor(places + 1e-9).astype(int)
    part = np.maximum(places - below, 0)[:, None]
    return (1 - part) * table[below] + part * table[np.minimum(below + 1, len(table) - 1)]


def squeezed(table, first=96, last=126):
    i = np.arange(len(table))
    return read_at(table, np.where(i < first, i, first + (i - first) * (last - first) / (len(table) - 1 - first)))


@pytest.fixture(scope="module")
def long_pages(man_pages, tmp_path_factory):
    """Eight texts of more than 512 tokens and two short ones."""
    path = tmp_path_factory.mktemp("positions") / "long.jsonl"
    rows = [json.loads(line)["text"] for line in man_pages.open()]
    chosen = [" ".join(text.split()[:900]) for text in rows if len(text.split()) > 900][:8] + [text[:200] for text in rows[:2]]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in chosen))
    return path


def test_a_position_map_is_the_table_edited_by_hand(run_lengthwise, tmp_path, model_folder, long_pages):
    """And folded it is a folder that sentence-transformers serves at 512 tokens."""
    from sentence_transformers import SentenceTransformer

    full = ("--max-length", 512)
    plain = embed(run_lengthwise, tmp_path, model_folder, long_pages, *full)
    mapped = embed(run_lengthwise, tmp_path, model_folder, long_pages, *full, "--positions", "squeeze:96:126")
    edited = embed(run_lengthwise, tmp_path, edited_by_hand(model_folder, tmp_path / "edited", squeezed), long_pages, *full)
    assert np.abs(mapped - edited).max() <= 1e-6
    assert np.abs(mapped[:8] - plain[:8]).max() > 0.01, "the map changed nothing"
    assert (mapped[8:] == plain[8:]).all(), "short texts must stay bit for bit"
    exported = tmp_path / "exported"
    run_lengthwise("export", "--model", model_folder, "--positions", "squeeze:96:126", *full, "--output", exported)
    assert np.abs(embed(run_lengthwise, tmp_path, exported, long_pages) - mapped).max() <= 1e-6
    served = SentenceTransformer(str(exported), device="cpu")
    assert served.max_seq_length == 512
    assert np.abs(served.encode(texts_of(long_pages), batch_size=4) - mapped).max() <= 1e-5
    assert "position map squeeze:96:126" in (exported / "README.md").read_text()


def texts_of(path):
    return [json.loads(line)["text"] for line in path.open()]


def test_more_positions_than_the_model_has_are_folded_too(run_lengthwise, tmp_path, root, long_pages):
    """A table of another size, in a model with and in one without a relative bias; a table in a repair file."""
    from sentence_transformers import SentenceTransformer

    for name in ("tiny_bert", "tiny_mpnet"):
        model, exported = root / "tests/data" / name, tmp_path / name
        options = ("--positions", "interpolate:40@300", "--max-length", 300)
        ours = embed(run_lengthwise, tmp_path, model, long_pages, *options)
        run_lengthwise("export", "--model", model, *options, "--output", exported)
        served = SentenceTransformer(str(exported), device="cpu")
        assert served.max_seq_length == 300
        assert np.abs(served.encode(texts_of(long_pages), batch_size=4) - ours).max() <= TOLERANCE, name
    from safetensors.numpy import load_file

    table = load_file(root / "tests/data/tiny_bert/model.safetensors")["embeddings.position_embeddings.weight"].astype(np.float32)
    learned = read_at(table.astype(float), np.minimum(np.arange(300) * 40 / 300, 39)).astype("<f4")
    repair = {
        "format": "lengthwise-repair",
        "version": 1,
        "positions": {"map": "table", "rows": 300, "dimension": table.shape[1], "table": base64.b64encode(learned.tobytes()).decode()},
    }
    path = tmp_path / "table.json"
    path.write_text(json.dumps(repair))
    model = root / "tests/data/tiny_bert"
    from_table = embed(run_lengthwise, tmp_path, model, long_pages, "--repair", path, "--max-length", 300)
    assert np.abs(from_table - embed(run_lengthwise, tmp_path, model, long_pages, "--positions", "interpolate:40@300", "--max-length", 300)).max() <= 2e-6


def test_a_map_of_positions_reaches_fit_evaluate_and_measure(binary, run_lengthwise, tmp_path, root, long_pages):
    """Each computes with it what it computes with the table edited by hand."""
    model = root / "tests/data/tiny_bert"
    edited = edited_by_hand(model, tmp_path / "edited", lambda table: squeezed(table, 20, 30))
    fitted = [json.loads(fit(run_lengthwise, tmp_path, folder, long_pages, "center", *options).read_text()) for folder, options in ((model, ("--positions", "squeeze:20:30")), (edited, ()))]
    assert fitted[0]["positions"] == {"map": "squeeze:20:30"} and "positions" not in fitted[1]
    dimension = fitted[0]["post_processing"]["dimension"]
    means = [floats(repair["post_processing"]["document_mean"], dimension) for repair in fitted]
    np.testing.assert_allclose(means[0], means[1], atol=1e-6)
    reports = []
    for folder, options in ((model, ("--positions", "squeeze:20:30")), (edited, ())):
        output = tmp_path / "report.json"
        run_lengthwise("measure", "--model", folder, "--input", long_pages, "--output", output, "--replicates", 20, "--quiet", *options)
        reports.append([bucket["cosine"]["estimate"] for bucket in json.loads(output.read_text())["arms"]["natural"]["buckets"]])
    assert reports[0] == pytest.approx(reports[1], abs=1e-5)


def test_a_map_that_does_not_fit_is_refused_by_name(binary, tmp_path, root, corpus):
    model = root / "tests/data/tiny_bert"

    def refusal(*options):
        done = subprocess.run([binary, "embed", "--model", model, "--input", corpus, "--output", tmp_path / "v.npy", *map(str, options)], capture_output=True, text=True)
        assert done.returncode == 2, done.stderr
        assert not list(tmp_path.iterdir())
        return done.stderr

    assert "choose none, squeeze:FIRST:LAST" in refusal("--positions", "squash:1:2")
    assert "squeeze:96:126 does not fit a model with positions 0 to 79" in refusal("--positions", "squeeze:96:126")
    assert "moves none of the model's 80 positions" in refusal("--positions", "clamp:79")
    for options in (("--positions", "squeeze:96:126"), ("--positions", "clamp:20", "--max-length", "81")):
        done = subprocess.run([binary, "export", "--model", model, "--output", tmp_path / "out", *options], capture_output=True, text=True)
        assert done.returncode == 2 and "positions" in done.stderr, done.stderr
        assert not list(tmp_path.iterdir())
