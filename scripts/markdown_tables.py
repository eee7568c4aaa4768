"""Tables as Markdown, and their places in a document: what scripts/theory_tables and scripts/findings_tables share."""
import json
import pathlib
import re
import statistics
import sys


def number(value, digits=2):
    return "-" if value is None else f"{value:.{digits}f}".replace("-0." + "0" * digits, "0." + "0" * digits)


def interval(value, digits=2):
    if value is None or value["estimate"] is None:
        return "-"
    text = number(value["estimate"], digits)
    return text if value["low"] is None else f"{text} [{number(value['low'], digits)}, {number(value['high'], digits)}]"


def signed(value, digits=3, scale=1):
    """A difference with its interval, times `scale`; bold where that leaves out 0."""
    if value is None or value["estimate"] is None:
        return "-"
    text = f"{scale * value['estimate']:+.{digits}f}"
    if value["low"] is None:
        return text
    text += f" [{scale * value['low']:+.{digits}f}, {scale * value['high']:+.{digits}f}]"
    return f"**{text}**" if value["low"] > 0 or value["high"] < 0 else text


def evaluations(folder, models):
    """[(model's short name, set, task)] of the files MODEL.SET.json, evaluations; a task is one kind of one set."""
    found = []
    for model, short in models.items():
        for path in sorted(folder.glob(f"{model}.*.json")):
            name = path.name[len(model) + 1 : -len(".json")]
            found += [(short, name, task) for task in json.loads(path.read_text()).get("tasks", [])]
    return found


def percent(value):
    return "-" if value is None else f"{100 * value:.0f} %"


def table(head, rows):
    lines = ["| " + " | ".join(map(str, head)) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def mean(values):
    values = [value for value in values if value is not None]
    return statistics.fmean(values) if values else None


def put(document, made):
    """Replaces what stands between each table's marks, <!-- table NAME --> and <!-- end -->. Tables hold statements with "<=", so the end is
    the next mark."""
    text = document.read_text()
    for name, body in made.items():
        pattern = re.compile(rf"(<!-- table {re.escape(name)} -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
        if not pattern.search(text):
            sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {document} has no place for the table \"{name}\"")
        text = pattern.sub(lambda match: f"{match[1]}{body}\n{match[2]}", text)
    document.write_text(text)


def run(make):
    """The program: prints the tables that `make` makes of a folder, and puts them into a document if one is named."""
    if len(sys.argv) not in (2, 3):
        sys.exit(f"usage: scripts/{pathlib.Path(sys.argv[0]).name} FOLDER [DOCUMENT]")
    made = make(pathlib.Path(sys.argv[1]))
    for name, body in made.items():
        print(f"### {name}\n\n{body}\n")
    if len(sys.argv) == 3:
        put(pathlib.Path(sys.argv[2]), made)
