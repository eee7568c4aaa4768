"""Makes tiny_bert/: a seeded random BERT in a sentence-transformers folder, and golden.json with what transformers and
sentence-transformers compute on it.

    python tests/data/make_tiny_bert.py        (packages: tests/requirements.txt)

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
from transformers import BertConfig, BertModel

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE / "tiny_bert"
TAUS = [1.0, 0.8, 1.25]
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


def make_model(vocabulary_size):
    torch.manual_seed(20240)
    config = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=36,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=52,
        max_position_embeddings=POSITIONS,
        initializer_range=0.4,
        layer_norm_eps=1e-12,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    for name, parameter in model.named_parameters():
        if name.endswith("bias") or "LayerNorm" in name:
            parameter.data += 0.3 * torch.randn_like(parameter)
    return model


def write_folder(model, tokenizer):
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    save_file({k: v.contiguous() for k, v in model.state_dict().items() if v.is_floating_point()}, FOLDER / "model.safetensors",
              metadata={"format": "pt"})
    (FOLDER / "config.json").write_text(model.config.to_json_string(use_diff=False))
    tokenizer.save(str(FOLDER / "tokenizer.json"), pretty=False)
    settings = {"tokenizer_class": "BertTokenizer", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]",
                "unk_token": "[UNK]", "mask_token": "[MASK]", "model_max_length": POSITIONS}
    (FOLDER / "tokenizer_config.json").write_text(json.dumps(settings))
    (FOLDER / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 64, "do_lower_case": False}))
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    (FOLDER / "modules.json").write_text(json.dumps(
        [{"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
         for i, (path, kind) in enumerate(modules)]))
    (FOLDER / "1_Pooling").mkdir()
    (FOLDER / "1_Pooling/config.json").write_text(json.dumps(
        {"word_embedding_dimension": model.config.hidden_size, "pooling_mode_cls_token": False,
         "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False, "pooling_mode_mean_sqrt_len_tokens": False}))


def vectors(tau, pooling, normalize):
    transformer = models.Transformer(str(FOLDER), max_seq_length=64)
    for layer in transformer.auto_model.encoder.layer:
        query = layer.attention.self.query
        query.weight.data /= tau
        query.bias.data /= tau
    pool = models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode=pooling)
    model = SentenceTransformer(modules=[transformer, pool] + ([models.Normalize()] if normalize else []), device="cpu")
    return model.encode(TEXTS, convert_to_numpy=True).astype(float).round(8).tolist()


def main():
    tokenizer = make_tokenizer()
    write_folder(make_model(tokenizer.get_vocab_size()), tokenizer)
    ids = [tokenizer.encode(text).ids[:63] + ([3] if len(tokenizer.encode(text).ids) > 64 else tokenizer.encode(text).ids[63:])
           for text in TEXTS]
    golden = {
        "made_by": "tests/data/make_tiny_bert.py",
        "torch": torch.__version__,
        "texts": TEXTS,
        "ids": ids,
        "normalized": [{"tau": tau, "vectors": vectors(tau, "mean", True)} for tau in TAUS],
        "pooled": [{"pooling": pooling, "vectors": vectors(1.0, pooling, False)} for pooling in POOLINGS],
    }
    (FOLDER / "golden.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
