"""Encoders that `transformers` does not have, in double-precision NumPy: random weights under the names of published checkpoints, and what
the model computes with them, token by token. Written from the models' papers and folders, apart from the program.

JinaBERT v2 (arXiv 2310.19923), GTE v1.5 (arXiv 2407.19669), NomicBERT (arXiv 2402.01613).
"""
import json
import math

import numpy as np
from safetensors.numpy import save_file

HIDDEN, HEADS, INNER, LAYERS, POSITIONS = 48, 6, 52, 2, 80
WIDTH = HIDDEN // HEADS

CONFIGS = {
    "jina-bert": dict(model_type="bert", position_embedding_type="alibi", feed_forward_type="geglu", hidden_act="gelu", type_vocab_size=2, layer_norm_eps=1e-12,
                      auto_map={"AutoModel": "jinaai/jina-bert-implementation--modeling_bert.JinaBertModel"}),
    "gte": dict(model_type="new", position_embedding_type="rope", rope_theta=5000.0, rope_scaling={"type": "ntk", "factor": 2.0}, hidden_act="gelu", type_vocab_size=2,
                layer_norm_eps=1e-12, layer_norm_type="layer_norm", pack_qkv=True, logn_attention_scale=False, auto_map={"AutoModel": "Alibaba-NLP/new-impl--modeling.NewModel"}),
    "nomic-bert": dict(model_type="nomic_bert", n_embd=HIDDEN, n_head=HEADS, n_inner=INNER, n_layer=LAYERS, n_positions=POSITIONS, activation_function="swiglu", rotary_emb_base=1000,
                       rotary_emb_fraction=1.0, rotary_emb_interleaved=False, rotary_scaling_factor=None, rotary_emb_scale_base=None, qkv_proj_bias=False, mlp_fc1_bias=False,
                       mlp_fc2_bias=False, prenorm=False, parallel_block=False, causal=False, use_rms_norm=False, type_vocab_size=2, layer_norm_epsilon=1e-12,
                       auto_map={"AutoModel": "nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertModel"}),
}
SIZES = dict(hidden_size=HIDDEN, num_attention_heads=HEADS, intermediate_size=INNER, num_hidden_layers=LAYERS, max_position_embeddings=POSITIONS)


def shapes(kind, vocabulary):
    norm = {"weight": (HIDDEN,), "bias": (HIDDEN,)}

    def linear(out, inputs, bias=True):
        return {"weight": (out, inputs), **({"bias": (out,)} if bias else {})}

    layer = {
        "jina-bert": {**{f"attention.self.{part}": linear(HIDDEN, HIDDEN) for part in ("query", "key", "value")}, "attention.output.dense": linear(HIDDEN, HIDDEN),
                      "attention.output.LayerNorm": norm, "mlp.gated_layers": linear(2 * INNER, HIDDEN, False), "mlp.wo": linear(HIDDEN, INNER), "mlp.layernorm": norm},
        "gte": {"attention.qkv_proj": linear(3 * HIDDEN, HIDDEN), "attention.o_proj": linear(HIDDEN, HIDDEN), "attn_ln": norm, "mlp.up_gate_proj": linear(2 * INNER, HIDDEN, False),
                "mlp.down_proj": linear(HIDDEN, INNER), "mlp_ln": norm},
        "nomic-bert": {"attn.Wqkv": linear(3 * HIDDEN, HIDDEN, False), "attn.out_proj": linear(HIDDEN, HIDDEN, False), "norm1": norm, "mlp.fc11": linear(INNER, HIDDEN, False),
                       "mlp.fc12": linear(INNER, HIDDEN, False), "mlp.fc2": linear(HIDDEN, INNER, False), "norm2": norm},
    }[kind]
    prefix = "encoder.layers." if kind == "nomic-bert" else "encoder.layer."
    parts = {"embeddings.word_embeddings": {"weight": (vocabulary, HIDDEN)}, "embeddings.token_type_embeddings": {"weight": (2, HIDDEN)},
             "emb_ln" if kind == "nomic-bert" else "embeddings.LayerNorm": norm}
    parts |= {f"{prefix}{number}.{name}": of for number in range(LAYERS) for name, of in layer.items()}
    return {f"{name}.{end}": shape for name, of in parts.items() for end, shape in of.items()}


