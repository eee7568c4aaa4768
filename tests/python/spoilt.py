"""A model, an input and an output folder that a test spoils, and what must hold when the program meets them: exit code 1 (2 for wrong usage), one clear
error on standard error that says what is wrong and where, nothing on standard output, and nothing under the final name or beside it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

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
