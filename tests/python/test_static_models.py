"""Static models, whose vectors are means of word vectors: random ones made by sentence-transformers and model2vec, against both."""
import importlib.util
import json
import shutil
import subprocess

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

TOLERANCE = 1e-6
LONG = "a token of the layer is not long. " * 400
TEXTS = ["the model", "", " \t", "Zebra?", "attention heads of the layer grow, and zebras \u0416\u0416 too", "\u0416", "[SEP] the [CLS]", LONG]
SIZE = 24
MODULES = "sentence_transformers.models."


@pytest.fixture(scope="module")
def tokenizer(root):
    spec = importlib.util.spec_from_file_location("make_tiny_models", root / "tests/data/make_tiny_models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_tokenizer()


def words(rows, seed=5):
    return np.random.default_rng(seed).standard_normal((rows, SIZE), dtype=np.float32)


def write_modules(folder, *kinds, path=""):
    (folder / "modules.json").write_text(json.dumps(
        [{"idx": i, "name": str(i), "path": path if i == 0 else f"{i}_{kind}", "type": MODULES + kind} for i, kind in enumerate(kinds)]))


@pytest.fixture()
def sentence_model(tmp_path, tokenizer):
    """As sentence-transformers saves it: the table and the tokenizer at the root."""
    from sentence_transformers import SentenceTransformer, models
    SentenceTransformer(modules=[models.StaticEmbedding(tokenizer, embedding_weights=words(tokenizer.get_vocab_size()))], device="cpu").save(str(tmp_path / "static"))
    return tmp_path / "static"


@pytest.fixture()
def nested_model(sentence_model):
    """As models of its first days were saved: in a folder of their own."""
    inner = sentence_model / "0_StaticEmbedding"
    inner.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (sentence_model / name).rename(inner / name)
    (sentence_model / "config.json").unlink(missing_ok=True)
    write_modules(sentence_model, "StaticEmbedding", path="0_StaticEmbedding")
    return sentence_model


def vec_model(folder, tokenizer, normalize=True, modules=True, **more):
    from model2vec import StaticModel
    table = words(more.pop("rows", tokenizer.get_vocab_size())).astype(more.pop("dtype", np.float32))
    StaticModel(table, tokenizer, config={"model_type": "model2vec", "normalize": normalize}, normalize=normalize, **more).save_pretrained(folder)
    if not modules:
        (folder / "modules.json").unlink()
    return folder


def vec_reference(folder, texts=TEXTS, **options):
    from model2vec import StaticModel
    return StaticModel.from_pretrained(folder).encode(texts, **options)


def reference(folder, texts=TEXTS, **options):
    from sentence_transformers import SentenceTransformer
    return SentenceTransformer(str(folder), device="cpu", **options).encode(texts)


def embed(run_lengthwise, tmp_path, model, *options, texts=TEXTS):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    done = run_lengthwise("embed", "--model", model, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", *options)
    return np.load(tmp_path / "v.npy"), done.stderr


def tokens(tmp_path):
    return [json.loads(line) for line in (tmp_path / "v.tokens.jsonl").read_text().splitlines()]


def close(found, expected):
    assert found.shape == expected.shape and np.isfinite(found).all()
    np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("layout", ["sentence_model", "nested_model"])
def test_every_token_of_any_length_counts(run_lengthwise, tmp_path, tokenizer, request, layout):
    model = request.getfixturevalue(layout)
    found, messages = embed(run_lengthwise, tmp_path, model)
    expected = reference(model)
    close(found[:-1], expected[:-1])
    # Over many tokens the reference's sum in single precision is the less exact.
    ids = tokenizer.encode(LONG, add_special_tokens=False).ids
    close(found[-1], words(tokenizer.get_vocab_size())[ids].mean(axis=0, dtype=np.float64))
    np.testing.assert_allclose(found[-1], expected[-1], atol=2e-5)
    assert not found[1].any() and found[5].any(), "nothing is zeros; an unknown word has its vector"
    use = tokens(tmp_path)
    assert use[1]["used"] == 0 and use[-1]["used"] == 400 * 9 and use[-1]["dropped"] == 0
    assert "cut" not in messages


def test_modules_after_it(run_lengthwise, tmp_path, sentence_model):
    import torch
    from sentence_transformers import models
    torch.manual_seed(3)
    (sentence_model / "1_Dense").mkdir()
    models.Dense(SIZE, 10).save(str(sentence_model / "1_Dense"))
    write_modules(sentence_model, "StaticEmbedding", "Dense", "Normalize")
    expected = reference(sentence_model)[:-1]
    close(embed(run_lengthwise, tmp_path, sentence_model)[0][:-1], expected)
    close(embed(run_lengthwise, tmp_path, sentence_model, "--dimensions", 4)[0][:-1], normalized(expected[:, :4]))


def normalized(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


def test_a_truncation_in_the_tokenizer_is_a_limit_as_sentence_transformers_has_it(run_lengthwise, tmp_path, sentence_model):
    file = sentence_model / "tokenizer.json"
    content = json.loads(file.read_text())
    content["truncation"] = {"direction": "Right", "max_length": 7, "strategy": "LongestFirst", "stride": 0}
    file.write_text(json.dumps(content))
    found, messages = embed(run_lengthwise, tmp_path, sentence_model)
    close(found, reference(sentence_model))
    assert "dropped" in messages
    close(embed(run_lengthwise, tmp_path, sentence_model, "--max-length", 5000)[0][-1], embed(run_lengthwise, tmp_path, sentence_model, "--max-length", 5000, texts=[LONG])[0][0])


@pytest.mark.parametrize("modules", [True, False], ids=["modules.json", "no modules.json"])
@pytest.mark.parametrize("normalize", [True, False])
def test_model2vec(run_lengthwise, tmp_path, tokenizer, normalize, modules):
    model = vec_model(tmp_path / "m", tokenizer, normalize, modules)
    found, messages = embed(run_lengthwise, tmp_path, model)
    # The reference cuts characters before it cuts tokens, at 512 times the median length of the vocabulary's.
    expected = vec_reference(model, max_length=None)
    expected[-1] = words(tokenizer.get_vocab_size())[tokenizer.encode(LONG, add_special_tokens=False).ids[:512]].mean(axis=0)
    expected[-1:] = normalized(expected[-1:]) if normalize else expected[-1:]
    close(found, expected)
    assert not found[1].any() and not found[5].any(), "a word that the vocabulary lacks counts for nothing"
    assert [use["used"] for use in tokens(tmp_path)][-1] == 512 and "dropped" in messages
    found, expected = embed(run_lengthwise, tmp_path, model, "--max-length", 4000)[0], vec_reference(model, max_length=None)
    close(found[:-1], expected[:-1])
    np.testing.assert_allclose(found[-1], expected[-1], atol=2e-5)


def test_unknown_words_count_in_the_length_of_model2vec(run_lengthwise, tmp_path, tokenizer):
    model = vec_model(tmp_path / "m", tokenizer)
    texts = ["\u0416 the \u0416 model of a layer"]
    expected = words(tokenizer.get_vocab_size())[[tokenizer.token_to_id("the")]]
    close(embed(run_lengthwise, tmp_path, model, "--max-length", 3, texts=texts)[0], normalized(expected))


@pytest.mark.parametrize("length", [None, 6])
def test_a_length_in_the_configuration_of_model2vec(run_lengthwise, tmp_path, tokenizer, length):
    model = vec_model(tmp_path / "m", tokenizer)
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"max_length": length}))
    text = ["the model of a layer is long and not short " * 90]
    ids = tokenizer.encode(text[0], add_special_tokens=False).ids[:length]
    close(embed(run_lengthwise, tmp_path, model, texts=text)[0], normalized(words(tokenizer.get_vocab_size())[ids].mean(axis=0, keepdims=True)))


