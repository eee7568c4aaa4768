"""Measures Lengthwise against its peers, prints tables and writes out/bench.json. Started by scripts/bench."""

import argparse
import datetime
import importlib
import json
import os
import signal
import sys

import machine
import programs
import settings

PARTS = ("corpus", "latency", "startup", "lengths", "busy", "probe", "precision")
OUTPUT = programs.ROOT / "out" / "bench.json"
# More than this share of the processors taken by other processes, and figures are only a hint.
QUIET = 0.03


class Bench:
    """What the parts share."""

    def __init__(self, quick, rounds, threads):
        self.search = not quick
        self.rounds = rounds or (2 if quick else 5)
        self.passes = 1
        self.calls = 150 if quick else 400
        # One processor of each core, as many as threads: the programs cannot escape a busy neighbour.
        self.cpus = machine.physical_cores()[:threads]
        os.sched_setaffinity(0, self.cpus)
        most = len(self.cpus)
        self.thread_counts = [most] if quick or most == 1 else [most, 1]
        self.corpus = programs.TEXTS / "corpus.jsonl"
        self.lengths = programs.TEXTS / "lengths.jsonl"
        if quick:
            self.corpus = programs.take_every(3, self.corpus, programs.TEXTS / "third.jsonl")
            self.lengths = programs.take_every(4, self.lengths, programs.TEXTS / "lengths_quarter.jsonl")
        self.peers = []
        self.cosines = {}

    def rounds_for(self, threads):
        """Passes on one thread are long: three rounds there, where there would be more."""
        return self.rounds if threads > 1 else min(self.rounds, 3)

    def check_peers(self):
        """Leaves out peers whose vectors are not the reference's: they would be timed at other work."""
        self.cosines = settings.check_vectors(self.thread_counts[0])
        self.peers = [name for name in programs.PEERS if self.cosines[name] >= settings.LEAST_COSINE]
        for name, cosine in self.cosines.items():
            if cosine < settings.LEAST_COSINE:
                print(f"bench: {name}: smallest cosine with {programs.REFERENCE} {cosine:.7f}: left out", file=sys.stderr)
        if self.cosines[programs.OURS] < settings.LEAST_COSINE:
            sys.exit("bench: Lengthwise's own vectors differ from the reference's; there is nothing to measure")

    def fastest_peer(self):
        """By the mixed corpus of the last full measurement; ONNX Runtime where there is none."""
        try:
            rows = next(iter(json.loads(OUTPUT.read_text())["parts"]["corpus"]["result"].values()))["programs"]
            return min(self.peers, key=lambda name: rows[name]["times_slower_than_ours"]["median"])
        except (OSError, KeyError):
            return "onnxruntime" if "onnxruntime" in self.peers else self.peers[0]


def versions():
    import importlib.metadata

    names = ("torch", "sentence-transformers", "transformers", "onnxruntime", "openvino", "ctranslate2")
    return {name: importlib.metadata.version(name) for name in names}


def show(document):
    print(f"# {document['machine']}")
    print("# " + ", ".join(f"{name} {version}" for name, version in document["versions"].items()))
    print("# smallest cosine with sentence-transformers: " +
          ", ".join(f"{name} {cosine:.7f}" for name, cosine in document["smallest_cosine"].items()))
    for name in PARTS:
        part = document["parts"].get(name)
        if part is None:
            continue
        module = importlib.import_module(f"parts.{name}")
        print(f"\n## {module.TITLE}\n")
        print(module.tables(part["result"]))
        print(f"\n{part['rounds']} rounds{', quick' if part['quick'] else ''}; other processes took "
              f"{part['other_load']:.1%} of the processors' time; {part['date']}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("what", nargs="*", help=f"quick, show (the last results again), {', '.join(PARTS)}; default: all")
    parser.add_argument("--rounds", type=int, help="default 5; quick: 2")
    parser.add_argument("--threads", type=int, default=2, help="most threads (default 2), one a core")
    arguments = parser.parse_args()
    quick = "quick" in arguments.what
    parts = [name for name in arguments.what if name not in ("quick", "show")]
    unknown = [name for name in parts if name not in PARTS]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are: {', '.join(PARTS)}, quick, show")
    document = json.loads(OUTPUT.read_text()) if OUTPUT.exists() else {"version": 1, "parts": {}}
    if "show" in arguments.what:
        show(document)
        return
    bench = Bench(quick, arguments.rounds, arguments.threads)
    if document.get("machine") != machine.describe() or document.get("versions") != versions():
        document["parts"] = {}
    bench.check_peers()
    document.update(machine=machine.describe(), versions=versions(), smallest_cosine=bench.cosines)
    for name in parts or PARTS:
        module = importlib.import_module(f"parts.{name}")
        load = machine.OtherLoad(bench.cpus)
        result = module.measure(bench)
        document["parts"][name] = {
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="minutes"),
            "quick": quick, "rounds": bench.rounds, "other_load": load.share(), "result": result}
        OUTPUT.parent.mkdir(exist_ok=True)
        OUTPUT.write_text(json.dumps(document, indent=1) + "\n")
    show(document)
    noisy = [name for name in parts or PARTS if document["parts"][name]["other_load"] > QUIET]
    if noisy:
        print(f"\nbench: other processes were at work during {', '.join(noisy)}: measure again on a quiet machine",
              file=sys.stderr)
    print(f"\nbench: {OUTPUT.relative_to(programs.ROOT)}", file=sys.stderr)


# A kill runs the clean-up that ends the measured programs.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
try:
    main()
except programs.Failed as failure:
    sys.exit(f"bench: {failure}")
