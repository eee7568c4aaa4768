"""Reads tables as scripts/theory_tables and scripts/findings_tables print them: "### name", a blank line, a Markdown table."""

import re
import subprocess


def names(text):
    return re.findall("^### (.*)$", text, re.MULTILINE)


def table(text, name):
    """Rows of cells, the head first."""
    lines = text.partition(f"### {name}\n\n")[2].partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]


def check_form(text, count):
    """So many tables, each with rows, as wide as their heads, and no value that is none."""
    found = names(text)
    assert len(found) == len(set(found)) == count
    for name in found:
        head, *rows = table(text, name)
        assert rows and all(len(row) == len(head) for row in rows), name
    assert not re.search(r"\bnan\b|None|\binf\b", text)


def make(script, folder, *document, python=()):
    """What the script prints of a folder: run by itself, or by a Python that has what it needs."""
    done = subprocess.run([*python, script, folder, *document], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout
