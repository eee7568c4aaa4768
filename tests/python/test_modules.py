"""Modules after the transformer, and weights in several files: vectors of a tiny model against sentence-transformers."""
import itertools
import json
import shutil

import numpy as np
import pytest

TOLERANCE = 2e-5
TEXTS = ["the model", "", "Zebra?", "long text collapses; short text is not collapsed! " * 4, "a token of the layer is not long. " * 30]
MODES = ["cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
TYPES = "sentence_transformers.models."


@pytest.fixture()
def model(root, tmp_path):
    return shutil.copytree(root / "tests/data/tiny_bert", tmp_path / "model")


def embed(run_lengthwise, tmp_path, model, *options):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    run_lengthwise("embed", "--model", model, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", *options)
    return np.load(tmp_path / "v.npy")


def reference(model):
    from sentence_transformers import SentenceTransformer
    # One text at a time: max pooling writes to what other modes read where there is padding.
    return SentenceTransformer(str(model), device="cpu").encode(TEXTS, batch_size=1)


def set_pooling(model, modes):
    names = {"cls": "cls_token", "max": "max_tokens", "mean": "mean_tokens", "weightedmean": "weightedmean_tokens"}
    (model / "1_Pooling/config.json").write_text(json.dumps(
        {"word_embedding_dimension": 36} | {f"pooling_mode_{names.get(mode, mode)}": mode in modes for mode in MODES}))


def set_modules(model, *more):
    """`more`: pairs of a kind and a torch module of it, after Pooling."""
    kinds = [("Transformer", ""), ("Pooling", "1_Pooling")]
    for kind, module in more:
        kinds.append((kind, f"{len(kinds)}_{kind}"))
        folder = model / kinds[-1][1]
        folder.mkdir(exist_ok=True)
        if module is not None:
            module.save(str(folder))
    (model / "modules.json").write_text(json.dumps(
        [{"idx": i, "name": str(i), "path": path, "type": TYPES + kind} for i, (kind, path) in enumerate(kinds)]))


@pytest.mark.parametrize("modes", [*([mode] for mode in MODES), ["cls", "mean"], ["max", "mean", "lasttoken"], MODES], ids="+".join)
def test_each_pooling_and_several_at_once(run_lengthwise, model, tmp_path, modes):
    set_pooling(model, modes)
    set_modules(model)
    found, expected = embed(run_lengthwise, tmp_path, model), reference(model)
    assert found.shape == expected.shape == (len(TEXTS), 36 * len(modes))
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.fixture(params=[(36, "Tanh"), (20, "Tanh"), (50, "Identity"), (7, "ReLU"), (36, "GELU")], ids=lambda p: f"{p[0]} {p[1]}")
def dense_model(request, model):
    import torch
    from sentence_transformers import models
    torch.manual_seed(3)
    outputs, activation = request.param
    norm = models.LayerNorm(outputs)
    norm.norm.weight.data += torch.randn(outputs)
    norm.norm.bias.data += torch.randn(outputs)
    first = models.Dense(36, outputs, bias=outputs != 50, activation_function=getattr(torch.nn, activation)())
    set_modules(model, ("Dense", first), ("LayerNorm", norm), ("Dense", models.Dense(outputs, 11)), ("Normalize", None))
    return model


def test_dense_of_any_shape_and_layer_norm(run_lengthwise, dense_model, tmp_path):
    found, expected = embed(run_lengthwise, tmp_path, dense_model), reference(dense_model)
    assert found.shape == expected.shape == (len(TEXTS), 11)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)
    assert np.abs(found[0] - found[-1]).max() > 0.01


@pytest.fixture()
def wide_model(model):
    """Vectors of 72 components, of states of 36."""
    set_pooling(model, ["cls", "mean"])
    set_modules(model, ("Normalize", None))
    return model


def documents(count=26):
    return "".join(json.dumps({"text": f"{chr(97 + i % 26)} {i} " + "a token of the layer is not long. " * 12}) + "\n" for i in range(count))


def test_vectors_of_another_size_than_states_are_measured(run_lengthwise, wide_model, tmp_path):
    (tmp_path / "d.jsonl").write_text(documents())
    def measure(*options):
        run_lengthwise("measure", "--model", wide_model, "--input", tmp_path / "d.jsonl", "--replicates", 20, "--quiet", "--output", tmp_path / "r.json", *options)
        return json.loads((tmp_path / "r.json").read_text())
    whole = measure("--attribution", "--ablation", "zero", "--ablation-documents", 4)
    assert whole["controls"]["attribution"]["lengths"] and whole["ablation"]
    report = measure("--probe", "--gains", "--statistics", tmp_path / "r.st")
    assert (report["model"]["hidden"], report["model"]["dimension"], report["model"]["pooling"]) == (36, 72, "cls+mean")
    run_lengthwise("merge", tmp_path / "r.st", "--output", tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text())["collapse_index"] == report["collapse_index"]


def test_vectors_of_another_size_are_repaired_and_exported(run_lengthwise, wide_model, tmp_path):
    (tmp_path / "d.jsonl").write_text(documents(200))
    run_lengthwise("fit", "--model", wide_model, "--input", tmp_path / "d.jsonl", "--postprocess", "whiten:0.5", "--quiet", "--output", tmp_path / "fit.json")
    found = embed(run_lengthwise, tmp_path, wide_model, "--repair", tmp_path / "fit.json")
    assert found.shape == (len(TEXTS), 72)
    run_lengthwise("export", "--model", wide_model, "--repair", tmp_path / "fit.json", "--output", tmp_path / "exported")
    np.testing.assert_allclose(found, reference(tmp_path / "exported"), atol=5e-5)


def shard(model):
    """The weights in three files, as transformers splits them."""
    from safetensors.torch import load_file, save_file
    tensors = load_file(model / "model.safetensors")
    (model / "model.safetensors").unlink()
    places = {name: f"model-{i % 3 + 1:05}-of-00003.safetensors" for i, name in enumerate(sorted(tensors))}
    for file in sorted(set(places.values())):
        save_file({name: tensors[name] for name in tensors if places[name] == file}, model / file, metadata={"format": "pt"})
    (model / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))


