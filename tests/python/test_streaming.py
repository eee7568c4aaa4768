"""`embed` reads its input as it goes: rows are written before the last document is there, and memory does not grow with their number."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import threading
import time

import pytest

from careless import BINARY, ROOT

MODEL = ROOT / "tests/data/tiny_bert"


def lines(begin, end, text="the length of a text"):
    return "".join(json.dumps({"_id": f"d{i}", "text": f"{text} {i}"}) + "\n" for i in range(begin, end)).encode()


def test_the_first_rows_are_written_while_the_input_is_still_being_made(tmp_path):
    os.mkfifo(tmp_path / "out.jsonl")
    running = subprocess.Popen([BINARY, "embed", "--model", MODEL, "--input", "-", "--output", tmp_path / "out.jsonl", "--quiet"],
                               stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    # Ends the wait for a row that does not come: the reader below then meets the end of the pipe.
    limit = threading.Timer(30, running.kill)
    limit.start()
    came = threading.Event()

    def feed():
        running.stdin.write(lines(0, 9000))
        running.stdin.flush()
        came.wait(60)
        running.stdin.write(lines(9000, 9010))
        running.stdin.close()

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    try:
        with open(tmp_path / "out.jsonl", "rb") as rows:
            first = rows.readline()
            assert first, "no row came before the input ended"
            came.set()
            assert json.loads(first)["_id"] == "d0"
            assert [json.loads(row)["_id"] for row in rows] == [f"d{i}" for i in range(1, 9010)]
        assert running.wait() == 0
    finally:
        limit.cancel()
        running.kill()


def peak_megabytes(folder, source, through_pipe=False, options=()):
    command = [BINARY, "embed", "--model", MODEL, "--input", "-" if through_pipe else source, "--output", folder / "out.npy", "--quiet", "--threads", "2", *options]
    feeder = subprocess.Popen(["cat", source], stdout=subprocess.PIPE) if through_pipe else None
    running = subprocess.Popen(command, stdin=feeder.stdout if feeder else subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if feeder:
        feeder.stdout.close()
    peak = 0
    # Not what wait4 tells, which counts the memory of the process that started it.
    while running.poll() is None:
        with contextlib.suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{running.pid}/status").read_text())
            peak = int(found[1]) / 1024 if found else peak
        time.sleep(0.02)
    assert running.returncode == 0
    return peak


@pytest.mark.parametrize("through_pipe", [False, True], ids=["file", "pipe"])
def test_memory_does_not_grow_with_the_number_of_documents(tmp_path, through_pipe):
    text = "the length of a text and so on " * 200
    peaks = []
    for count in (3000, 24000):  # 19 MB and 150 MB
        source = tmp_path / f"{count}.jsonl"
        source.write_bytes(lines(0, count, text))
        peaks.append(peak_megabytes(tmp_path, source, through_pipe))
    # Held at once are a few thousand documents, however many there are.
    assert peaks[1] - peaks[0] < 60, peaks


@pytest.mark.parametrize("options", [("lead-body",), ("window-mean",), ("windows", "--vectors", "8"), ("lead-body", "--window-ends", "sentences")], ids=" ".join)
def test_memory_hardly_grows_with_the_length_of_a_text(tmp_path, options):
    peaks = []
    for tokens in (100_000, 1_000_000):
        source = tmp_path / f"{tokens}.jsonl"
        source.write_text(json.dumps({"text": "The length of a text. And so on it says. " * (tokens // 12)}) + "\n")
        peaks.append(peak_megabytes(tmp_path, source, options=("--long-input", options[0], "--window", "64", *options[1:])))
        place = json.loads((tmp_path / "out.tokens.jsonl").read_text().splitlines()[0])
        assert place["dropped"] == 0 and (place["used"] > tokens or options[0] == "windows")
    print(peaks)
    # The text itself, and the vectors of its windows of 36 components, are 6 MB: held at once are a few of each.
    assert peaks[1] - peaks[0] < 60, peaks
