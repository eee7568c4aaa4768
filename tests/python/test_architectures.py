"""Architectures: small random models that `transformers` makes, and what it computes with them."""
import importlib.util
import json
import re
import shutil
import subprocess

import numpy as np
import plain_encoders
import pytest
from safetensors.numpy import load_file, save_file

# What makers build, and what config.json calls it.
KINDS = ["distilbert", "roberta", "xlm-roberta", "modernbert", "modernbert-biased", "t5", "t5-gated", "t5-silu", "llama", "llama-stretched", "llama-linear", "mistral", "qwen2",
         "qwen3", "gemma3_text", "gemma3_text-causal", *plain_encoders.CONFIGS]
# Their tables of positions are stored; others turn, or know distances.
LEARNED = ["distilbert", "roberta", "xlm-roberta"]
# One token, two, some, and beyond the longest; the second holds a token whose id is RoBERTa's padding.
TEXTS = ["", "the", "the zebra?", " ".join(["long short text model head attention grows"] * 3)[:80], "a token of the layer is not long. " * 30]


@pytest.fixture(scope="module")
def makers(root):
    spec = importlib.util.spec_from_file_location("make_tiny_models", root / "tests/data/make_tiny_models.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Sizes that leave parts of every panel: 3 heads of 12, which the newer kinds share or widen.
LATER = dict(hidden_size=36, num_hidden_layers=3, num_attention_heads=6, intermediate_size=52, max_position_embeddings=80, initializer_range=0.4)


def plain(kind):
    """What the program calls it."""
    return kind if kind in ("xlm-roberta", *plain_encoders.CONFIGS) else kind.partition("-")[0]


def new_model(kind, vocabulary):
    import transformers as tf
    if kind == "distilbert":
        return tf.DistilBertModel(tf.DistilBertConfig(vocab_size=vocabulary, dim=36, n_layers=2, n_heads=3, hidden_dim=52, max_position_embeddings=80, initializer_range=0.4))
    if kind in ("roberta", "xlm-roberta"):
        make_config, make_model = {"roberta": (tf.RobertaConfig, tf.RobertaModel), "xlm-roberta": (tf.XLMRobertaConfig, tf.XLMRobertaModel)}[kind]
        config = make_config(vocab_size=vocabulary, hidden_size=36, num_hidden_layers=2, num_attention_heads=3, intermediate_size=52, max_position_embeddings=82,
                             type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, initializer_range=0.4)
        return make_model(config, add_pooling_layer=False)
    if kind.startswith("modernbert"):
        biased = kind.endswith("biased")
        config = tf.ModernBertConfig(vocab_size=vocabulary, **{**LATER, "num_attention_heads": 3}, local_attention=16, global_attn_every_n_layers=2, pad_token_id=0, reference_compile=False,
                                     norm_bias=biased, attention_bias=biased, mlp_bias=biased, local_rope_theta=None if biased else 10000.0)
        return tf.ModernBertModel(config)
    if kind.startswith("t5"):
        projection = {"t5": "relu", "t5-gated": "gated-gelu", "t5-silu": "gated-silu"}[kind]
        return tf.T5EncoderModel(tf.T5Config(vocab_size=vocabulary, d_model=36, d_kv=14, d_ff=52, num_layers=3, num_heads=3, relative_attention_num_buckets=8,
                                             relative_attention_max_distance=20, feed_forward_proj=projection))
    shared = dict(vocab_size=vocabulary, **LATER, num_key_value_heads=2, rms_norm_eps=1e-6)
    if kind.startswith("llama"):
        scaling = {"llama": None, "llama-linear": {"rope_type": "linear", "factor": 2.5},
                   "llama-stretched": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 32}}[kind]
        return tf.LlamaModel(tf.LlamaConfig(**shared, head_dim=8, attention_bias=kind != "llama", mlp_bias=kind != "llama", rope_scaling=scaling))
    if kind == "mistral":
        return tf.MistralModel(tf.MistralConfig(**shared, head_dim=8, sliding_window=20))
    if kind == "qwen2":
        return tf.Qwen2Model(tf.Qwen2Config(**shared, use_sliding_window=True, sliding_window=20, max_window_layers=1))
    if kind == "qwen3":
        return tf.Qwen3Model(tf.Qwen3Config(**shared, head_dim=10))
    causal = kind.endswith("causal")
    return tf.Gemma3TextModel(tf.Gemma3TextConfig(**shared, head_dim=10, query_pre_attn_scalar=24, sliding_window=20, layer_types=["sliding_attention", "full_attention", "sliding_attention"],
                                                  use_bidirectional_attention=not causal))