def write(kind, folder, vocabulary):
    draw = np.random.default_rng(11)
    weights = {}
    for name, shape in shapes(kind, vocabulary).items():
        gain = len(shape) == 1 and name.endswith("weight")
        weights[name] = (1.0 * gain + 0.3 * draw.standard_normal(shape)).astype(np.float32)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps({**(SIZES if kind != "nomic-bert" else {}), **CONFIGS[kind], "vocab_size": vocabulary, "pad_token_id": 0}))
    return weights


def layer_norm(x, weights, name):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * weights[f"{name}.weight"] + weights[f"{name}.bias"]


def linear(x, weights, name):
    return x @ weights[f"{name}.weight"].T + weights.get(f"{name}.bias", 0.0)


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def silu(x):
    return x / (1 + np.exp(-x))


def frequencies(kind):
    exponents = np.arange(0, WIDTH, 2) / WIDTH
    if kind == "nomic-bert":
        return 1 / 1000.0**exponents
    return 1 / (5000.0 * 2) ** exponents / 2 ** (2 / WIDTH)


def turned(x, kind):
    """x [heads, tokens, width]"""
    angles = np.outer(np.arange(x.shape[1]), frequencies(kind))
    cosine, sine = np.cos(np.hstack([angles, angles])), np.sin(np.hstack([angles, angles]))
    half = WIDTH // 2
    return x * cosine + np.concatenate([-x[..., half:], x[..., :half]], -1) * sine


def slopes(heads):
    def of(power):
        return [2 ** (-8 * (i + 1) / power) for i in range(power)]

    power = 2 ** int(math.log2(heads))
    return np.array(of(power) + of(2 * power)[0::2][: heads - power])


def attention(queries, keys, values, kind):
    def heads(x):
        return x.reshape(len(x), HEADS, WIDTH).swapaxes(0, 1)

    queries, keys, values = heads(queries), heads(keys), heads(values)
    bias = 0
    if kind == "jina-bert":
        distance = np.abs(np.subtract.outer(np.arange(queries.shape[1]), np.arange(queries.shape[1])))
        bias = -slopes(HEADS)[:, None, None] * distance
    else:
        queries, keys = turned(queries, kind), turned(keys, kind)
    scores = queries @ keys.swapaxes(1, 2) / math.sqrt(WIDTH) + bias
    scores = np.exp(scores - scores.max(-1, keepdims=True))
    return ((scores / scores.sum(-1, keepdims=True)) @ values).swapaxes(0, 1).reshape(-1, HIDDEN)


def states(kind, weights, ids):
    weights = {name: values.astype(float) for name, values in weights.items()}
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, weights, "emb_ln" if kind == "nomic-bert" else "embeddings.LayerNorm")
    for number in range(LAYERS):
        if kind == "jina-bert":
            layer = f"encoder.layer.{number}."
            made = attention(*(linear(x, weights, f"{layer}attention.self.{part}") for part in ("query", "key", "value")), kind)
            x = layer_norm(x + linear(made, weights, layer + "attention.output.dense"), weights, layer + "attention.output.LayerNorm")
            gate, up = np.split(linear(x, weights, layer + "mlp.gated_layers"), 2, -1)
            x = layer_norm(x + linear(gelu(gate) * up, weights, layer + "mlp.wo"), weights, layer + "mlp.layernorm")
        elif kind == "gte":
            layer = f"encoder.layer.{number}."
            made = attention(*np.split(linear(x, weights, layer + "attention.qkv_proj"), 3, -1), kind)
            x = layer_norm(x + linear(made, weights, layer + "attention.o_proj"), weights, layer + "attn_ln")
            up, gate = np.split(linear(x, weights, layer + "mlp.up_gate_proj"), 2, -1)
            x = layer_norm(x + linear(up * gelu(gate), weights, layer + "mlp.down_proj"), weights, layer + "mlp_ln")
        else:
            layer = f"encoder.layers.{number}."
            made = attention(*np.split(linear(x, weights, layer + "attn.Wqkv"), 3, -1), kind)
            x = layer_norm(x + linear(made, weights, layer + "attn.out_proj"), weights, layer + "norm1")
            inner = linear(x, weights, layer + "mlp.fc11") * silu(linear(x, weights, layer + "mlp.fc12"))
            x = layer_norm(x + linear(inner, weights, layer + "mlp.fc2"), weights, layer + "norm2")
    return x


def vectors(kind, weights, tokenizer, texts, length):
    """Means of the states of at most so many tokens, scaled to unit length."""
    tokenizer.enable_truncation(length)
    means = np.array([states(kind, weights, tokenizer.encode(text).ids).mean(0) for text in texts])
    return means / np.linalg.norm(means, axis=1, keepdims=True)
