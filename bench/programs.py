"""The measured programs as command lines, and running one of them."""

import contextlib
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time

import machine

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("LENGTHWISE_BUILD", ROOT / "build" / "release"))
MODEL = pathlib.Path(os.environ.get("LENGTHWISE_MODEL", ROOT / ".cache" / "models" / "all-MiniLM-L6-v2"))
MODELS = ROOT / ".cache" / "bench-models" / MODEL.name
TEXTS = ROOT / ".cache" / "bench"
DATA = ROOT / ".cache" / "data" / "man-pages"

OURS = "lengthwise"
REFERENCE = "sentence_transformers"
PEERS = (REFERENCE, "onnxruntime", "openvino", "ctranslate2")
# How people know them.
TITLES = {
    OURS: "Lengthwise",
    REFERENCE: "sentence-transformers (torch)",
    "onnxruntime": "ONNX Runtime, fused graph",
    "openvino": "OpenVINO",
    "ctranslate2": "CTranslate2",
}


@dataclasses.dataclass(frozen=True)
class Setting:
    batch: int
    streams: int = 1

    def text(self):
        return f"batches of {self.batch}" + (f", {self.streams} at a time" if self.streams > 1 else "")


def ours(threads, input_file, *options):
    return [BUILD / "embed_corpus", "--model", MODEL, "--input", input_file, "--threads", threads, *options]


def peer(name, threads, input_file, setting, *options):
    return [sys.executable, "-W", "ignore", ROOT / "bench" / "peer_process.py", "--peer", name, "--models", MODELS,
            "--model", MODEL, "--input", input_file, "--threads", threads, "--streams", setting.streams,
            "--batch", setting.batch, *options]


class Failed(Exception):
    pass


@contextlib.contextmanager
def started(command, threads, **streams):
    """A process that does not outlive the measurement, however that ends."""
    process = subprocess.Popen(command, env=machine.environment(threads), stdin=subprocess.DEVNULL, **streams)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def run(command, threads):
    """Runs a program to its end. Its JSON object, with `wall_seconds` and `seconds_to_output` added: from the
    start of the process to its end, and to its first line."""
    command = [str(part) for part in command]
    start = time.perf_counter()
    with started(command, threads, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        line = process.stdout.readline()
        to_output = time.perf_counter() - start
        _, errors = process.communicate()
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)}\nexit {process.returncode}: {errors.strip()[-2000:]}")
    result = json.loads(line)
    result["seconds_to_output"] = to_output
    result["wall_seconds"] = time.perf_counter() - start
    return result


def run_whole(command, threads):
    """A program that prints nothing of use: seconds from its start to its end, of processor time, and its peak memory
    in MB."""
    command = [str(part) for part in command]
    start = time.perf_counter()
    with started(command, threads, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)}\nexit {process.returncode}")
    return {"wall_seconds": seconds, "processor_seconds": usage.ru_utime + usage.ru_stime,
            "peak_mb": usage.ru_maxrss * 1024e-6}


def fma_peak(threads):
    """GFLOP/s that a loop on registers alone reaches just now."""
    return run([BUILD / "fma_peak", threads], threads)["gflops"]


def flop(lengths):
    """Floating point operations of the model's matrix products for texts of these token counts: in each layer
    the linear ones for every token, and two products with n keys for each of n queries."""
    config = json.loads((MODEL / "config.json").read_text())
    hidden, inner, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    return sum(layers * (n * 2 * (4 * hidden * hidden + 2 * hidden * inner) + 4 * n * n * hidden) for n in lengths)


def read_lengths(path):
    with open(path) as file:
        return [json.loads(line)["tokens"] for line in file]


def take_every(step, source, target):
    """Every step-th line of a file, unless that was done before."""
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        target.write_text("".join(source.read_text().splitlines(keepends=True)[::step]))
    return target