def random_model(kind, vocabulary):
    import torch
    torch.manual_seed(7)
    model = new_model(kind, vocabulary)
    model.eval()
    for name, parameter in model.named_parameters():
        if name.endswith("bias") or "norm" in name.lower():
            parameter.data += 0.3 * torch.randn_like(parameter)
        elif kind.startswith("t5"):
            parameter.data = 0.4 * torch.randn_like(parameter)
    return model


class Model:
    """A folder, what it holds, and what another program computes with it."""

    def __init__(self, kind, folder, makers):
        self.kind, self.folder = kind, folder
        self.loaded = {}  # references, by their folders; None is the model's own
        self.tokenizer = makers.make_tokenizer()
        if kind in plain_encoders.CONFIGS:
            makers.write_modules(folder, self.tokenizer, plain_encoders.HIDDEN)
            self.weights = plain_encoders.write(kind, folder, self.tokenizer.get_vocab_size())
        else:
            makers.write_folder(folder, random_model(kind, self.tokenizer.get_vocab_size()), self.tokenizer)
        if kind == "gemma3_text":
            # transformers halves it when it makes a configuration, and again when it reads one.
            change_json(folder / "config.json", sliding_window=20)
        # Or else it is given token types, which it has none of.
        change_json(folder / "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast", model_input_names=["input_ids", "attention_mask"])

    def vectors(self, length, folder=None):
        if self.kind in plain_encoders.CONFIGS:
            weights = self.weights if folder is None else load_file(folder / "model.safetensors")
            return plain_encoders.vectors(self.kind, weights, self.tokenizer, TEXTS, length)
        from sentence_transformers import SentenceTransformer
        if folder not in self.loaded:
            self.loaded[folder] = SentenceTransformer(str(folder or self.folder), device="cpu")
        model = self.loaded[folder]
        model.max_seq_length = length
        # One text at a time: padding beside longer ones would hide what a padding token inside a text does.
        return model.encode(TEXTS, batch_size=1)


def change_json(path, **members):
    path.write_text(json.dumps({**json.loads(path.read_text()), **members}))


@pytest.fixture(scope="module", params=KINDS)
def model(request, makers, tmp_path_factory):
    return Model(request.param, tmp_path_factory.mktemp("models") / request.param, makers)


@pytest.fixture
def folder(model):
    return model.folder


