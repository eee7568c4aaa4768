"""The mixed-length corpus: speed against the peers, memory, and the share of what the processor could do."""

import statistics

import programs
import settings
from programs import OURS, REFERENCE, TITLES
from rounds import Spread, alternate, ratios, table

TITLE = "Mixed-length corpus"
DEFAULT = f"{REFERENCE} (default)"
WHOLE = "lengthwise embed"


def measure(bench):
    return {str(threads): measure_threads(bench, threads) for threads in bench.thread_counts}


def measure_threads(bench, threads):
    texts = bench.corpus
    chosen = {name: settings.best(name, threads, bench.search) for name in bench.peers}
    chosen[DEFAULT] = settings.REFERENCE_DEFAULT
    lengths = programs.read_lengths(texts)
    gflop = programs.flop(lengths) * 1e-9

    def run(program, _):
        if program == OURS:
            # On both sides of the program that is set against it; the better one is the peak.
            before = programs.fma_peak(threads)
            result = programs.run(programs.ours(threads, texts, "--passes", bench.passes), threads)
            peak = max(before, programs.fma_peak(threads))
        elif program == WHOLE:
            result = programs.run_whole(
                [programs.BUILD / "lengthwise", "embed", "--quiet", "--model", programs.MODEL, "--input", texts, "--output",
                 programs.TEXTS / "whole.npy", "--max-length", 512, "--threads", threads], threads)
            return {"seconds": result["wall_seconds"], "processor_seconds": result["processor_seconds"],
                    "peak_mb": result["peak_mb"]}
        else:
            name = REFERENCE if program == DEFAULT else program
            command = programs.peer(name, threads, texts, chosen[program], "--passes", bench.passes)
            result, peak = programs.run(command, threads), None
        group = result["groups"][0]
        return {"seconds": statistics.median(group["seconds"]),
                "processor_seconds": statistics.median(group["processor_seconds"]), "peak_mb": result["peak_mb"],
                "load_seconds": result["load_seconds"], "fma_peak": peak}

    names = [OURS, WHOLE, *chosen]
    runs = alternate(names, bench.rounds_for(threads), run, f"corpus, {threads} threads")
    seconds = {name: [run["seconds"] for run in runs[name]] for name in names}
    peaks = [run["fma_peak"] for run in runs[OURS]]
    rows = {}
    for name in names:
        rows[name] = {
            "setting": chosen[name].text() if name in chosen else "",
            "seconds": seconds[name],
            "tokens_per_second": Spread.of([sum(lengths) / s for s in seconds[name]]).document(),
            "gflops": Spread.of([gflop / s for s in seconds[name]]).document(),
            "share_of_fma_peak": ratios([gflop / s for s in seconds[name]], peaks).document(),
            "processor_microseconds_a_token": Spread.of(
                [run["processor_seconds"] / sum(lengths) * 1e6 for run in runs[name]]).document(),
            "times_slower_than_ours": ratios(seconds[name], seconds[OURS]).document(),
            "peak_mb": max(run["peak_mb"] for run in runs[name]),
        }
    return {"texts": len(lengths), "tokens": sum(lengths), "gflop": gflop, "fma_peak_gflops": Spread.of(peaks).document(),
            "programs": rows}


def title(name):
    if name == DEFAULT:
        return "the same, its default"
    if name == WHOLE:
        return "`lengthwise embed`, whole process"
    return TITLES[name]


def tables(document):
    parts = []
    for threads, result in document.items():
        rows = []
        order = sorted(result["programs"], key=lambda name: result["programs"][name]["times_slower_than_ours"]["median"])
        for name in order:
            row = result["programs"][name]
            rows.append([
                title(name) + (f", {row['setting']}" if row["setting"] else ""),
                f"{row['tokens_per_second']['median']:,.0f}",
                f"{row['gflops']['median']:.0f}",
                f"{row['share_of_fma_peak']['median']:.0%}",
                "1" if name == OURS else Spread(*row["times_slower_than_ours"].values()).text(2),
                f"{row['processor_microseconds_a_token']['median']:.0f}",
                f"{row['peak_mb']:,.0f}",
            ])
        peak = Spread(*result["fma_peak_gflops"].values())
        parts.append(f"{result['texts']} texts, {result['tokens']:,} tokens, {result['gflop']:,.0f} GFLOP; {threads} "
                     f"threads; FMA peak {peak.text(0)} GFLOP/s\n\n" +
                     table(["program", "tokens/s", "GFLOP/s", "of FMA peak", "Lengthwise is faster by", "CPU µs a token",
                            "peak MB"], rows))
    return "\n\n".join(parts)
