"""Bad input, through the program itself: exit code 1 (2 for wrong usage), one clear error on standard error that says
what is wrong and where, nothing on standard output, and nothing under the final name or beside it."""

import json
import os
import resource
import shutil
import signal
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("LENGTHWISE_BINARY", ROOT / "build/release/lengthwise")
TINY_MODEL = ROOT / "tests/data/tiny_bert"  # 2 layers, 3 heads, 36 wide, 80 positions

# Commands that read a model and an input, with the name of their output.
COMMANDS = {"embed": "vectors.npy", "measure": "report.json"}


def run(*arguments, **settings):
    return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120, **settings)


class Bench:
    """A model, an input and an output folder, each to be spoilt by a test."""

    def __init__(self, folder):
        self.model = folder / "model"
        shutil.copytree(TINY_MODEL, self.model)
        self.input = folder / "texts.jsonl"
        self.input.write_text("".join(json.dumps({"text": f"the length of text {i}"}) + "\n" for i in range(8)))
        self.out = folder / "out"
        self.out.mkdir()

    def run(self, command="embed", *options, output=None, **settings):
        output = output or self.out / COMMANDS[command]
        return run(command, "--model", self.model, "--input", self.input, "--output", output, *options, **settings)

    def expect_error(self, *parts, command="embed", options=(), code=1, **settings):
        done = self.run(command, *options, **settings)
        assert done.returncode == code, done.stderr
        for part in parts:
            assert str(part) in done.stderr
        assert "defect" not in done.stderr
        assert done.stdout == ""
        assert list(self.out.iterdir()) == []
        return done.stderr

    def edit_json(self, name, **members):
        path = self.model / name
        path.write_text(json.dumps(json.loads(path.read_text()) | members))


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.fixture(params=COMMANDS)
def command(request):
    return request.param


def split_safetensors(path):
    contents = path.read_bytes()
    (length,) = struct.unpack("<Q", contents[:8])
    return json.loads(contents[8 : 8 + length]), bytearray(contents[8 + length :])


def write_safetensors(path, header, data):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def test_good_input_passes(bench):
    """What the other tests spoil is good to begin with."""
    done = bench.run()
    assert done.returncode == 0, done.stderr
    assert np.load(bench.out / "vectors.npy").shape == (8, 36)
    assert sorted(path.name for path in bench.out.iterdir()) == ["vectors.npy", "vectors.tokens.jsonl"]


# The model


def test_a_model_folder_that_is_not_there(bench, command):
    shutil.rmtree(bench.model)
    bench.expect_error(bench.model, "No such file", command=command)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_model_file(bench, command, name):
    (bench.model / name).unlink()
    bench.expect_error(bench.model / name, "No such file", command=command)


def test_a_cut_safetensors_file(bench, command):
    path = bench.model / "model.safetensors"
    contents = path.read_bytes()
    for size in (0, 7, 100, len(contents) // 2, len(contents) - 1):
        path.write_bytes(contents[:size])
        bench.expect_error(path, "fetch it again", command=command)


def test_a_safetensors_header_that_is_not_json(bench):
    path = bench.model / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 8) + b"not json" + bytes(64))
    bench.expect_error(path, "not valid JSON")


def test_a_safetensors_header_longer_than_the_file(bench):
    path = bench.model / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 2**63) + b"{}")
    bench.expect_error(path, str(2**63))


def test_a_safetensors_header_that_lies_about_sizes(bench):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    name = "embeddings.word_embeddings.weight"
    for shape in ([2**32, 2**32], [59, 36], [58, 35], [-58, -36]):
        lie = json.loads(json.dumps(header))
        lie[name]["shape"] = shape
        write_safetensors(path, lie, data)
        bench.expect_error(path, name)
    for offset in (len(data) + 4, 2**63):
        lie = json.loads(json.dumps(header))
        lie[name]["data_offsets"][1] = offset
        write_safetensors(path, lie, data)
        bench.expect_error(path, name)


def test_a_tensor_of_the_wrong_shape(bench, command):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    name = "encoder.layer.1.intermediate.dense.weight"
    header[name]["shape"].reverse()
    write_safetensors(path, header, data)
    bench.expect_error(path, name, "[36, 52]", "[52, 36]", command=command)