@pytest.mark.parametrize("kind", ["weights", "mapping", "both", "float64 weights"])
def test_shared_vectors_and_weights(run_lengthwise, tmp_path, tokenizer, kind):
    random = np.random.default_rng(1)
    tokens_known = tokenizer.get_vocab_size()
    more = {}
    if kind != "mapping":
        more["weights"] = random.uniform(0.1, 3, tokens_known).astype(np.float64 if kind.startswith("float64") else np.float32)
    if kind != "weights":
        more |= {"token_mapping": random.integers(0, 11, tokens_known).astype(np.int64 if kind == "both" else np.int32), "rows": 11}
    model = vec_model(tmp_path / "m", tokenizer, **more)
    close(embed(run_lengthwise, tmp_path, model)[0][:-1], vec_reference(model, max_length=None)[:-1])


@pytest.mark.parametrize("dtype, tolerance", [("float16", 2e-3), ("float64", 1e-6), ("int8", 1e-6)])
def test_types_of_word_vectors(run_lengthwise, tmp_path, tokenizer, dtype, tolerance):
    model = vec_model(tmp_path / "m", tokenizer, normalize=True, dtype=dtype)
    np.testing.assert_allclose(embed(run_lengthwise, tmp_path, model)[0][:-1], vec_reference(model, max_length=None)[:-1], atol=tolerance)


