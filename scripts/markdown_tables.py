"""Tables as Markdown, and their places in a document: what scripts/theory_tables and scripts/findings_tables share."""
import json
import pathlib
import re
import statistics
import sys


# Names of models in tables.
MODELS = {"all-MiniLM-L6-v2": "MiniLM", "paraphrase-MiniLM-L3-v2": "L3", "all-mpnet-base-v2": "MPNet", "multilingual-e5-small": "E5"}


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


def student(confidence, degrees):
    """The two-sided quantile of Student's t, by Hill's expansion about the normal one (CACM 13, 1970): within 1 % from 5 degrees of freedom on."""
    z = statistics.NormalDist().inv_cdf(0.5 + confidence / 2)
    return (z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
            + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3))


def random_effects(differences, confidence=0.95):
    """One difference of several that each have an interval, as of studies whose true effects differ: the spread between them by DerSimonian and Laird (1986), the interval by
    Hartung, Knapp, Sidik and Jonkman (2001), with one degree of freedom less than there are studies. Returns the difference, with its interval, and that spread (a standard deviation)."""
    width = 2 * statistics.NormalDist().inv_cdf(0.5 + confidence / 2)
    # A difference that is 0 in every resample says nothing of its error.
    known = [(of["estimate"], ((of["high"] - of["low"]) / width) ** 2) for of in differences if of and of["low"] is not None and of["high"] > of["low"]]
    if len(known) < 2:
        return None, None

    def pooled(weights):
        return sum(weight * value for weight, (value, _) in zip(weights, known)) / sum(weights)

    fixed = [1 / variance for _, variance in known]
    degrees = len(known) - 1
    scatter = sum(weight * (value - pooled(fixed)) ** 2 for weight, (value, _) in zip(fixed, known))
    between = max(0.0, (scatter - degrees) / (sum(fixed) - sum(weight**2 for weight in fixed) / sum(fixed)))
    weights = [1 / (variance + between) for _, variance in known]
    estimate = pooled(weights)
    spread = sum(weight * (value - estimate) ** 2 for weight, (value, _) in zip(weights, known)) / degrees / sum(weights)
    reach = student(confidence, degrees) * spread**0.5
    return {"estimate": estimate, "low": estimate - reach, "high": estimate + reach}, between**0.5


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


def publish(document, name, made):
    """Prints a table, and puts it into a document if one is named."""
    print(made)
    if document not in (None, "-"):
        put(pathlib.Path(document), {name: made})


def run(make):
    """The program: prints the tables that `make` makes of a folder, and puts them into a document if one is named; a prefix tells tables of one name apart there."""
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(f"usage: scripts/{pathlib.Path(sys.argv[0]).name} FOLDER [DOCUMENT [PREFIX]]")
    prefix = "".join(f"{word} " for word in sys.argv[3:])
    made = {prefix + name: body for name, body in make(pathlib.Path(sys.argv[1])).items()}
    for name, body in made.items():
        print(f"### {name}\n\n{body}\n")
    if len(sys.argv) > 2:
        put(pathlib.Path(sys.argv[2]), made)