def embed(run_lengthwise, tmp_path, model, *options):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    run_lengthwise("embed", "--model", model, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", *options)
    return np.load(tmp_path / "v.npy")


@pytest.mark.parametrize("length", [3, 17, 22, 64, 80])
def test_vectors_are_those_of_the_reference(run_lengthwise, model, tmp_path, length):
    expected = model.vectors(length)
    found = embed(run_lengthwise, tmp_path, model.folder, "--max-length", length)
    assert np.abs(found - expected).max() < 2e-5
    assert np.abs(found[0] - found[-1]).max() > 0.01


def test_threads_and_batches_change_nothing(run_lengthwise, folder, tmp_path):
    alone = embed(run_lengthwise, tmp_path, folder, "--threads", 1)
    assert np.array_equal(alone, embed(run_lengthwise, tmp_path, folder, "--threads", 2))


def test_repairs_are_folded_into_them(run_lengthwise, model, tmp_path):
    repair = ["--temperature", 0.8, "--max-length", 80]
    if model.kind in LEARNED:
        repair += ["--positions", "interpolate:40"]
    if model.kind == "jina-bert":
        repair += ["--temperature-reading", "logits"]
    mine = embed(run_lengthwise, tmp_path, model.folder, *repair)
    run_lengthwise("export", "--model", model.folder, *repair, "--output", tmp_path / "exported")
    assert np.abs(mine - model.vectors(80, tmp_path / "exported")).max() < 2e-5
    assert np.abs(mine - embed(run_lengthwise, tmp_path, model.folder, "--max-length", 80)).max() > 0.01


def test_positions_are_mapped_or_the_option_is_refused(run_lengthwise, binary, model, tmp_path):
    (tmp_path / "texts.jsonl").write_text(json.dumps({"text": TEXTS[-1]}) + "\n")
    mapped = ["--positions", "interpolate:40", "--max-length", 80]
    command = ["embed", "--model", model.folder, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", *mapped]
    if model.kind.startswith("t5") or model.kind == "jina-bert":
        done = subprocess.run([binary, *map(str, command)], capture_output=True, text=True)
        assert done.returncode == 2 and "has no effect" in done.stderr and not (tmp_path / "v.npy").exists()
        return
    found = embed(run_lengthwise, tmp_path, model.folder, *mapped)
    assert np.abs(found - embed(run_lengthwise, tmp_path, model.folder, "--max-length", 80)).max() > 0.001
    if model.kind in ("llama", "llama-linear"):
        # Positions halved are what linear scaling by 2 more does.
        scaled = tmp_path / "scaled"
        shutil.copytree(model.folder, scaled)
        change_json(scaled / "config.json", rope_scaling={"rope_type": "linear", "factor": 2.0 * (2.5 if model.kind == "llama-linear" else 1.0)})
        assert np.abs(found - model.vectors(80, scaled)).max() < 2e-5
    if model.kind in ("llama", "mistral", "qwen2", "qwen3"):
        for option, rows in (("interpolate:40", 80), ("interpolate:60@120", 120)):
            folder = tmp_path / option
            run_lengthwise("export", "--model", model.folder, "--positions", option, "--max-length", rows, "--output", folder)
            assert json.loads((folder / "config.json").read_text())["max_position_embeddings"] == rows
            assert np.abs(embed(run_lengthwise, tmp_path, model.folder, "--positions", option, "--max-length", rows) - model.vectors(rows, folder)).max() < 2e-5
        return
    if model.kind not in LEARNED:
        export = ["export", "--model", model.folder, *mapped, "--output", tmp_path / "exported"]
        done = subprocess.run([binary, *map(str, export)], capture_output=True, text=True)
        assert done.returncode == 1 and "cannot be folded" in done.stderr and not (tmp_path / "exported").exists()


def test_they_are_measured(run_lengthwise, model, tmp_path):
    (tmp_path / "pages.jsonl").write_text("".join(json.dumps({"text": f"{word} " + "a token of the layer is not long. " * 12}) + "\n" for word in "abcdefghijklmnopqrstuvwxyz"))
    run_lengthwise("measure", "--model", model.folder, "--input", tmp_path / "pages.jsonl", "--max-length", 80, "--probe", "--attribution", "--interventions", "--gains", "--replicates", 20, "--quiet",
                   "--output", tmp_path / "r.json")
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["model"]["architecture"] == plain(model.kind)
    assert report["model"]["limits"]["positions"] == (8192 if model.kind.startswith("t5") else 80)
    assert report["collapse_index"]
    if not model.kind.startswith("t5"):
        assert report["controls"]["attribution"]["lengths"]
        interventions = report["controls"]["interventions"]
        learned = model.kind in LEARNED
        assert ("offset" in interventions) == learned and (interventions["further"]["lengths"][0]["again"] is not None) == learned
        assert any(f"A {plain(model.kind)} model has no table of positions" in note for note in report["notes"]) != learned


# What is said of them: layers with a window and its reach, heads of keys and values, kind and place of norms, activation, positions.
SAID = {
    "roberta": (0, None, 3, "LayerNorm", "after", "GELU", False, "learned"), "modernbert": (1, 8, 3, "LayerNorm", "before", "GELU", True, "rotary"),
    "t5": (0, None, 3, "RMSNorm", "before", "ReLU", False, "relative"), "t5-gated": (0, None, 3, "RMSNorm", "before", "GELU (tanh)", True, "relative"),
    "llama": (0, None, 2, "RMSNorm", "before", "SiLU", True, "rotary"), "mistral": (3, 19, 2, "RMSNorm", "before", "SiLU", True, "rotary"),
    "qwen2": (2, 19, 2, "RMSNorm", "before", "SiLU", True, "rotary"), "qwen3": (0, None, 2, "RMSNorm", "before", "SiLU", True, "rotary"),
    "gemma3_text": (2, 10, 2, "RMSNorm", "before and after", "GELU (tanh)", True, "rotary"), "gemma3_text-causal": (2, 19, 2, "RMSNorm", "before and after", "GELU (tanh)", True, "rotary"),
    "jina-bert": (0, None, 6, "LayerNorm", "after", "GELU", True, "distance (ALiBi)"), "gte": (0, None, 6, "LayerNorm", "after", "GELU", True, "rotary"),
    "nomic-bert": (0, None, 6, "LayerNorm", "after", "SiLU", True, "rotary"),
}
CAUSAL = ("llama", "mistral", "qwen2", "qwen3", "gemma3_text-causal")


def test_inspect_says_what_they_are(run_lengthwise, model):
    document = json.loads(run_lengthwise("inspect", "--model", model.folder, "--no-speed", "--json").stdout)
    if model.kind in SAID:
        attention, norms, inner = document["attention"], document["norms"], document["feed_forward"]
        assert (attention["local_layers"], attention["window"], attention["key_value_heads"], norms["kind"], norms["place"], inner["activation"], inner["gated"],
                document["positions"]["kind"]) == SAID[model.kind]
        assert attention["causal"] == (model.kind in CAUSAL) and norms["queries_and_keys"] == (model.kind in ("qwen3", "gemma3_text", "gemma3_text-causal"))
    assert document["feed_forward"]["size"] == 52


def test_a_tensor_that_is_missing_or_of_another_shape_is_named(binary, model, tmp_path):
    """Of each kind of tensor one."""
    weights = load_file(model.folder / "model.safetensors")
    kinds = {re.sub(r"\d+", "N", name): name for name in weights}
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    shutil.copytree(model.folder, tmp_path / "model")
    for name in kinds.values():
        for change in ("missing", "longer"):
            changed = {other: tensor for other, tensor in weights.items() if other != name}
            if change == "longer":
                changed[name] = np.concatenate([weights[name], weights[name][:1]])
            save_file(changed, tmp_path / "model/model.safetensors", metadata={"format": "pt"})
            done = subprocess.run([binary, "embed", "--model", tmp_path / "model", "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy"], capture_output=True, text=True)
            # T5's table has two names, and is looked for under both.
            named = "encoder.embed_tokens.weight" if (change, name) == ("missing", "shared.weight") else name
            assert done.returncode == 1 and named in done.stderr and not (tmp_path / "v.npy").exists(), (change, name, done.stderr)


@pytest.mark.parametrize(("change", "says"), [
    ({"n_layers": 4, "num_hidden_layers": 4, "num_layers": 4, "n_layer": 4}, "is missing|names 3 layers"),
    ({"activation": "tanh", "hidden_act": "tanh", "hidden_activation": "tanh", "activation_function": "tanh", "feed_forward_proj": "tanh"}, "tanh"),
    ({"is_decoder": True}, "is_decoder"),
    ({"dim": 72, "hidden_size": 72, "d_model": 72, "n_embd": 72}, "72"),
    ({"pruned_heads": {"0": [1]}}, "pruned_heads"),
])
def test_a_config_that_its_weights_contradict_is_refused(binary, folder, tmp_path, change, says):
    shutil.copytree(folder, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config.update({name: value for name, value in change.items() if name in config or name in ("is_decoder", "pruned_heads")})
    (tmp_path / "model/config.json").write_text(json.dumps(config))
    (tmp_path / "t.jsonl").write_text('{"text": "a"}\n')
    done = subprocess.run([binary, "embed", "--model", tmp_path / "model", "--input", tmp_path / "t.jsonl", "--output", tmp_path / "v.npy"], capture_output=True, text=True)
    assert done.returncode == 1 and re.search(says, done.stderr), done.stderr
