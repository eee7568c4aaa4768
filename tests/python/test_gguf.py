"""GGUF files: tiny ones with random weights, made by the `gguf` package, against transformers, which reads them too, and against what they were made of."""
import json
import struct
import subprocess

import gguf
import numpy as np
import pytest
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

HIDDEN, INNER, HEADS, KV_HEADS, LAYERS, POSITIONS = 64, 96, 4, 2, 2, 256
TYPES = ["F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_1"]
LENGTHS = [1, 2, 17, 128]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TRAINING = ["the model grows longer and longer; attention heads of the layer grow, and zebras do not", "Texts of 2026 hold 1234 numbers, it's 3.14159 and \u0416\u0443\u043a\u0438 too"]
TEXTS = ["the", "the model", "attention heads of the layer grow", "<|im_start|>user\n it's\t\t  not  <|im_end|>", "  \u00e9t\u00e9 e\u0301 \u65e5\u672c\u8a9e \U0001f600 x", "IT'S WE'LL I'm \r\n\r\n  two", "numbers 12345 and 3.14, \u00bd \u0661\u0662"]
LONG = "the model of attention heads grows, and zebras do not. " * 60
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def pre_tokenizer(rule):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=rule in ("gpt-2", "smollm"))
    if rule == "gpt-2":
        return byte_level
    if rule == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    pattern = LLAMA3 if rule == "llama-bpe" else LLAMA3.replace("{1,3}", "")
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level])


