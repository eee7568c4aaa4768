"""Cuts the benchmark's texts out of the demo's man pages, with the model's own tokenizer.

make_corpus.py MODEL_FOLDER PAGES.jsonl TARGET_FOLDER
    -> corpus.jsonl   600 texts, log-uniform 8 .. 512 tokens
    -> lengths.jsonl  for each of 8, 16, ..., 512 tokens, texts of exactly that many, 16,384 tokens together
    -> queries.jsonl  64 texts of exactly 10 tokens
    -> long.jsonl     20 texts of exactly 512 tokens

Lines are {"_id", "text", "tokens"}; tokens include the special ones. The same seed gives the same files.
"""

import json
import pathlib
import sys

import numpy as np
from tokenizers import Tokenizer

SEED = 20
LONGEST = 512
LENGTHS = [8, 16, 32, 64, 128, 256, 512]
TOKENS_OF_A_LENGTH = 16384
# A cut inside a word may change how its ends are tokenised; then another place is tried.
TRIES = 1000


class Cutter:
    def __init__(self, model_folder, pages_file):
        self.tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.generator = np.random.default_rng(SEED)
        self.pages = [" ".join(json.loads(line)["text"].split()) for line in pages_file.open()]
        self.encodings = {}

    def tokens(self, text):
        return len(self.tokenizer.encode(text).ids)

    def page(self):
        """A random page and the character ranges of its tokens."""
        index = int(self.generator.integers(len(self.pages)))
        if index not in self.encodings:
            encoding = self.tokenizer.encode(self.pages[index][:200_000], add_special_tokens=False)
            self.encodings[index] = encoding.offsets
        return self.pages[index], self.encodings[index]

    def cut(self, count):
        """A text of exactly `count` tokens, two special tokens among them."""
        content = count - 2
        for _ in range(TRIES):
            page, offsets = self.page()
            if len(offsets) < content:
                continue
            first = int(self.generator.integers(len(offsets) - content + 1))
            text = page[offsets[first][0] : offsets[first + content - 1][1]]
            if self.tokens(text) == count:
                return text
        sys.exit(f"make_corpus: no page gave a text of {count} tokens")


def write(path, name, cutter, counts):
    with path.open("w") as file:
        for i, count in enumerate(counts):
            row = {"_id": f"{name}{i}", "text": cutter.cut(int(count)), "tokens": int(count)}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def main():
    model_folder, pages, target = (pathlib.Path(argument) for argument in sys.argv[1:4])
    target.mkdir(parents=True, exist_ok=True)
    cutter = Cutter(model_folder, pages)
    mixed = np.exp(cutter.generator.uniform(np.log(8), np.log(LONGEST + 1), 600)).astype(int)
    write(target / "lengths.jsonl", "length", cutter,
          [length for length in LENGTHS for _ in range(TOKENS_OF_A_LENGTH // length)])
    write(target / "queries.jsonl", "query", cutter, [10] * 64)
    write(target / "long.jsonl", "long", cutter, [LONGEST] * 20)
    # Last, so that its presence says that all are there.
    write(target / "corpus.jsonl", "text", cutter, mixed)
    print(f"make_corpus: {len(mixed)} texts, {mixed.sum()} tokens, median {int(np.median(mixed))}", file=sys.stderr)


main()