def documents(count=30):
    return "".join(json.dumps({"text": f"{chr(97 + i % 26)} {'of the zebra ' * (i % 7)} " + "a token of the layer is not long. " * (4 + i % 11)}) + "\n" for i in range(count))


@pytest.fixture()
def corpus(tmp_path):
    (tmp_path / "d.jsonl").write_text(documents() + json.dumps({"text": ""}) + "\n")
    return tmp_path / "d.jsonl"


@pytest.mark.parametrize("kind", ["static", "model2vec"])
def test_it_is_measured_and_its_vectors_are_its_own_static_control(run_lengthwise, tmp_path, tokenizer, sentence_model, corpus, kind):
    model = sentence_model if kind == "static" else vec_model(tmp_path / "m", tokenizer)
    run_lengthwise("measure", "--model", model, "--input", corpus, "--replicates", 20, "--quiet", "--output", tmp_path / "r.json", "--html", tmp_path / "r.html")
    report = json.loads((tmp_path / "r.json").read_text())
    assert (report["model"]["architecture"], report["model"]["layers"], report["model"]["limits"]["in_force"]) == (kind, 0, 512 if kind == "model2vec" else 1 << 20)
    arms = report["arms"]
    assert arms["truncated"]["buckets"] and arms["truncated"]["buckets"] == arms["static"]["buckets"] and arms["natural"]["buckets"] == arms["static_natural"]["buckets"]


def test_a_repair_is_fitted_chosen_and_exported(run_lengthwise, tmp_path, tokenizer, sentence_model, corpus):
    run_lengthwise("fit", "--model", sentence_model, "--input", corpus, "--postprocess", "whiten:0.5", "--quiet", "--output", tmp_path / "fit.json")
    found = embed(run_lengthwise, tmp_path, sentence_model, "--repair", tmp_path / "fit.json")[0]
    run_lengthwise("export", "--model", sentence_model, "--repair", tmp_path / "fit.json", "--output", tmp_path / "exported")
    np.testing.assert_allclose(found, reference(tmp_path / "exported"), atol=5e-5)
    np.testing.assert_allclose(found, embed(run_lengthwise, tmp_path, tmp_path / "exported")[0], atol=5e-5)
    run_lengthwise("export", "--model", sentence_model, "--repair", tmp_path / "fit.json", "--max-length", 9, "--output", tmp_path / "short")
    short = embed(run_lengthwise, tmp_path, sentence_model, "--repair", tmp_path / "fit.json", "--max-length", 9)[0]
    np.testing.assert_allclose(short, reference(tmp_path / "short"), atol=5e-5)
    np.testing.assert_allclose(short, embed(run_lengthwise, tmp_path, tmp_path / "short")[0], atol=5e-5)
    (tmp_path / "q.txt").write_text("\n".join(f"{chr(97 + i % 26)} zebra" for i in range(30)) + "\n")
    # What can be exported is offered as that.
    for name, model, exports in (("report", sentence_model, True), ("vec", vec_model(tmp_path / "m", tokenizer), False)):
        run_lengthwise("report", "--model", model, "--input", corpus, "--queries", tmp_path / "q.txt", "--output", tmp_path / name, "--quiet")
        assert (tmp_path / name / "lengthwise.json").exists()
        report = json.loads((tmp_path / name / "report.json").read_text())
        commands = [command["command"] for command in report["models"][0]["commands"]]
        if report["models"][0]["tuned"]["answer"] not in ("nothing_to_repair", "keep"):
            assert any("lengthwise export" in command for command in commands) == exports


