"""Texts to train on, as tokens, and the spans that are drawn of them."""
import json
import pathlib

import numpy as np

from . import TrainingError


def parse_source(source):
    """FILE, FILE@N (every N-th line, from the first on) or FILE@-N (all but those): (path, N)."""
    name, mark, step = source.rpartition("@")
    if not mark:
        return pathlib.Path(source), 1
    try:
        number = int(step)
    except ValueError:
        return pathlib.Path(source), 1
    if number in (0, -1):
        raise TrainingError(f"--texts {source}: nothing is left; after @ stands N, every N-th line, or -N, all but those, N from 2 on")
    return pathlib.Path(name), number


def takes(number, step):
    """Whether the line of this number (the first is 0) is among those meant by `step`."""
    return number % step == 0 if step > 0 else number % -step != 0


def read_texts(sources):
    """The texts of JSONL files, with their titles before them as lengthwise reads documents; a text that stands in them twice is taken once."""
    texts = {}
    for source in sources:
        path, step = parse_source(source)
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise TrainingError(f"--texts {path}: {error}") from error
        for number, line in enumerate(lines):
            if not line.strip() or not takes(number, step):
                continue
            try:
                row = json.loads(line)
                texts[f"{row.get('title') or ''} {row['text']}".strip()] = None
            except (json.JSONDecodeError, AttributeError, KeyError, TypeError) as error:
                raise TrainingError(f"{path}:{number + 1}: a line must be a JSON object with a \"text\" ({type(error).__name__}: {error})") from error
    return list(texts)


def tokenise(texts, tokenizer, least):
    """The token ids of each text that has at least `least` of them, without special tokens."""
    rows = tokenizer(texts, add_special_tokens=False, truncation=False, padding=False, verbose=False)["input_ids"] if texts else []
    return [row for row in rows if len(row) >= least]


class Spans:
    """Spans of texts, drawn by a seed. What is drawn (text, share of the length, share of the place) does not depend on `most`: runs of one seed
    that differ in it alone see the same texts in the same order."""

    def __init__(self, rows, seed, least, most):
        """`rows`: token ids of each text. A span has from `least` to `most` content tokens, or all of a text that has fewer."""
        if not 1 <= least <= most:
            raise TrainingError(f"spans of {least} to {most} tokens: there are none")
        self.rows, self.least, self.most = rows, least, most
        self.random = np.random.default_rng(seed)

    def texts(self, count):
        """Different texts."""
        if count > len(self.rows):
            raise TrainingError(f"a step takes {count} different texts and only {len(self.rows)} are long enough: give more with --texts, or a smaller --batch")
        return [self.rows[i] for i in self.random.choice(len(self.rows), size=count, replace=False)]

    def span(self, row):
        length_share, place_share = self.random.random(2)
        most = min(self.most, len(row))
        least = min(self.least, most)
        length = least + int(length_share * (most - least + 1))
        first = int(place_share * (len(row) - length + 1))
        return row[first : first + length]
