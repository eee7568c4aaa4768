"""Architectures: small random models that `transformers` makes, and what it computes with them."""
import importlib.util
import json

import numpy as np
import pytest

KINDS = ["distilbert", "roberta", "xlm-roberta"]
# One token, two, some, and beyond the longest; the second holds a token whose id is RoBERTa's padding.
TEXTS = ["", "the", "the zebra?", " ".join(["long short text model head attention grows"] * 3)[:80], "a token of the layer is not long. " * 30]


@pytest.fixture(scope="module")
def makers(root):
    spec = importlib.util.spec_from_file_location("make_tiny_models", root / "tests/data/make_tiny_models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def random_model(kind, vocabulary):
    import torch
    import transformers
    torch.manual_seed(7)
    if kind == "distilbert":
        config = transformers.DistilBertConfig(vocab_size=vocabulary, dim=36, n_layers=2, n_heads=3, hidden_dim=52, max_position_embeddings=80, initializer_range=0.4)
        model = transformers.DistilBertModel(config)
    else:
        kinds = {"roberta": (transformers.RobertaConfig, transformers.RobertaModel), "xlm-roberta": (transformers.XLMRobertaConfig, transformers.XLMRobertaModel)}
        make_config, make_model = kinds[kind]
        config = make_config(vocab_size=vocabulary, hidden_size=36, num_hidden_layers=2, num_attention_heads=3, intermediate_size=52, max_position_embeddings=82,
                             type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, initializer_range=0.4)
        model = make_model(config, add_pooling_layer=False)
    model.eval()
    for name, parameter in model.named_parameters():
        if name.endswith("bias") or "LayerNorm" in name or "layer_norm" in name:
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model


@pytest.fixture(scope="module", params=KINDS)
def folder(request, makers, tmp_path_factory):
    tokenizer = makers.make_tokenizer()
    folder = tmp_path_factory.mktemp("models") / request.param
    makers.write_folder(folder, random_model(request.param, tokenizer.get_vocab_size()), tokenizer)
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    # Or else it is given token types, which it has none of.
    (folder / "tokenizer_config.json").write_text(json.dumps({**settings, "tokenizer_class": "PreTrainedTokenizerFast", "model_input_names": ["input_ids", "attention_mask"]}))
    return folder


def embed(run_lengthwise, tmp_path, model, *options):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    run_lengthwise("embed", "--model", model, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", *options)
    return np.load(tmp_path / "v.npy")


def reference(folder, length):
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(str(folder), device="cpu")
    model.max_seq_length = length
    return model


@pytest.mark.parametrize("length", [3, 17, 64, 80])
def test_vectors_are_those_of_transformers(run_lengthwise, folder, tmp_path, length):
    # One text at a time: padding beside longer ones would hide what a padding token inside a text does.
    expected = reference(folder, length).encode(TEXTS, batch_size=1)
    found = embed(run_lengthwise, tmp_path, folder, "--max-length", length)
    assert np.abs(found - expected).max() < 2e-5
    assert np.abs(found[0] - found[-1]).max() > 0.01


def test_repairs_are_folded_into_them(run_lengthwise, folder, tmp_path):
    repair = ["--temperature", 0.8, "--positions", "interpolate:40", "--max-length", 80]
    mine = embed(run_lengthwise, tmp_path, folder, *repair)
    run_lengthwise("export", "--model", folder, *repair, "--output", tmp_path / "exported")
    assert np.abs(mine - reference(tmp_path / "exported", 80).encode(TEXTS, batch_size=1)).max() < 2e-5
    assert np.abs(mine - embed(run_lengthwise, tmp_path, folder, "--max-length", 80)).max() > 0.01


def test_they_are_measured(run_lengthwise, folder, tmp_path):
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps({"text": f"{word} " + "a token of the layer is not long. " * 12}) + "\n" for word in "abcdefghijklmnopqrstuvwxyz"))
    run_lengthwise("measure", "--model", folder, "--input", tmp_path / "pages.jsonl", "--probe", "--attribution", "--gains", "--replicates", 20, "--quiet", "--output", tmp_path / "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["model"]["architecture"] == folder.name and report["model"]["limits"]["positions"] == 80
    assert report["collapse_index"] and report["controls"]["attribution"]["lengths"]


@pytest.mark.parametrize(("change", "says"), [
    ({"n_layers": 3, "num_hidden_layers": 3}, "is missing"),
    ({"activation": "relu", "hidden_act": "relu"}, "relu"),
    ({"is_decoder": True}, "is_decoder"),
    ({"dim": 48, "hidden_size": 48}, "36 components"),
    ({"pruned_heads": {"0": [1]}}, "pruned_heads"),
])
def test_a_config_that_its_weights_contradict_is_refused(binary, folder, tmp_path, change, says):
    import shutil
    import subprocess
    shutil.copytree(folder, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config.update({name: value for name, value in change.items() if name in config or name in ("is_decoder", "pruned_heads")})
    (tmp_path / "model/config.json").write_text(json.dumps(config))
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    done = subprocess.run([binary, "embed", "--model", tmp_path / "model", "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy"], capture_output=True, text=True)
    assert done.returncode == 1 and says in done.stderr, done.stderr
