"""Task folders: written beside their final name, which they take when they are complete."""
import json
import os
import pathlib
import shutil
import tempfile
from typing import NamedTuple

from .catalogue import BuildError

# A label that fewer texts have is left out: eight are learned from, and there must be others to judge by.
LEAST_TEXTS_OF_LABEL = 20


class Content(NamedTuple):
    """A set: lines of its files, as objects or strings, and what to say about it."""

    files: dict[str, list]  # by file name: JSON objects, or lines of text for .tsv
    texts: list[str]  # whose lengths are told
    notes: list[str]  # how it was made, a paragraph each

    def summary(self):
        words = sorted(len(text.split()) for text in self.texts)
        counts = ", ".join(f"{len(lines) - name.endswith('.tsv')} {WHAT[name]}" for name, lines in self.files.items())
        return f"{counts}; {words[0]} to {words[-1]} words a text (median {words[len(words) // 2]})"


WHAT = {"corpus.jsonl": "documents", "queries.jsonl": "queries", "qrels.tsv": "judgements", "docs.jsonl": "labelled texts",
        "pairs.jsonl": "pairs"}


def retrieval(documents, queries, judgements, notes):
    """`documents` and `queries`: objects with _id and text; `judgements`: (query id, document id), all relevant."""
    qrels = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t1" for query, document in judgements)]
    return Content({"corpus.jsonl": documents, "queries.jsonl": queries, "qrels.tsv": qrels},
                   [document["text"] for document in documents], notes)


def labelled(texts, notes):
    """`texts`: objects with text and label. Labels of too few texts go, and the notes say so."""
    counts = {}
    for text in texts:
        counts[text["label"]] = counts.get(text["label"], 0) + 1
    kept = {label: count for label, count in sorted(counts.items()) if count >= LEAST_TEXTS_OF_LABEL}
    if len(kept) < 2:
        raise BuildError(f"{len(kept)} label(s) with {LEAST_TEXTS_OF_LABEL} texts or more, and a task needs two")
    left_out = [f"{label} ({count})" for label, count in sorted(counts.items()) if label not in kept]
    notes = [*notes, "Labels: " + ", ".join(f"{label} ({count})" for label, count in kept.items()) + "."]
    if left_out:
        notes.append(f"Left out, with fewer than {LEAST_TEXTS_OF_LABEL} texts: {', '.join(left_out)}.")
    texts = [text for text in texts if text["label"] in kept]
    return Content({"docs.jsonl": texts}, [text["text"] for text in texts], notes)


def check_free(output, replace):
    if not replace and output.exists() and not (output.is_dir() and not any(output.iterdir())):
        raise BuildError(f"{output} exists already; remove it, choose another place, or give --replace")


def _readme(dataset, content, packages):
    lines = [f"# {dataset.name}", "", f"{dataset.about[0].upper()}{dataset.about[1:]}. A {dataset.task} task of Lengthwise.",
             "", f"- {content.summary()}", f"- Licence: {dataset.licence}", *(f"- Made of {package}" for package in packages)]
    for note in content.notes:
        lines += ["", note]
    return lines


def _write_lines(path, lines):
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            file.write((line if isinstance(line, str) else json.dumps(line, ensure_ascii=False)) + "\n")


def write(output, dataset, content, packages, replace=False):
    """Writes the folder, with a README.md; nothing appears under its name unless it is complete."""
    check_free(output, replace)
    output.parent.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    try:
        for name, lines in content.files.items():
            _write_lines(work / name, lines)
        _write_lines(work / "README.md", _readme(dataset, content, packages))
        work.chmod(0o777 & ~_umask())
        if output.exists():
            old = pathlib.Path(tempfile.mkdtemp(prefix=f".{output.name}.old.", dir=output.parent))
            output.rename(old)
            work.rename(output)
            shutil.rmtree(old)
        else:
            work.rename(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
