"""Lower precisions against float32: their speed, and what they cost in retrieval on the man pages."""

import json
import statistics
import sys

import programs
from rounds import Spread, alternate, ratios, table

TITLE = "Precision"
PRECISIONS = ("fp32", "bf16", "int8")


def supported(precision, threads):
    """None, or why this processor does not run it."""
    one = programs.take_every(64, programs.TEXTS / "queries.jsonl", programs.TEXTS / "one.jsonl")
    try:
        programs.run(programs.ours(threads, one, "--first", "--precision", precision), threads)
    except programs.Failed as failure:
        return str(failure).splitlines()[-1]
    return None


def measure(bench):
    threads = bench.thread_counts[0]
    reasons = {precision: supported(precision, threads) for precision in PRECISIONS}
    precisions = [precision for precision in PRECISIONS if reasons[precision] is None]

    def run(precision, _):
        command = programs.ours(threads, bench.corpus, "--passes", bench.passes, "--precision", precision)
        result = programs.run(command, threads)
        return {"seconds": statistics.median(result["groups"][0]["seconds"]), "peak_mb": result["peak_mb"]}

    runs = alternate(precisions, bench.rounds, run, "precision")
    seconds = {precision: [run["seconds"] for run in runs[precision]] for precision in precisions}
    quality = retrieval(precisions, threads)
    return {"threads": threads, "not_run": {name: reason for name, reason in reasons.items() if reason},
            "precisions": {precision: {
                "faster_than_fp32": ratios(seconds["fp32"], seconds[precision]).document(),
                "peak_mb": max(run["peak_mb"] for run in runs[precision]),
                **quality[precision],
            } for precision in precisions}}


def retrieval(precisions, threads):
    figures = programs.TEXTS / "retrieval.json"
    programs.run_whole([sys.executable, programs.ROOT / "bench" / "retrieval_accuracy.py", programs.DATA,
                        "--binary", programs.BUILD / "lengthwise", "--model", programs.MODEL,
                        "--precisions", ",".join(precisions), "--json", figures], threads)
    return {row["precision"]: row for row in json.loads(figures.read_text())}


def tables(document):
    rows = []
    for precision, row in document["precisions"].items():
        difference = "" if precision == "fp32" else (
            f"{row['difference']:+.4f} [{row['low']:+.4f}, {row['high']:+.4f}]")
        rows.append([precision, Spread(*row["faster_than_fp32"].values()).text(2), f"{row['ndcg_at_10']:.4f}", difference,
                     f"{row['peak_mb']:,.0f}"])
    text = (f"Mixed corpus, {document['threads']} threads; nDCG@10 of {next(iter(document['precisions'].values()))['queries']}"
            " man-page queries at the model's 256 tokens, difference with its 95 % interval\n\n" +
            table(["precision", "times as fast", "nDCG@10", "difference", "peak MB"], rows))
    for precision, reason in document["not_run"].items():
        text += f"\n\n{precision} was not run: {reason}"
    return text