def make_tokenizer(rule="smollm"):
    tokenizer = Tokenizer(models.BPE(ignore_merges=rule == "llama-bpe"))
    if rule == "qwen2":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizer(rule)
    tokenizer.train_from_iterator(TRAINING * 3, trainers.BpeTrainer(vocab_size=420, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def small_model(kind, vocabulary):
    import torch
    import transformers as tf
    torch.manual_seed(11)
    shared = dict(vocab_size=vocabulary, hidden_size=HIDDEN, num_hidden_layers=LAYERS, num_attention_heads=HEADS, num_key_value_heads=KV_HEADS, intermediate_size=INNER,
                  max_position_embeddings=POSITIONS, rms_norm_eps=1e-5, rope_theta=5000.0, initializer_range=0.3, tie_word_embeddings=True)
    if kind == "llama":
        model = tf.LlamaModel(tf.LlamaConfig(**shared))
    elif kind == "qwen2":
        model = tf.Qwen2Model(tf.Qwen2Config(**shared))
    else:
        model = tf.Qwen3Model(tf.Qwen3Config(**shared, head_dim=32))
    for name, parameter in model.named_parameters():
        if "norm" in name or name.endswith("bias"):
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model.eval()


def paired(weight, heads):
    """The order of rows in which llama.cpp keeps queries and keys: the halves of a head side by side."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


NAMES = {"embed_tokens": "token_embd", "norm": "output_norm", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
         "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down"}


def ggml_name(name):
    part, _, kind = name.rpartition(".")
    if not part.startswith("layers."):
        return f"{NAMES[part]}.{kind}"
    _, layer, part = part.split(".", 2)
    return f"blk.{layer}.{NAMES[part]}.{kind}"


def write(path, model=None, tokenizer=None, kind="llama", rule="smollm", quant="F32", change=None, **members):
    """`members`: of the metadata, beside or in place of the usual ones; None leaves one out."""
    tokenizer = tokenizer or make_tokenizer(rule)
    model = model or small_model(kind, tokenizer.get_vocab_size())
    writer = gguf.GGUFWriter(path, kind)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    usual = {f"{kind}.context_length": POSITIONS, f"{kind}.embedding_length": HIDDEN, f"{kind}.block_count": LAYERS, f"{kind}.feed_forward_length": INNER, f"{kind}.attention.head_count": HEADS,
             f"{kind}.attention.head_count_kv": KV_HEADS, f"{kind}.rope.freq_base": 5000.0, f"{kind}.attention.layer_norm_rms_epsilon": 1e-5,
             "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": rule, "tokenizer.ggml.tokens": [token for token, _ in vocabulary], "tokenizer.ggml.merges": [" ".join(merge) for merge in merges],
             "tokenizer.ggml.token_type": [3 if token in SPECIAL else 1 for token, _ in vocabulary], "tokenizer.ggml.bos_token_id": 1,
             "tokenizer.ggml.eos_token_id": 2, "tokenizer.ggml.unknown_token_id": 0}
    if kind == "qwen3":
        usual |= {"qwen3.attention.key_length": 32, "qwen3.attention.value_length": 32}
    for key, value in (usual | {name.replace("__", "."): value for name, value in members.items()}).items():
        if value is None:
            continue
        add = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string, list: writer.add_array}[type(value)]
        add(key, value)
    tensors = {}
    for name, tensor in model.state_dict().items():
        tensor = tensor.numpy()
        if kind == "llama" and ("q_proj" in name or "k_proj" in name):
            tensor = paired(tensor, HEADS if "q_proj" in name else KV_HEADS)
        tensors[ggml_name(name)] = np.ascontiguousarray(tensor)
    if change is not None:
        change(tensors)
    for name, tensor in tensors.items():
        of = gguf.GGMLQuantizationType[quant if tensor.ndim == 2 else "F32"]
        writer.add_tensor(name, gguf.quants.quantize(tensor, of), raw_dtype=of)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def tokenizer():
    return make_tokenizer()


@pytest.fixture(scope="module", params=TYPES)
def quantised(request, tokenizer, tmp_path_factory):
    return write(tmp_path_factory.mktemp(request.param) / "tiny.gguf", tokenizer=tokenizer, quant=request.param)


def states(path, ids):
    """The last states, as transformers computes them with the file."""
    import torch
    from transformers import AutoModel
    model = AutoModel.from_pretrained(path.parent, gguf_file=path.name).eval()
    with torch.no_grad():
        return [model(torch.tensor([row])).last_hidden_state[0].numpy() for row in ids]


def embed(run_lengthwise, tmp_path, model, *options, texts=(LONG,)):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    run_lengthwise("embed", "--model", model, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "v.npy", "--quiet", *options)
    return np.load(tmp_path / "v.npy")


def test_mean_states_are_those_of_transformers(run_lengthwise, tmp_path, tokenizer, quantised):
    ids = tokenizer.encode(LONG).ids
    expected = states(quantised, [ids[:length] for length in LENGTHS])
    for length, found in zip(LENGTHS, expected):
        np.testing.assert_allclose(embed(run_lengthwise, tmp_path, quantised, "--max-length", length)[0], found.mean(axis=0), atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("kind, rule", [("llama", "llama-bpe"), ("qwen2", "qwen2"), ("qwen3", "qwen2")])
def test_the_last_state_of_each_architecture(run_lengthwise, tmp_path, kind, rule):
    import torch
    tokenizer = make_tokenizer(rule)
    # The model that the file is made of: of Qwen3 transformers does not read the width of heads.
    model = small_model(kind, tokenizer.get_vocab_size())
    path = write(tmp_path / "tiny.gguf", model, tokenizer, kind=kind, rule=rule, **{f"{kind}__pooling_type": 3, "tokenizer__ggml__add_eos_token": True})
    texts = [*TEXTS, LONG]
    start = [1] if rule == "llama-bpe" else []
    for text, found in zip(texts, embed(run_lengthwise, tmp_path, path, texts=texts)):
        ids = start + tokenizer.encode(text).ids[:POSITIONS - 1 - len(start)] + [2]
        with torch.no_grad():
            np.testing.assert_allclose(found, model(torch.tensor([ids])).last_hidden_state[0, -1].numpy(), atol=5e-5, rtol=5e-5)


def test_linear_scaling_of_rotary_positions(run_lengthwise, tmp_path, tokenizer):
    import torch
    model = small_model("llama", tokenizer.get_vocab_size())
    path = write(tmp_path / "tiny.gguf", model, tokenizer, llama__rope__scaling__type="linear", llama__rope__scaling__factor=4.0)
    model.rotary_emb.inv_freq /= 4
    with torch.no_grad():
        expected = model(torch.tensor([tokenizer.encode(LONG).ids[:POSITIONS]])).last_hidden_state[0].mean(dim=0).numpy()
    np.testing.assert_allclose(embed(run_lengthwise, tmp_path, path)[0], expected, atol=2e-5, rtol=2e-5)


@pytest.fixture(scope="module")
def tokenize(binary):
    def run(path, texts):
        stdin = b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)
        done = subprocess.run([binary.parent / "tokenize_lines", path], input=stdin, capture_output=True)
        assert done.returncode == 0, done.stderr.decode()
        return [json.loads(line)[0] for line in done.stdout.splitlines()]
    return run


@pytest.mark.parametrize("rule", ["gpt-2", "smollm", "llama-bpe", "qwen2"])
def test_tokens_are_those_of_the_tokenizer_it_was_made_of(tokenize, tmp_path, rule):
    tokenizer = make_tokenizer(rule)
    path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer, rule=rule)
    assert tokenize(path, TEXTS) == [tokenizer.encode(text).ids for text in TEXTS]


def test_tokens_are_those_of_transformers_where_no_digits_are(tokenize, tmp_path, tokenizer):
    from transformers import AutoTokenizer
    path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer)
    reference = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    assert tokenize(path, TEXTS[:-1]) == [reference.encode(text, add_special_tokens=False) for text in TEXTS[:-1]]


def test_a_folder_with_one_and_what_inspect_says(run_lengthwise, binary, tmp_path, tokenizer):
    folder = tmp_path / "tiny"
    folder.mkdir()
    path = write(folder / "tiny.gguf", tokenizer=tokenizer, quant="Q4_1")
    assert (embed(run_lengthwise, tmp_path, folder) == embed(run_lengthwise, tmp_path, path)).all()
    document = json.loads(run_lengthwise("inspect", "--model", path, "--json", "--no-speed").stdout)
    assert (document["name"], document["architecture"], document["limits"]["positions"]) == ("tiny.gguf", "llama", POSITIONS)
    assert document["limits"]["positions_from"] == "tiny.gguf" and document["weights"]["types"].keys() == {"Q4_1", "F32"} and document["modules"][0]["mode"] == "mean"
    assert "names no pooling" in document["warnings"][0]
    write(folder / "other.gguf", tokenizer=tokenizer)
    done = subprocess.run([binary, "inspect", "--model", folder], capture_output=True, text=True)
    assert done.returncode == 1 and "holds 2 GGUF files" in done.stderr


def test_texts_without_tokens_have_zeros_and_the_rest_is_measured(run_lengthwise, tmp_path, tokenizer):
    path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer)
    found = embed(run_lengthwise, tmp_path, path, texts=["", "the model", ""])
    assert not found[0].any() and not found[2].any() and found[1].any()
    (tmp_path / "d.jsonl").write_text("".join(json.dumps({"text": f"{chr(97 + i)} {LONG[:200 + 20 * i]}"}) + "\n" for i in range(24)))
    run_lengthwise("measure", "--model", path, "--input", tmp_path / "d.jsonl", "--probe", "--replicates", 10, "--quiet", "--output", tmp_path / "r.json")
    assert json.loads((tmp_path / "r.json").read_text())["model"]["layers"] == LAYERS


@pytest.fixture(scope="module")
def published(smollm2):
    """The tokenizer of SmolLM2, of the file's lists and the parts that its tokenizer.json is published with."""
    fields = gguf.GGUFReader(smollm2).fields
    tokens, types, merges = (fields[f"tokenizer.ggml.{name}"].contents() for name in ("tokens", "token_type", "merges"))
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, [tuple(merge.split(" ")) for merge in merges]))
    tokenizer.pre_tokenizer = pre_tokenizer("smollm")
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token, kind in zip(tokens, types) if kind == 3])
    return tokenizer


