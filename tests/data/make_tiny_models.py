"""Makes tiny_bert/ and tiny_mpnet/: seeded random models in sentence-transformers folders, and golden.json with what
transformers and sentence-transformers compute on them.

    python tests/data/make_tiny_models.py        (packages: tests/requirements.txt)

The sizes are odd on purpose: 3 heads of 12, 52 inner units and 2 layers leave part of every panel and block of the kernels.
"""

import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer, models
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

HERE = pathlib.Path(__file__).resolve().parent
POOLINGS = ["mean", "cls", "max", "lasttoken"]
POSITIONS = 80

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = "the a of and long short text model head attention token layer collapse cosine grows length is not".split()
PIECES = ["##s", "##ed", "##ing", "##er", "##n", "##t"]
LETTERS = list("abcdefghijklmnopqrstuvwxyz.,!?")

TEXTS = [
    "the model",
    "",
    "Long text collapses; short text is not collapsed!",
    "attention",
    "A token grows longer and longer: " + "attention heads of the layer grow, " * 6,
    "Zebra?",
]


def make_tokenizer():
    vocabulary = {piece: i for i, piece in enumerate(SPECIAL + WORDS + PIECES + [w for w in LETTERS if w not in WORDS])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def make_model(kind, vocabulary_size):
    torch.manual_seed(20240)
    sizes = dict(
        vocab_size=vocabulary_size,
        hidden_size=36,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=52,
        initializer_range=0.4,
    )
    if kind == "bert":
        model = BertModel(BertConfig(max_position_embeddings=POSITIONS, layer_norm_eps=1e-12, **sizes), add_pooling_layer=False)
    else:
        # Two rows of the position table are reserved.
        model = MPNetModel(MPNetConfig(max_position_embeddings=POSITIONS + 2, layer_norm_eps=1e-5, **sizes), add_pooling_layer=False)
    model.eval()
    for name, parameter in model.named_parameters():
        if name.endswith("bias") or "LayerNorm" in name or "relative" in name:
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model


def write_folder(folder, model, tokenizer):
    write_modules(folder, tokenizer, model.config.hidden_size)
    # A table that two parts share is stored once.
    weights = {v.data_ptr(): (k, v.contiguous()) for k, v in reversed(model.state_dict().items()) if v.is_floating_point()}
    save_file(dict(reversed(weights.values())), folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "config.json").write_text(model.config.to_json_string(use_diff=False))


def write_modules(folder, tokenizer, dimension):
    """All that a folder of sentence-transformers holds beside the encoder's own two files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    settings = {"tokenizer_class": "BertTokenizer", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                "unk_token": "[UNK]", "mask_token": "[MASK]", "model_max_length": POSITIONS}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64, "do_lower_case": False}))
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    (folder / "modules.json").write_text(json.dumps(
        [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
         for i, (path, kind) in enumerate(modules)]))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(json.dumps(
        {"word_embedding_dimension": dimension, "pooling_mode_cls_token": False,
         "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}))


def divide_scores(model, tau, reading):
    """Every score divided by tau; under the reading `logits` the position bias is not."""
    for layer in model.encoder.layer:
        query = layer.attention.self.query if hasattr(layer.attention, "self") else layer.attention.attn.q
        query.weight.data /= tau
        query.bias.data /= tau
    if reading == "scores" and hasattr(model.encoder, "relative_attention_bias"):
        model.encoder.relative_attention_bias.weight.data /= tau


def vectors(folder, tau, pooling, normalize, reading="scores"):
    transformer = models.Transformer(str(folder), max_seq_length=64)
    divide_scores(transformer.auto_model, tau, reading)
    pool = models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode=pooling)
    model = SentenceTransformer(modules=[transformer, pool] + ([models.Normalize()] if normalize else []), device="cpu")
    return model.encode(TEXTS, convert_to_numpy=True).astype(float).round(8).tolist()


def token_ids(tokenizer, text):
    ids = tokenizer.encode(text).ids
    return ids if len(ids) <= 64 else ids[:63] + ids[-1:]


def make(kind):
    folder = HERE / f"tiny_{kind}"
    tokenizer = make_tokenizer()
    write_folder(folder, make_model(kind, tokenizer.get_vocab_size()), tokenizer)
    golden = {
        "made_by": "tests/data/make_tiny_models.py",
        "torch": torch.__version__,
        "texts": TEXTS,
        "ids": [token_ids(tokenizer, text) for text in TEXTS],
        "normalized": [{"tau": tau, "reading": reading, "vectors": vectors(folder, tau, "mean", True, reading)}
                       for tau, reading in [(1.0, "scores"), (0.8, "scores"), (1.25, "scores"), (0.8, "logits")]],
        "pooled": [{"pooling": pooling, "vectors": vectors(folder, 1.0, pooling, False)} for pooling in POOLINGS],
    }
    (folder / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    make("bert")
    make("mpnet")
