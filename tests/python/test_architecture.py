"""The drawing of the layers, and the rule that it shows: an include never goes up."""

import re
import shutil
import subprocess

import pytest


def table_of(*layers):
    return "# Hacking\n\n## The layers\n\n| folder | holds |\n|---|---|\n" + "".join(f"| `{name}` | x |\n" for name in layers) + "\n## Build\n"


@pytest.fixture
def house(root, tmp_path):
    """A tree of three layers, and the script in it."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(root / "scripts/architecture", tmp_path / "scripts")
    (tmp_path / "docs").mkdir()
    (tmp_path / "HACKING.md").write_text(table_of("roof", "wall", "ground"))
    for name, text in {
        "src/roof/tiles.cpp": '#include <vector>\n#include "roof/tiles.h"\n#include "wall/brick.h"\n#include "lengthwise/error.h"\n',
        "src/wall/brick.h": '#include "ground/stone.h"\n' + "\n" * 1400,
        "src/ground/stone.h": "#pragma once\n",
        "include/lengthwise/error.h": "#include <string>\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder, *arguments):
    return subprocess.run([folder / "scripts/architecture", *arguments], capture_output=True, text=True, timeout=60)


def test_the_committed_drawing_is_what_the_script_makes_and_no_include_goes_up(root, tmp_path):
    done = run(root, tmp_path / "made.svg")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "made.svg").read_text() == (root / "docs/architecture.svg").read_text(), "run scripts/architecture, and commit what it draws"


def test_layers_are_stacked_in_order_with_their_lines_and_what_they_include(house):
    done = run(house)
    assert (done.returncode, done.stderr) == (0, "")
    svg = (house / "docs/architecture.svg").read_text()
    boxes = re.findall(r'<text x="26" y="(\d+)">(\w+)</text>', svg)
    assert [name for _, name in boxes] == ["roof", "wall", "ground"]
    assert sorted(boxes, key=lambda box: int(box[0])) == boxes
    assert re.findall(r"([\d.]+k) lines", svg) == ["0.5k", "1.5k", "0.5k"]
    assert re.findall(r"<title>(\w+) includes (\w+)</title>", svg) == [("roof", "wall"), ("wall", "ground")]


def test_it_fits_the_width_of_a_page_of_900_pixels(root):
    width = re.search(r'viewBox="0 0 (\d+) ', (root / "docs/architecture.svg").read_text())
    assert int(width[1]) <= 900


@pytest.mark.parametrize("path, text, says", [
    ("src/ground/stone.h", '#include "wall/brick.h"\n', ["src/ground/stone.h", '"wall/brick.h"', "goes up"]),
    ("src/wall/arch.inc", '  #  include <roof/tiles.h>\n', ["src/wall/arch.inc", '"roof/tiles.h"', "goes up"]),
    ("include/lengthwise/error.h", '#include "ground/stone.h"\n', ["include/lengthwise/error.h", '"ground/stone.h"', "not installed"]),
    ("src/cellar/door.h", "", ["src/cellar is not in the table"]),
    ("HACKING.md", table_of("roof", "wall", "attic", "ground"), ["attic", "no folder of src/"]),
    ("HACKING.md", "# Hacking\n", ["no table of layers"]),
], ids=["up", "up_two", "public", "folder_alone", "table_alone", "no_table"])
def test_what_breaks_the_order_is_named_and_nothing_drawn(house, path, text, says):
    (house / path).parent.mkdir(exist_ok=True)
    (house / path).write_text(text)
    done = run(house)
    assert done.returncode == 1
    assert all(word in done.stderr for word in says), done.stderr
    assert not (house / "docs/architecture.svg").exists()
