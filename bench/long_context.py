"""Texts of 512 to 8,192 tokens, beside torch on the same weights: scripts/bench long [--rounds N]

Makes three models with random weights and room for 8,192 tokens, of 6 layers of 384 components each (speed does not depend on what weights say): BERT, ModernBERT (two of three layers see 64 tokens on
each side), Qwen3 (causal, shared heads). Each text goes through alone, as sentence-transformers would send it, by all threads; torch's attention is its fastest (sdpa). Prints tokens a second, their
ratio, and Lengthwise's peak memory.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from rounds import alternate, ratios, table

ROOT = pathlib.Path(__file__).resolve().parent.parent
LENGTHS = (512, 1024, 2048, 4096, 8192)
TOKENS = 8192  # of a pass, in as many texts as that makes
SIZES = dict(hidden_size=384, num_hidden_layers=6, num_attention_heads=6, intermediate_size=1536, max_position_embeddings=8192)
WORDS = 2000


def make_model(kind):
    import torch
    import transformers as tf
    torch.manual_seed(1)
    sizes = dict(vocab_size=WORDS + 3, pad_token_id=0, **SIZES)
    if kind == "BERT":
        return tf.BertModel(tf.BertConfig(**sizes), add_pooling_layer=False)
    if kind == "ModernBERT":
        return tf.ModernBertModel(tf.ModernBertConfig(**sizes, reference_compile=False))
    return tf.Qwen3Model(tf.Qwen3Config(**sizes, num_key_value_heads=2, head_dim=64))


def write_folder(folder, model):
    """With a tokenizer of words that are numbers, so that a text has as many tokens as it is to have."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    vocabulary = {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2} | {f"w{i}": i + 3 for i in range(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[PAD]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)])
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))


def write_texts(path, length):
    """Returns the ids of each text."""
    draw = random.Random(length)
    numbers = [[draw.randrange(WORDS) for _ in range(length - 2)] for _ in range(TOKENS // length)]
    path.write_text("".join(json.dumps({"text": " ".join(f"w{i}" for i in text)}) + "\n" for text in numbers))
    return [[1, *(i + 3 for i in text), 2] for text in numbers]


def torch_pass(model, texts):
    import torch
    start = time.perf_counter()
    with torch.inference_mode():
        for ids in texts:
            vector = model(input_ids=torch.tensor([ids])).last_hidden_state[0].mean(0)
    return TOKENS / (time.perf_counter() - start), vector.numpy()


def lengthwise_pass(options, folder, texts, length):
    """Tokens a second, the last text's vector and peak memory."""
    import numpy as np
    vectors = texts.with_suffix(".npy")
    done = subprocess.run([options.binary, "--model", folder, "--input", texts, "--max-length", str(length), "--threads", str(options.threads),
                           "--warm-up", "1", "--vectors", vectors], check=True, capture_output=True, text=True)
    said = json.loads(done.stdout)
    return TOKENS / said["groups"][0]["seconds"][0], np.load(vectors)[-1], said["peak_mb"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", default=["BERT", "ModernBERT", "Qwen3"])
    parser.add_argument("--lengths", nargs="+", type=int, default=LENGTHS)
    parser.add_argument("--binary", default=ROOT / "build/release/embed_corpus")
    options = parser.parse_args()
    import numpy as np
    import torch
    torch.set_num_threads(options.threads)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for kind in options.kinds:
            folder = pathlib.Path(name) / kind
            model = make_model(kind).eval()
            write_folder(folder, model)
            for length in options.lengths:
                texts = pathlib.Path(name) / f"{length}.jsonl"
                ids = write_texts(texts, length)
                torch_pass(model, ids[:1])  # memory is got, and kernels are chosen
                run = {"torch": lambda: torch_pass(model, ids), "lengthwise": lambda: lengthwise_pass(options, folder, texts, length)}
                found = alternate(list(run), options.rounds, lambda program, _: run[program](), f"{kind}, {length} tokens")
                expected = found["torch"][0][1]
                if np.abs(found["lengthwise"][0][1] - expected / np.linalg.norm(expected)).max() > 1e-4 and np.abs(found["lengthwise"][0][1] - expected).max() > 1e-4:
                    sys.exit(f"{kind}, {length} tokens: the vectors differ")
                speeds = {program: [result[0] for result in of] for program, of in found.items()}
                middle = {program: sorted(of)[len(of) // 2] for program, of in speeds.items()}
                rows.append([kind, f"{length:,}", f"{middle['lengthwise']:,.0f}", f"{middle['torch']:,.0f}", ratios(speeds["lengthwise"], speeds["torch"]).text(),
                             f"{max(result[2] for result in found['lengthwise']):,.0f} MB"])
    print(table(["model", "tokens", "Lengthwise, tokens/s", "torch, tokens/s", "Lengthwise is faster by", "peak memory"], rows))


if __name__ == "__main__":
    main()
