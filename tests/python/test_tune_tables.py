"""scripts/tune_tables: what it says of a study made up here, whose means are plain to see."""
import json
import subprocess

MODEL, RECIPE, LEAD, EIGHT, FOLDED = ("the model as it is", "the recipe (one vector)", "one vector, half of it the beginning", "at most 8 vectors a document",
                                      "one pass, whitened (a checkpoint for any server)")


def row(task, queries, draw, answer, chosen, gains):
    """gains: {title: (estimated, true)} in points over the model's 0.5."""
    found = {"estimated": {MODEL: 0.5, FOLDED: 0.99}, "true": {MODEL: 0.5, FOLDED: 0.99}}
    for title, (estimated, true) in gains.items():
        found["estimated"][title] = 0.5 + estimated / 100
        found["true"][title] = 0.5 + true / 100
    return {"model": "all-MiniLM-L6-v2", "task": task, "queries": queries, "draw": draw, "answer": answer, "chosen": chosen, "agreement": 0.5,
            "gain": {"estimate": 0, "low": 0, "high": 0}, **found}


def test_means_over_sets_and_errors_of_the_estimate(root, tmp_path):
    rows = [row("one", 100, 0, "repair", RECIPE, {RECIPE: (8, 4), LEAD: (9, 5), EIGHT: (9, 7)}),
            row("one", 100, 1, "repair", EIGHT, {RECIPE: (8, 4), LEAD: (9, 5), EIGHT: (9, 7)}),
            row("two", 100, 0, "repair", RECIPE, {RECIPE: (1, -2), LEAD: (1, -3), EIGHT: (1, -3)}),
            row("one", 5, 0, "cannot_tell", RECIPE, {RECIPE: (20, 4), LEAD: (9, 5), EIGHT: (9, 7)})]
    (tmp_path / "all-MiniLM-L6-v2.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    said = subprocess.run([root / "scripts/tune_tables", tmp_path], check=True, capture_output=True, text=True).stdout
    lines = [line.strip("| ").split(" | ") for line in said.splitlines() if line.startswith("| MiniLM")]
    assert lines[0] == ["MiniLM", "one", "0.50", "repair 2", "+8.5", "+5.5", "+4.0", "+5.0", "+7.0"]
    assert lines[1] == ["MiniLM", "two", "0.50", "repair 1", "+1.0", "-2.0", "-2.0", "0.0", "0.0"]
    by_queries = {line[1]: line[2:] for line in lines[2:]}
    # (5.5 - 2) / 2, and errors of 4, 2 and 3.
    assert by_queries["100"] == ["2", "+1.8", "+1.0", "+2.5", "+3.5", "1.00", "1", "+3.0", "3.1"]
    assert by_queries["5"][-2:] == ["-", "-"]
