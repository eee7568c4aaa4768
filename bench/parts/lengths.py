"""Speed at each length, and so the cost of a text as it grows."""

import json
import math
import statistics

import programs
import settings
from programs import OURS, REFERENCE, TITLES
from rounds import Spread, alternate, ratios, table

TITLE = "Speed by length"


def measure(bench):
    return {str(threads): measure_threads(bench, threads) for threads in bench.thread_counts}


def measure_threads(bench, threads):
    texts = bench.lengths
    names = [OURS, *dict.fromkeys([bench.fastest_peer(), REFERENCE])]
    batches = {}

    def run(program, _):
        if program == OURS:
            groups = programs.run(programs.ours(threads, texts, "--by-length"), threads)["groups"]
        else:
            streams = settings.best(program, threads, bench.search).streams
            # The first round finds the batch size that suits each length.
            sizes = settings.BATCHES if program not in batches else settings.BATCHES[:1]
            options = ["--by-length"]
            if program in batches:
                options += ["--batch-of-length", json.dumps(batches[program])]
            command = programs.peer(program, threads, texts, settings.Setting(sizes[0], streams), *sizes[1:], *options)
            groups = programs.run(command, threads)["groups"]
        fastest = {}
        for group in groups:
            kept = fastest.get(group["length"])
            if kept is None or min(group["seconds"]) < min(kept["seconds"]):
                fastest[group["length"]] = group
        if program != OURS:
            batches.setdefault(program, {str(length): group["batch"] for length, group in fastest.items()})
        return {length: {"seconds": statistics.median(group["seconds"]), "tokens": length * group["texts"],
                         "texts": group["texts"]} for length, group in fastest.items()}

    runs = alternate(names, max(2, bench.rounds_for(threads) // 2 + 1), run, f"lengths, {threads} threads")
    rows = {}
    for length in sorted(runs[OURS][0]):
        of = {name: [run[length]["seconds"] for run in runs[name]] for name in names}
        first = runs[OURS][0][length]
        rows[str(length)] = {
            "tokens": first["tokens"],
            "microseconds_a_token": {name: Spread.of([s / first["tokens"] * 1e6 for s in of[name]]).document()
                                     for name in names},
            "milliseconds_a_text": statistics.median(of[OURS]) / first["texts"] * 1e3,
            "gflops": programs.flop([length]) * 1e-9 * first["texts"] / statistics.median(of[OURS]),
            "flop_a_token": programs.flop([length]) / length,
            "times_ours": {name: ratios(of[name], of[OURS]).document() for name in names},
        }
    return {"batch_sizes": batches, "lengths": rows}


def tables(document):
    parts = []
    for threads, result in document.items():
        lengths = result["lengths"]
        names = list(next(iter(lengths.values()))["times_ours"])
        peers = [name for name in names if name != OURS]
        rows = []
        previous = None
        for length, row in lengths.items():
            # d ln(time of a text) / d ln(n): 1 grows with n, 2 with its square.
            growth = "" if previous is None else "{:.2f}".format(
                math.log(row["milliseconds_a_text"] / previous[1]) / math.log(int(length) / previous[0]))
            previous = (int(length), row["milliseconds_a_text"])
            rows.append([length, *[f"{1e6 / row['microseconds_a_token'][name]['median']:,.0f}" for name in names],
                         f"{row['gflops']:.0f}", f"{row['milliseconds_a_text']:.2f}", growth,
                         *[Spread(*row["times_ours"][name].values()).text(2) for name in peers]])
        headings = ["tokens", *[f"{TITLES[name]}, tokens/s" for name in names], "GFLOP/s", "ms a text", "growth",
                    *[f"faster than {TITLES[name]}" for name in peers]]
        parts.append(f"{threads} threads\n\n" + table(headings, rows))
    return "\n\n".join(parts)
