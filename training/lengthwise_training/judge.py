"""What a checkpoint does to long texts, by vectors that `lengthwise embed` gives: cosines by length, and searches query by query."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from . import TrainingError, search
from .command import PROGRAM, whole

LENGTHS = [16, 64, 128, 256, 384, 512]
WINDOW = 128
# Fewer texts than this say nothing of a mean over pairs.
LEAST_PAGES = 8


class Embedder:
    """`lengthwise embed` of one model."""

    def __init__(self, program, model, folder, options=()):
        self.program, self.model, self.folder, self.options = program, model, folder, options

    def __call__(self, texts, *options):
        """Vectors [rows, dimension] of the texts of a JSONL file, and the line of each row in the tokens file beside them."""
        output = self.folder / "rows.npy"
        command = [self.program, "embed", "--model", self.model, "--input", texts, "--output", output, "--quiet", *self.options, *options]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
        if done.returncode:
            raise TrainingError(f"{' '.join(map(str, command))}\n{done.stderr.strip()}")
        places = [json.loads(line) for line in (self.folder / "rows.tokens.jsonl").open()]
        return np.load(output).astype(np.float64), places


def cosine_vectors(embed, pages, folder, lengths):
    """Unit vectors [lengths, documents, dimension] of the pages that have the greatest length, cut to each, and these pages' ids."""
    longest, places = embed(pages, "--max-length", lengths[-1])
    long = [row for row, place in enumerate(places) if place["dropped"] > 0 or place["used"] == lengths[-1]]
    if len(long) < LEAST_PAGES:
        raise TrainingError(f"{pages}: {len(long)} texts have {lengths[-1]} tokens, and {LEAST_PAGES} are the least")
    lines = pages.read_text(encoding="utf-8").splitlines()
    chosen = folder / "long.jsonl"
    chosen.write_text("".join(lines[row] + "\n" for row in long), encoding="utf-8")
    vectors = [embed(chosen, "--max-length", length)[0] for length in lengths[:-1]] + [longest[long]]
    return search.unit(np.stack(vectors))


def judge_task(embed, folder, window, longest, whole):
    """nDCG@10 of each query by how documents are read."""
    grades = search.read_task(folder)
    if not all(grades):
        raise TrainingError(f"{folder}: a query has no relevant document in the corpus; take it out of queries.jsonl")
    queries = search.unit(embed(folder / "queries.jsonl", "--role", "query", "--max-length", longest)[0])
    corpus, found = folder / "corpus.jsonl", {}
    add = lambda name, documents, asked: found.__setitem__(name, search.ndcg(asked @ documents.T, grades))
    if whole:
        windows, places = embed(corpus, "--long-input", "windows", "--window", window, "--max-length", window)
        windows, owner = search.unit(windows), np.array([place["text"] for place in places])
        add("first", windows[search.starts_of(owner)], queries)
        add("lead-body", search.lead_body(windows, owner), queries)
        add("recipe", *search.recipe(windows, owner, queries))
    else:
        add("first", search.unit(embed(corpus, "--max-length", window)[0]), queries)
    add("one-pass", search.unit(embed(corpus, "--max-length", longest)[0]), queries)
    return {"clusters": search.clusters_of(grades), "ndcg": found}


def judge(asked):
    if asked.output.exists():
        raise TrainingError(f"--output {asked.output} exists: name a new folder, or remove that one")
    if shutil.which(asked.lengthwise) is None:
        raise TrainingError(f"--lengthwise {asked.lengthwise}: no program; scripts/build makes it")
    asked.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{asked.output.name}.", dir=asked.output.parent) as work:
        folder, made = pathlib.Path(work), pathlib.Path(work) / "made"
        made.mkdir()
        lengths = [length for length in LENGTHS if length <= asked.longest]
        options = ("--positions", asked.positions) if asked.positions else ()
        options += ("--threads", asked.threads) if asked.threads else ()
        if asked.pages:
            vectors = cosine_vectors(Embedder(asked.lengthwise, asked.model, folder, options), asked.pages, folder, lengths)
            np.savez(made / "cosine.npz", lengths=lengths, vectors=vectors.astype(np.float32))
        embed = Embedder(asked.lengthwise, asked.model, folder, ("--precision", asked.precision, *options))
        tasks = {task.name: judge_task(embed, task, min(WINDOW, asked.longest // 4), asked.longest, asked.recipe) for task in asked.task}
        (made / "searches.json").write_text(json.dumps(tasks) + "\n")
        made.rename(asked.output)


def main(argv=None):
    parser = argparse.ArgumentParser(prog="training/judge", description="What a model does to long texts: cosines by length, and searches query by query. scripts/training_tables makes tables of several.")
    parser.add_argument("--model", required=True, type=pathlib.Path, metavar="DIR")
    parser.add_argument("--pages", type=pathlib.Path, metavar="FILE", help="JSONL whose long texts are cut to 16, 64, 128, 256, 384 and 512 tokens")
    parser.add_argument("--task", action="append", default=[], type=pathlib.Path, metavar="DIR", help="task folder with corpus.jsonl, queries.jsonl and qrels.tsv; may be repeated")
    parser.add_argument("--recipe", action="store_true", help="read documents whole too, in windows of 128 tokens")
    parser.add_argument("--positions", metavar="MAP", help="read the table of positions so, as lengthwise's --positions: squeeze:96:126")
    parser.add_argument("--longest", type=int, default=512, metavar="N", help="the most tokens of one pass (default: %(default)s)")
    parser.add_argument("--precision", choices=("fp32", "bf16", "int8"), default="fp32", help="of the searches' matrix products (default: %(default)s)")
    parser.add_argument("--threads", type=whole(1), metavar="N", help="default: all processors")
    parser.add_argument("--lengthwise", type=pathlib.Path, default=PROGRAM, metavar="PROGRAM", help="default: build/release/lengthwise")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR", help="new folder: cosine.npz and searches.json")
    try:
        judge(parser.parse_args(argv))
    except (TrainingError, OSError) as error:
        sys.exit(f"error: {error}")