def test_the_tokens_of_real_weights(tokenize, smollm2, published, pages):
    lines = [line for page in open(pages) for line in json.loads(page)["text"].split("\n") if line.strip()][::2][:2000]
    assert len(lines) > 1000 and tokenize(smollm2, lines) == [encoding.ids for encoding in published.encode_batch(lines, add_special_tokens=False)]


def test_the_states_of_real_weights(run_lengthwise, tmp_path, smollm2, published, pages):
    text = json.loads(open(pages).readline())["text"][:3000]
    ids = published.encode(text, add_special_tokens=False).ids
    lengths = LENGTHS[-2:]
    for length, expected in zip(lengths, states(smollm2, [ids[:length] for length in lengths])):
        found = embed(run_lengthwise, tmp_path, smollm2, "--max-length", length, texts=[text])[0]
        expected = expected.astype(np.float64).mean(axis=0)
        assert np.abs(found - expected).max() < 1e-5 * np.abs(expected).max()


def refused(binary, tmp_path, path, message):
    (tmp_path / "texts.txt").write_text("the model\n")
    done = subprocess.run([binary, "embed", "--model", path, "--input", tmp_path / "texts.txt", "--output", tmp_path / "v.npy", "--quiet"], capture_output=True, text=True)
    assert done.returncode == 1 and message in done.stderr and path.name in done.stderr, done.stderr
    assert not (tmp_path / "v.npy").exists()


