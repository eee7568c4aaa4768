"""One short query at a time in a warm process: what a search box waits for."""

import programs
from programs import OURS, TITLES
from rounds import Spread, alternate, ratios, table
from settings import USUAL

TITLE = "Latency of a single 10-token query"


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, round(share * (len(sorted_values) - 1)))]


def measure(bench):
    queries = programs.TEXTS / "queries.jsonl"
    names = [(name, threads) for name in (OURS, *bench.peers) for threads in bench.thread_counts]

    def run(program, _):
        name, threads = program
        if name == OURS:
            command = programs.ours(threads, queries, "--calls", bench.calls)
        else:
            command = programs.peer(name, threads, queries, USUAL, "--calls", bench.calls)
        calls = sorted(programs.run(command, threads)["milliseconds"])
        return {"p50": percentile(calls, 0.5), "p99": percentile(calls, 0.99)}

    runs = alternate(names, bench.rounds, run, "latency")
    rows = {}
    for name in (OURS, *bench.peers):
        # Small work may be faster on one thread: each program at the number that suits it.
        threads = min(bench.thread_counts, key=lambda count: Spread.of([run["p50"] for run in runs[name, count]]).median)
        chosen = runs[name, threads]
        rows[name] = {"threads": threads, "p50": [run["p50"] for run in chosen], "p99": [run["p99"] for run in chosen],
                      "other_thread_counts_p50": {count: Spread.of([run["p50"] for run in runs[name, count]]).median
                                                  for count in bench.thread_counts if count != threads}}
    for name, row in rows.items():
        for figure in ("p50", "p99"):
            row[f"{figure}_times_ours"] = ratios(row[figure], rows[OURS][figure]).document()
    return {"calls_a_round": bench.calls, "programs": rows}


def tables(document):
    rows = []
    for name, row in document["programs"].items():
        rows.append([
            f"{TITLES[name]}, {row['threads']} threads",
            Spread.of(row["p50"]).text(2, " ms"),
            Spread.of(row["p99"]).text(2, " ms"),
            "1" if name == OURS else Spread(*row["p50_times_ours"].values()).text(2),
            "1" if name == OURS else Spread(*row["p99_times_ours"].values()).text(2),
        ])
    return table(["program", "p50", "p99", "p50, times ours", "p99, times ours"], rows)