def test_a_config_that_does_not_fit_the_weights(bench):
    bench.edit_json("config.json", num_hidden_layers=3)
    bench.expect_error("encoder.layer.2.", "is missing")


def test_a_missing_tensor(bench):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    name = "embeddings.LayerNorm.bias"
    header["other"] = header.pop(name)
    write_safetensors(path, header, data)
    bench.expect_error(path, name, "is missing")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ["encoder.layer.1.attention.self.value.weight", "encoder.layer.1.output.LayerNorm.bias"])
def test_weights_that_are_not_finite(bench, command, name, value):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    end = header[name]["data_offsets"][1]
    data[end - 4 : end] = struct.pack("<f", value)
    write_safetensors(path, header, data)
    bench.expect_error(path, name, "NaN or infinity", command=command)


def test_a_word_that_is_not_finite(bench):
    """Word embeddings are read when a text asks for them; [CLS], token 2, is in every text."""
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    begin = header["embeddings.word_embeddings.weight"]["data_offsets"][0] + 2 * 36 * 4
    data[begin : begin + 4] = struct.pack("<f", float("nan"))
    write_safetensors(path, header, data)
    bench.expect_error(bench.model, "not finite", "NaN")


def test_an_unknown_architecture(bench, command):
    bench.edit_json("config.json", model_type="deberta-v2")
    bench.expect_error(bench.model / "config.json", '"deberta-v2"', "supported: bert", command=command)


def test_a_config_that_is_not_json(bench):
    (bench.model / "config.json").write_text("{")
    bench.expect_error(bench.model / "config.json", "not valid JSON")


@pytest.mark.parametrize("kind", ["WordLevel", "Other"])
def test_another_kind_of_tokenizer(bench, kind):
    path = bench.model / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["model"]["type"] = kind
    path.write_text(json.dumps(tokenizer))
    bench.expect_error(path, kind, "supported", "WordPiece")


def test_a_unigram_tokenizer_without_scores(bench):
    path = bench.model / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["model"]["type"] = "Unigram"
    path.write_text(json.dumps(tokenizer))
    bench.expect_error(path, '"vocab" is not a list of pieces and scores')


def test_a_module_that_is_not_supported(bench):
    path = bench.model / "modules.json"
    modules = json.loads(path.read_text())
    modules.insert(2, {"idx": 2, "name": "2", "path": "2_WordWeights", "type": "sentence_transformers.models.WordWeights"})
    path.write_text(json.dumps(modules))
    bench.expect_error(path, "sentence_transformers.models.WordWeights", "supported")


def test_pickled_weights_come_with_the_conversion(bench):
    (bench.model / "model.safetensors").rename(bench.model / "pytorch_model.bin")
    bench.expect_error("pytorch_model.bin", "save_pretrained")


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


# Wrong usage


@pytest.mark.parametrize(
    "options",
    [
        ["--no-such-option"],
        ["--threads", "0"],
        ["--threads", "many"],
        ["--max-length", "0"],
        ["--max-length", "-5"],
        ["--max-length", "1.5"],
        ["--temperature", "warm"],
        ["--long-input", "chunk"],
        ["--window", "-1"],
        ["surplus"],
    ],
    ids=" ".join,
)
def test_wrong_options_are_wrong_usage(bench, options):
    bench.expect_error(options=options, code=2)


@pytest.mark.parametrize("missing", ["--model", "--input", "--output"])
def test_missing_options_are_wrong_usage(bench, command, missing):
    given = {"--model": bench.model, "--input": bench.input, "--output": bench.out / COMMANDS[command]}
    del given[missing]
    done = run(command, *(part for pair in given.items() for part in pair))
    assert done.returncode == 2
    assert missing in done.stderr
    assert list(bench.out.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["--no-such-option"]], ids=" ".join)
def test_a_missing_command_is_wrong_usage(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr != ""


def test_help_and_version_are_no_errors():
    for arguments in (["--help"], ["--version"], ["embed", "--help"]):
        done = run(*arguments)
        assert done.returncode == 0
        assert done.stdout != ""
