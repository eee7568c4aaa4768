"""Each peer's best setting on this machine, and whether its vectors are the reference's."""

import hashlib
import json
import sys

import machine
import programs
from programs import PEERS, REFERENCE, Setting

BATCHES = (1, 4, 8, 16, 32, 64)
# Used by `quick` where no search has been made.
USUAL = Setting(8)
# The default of SentenceTransformer.encode.
REFERENCE_DEFAULT = Setting(32)
LEAST_COSINE = 0.99999

FILE = programs.TEXTS / "settings.json"


def _key(name, threads):
    """A setting found for other versions, texts or processors says nothing."""
    parts = [(programs.ROOT / "bench" / "requirements.txt").read_bytes(),
             (programs.TEXTS / "corpus.jsonl").read_bytes(), machine.cpu_info().get("model name", "").encode()]
    return f"{name}, {threads} threads, {hashlib.sha256(b''.join(parts)).hexdigest()[:12]}"


def _stored():
    return json.loads(FILE.read_text()) if FILE.exists() else {}


def _search(name, threads):
    """Seconds for every third text of the corpus at each setting (the better of two passes after one more)."""
    texts = programs.take_every(3, programs.TEXTS / "corpus.jsonl", programs.TEXTS / "third.jsonl")
    seconds = {}
    for streams in _streams_of(name, threads):
        command = programs.peer(name, threads, texts, Setting(BATCHES[0], streams), *BATCHES[1:], "--passes", 2)
        for group in programs.run(command, threads)["groups"]:
            seconds[Setting(group["batch"], streams)] = min(group["seconds"])
    return seconds


def _streams_of(name, threads):
    # sentence-transformers runs one batch at a time.
    return [1] if name == REFERENCE else sorted({1, threads})


def best(name, threads, search):
    """The stored setting, or one searched for now, or the usual one."""
    stored = _stored()
    key = _key(name, threads)
    if key not in stored:
        if not search:
            return USUAL
        print(f"searching {name}'s best setting with {threads} threads ...", file=sys.stderr)
        seconds = _search(name, threads)
        chosen = min(seconds, key=seconds.get)
        stored[key] = {"batch": chosen.batch, "streams": chosen.streams,
                       "seconds": {setting.text(): value for setting, value in seconds.items()}}
        FILE.write_text(json.dumps(stored, indent=1) + "\n")
    return Setting(stored[key]["batch"], stored[key]["streams"])


def check_vectors(threads):
    """{program: smallest cosine with the reference's vectors over every third text, 0 where a peer did not run}.
    Not kept: it is the proof that the programs of this very run do the same work."""
    texts = programs.take_every(3, programs.TEXTS / "corpus.jsonl", programs.TEXTS / "third.jsonl")
    files = {name: programs.TEXTS / f"{name}.npy" for name in (*PEERS, programs.OURS)}
    for name, file in files.items():
        print(f"\r\033[Kvectors of {name}", end="", file=sys.stderr, flush=True)
        if name == programs.OURS:
            command = programs.ours(threads, texts, "--warm-up", 0, "--vectors", file)
        else:
            command = programs.peer(name, threads, texts, USUAL, "--warm-up", 0, "--vectors", file)
        file.unlink(missing_ok=True)
        try:
            programs.run(command, threads)
        except programs.Failed as failure:
            if name in (REFERENCE, programs.OURS):
                raise
            print(f"\r\033[Kbench: {failure}", file=sys.stderr)
    print("\r\033[K", end="", file=sys.stderr, flush=True)
    written = [file for file in files.values() if file.exists()]
    agree = [sys.executable, programs.ROOT / "bench" / "agree.py", files[REFERENCE], *written]
    cosines = programs.run(agree, threads)
    return {name: cosines.get(str(file), 0.0) for name, file in files.items()}
