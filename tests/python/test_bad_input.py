"""Inputs, outputs, repairs and lengths that cannot be, through the program itself."""

import json
import os
import resource
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest
from spoilt import BINARY, COMMANDS, ROOT, bench, command  # noqa: F401


def test_good_input_passes(bench):
    """What the other tests spoil is good to begin with."""
    done = bench.run()
    assert done.returncode == 0, done.stderr
    assert np.load(bench.out / "vectors.npy").shape == (8, 36)
    assert sorted(path.name for path in bench.out.iterdir()) == ["vectors.npy", "vectors.tokens.jsonl"]


# The input


def test_an_input_that_is_not_there(bench, command):
    bench.input.unlink()
    bench.expect_error(bench.input, "No such file", command=command)


@pytest.mark.parametrize("name", ["texts.jsonl", "texts.txt"])
def test_an_empty_file(bench, command, name):
    bench.input = bench.input.parent / name
    bench.input.write_bytes(b"")
    bench.expect_error(bench.input, command=command)


@pytest.mark.parametrize(
    "line", ["{", '{"text": "cut', "plain text", '"text"', "[1]", '{"body": "x"}', '{"text": 5}', '{"text": null}', '{"text": "x", "n": 1e999}']
)
def test_a_line_that_is_not_a_document(bench, command, line):
    good = json.dumps({"text": "good"})
    bench.input.write_text(f"{good}\n{good}\n{line}\n{good}\n")
    bench.expect_error(f"{bench.input}:3", command=command)


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\xaf"])
def test_invalid_utf8(bench, command, bad):
    bench.input.write_bytes(b'{"text": "good"}\n{"text": "bad ' + bad + b'"}\n')
    bench.expect_error(f"{bench.input}:2", command=command)


def test_invalid_utf8_in_plain_text(bench):
    bench.input = bench.input.with_suffix(".txt")
    bench.input.write_bytes(b"good\n\nbad \xff here\n")
    bench.expect_error(f"{bench.input}:3", "UTF-8")


def test_invalid_utf8_from_standard_input(bench):
    done = subprocess.run(
        [BINARY, "embed", "--model", bench.model, "--input", "-", "--output", bench.out / "v.npy"],
        input=b"good\nbad \xff\n",
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert b"2" in done.stderr and b"UTF-8" in done.stderr
    assert list(bench.out.iterdir()) == []


def test_the_same_id_twice(bench):
    bench.input.write_text('{"_id": "a", "text": "x"}\n{"_id": "b", "text": "x"}\n{"_id": "a", "text": "y"}\n')
    bench.expect_error(f"{bench.input}:3", "a stands on line 1")


def test_a_text_that_is_longer_than_allowed(bench):
    bench.input.write_text('{"text": "short"}\n' + json.dumps({"text": "length " * 200}) + "\n")
    bench.expect_error("text 2", options=["--long-input", "error"])


# The output


def test_an_output_folder_that_is_not_there(bench, command):
    output = bench.out / "absent" / COMMANDS[command]
    bench.expect_error(output, "No such file", command=command, output=output)


def test_an_output_that_cannot_be_written(bench, command):
    # Even root cannot make files there.
    output = Path("/proc") / COMMANDS[command]
    bench.expect_error(output, command=command, output=output)


def test_an_output_that_is_a_folder(bench, command):
    output = bench.input.parent / "taken" / COMMANDS[command]
    output.mkdir(parents=True)
    bench.expect_error(output, command=command, output=output)
    assert [path.name for path in output.parent.iterdir()] == [output.name]


def test_an_output_of_unknown_format(bench):
    bench.expect_error("vectors.csv", ".npy", ".jsonl", output=bench.out / "vectors.csv", code=2)


def test_a_page_that_cannot_be_written(bench):
    page = bench.out / "absent" / "page.html"
    bench.expect_error(page, "No such file", command="measure", options=["--html", page])


def limit_files(limit):
    """A limit on the size of files fails as a full disk does."""

    def apply():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return apply


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.jsonl"])
@pytest.mark.parametrize("limit", [0, 600, 5000])
def test_a_disk_that_fills_up(bench, name, limit):
    """In the first write or in the last."""
    bench.input.write_text("".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(200)))
    bench.expect_error("cannot write", bench.out / name, output=bench.out / name, preexec_fn=limit_files(limit))