MEMBERS = {
    "another architecture": (dict(general__architecture="gemma"), "\"gemma\"; of GGUF files this version reads llama"),
    "no size": (dict(llama__embedding_length=None), "\"llama.embedding_length\" is missing"),
    "sizes that contradict": (dict(llama__embedding_length=128), "has shape"),
    "more layers": (dict(llama__block_count=3), "is missing"),
    "heads that do not divide": (dict(llama__attention__head_count_kv=3), "cannot share"),
    "part of a head turned": (dict(llama__rope__dimension_count=8), "rope.dimension_count"),
    "another scaling": (dict(llama__rope__scaling__type="yarn"), "\"yarn\""),
    "experts": (dict(llama__expert_count=8), "llama.expert_count"),
    "not causal": (dict(llama__attention__causal=False), "llama.attention.causal"),
    "ranking": (dict(llama__pooling_type=4), "pooling_type"),
    "another tokenizer": (dict(tokenizer__ggml__model="llama"), "supported: gpt2"),
    "another rule": (dict(tokenizer__ggml__pre="deepseek-llm"), "\"deepseek-llm\""),
    "no rule": (dict(tokenizer__ggml__pre=None), "tokenizer.ggml.pre"),
    "no merges": (dict(tokenizer__ggml__merges=None), "tokenizer.ggml.merges"),
    "too few types": (dict(tokenizer__ggml__token_type=[1, 1, 1]), "token_type"),
    "no token to put before": (dict(tokenizer__ggml__add_bos_token=True, tokenizer__ggml__bos_token_id=None), "bos_token_id"),
    "alignment": (dict(general__alignment=48), "power of two"),
    "parts": (dict(split__count=2), "llama-gguf-split"),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_metadata_that_is_refused(binary, tmp_path, tokenizer, name):
    members, message = MEMBERS[name]
    if name == "another architecture":
        path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer)
        path.write_bytes(path.read_bytes().replace(b"\x05\0\0\0\0\0\0\0llama", b"\x05\0\0\0\0\0\0\0gemma"))
    elif name == "alignment":
        path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer)
        data = path.read_bytes()
        key = b"\x11\0\0\0\0\0\0\0general.alignment" + struct.pack("<II", 4, 48)
        path.write_bytes(data[:16] + struct.pack("<Q", struct.unpack("<Q", data[16:24])[0] + 1) + key + data[24:])
    else:
        path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer, **members)
    refused(binary, tmp_path, path, message)


TENSORS = {
    "missing": (lambda t: t.pop("blk.1.ffn_up.weight"), "up_proj.weight\" is missing"),
    "another shape": (lambda t: t.update({"blk.0.attn_q.weight": np.zeros((96, 64), np.float32)}), "\"model.layers.0.self_attn.q_proj.weight\" has shape"),
    "one too many": (lambda t: t.update({"blk.0.attn_sinks.weight": np.zeros(32, np.float32)}), "blk.0.attn_sinks.weight"),
    "stretched by a table": (lambda t: t.update({"rope_freqs.weight": np.ones(8, np.float32)}), "rope_freqs.weight"),
    "no words": (lambda t: t.pop("token_embd.weight"), "token_embd.weight"),
    "not finite": (lambda t: t["blk.0.ffn_down.weight"].fill(np.nan), "NaN"),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors_that_are_refused(binary, tmp_path, tokenizer, name):
    change, message = TENSORS[name]
    refused(binary, tmp_path, write(tmp_path / "tiny.gguf", tokenizer=tokenizer, change=change), message)


def test_other_types_of_blocks_are_named(binary, tmp_path, tokenizer):
    refused(binary, tmp_path, write(tmp_path / "tiny.gguf", tokenizer=tokenizer, quant="Q5_0"), "stored as Q5_0; supported: F32")


def test_it_is_not_exported_nor_overwritten(binary, tmp_path, tokenizer):
    path = write(tmp_path / "tiny.gguf", tokenizer=tokenizer)
    before = path.read_bytes()
    done = subprocess.run([binary, "export", "--model", path, "--temperature", "0.8", "--output", tmp_path / "out"], capture_output=True, text=True)
    assert done.returncode == 1 and "GGUF" in done.stderr and not (tmp_path / "out").exists()
    (tmp_path / "texts.txt").write_text("the model\n")
    done = subprocess.run([binary, "embed", "--model", path, "--input", tmp_path / "texts.txt", "--output", path], capture_output=True, text=True)
    assert done.returncode == 2 and path.read_bytes() == before