def test_inspect_says_what_it_is(run_lengthwise, tmp_path, tokenizer, sentence_model):
    document = json.loads(run_lengthwise("inspect", "--model", sentence_model, "--json").stdout)
    assert (document["architecture"], document["layers"], document["attention"], document["limits"]["special_tokens"]) == ("static", 0, None, 0)
    assert document["tokenizer"]["before"] == [] and document["modules"] == [{"kind": "StaticEmbedding", "mode": "mean", "include_prompt": True, "dimension": SIZE}]
    words_of = run_lengthwise("inspect", "--model", vec_model(tmp_path / "m", tokenizer), "--no-speed").stdout
    assert "model2vec, no layers" in words_of and "512 tokens in force" in words_of and "not --temperature" in words_of


REFUSED = [("embed", "--temperature", 0.8), ("embed", "--positions", "squeeze:8:16"), ("embed", "--precision", "int8"), ("measure", "--probe"), ("measure", "--gains"),
           ("measure", "--spectrum", 4), ("measure", "--ablation", "zero"), ("measure", "--attribution"), ("measure", "--interventions"), ("measure", "--arms", "mixed", "--passage", 4), ("attention",)]


@pytest.mark.parametrize("command", REFUSED, ids=lambda c: " ".join(map(str, c)))
def test_what_needs_layers_is_refused(binary, tmp_path, sentence_model, corpus, command):
    output = tmp_path / ("v.npy" if command[0] == "embed" else "out.jsonl" if command[0] == "attention" else "out.json")
    done = subprocess.run([binary, command[0], "--model", sentence_model, "--input", corpus, "--output", output, "--quiet", *map(str, command[1:])], capture_output=True, text=True)
    assert done.returncode in (1, 2) and ("static model" in done.stderr or "position map" in done.stderr) and ("leave it out" in done.stderr or "take it out" in done.stderr), done.stderr
    assert not output.exists()


def change_weights(model, change):
    file = next(model.rglob("model.safetensors"))
    tensors = load_file(file)
    change(tensors)
    save_file(tensors, file)


def change_config(model, **members):
    file = model / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | members))


def bad(tensors, name, value):
    tensors[name] = value


BAD_SENTENCE = {
    "no table": (lambda t: bad(t, "other", t.pop("embedding.weight")), "embedding.weight"),
    "one dimension": (lambda t: bad(t, "embedding.weight", t["embedding.weight"].reshape(-1)), "no table of word vectors"),
    "no rows": (lambda t: bad(t, "embedding.weight", t["embedding.weight"][:0]), "no table of word vectors"),
    "fewer rows than tokens": (lambda t: bad(t, "embedding.weight", t["embedding.weight"][:20]), "embeddings of 20 tokens"),
    "another tensor": (lambda t: bad(t, "more", np.zeros(3, np.float32)), "has no place for: \"more\""),
    "not finite": (lambda t: t["embedding.weight"].fill(np.nan), "NaN"),
    "whole numbers": (lambda t: bad(t, "embedding.weight", np.zeros((t["embedding.weight"].shape[0], SIZE), np.int64)), "I64"),
}


@pytest.mark.parametrize("name", BAD_SENTENCE)
def test_bad_tables_of_sentence_transformers(binary, tmp_path, sentence_model, name):
    change, message = BAD_SENTENCE[name]
    change_weights(sentence_model, change)
    refused(binary, tmp_path, sentence_model, message)


