"""What looking inside costs: embedding with every probe on, and the same diagnosis with transformers."""

import statistics
import sys

import programs
from programs import OURS
from rounds import Spread, alternate, ratios, table

TITLE = "Diagnosis"
# Texts of a forward pass: one is the frugal way, all twenty what a default batch size of 32 does.
REFERENCE_BATCHES = (1, 20)
# Means over 20 texts of numbers in [0, 1], from float32 sums in another order.
TOLERANCE = 1e-3


def measure(bench):
    threads = bench.thread_counts[0]
    long_texts = programs.TEXTS / "long.jsonl"

    def embed(program, _):
        options = ["--probe"] if program == "probes on" else []
        result = programs.run(programs.ours(threads, bench.corpus, "--passes", bench.passes, *options), threads)
        return statistics.median(result["groups"][0]["seconds"])

    seconds = alternate(["plain", "probes on"], bench.rounds, embed, "probe")

    def diagnose(program, _):
        if program == OURS:
            result = programs.run(programs.ours(threads, long_texts, "--probe"), threads)
            return {"seconds": result["groups"][0]["seconds"][0], "peak_mb": result["peak_mb"], "probe": result["probe"]}
        return programs.run([sys.executable, "-W", "ignore", programs.ROOT / "bench" / "attention_reference.py", "--model",
                             programs.MODEL, "--input", long_texts, "--threads", threads, "--batch", program], threads)

    runs = alternate([OURS, *REFERENCE_BATCHES], bench.rounds_for(1), diagnose, "diagnosis")
    ours = runs[OURS]
    difference = largest_difference(ours[0]["probe"], runs[REFERENCE_BATCHES[0]][0]["probe"])
    if difference > TOLERANCE:
        raise programs.Failed(f"the probes differ from those made of transformers' attentions by {difference:.2g}")
    return {
        "threads": threads,
        "probes_on_against_plain": ratios(seconds["probes on"], seconds["plain"]).document(),
        "largest_difference": difference,
        "ours": {"seconds": Spread.of([run["seconds"] for run in ours]).document(),
                 "peak_mb": max(run["peak_mb"] for run in ours)},
        "reference": {str(batch): {
            "seconds": Spread.of([run["seconds"] for run in runs[batch]]).document(),
            "times_ours": ratios([run["seconds"] for run in runs[batch]], [run["seconds"] for run in ours]).document(),
            "peak_mb": max(run["peak_mb"] for run in runs[batch]),
            "memory_times_ours": ratios([run["peak_mb"] for run in runs[batch]],
                                        [run["peak_mb"] for run in ours]).document(),
        } for batch in REFERENCE_BATCHES},
    }


def largest_difference(ours, reference):
    heads = [abs(a - b) for ours_head, head in zip(ours["heads"], reference["heads"], strict=True)
             for a, b in zip(ours_head, head, strict=True)]
    layers = [abs(a - b) for a, b in zip(ours["token_cosine"], reference["token_cosine"], strict=True)]
    return max(heads + layers)


def tables(document):
    rows = [["Lengthwise, all probes", Spread(*document["ours"]["seconds"].values()).text(2, " s"), "1",
             f"{document['ours']['peak_mb']:,.0f}", "1"]]
    for batch, row in document["reference"].items():
        rows.append([f"transformers, output_attentions, batches of {batch}", Spread(*row["seconds"].values()).text(2, " s"),
                     Spread(*row["times_ours"].values()).text(2), f"{row['peak_mb']:,.0f}",
                     f"{row['memory_times_ours']['median']:.1f}"])
    return (f"Mixed corpus, {document['threads']} threads, with all probes on against plain: "
            f"{Spread(*document['probes_on_against_plain'].values()).text(3)} times as long\n\n"
            f"20 texts of 512 tokens: entropy, largest weight and sink of every head, token cosine of every layer; the "
            f"results differ by at most {document['largest_difference']:.0e}\n\n" +
            table(["program", "seconds", "times ours", "peak MB", "times ours"], rows))
