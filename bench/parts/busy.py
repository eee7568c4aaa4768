"""The corpus while another process wants one of the processors."""

import contextlib
import statistics
import subprocess
import sys

import programs
import settings
from programs import OURS, TITLES
from rounds import Spread, alternate, ratios, table

TITLE = "With a busy neighbour on one core"


def measure(bench):
    threads = bench.thread_counts[0]
    if threads < 2 or len(bench.cpus) < 2:
        return {"threads": threads, "programs": {}}
    texts = programs.take_every(3, programs.TEXTS / "corpus.jsonl", programs.TEXTS / "third.jsonl")

    def run(program, _):
        seconds = {}
        for state in ("quiet", "busy"):
            if program == OURS:
                command = programs.ours(threads, texts, "--passes", 2)
            else:
                setting = settings.best(program, threads, bench.search)
                command = programs.peer(program, threads, texts, setting, "--passes", 2)
            with neighbour_on(bench.cpus[1]) if state == "busy" else contextlib.nullcontext():
                seconds[state] = statistics.median(programs.run(command, threads)["groups"][0]["seconds"])
        return seconds

    names = [OURS, *bench.peers]
    runs = alternate(names, bench.rounds, run, "busy")
    # One core of `threads` is shared by halves.
    fair = (threads - 0.5) / threads
    quiet = {name: [run["quiet"] for run in runs[name]] for name in names}
    busy = {name: [run["busy"] for run in runs[name]] for name in names}
    return {"threads": threads, "fair_share": fair, "programs": {
        name: {"slowdown": ratios(busy[name], quiet[name]).document(),
               "loss_against_fair_share": Spread.of([1 - q / b / fair for q, b in zip(quiet[name], busy[name])]).document(),
               "times_ours_when_busy": ratios(busy[name], busy[OURS]).document()} for name in names}}


# Spins on one processor, and ends by itself if its parent is gone.
SPIN = """
import os, sys
parent = os.getppid()
os.sched_setaffinity(0, [int(sys.argv[1])])
print(flush=True)
while os.getppid() == parent:
    for _ in range(1000000):
        pass
"""


@contextlib.contextmanager
def neighbour_on(cpu):
    command = [sys.executable, "-S", "-E", "-c", SPIN, str(cpu)]
    with programs.started(command, 1, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        yield


def tables(document):
    if not document["programs"]:
        return "needs two cores"
    rows = []
    for name, row in document["programs"].items():
        loss = row["loss_against_fair_share"]
        rows.append([TITLES[name], Spread(*row["slowdown"].values()).text(2),
                     f"{loss['median']:.0%} ({loss['min']:.0%} to {loss['max']:.0%})",
                     "1" if name == OURS else Spread(*row["times_ours_when_busy"].values()).text(2)])
    return (f"{document['threads']} threads, a spinning process pinned to one of their cores; the fair share is "
            f"{document['fair_share']:.2f} of the quiet speed\n\n" +
            table(["program", "times as long", "loss against the fair share", "times ours when busy"], rows))