BAD_VEC = {
    "no table": (lambda t: bad(t, "other", t.pop("embeddings")), "\"embeddings\", the word vectors"),
    "short mapping": (lambda t: bad(t, "mapping", np.zeros(20, np.int64)), "embeddings of 20 tokens"),
    "mapping beyond the table": (lambda t: bad(t, "mapping", np.full(len(t["embeddings"]), 5000, np.int64)), "maps token 0 to row 5000"),
    "negative mapping": (lambda t: bad(t, "mapping", np.full(len(t["embeddings"]), -1, np.int32)), "maps token 0 to row -1"),
    "mapping of fractions": (lambda t: bad(t, "mapping", np.zeros(len(t["embeddings"]), np.float32)), "of a mapping is not supported"),
    "short weights": (lambda t: bad(t, "weights", np.ones(20, np.float32)), "\"weights\" has shape"),
    "weights not finite": (lambda t: bad(t, "weights", np.full(len(t["embeddings"]), np.inf, np.float32)), "\"weights\" holds NaN"),
}


@pytest.mark.parametrize("name", BAD_VEC)
def test_bad_tables_of_model2vec(binary, tmp_path, tokenizer, name):
    model = vec_model(tmp_path / "m", tokenizer)
    change, message = BAD_VEC[name]
    change_weights(model, change)
    refused(binary, tmp_path, model, message)


def refused(binary, tmp_path, model, message):
    (tmp_path / "texts.txt").write_text("the model\n")
    done = subprocess.run([binary, "embed", "--model", model, "--input", tmp_path / "texts.txt", "--output", tmp_path / "v.npy", "--quiet"], capture_output=True, text=True)
    assert done.returncode == 1 and message in done.stderr, done.stderr
    assert not (tmp_path / "v.npy").exists()


def test_files_that_contradict_each_other_or_are_missing(binary, tmp_path, tokenizer, sentence_model):
    model = vec_model(tmp_path / "m", tokenizer)
    change_config(model, normalize=False)
    refused(binary, tmp_path, model, "make the two agree")
    change_config(model, normalize=True, max_length=0)
    refused(binary, tmp_path, model, "max_length")
    write_modules(sentence_model, "Normalize", "StaticEmbedding")
    refused(binary, tmp_path, sentence_model, "StaticEmbedding, and, if wanted")
    write_modules(sentence_model, "StaticEmbedding")
    shutil.copytree(sentence_model, tmp_path / "pickled")
    (tmp_path / "pickled/model.safetensors").rename(tmp_path / "pickled/pytorch_model.bin")
    refused(binary, tmp_path, tmp_path / "pickled", "SentenceTransformer(")
    (sentence_model / "tokenizer.json").unlink()
    refused(binary, tmp_path, sentence_model, "tokenizer.json")


def test_a_model2vec_folder_is_not_exported(binary, run_lengthwise, tmp_path, tokenizer, corpus):
    model = vec_model(tmp_path / "m", tokenizer)
    run_lengthwise("fit", "--model", model, "--input", corpus, "--postprocess", "whiten:0.5", "--quiet", "--output", tmp_path / "fit.json")
    done = subprocess.run([binary, "export", "--model", model, "--repair", tmp_path / "fit.json", "--output", tmp_path / "exported"], capture_output=True, text=True)
    assert done.returncode == 1 and "from_model2vec" in done.stderr and not (tmp_path / "exported").exists()
    (tmp_path / "q.txt").write_text("zebra\n")
    done = subprocess.run([binary, "tune", "--model", model, "--input", corpus, "--queries", tmp_path / "q.txt", "--one-pass", tmp_path / "one.json", "--output", tmp_path / "t.json"],
                          capture_output=True, text=True)
    assert done.returncode == 1 and "from_model2vec" in done.stderr and not (tmp_path / "t.json").exists()


def test_lengths_of_made_tasks_have_no_special_tokens(run_lengthwise, tmp_path, sentence_model):
    (tmp_path / "filler.jsonl").write_text(documents(400))
    run_lengthwise("datasets", "passkey", "--model", sentence_model, "--filler", tmp_path / "filler.jsonl", "--lengths", 128, "--output", tmp_path / "task")
    corpora = [json.loads(line)["text"] for line in next((tmp_path / "task").rglob("corpus.jsonl")).read_text().splitlines()]
    embed(run_lengthwise, tmp_path, sentence_model, texts=corpora)
    assert {use["used"] for use in tokens(tmp_path)} == {128}