def test_weights_in_several_files_are_the_same_weights(run_lengthwise, root, model, tmp_path):
    shard(model)
    found = embed(run_lengthwise, tmp_path, model)
    np.testing.assert_array_equal(found, embed(run_lengthwise, tmp_path, root / "tests/data/tiny_bert"))
    np.testing.assert_allclose(found, reference(model), atol=TOLERANCE)


def test_weights_in_several_files_are_exported_as_one(run_lengthwise, model, tmp_path):
    shard(model)
    mine = embed(run_lengthwise, tmp_path, model, "--temperature", 0.8)
    run_lengthwise("export", "--model", model, "--temperature", 0.8, "--output", tmp_path / "exported")
    assert [path.name for path in (tmp_path / "exported").glob("model*")] == ["model.safetensors"]
    np.testing.assert_allclose(mine, reference(tmp_path / "exported"), atol=TOLERANCE)


@pytest.mark.parametrize("normalized", [True, False])
def test_the_first_components_of_vectors(run_lengthwise, model, tmp_path, normalized):
    """As truncate_dim, scaled again where the model's vectors are of unit length."""
    from sentence_transformers import SentenceTransformer
    if not normalized:
        set_modules(model)
    expected = SentenceTransformer(str(model), device="cpu", truncate_dim=11).encode(TEXTS, batch_size=1, normalize_embeddings=normalized)
    found = embed(run_lengthwise, tmp_path, model, "--dimensions", 11)
    assert found.shape == (len(TEXTS), 11)
    assert np.abs(found - expected).max() < TOLERANCE


def test_more_components_than_there_are_are_refused(binary, model, tmp_path):
    import subprocess
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    done = subprocess.run([binary, "embed", "--model", model, "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy", "--dimensions", "37"], capture_output=True, text=True)
    assert done.returncode == 2 and "ask for 36 or fewer" in done.stderr and not (tmp_path / "v.npy").exists()


def test_everything_works_on_the_first_components(run_lengthwise, model, tmp_path):
    rows = [{"_id": str(i), "text": f"{word} " + "a token of the layer is not long. " * (3 + i)} for i, word in enumerate("the of and long short text model head".split())]
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    run_lengthwise("fit", "--recipe", "--model", model, "--input", tmp_path / "pages.jsonl", "--queries", tmp_path / "pages.jsonl", "--quiet", "--dimensions", 9, "--output", tmp_path / "repair.json")
    run_lengthwise("embed", "--model", model, "--input", tmp_path / "pages.jsonl", "--repair", tmp_path / "repair.json", "--quiet", "--dimensions", 9, "--output", tmp_path / "v.npy")
    assert np.load(tmp_path / "v.npy").shape == (8, 9)
    run_lengthwise("measure", "--model", model, "--input", tmp_path / "pages.jsonl", "--arms", "truncated,static", "--replicates", 20, "--quiet", "--dimensions", 9, "--output", tmp_path / "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["model"]["dimension"] == 9


@pytest.mark.parametrize("mode", ["cls", "lasttoken", "mean"])
def test_what_controls_mean_for_a_vector_of_one_token(run_lengthwise, model, tmp_path, mode):
    """Said; and the static control is the mean of word embeddings, as one token's would be the same in every text."""
    from sentence_transformers import models
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps({"text": f"{letter} " + "a token of the layer is not long. " * 12}) + "\n" for letter in "abcdefghijklmnopqrstuvwxyz"))
    for more in ([], [("Dense", models.Dense(36, 20))]):
        out = tmp_path / f"{len(more)}.json"
        set_modules(model, *more)
        set_pooling(model, [mode])
        run_lengthwise("measure", "--model", model, "--input", tmp_path / "pages.jsonl", "--arms", "truncated,static", "--replicates", 20, "--quiet", "--output", out)
        report = json.loads(out.read_text())
        assert any("state of one token" in note for note in report["notes"]) == (mode != "mean")
        shortest = [bucket["cosine"]["estimate"] for bucket in report["arms"]["static"]["buckets"]][0]
        assert shortest < 0.99999
