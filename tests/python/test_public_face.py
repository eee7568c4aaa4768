"""What an outside program may include, and that the command line takes no more: the public headers are enough for all that it does."""

import re
import subprocess

import pytest

from conftest import ROOT

HEADERS = sorted((ROOT / "include/lengthwise").glob("*.h"))
SOURCES = sorted(path for path in (ROOT / "src/cli").iterdir() if path.suffix in (".h", ".cpp"))


def includes(path):
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("header", HEADERS, ids=lambda path: path.name)
def test_a_public_header_includes_public_headers_and_the_standard_library_alone(header):
    # The standard library's names have neither a folder nor an ending.
    other = [name for bracket, name in includes(header) if not (name.startswith("lengthwise/") if bracket == '"' else re.fullmatch(r"\w+", name))]
    assert not other


def test_a_public_header_needs_no_other_before_it(tmp_path):
    for header in HEADERS:
        (tmp_path / f"{header.stem}.cpp").write_text(f'#include "lengthwise/{header.name}"\n')
    done = subprocess.run(["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'include'}", *sorted(tmp_path.glob("*.cpp"))],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_the_command_line_includes_public_headers_alone(source):
    ours = [name for bracket, name in includes(source) if bracket == '"']
    assert not [name for name in ours if not name.startswith(("lengthwise/", "cli/", "usage/"))]
    others = [name for bracket, name in includes(source) if bracket == "<" and "/" in name]
    assert not [name for name in others if not name.startswith(("CLI/", "fmt/", "sys/"))]
