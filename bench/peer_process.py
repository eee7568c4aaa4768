"""One peer inside scripts/bench: loads, embeds a corpus again and again, prints one JSON object.

bench/embed_corpus.cpp does the same for Lengthwise, with the same options and members.
"""

import argparse
import importlib
import json
import time

started = time.monotonic()


def read_jsonl(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def peak_megabytes():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024e-6 for line in file if line.startswith("VmHWM:"))


def measure_group(peer, texts, batch_size, warm_up, passes):
    """Seconds of each pass, and seconds of processor time of all threads."""
    seconds, processor_seconds = [], []
    for number in range(warm_up + passes):
        start, processor_start = time.perf_counter(), time.process_time()
        peer.embed(texts, batch_size)
        if number >= warm_up:
            seconds.append(time.perf_counter() - start)
            processor_seconds.append(time.process_time() - processor_start)
    return {"seconds": seconds, "processor_seconds": processor_seconds}


def measure_calls(peer, texts, calls):
    milliseconds = []
    warm_up = max(50, calls // 10)
    for call in range(warm_up + calls):
        text = texts[call % len(texts)]
        start = time.perf_counter()
        peer.embed([text], 1)
        if call >= warm_up:
            milliseconds.append((time.perf_counter() - start) * 1e3)
    return milliseconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--models", required=True, help="what convert.py wrote")
    parser.add_argument("--model", required=True, help="the sentence-transformers folder")
    parser.add_argument("--input", required=True, help="JSONL with text")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--streams", type=int, default=1, help="batches that run at a time")
    parser.add_argument("--batch", type=int, nargs="+", default=[8], help="texts of a batch; several: each is timed")
    parser.add_argument("--warm-up", type=int, default=1)
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--by-length", action="store_true", help="time texts of each token count apart")
    parser.add_argument("--batch-of-length", type=json.loads, default={}, help='{"8": 64, ...} in place of --batch')
    parser.add_argument("--calls", type=int, default=0, help="instead: embed one text a call, so many times")
    parser.add_argument("--first", action="store_true", help="instead: embed the first text and stop")
    parser.add_argument("--vectors", help="then write the vectors to this .npy")
    job = parser.parse_args()

    rows = read_jsonl(job.input)
    texts = [row["text"] for row in rows]
    peer = importlib.import_module(f"peers.{job.peer}").Peer(job.models, job.model, job.threads, job.streams)
    result = {"load_seconds": time.monotonic() - started}
    if job.first:
        peer.embed(texts[:1], 1)
    elif job.calls:
        result["milliseconds"] = measure_calls(peer, texts, job.calls)
    else:
        groups = {}
        for row in rows:
            groups.setdefault(row["tokens"] if job.by_length else 0, []).append(row)
        result["groups"] = []
        for length, group in sorted(groups.items()):
            batches = [job.batch_of_length[str(length)]] if job.batch_of_length else job.batch
            for batch in batches:
                result["groups"].append({
                    "length": length,
                    "batch": batch,
                    "texts": len(group),
                    "tokens": sum(row["tokens"] for row in group),
                    **measure_group(peer, [row["text"] for row in group], batch, job.warm_up, job.passes),
                })
    result["peak_mb"] = peak_megabytes()
    print(json.dumps(result), flush=True)
    if job.vectors:
        import numpy

        numpy.save(job.vectors, peer.embed(texts, job.batch[0]))


main()
