"""From the start of a process to its first embedding, of one short text; all files are in the page cache."""

import programs
from programs import OURS, TITLES
from rounds import Spread, alternate, ratios, table
from settings import USUAL

TITLE = "Start to first embedding"
WHOLE = "lengthwise embed"


def measure(bench):
    threads = bench.thread_counts[0]
    text = programs.take_every(64, programs.TEXTS / "queries.jsonl", programs.TEXTS / "one.jsonl")

    def run(program, _):
        if program == WHOLE:
            return programs.run_whole([programs.BUILD / "lengthwise", "embed", "--quiet", "--model", programs.MODEL,
                                       "--input", text, "--output", programs.TEXTS / "one.npy", "--threads", threads],
                                      threads)
        if program == OURS:
            command = programs.ours(threads, text, "--first")
        else:
            command = programs.peer(program, threads, text, USUAL, "--first")
        result = programs.run(command, threads)
        return {"wall_seconds": result["seconds_to_output"], "peak_mb": result["peak_mb"]}

    names = [OURS, WHOLE, *bench.peers]
    for name in names:
        run(name, 0)  # reads every file once
    runs = alternate(names, 2 * bench.rounds, run, "startup")
    seconds = {name: [run["wall_seconds"] for run in runs[name]] for name in names}
    return {"threads": threads, "programs": {
        name: {"seconds": Spread.of(seconds[name]).document(),
               "times_slower_than_ours": ratios(seconds[name], seconds[OURS]).document(),
               "peak_mb": max(run["peak_mb"] for run in runs[name])} for name in names}}


def tables(document):
    rows = []
    for name, row in document["programs"].items():
        rows.append([
            "`lengthwise embed`, until its end" if name == WHOLE else TITLES[name],
            Spread(*row["seconds"].values()).text(3, " s"),
            "1" if name == OURS else f"{row['times_slower_than_ours']['median']:.1f}",
            f"{row['peak_mb']:,.0f}",
        ])
    return table(["program", "seconds", "times ours", "peak MB"], rows)
