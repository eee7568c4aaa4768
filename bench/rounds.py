"""Programs in turn, round after round, so that whatever the machine does meets all of them alike."""

import dataclasses
import statistics
import sys


@dataclasses.dataclass
class Spread:
    """A figure over the rounds."""

    median: float
    least: float
    most: float

    @staticmethod
    def of(values):
        return Spread(statistics.median(values), min(values), max(values))

    def text(self, digits=2, unit=""):
        return f"{self.median:.{digits}f}{unit} ({self.least:.{digits}f} to {self.most:.{digits}f})"

    def document(self):
        return {"median": self.median, "min": self.least, "max": self.most}


def alternate(programs, rounds, run, label):
    """run(program, round) for every program in every round; each round starts with another program.

    Returns {program: [result of round 0, 1, ...]}. A program's None (it failed) stays in its place.
    """
    results = {program: [] for program in programs}
    for number in range(rounds):
        first = number % len(programs)
        for program in programs[first:] + programs[:first]:
            shown = " ".join(map(str, program)) if isinstance(program, tuple) else program
            print(f"\r\033[K{label}: round {number + 1} of {rounds}, {shown}", end="", file=sys.stderr, flush=True)
            results[program].append(run(program, number))
    print("\r\033[K", end="", file=sys.stderr, flush=True)
    return results


def ratios(numerators, denominators):
    """Round by round, then their spread: drift of the machine cancels, its noise shows."""
    return Spread.of([above / below for above, below in zip(numerators, denominators)])


def table(headings, rows):
    """Markdown, aligned so that it reads well as it is."""
    cells = [headings, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
