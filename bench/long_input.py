"""What the ways to read long texts cost beside the plain mean of windows, of the same tokens: scripts/bench windows [--rounds N]

Embeds whole man pages under each policy, in turn, and prints tokens a second relative to window-mean's, by the clock and by the time
of the processors: 1 means that a policy costs what its tokens cost.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import tempfile
import time

from rounds import alternate, ratios, table

ROOT = pathlib.Path(__file__).resolve().parent.parent
WINDOWS = ("--window", "128")
POLICIES = {
    "window-mean": ("window-mean",),
    "lead-body": ("lead-body",),
    "windows": ("windows",),
    "windows, 8 vectors": ("windows", "--vectors", "8"),
    "windows, 8 vectors, body added": ("windows", "--vectors", "8", "--add-body"),
    "windows, late chunking": ("windows", "--late-chunking"),
    "lead-body at sentences": ("lead-body", "--window-ends", "sentences"),
}
REFERENCE = "window-mean"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--policies", nargs="+", choices=POLICIES, default=list(POLICIES))
    parser.add_argument("--binary", default=ROOT / "build/release/lengthwise")
    parser.add_argument("--model", default=ROOT / ".cache/models/all-MiniLM-L6-v2")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        texts = pathlib.Path(folder) / "texts.jsonl"
        with open(ROOT / ".cache/data/man-pages/corpus.jsonl") as pages:
            lines = pages.readlines()
        texts.write_text("".join(lines[:: max(1, len(lines) // options.documents)]))

        def embed(policy, _):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            done = subprocess.run([options.binary, "embed", "--model", options.model, "--input", texts, "--output", pathlib.Path(folder) / "out.npy", "--quiet",
                                   "--json", "--long-input", *POLICIES[policy], *WINDOWS], check=True, capture_output=True)
            wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            tokens = json.loads(done.stdout)["tokens"]
            return tokens / wall, tokens / (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)

        found = alternate(list(dict.fromkeys([REFERENCE, *options.policies])), options.rounds, embed, "windows")
    rows = []
    for policy, results in found.items():
        clock, processors = ([result[i] for result in results] for i in (0, 1))
        reference = [[result[i] for result in found[REFERENCE]] for i in (0, 1)]
        rows.append([policy, f"{sorted(clock)[len(clock) // 2]:,.0f}", ratios(clock, reference[0]).text(), ratios(processors, reference[1]).text()])
    print(table(["policy", "tokens a second", "to window-mean's, by the clock", "by processor time"], rows))


if __name__ == "__main__":
    main()