@pytest.mark.parametrize("limit", [0, 1000, 20000])
def test_a_disk_that_fills_up_while_measuring(bench, limit):
    """The report is larger than 1,000 bytes, and the page larger than 20,000: no half of the pair is left."""
    options = ["--html", bench.out / "page.html"]
    bench.expect_error("cannot write", bench.out, command="measure", options=options, preexec_fn=limit_files(limit))


@pytest.mark.parametrize("name", ["vectors.npy", "vectors.jsonl"])
def test_a_disk_that_is_full(bench, name):
    """The same on a file system of 16 KB, where the system lets us make one."""
    bench.input.write_text("".join(json.dumps({"text": f"text {i}"}) + "\n" for i in range(500)))
    mount = f'mount -t tmpfs -o size=16k tmpfs "{bench.out}"'
    command = 'status=0; "$@" || status=$?; ls -A "$OUT"; exit $status'
    if subprocess.run(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount], capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system is not allowed here")
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", f"{mount} && {command}", "sh"]
        + [BINARY, "embed", "--model", bench.model, "--input", bench.input, "--output", bench.out / name],
        env=os.environ | {"OUT": str(bench.out)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert "No space left on device" in done.stderr and str(bench.out / name) in done.stderr
    assert done.stdout == ""


def test_a_failure_leaves_the_old_output(bench):
    assert bench.run().returncode == 0
    before = {path.name: path.read_bytes() for path in bench.out.iterdir()}
    bench.input.write_text('{"text": "other"}\n{"text": ')
    assert bench.run().returncode == 1
    assert {path.name: path.read_bytes() for path in bench.out.iterdir()} == before


# The repair and the lengths


def test_a_repair_that_is_not_there(bench, command):
    bench.expect_error("absent.json", "No such file", command=command, options=["--repair", bench.input.parent / "absent.json"])


@pytest.mark.parametrize("path", sorted((ROOT / "tests/data/repair/invalid").glob("*.json")), ids=lambda path: path.stem)
def test_a_repair_that_is_none(bench, path):
    bench.expect_error(path, options=["--repair", path])


def test_a_repair_for_another_model(bench):
    repair = bench.input.parent / "lengthwise.json"
    head = {"format": "lengthwise-repair", "version": 1}
    repair.write_text(json.dumps(head | {"attention": {"temperature": [0.8, 0.9, 1.0]}}))
    bench.expect_error("3 layers", "has 2", options=["--repair", repair])
    repair.write_text(json.dumps(head | {"attention": {"temperature": [[0.8, 0.9], [1.0, 1.0]]}}))
    bench.expect_error("2 temperatures for layer 0", "3 heads", options=["--repair", repair])


@pytest.mark.parametrize("temperature", ["0", "-0.8", "nan", "inf", "1e-30"])
def test_a_temperature_that_is_none(bench, temperature):
    bench.expect_error("temperature", options=["--temperature", temperature], code=2)


@pytest.mark.parametrize(
    "options, part",
    [
        (["--max-length", "81"], "positions for 80"),
        (["--max-length", "2"], "special tokens"),
        (["--long-input", "window-mean", "--window", "2"], "special tokens"),
        (["--long-input", "window-mean", "--max-length", "40", "--window", "41"], "40 in force"),
        (["--long-input", "window-mean", "--max-length", "40", "--stride", "39"], "skip tokens"),
        (["--window", "20"], "no effect"),
        (["--long-input", "truncate", "--stride", "20"], "no effect"),
    ],
)
def test_lengths_that_cannot_be_carried_out(bench, options, part):
    bench.expect_error(part, options=options, code=2)
