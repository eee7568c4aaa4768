"""The tables of docs/repair.md: made from small evaluations, each with a place in the document."""

import json
import math
import re
import shutil

import pytest
from printed_tables import check_form, make, names, table

RECIPE = "lead-body 128 whiten:0.1:within=0.8"
MODELS = {"all-MiniLM-L6-v2": "MiniLM", "all-mpnet-base-v2": "MPNet"}


def entry(score, difference, width):
    interval = {"estimate": difference, "low": difference - width, "high": difference + width}
    bucket = {"from": 1, "to": 9, "difference": interval}
    return {"metrics": {"ndcg_at_10": {"estimate": score, "low": score - width, "high": score + width}}, "comparison": {"difference": interval},
            "by_length": [{"kind": "equal_count", "length_of": "relevant_document",
                           "buckets": [bucket, {**bucket, "difference": {**interval, "estimate": difference + 0.1}}]}]}


RUNS = {"model": (0.5, 0, 0), RECIPE: (0.6, 0.1, 0.05), f"{RECIPE} held out": (0.58, 0.08, 0.06), "window-mean 128": (0.53, 0.03, 0.01), "bm25": (0.4, -0.1, 0.02),
        "window-max 128 of 8 vectors best 1 + lead-body whiten:0.1:within=0.8": (0.62, 0.12, 0.03),
        f"{RECIPE} + bm25 weight 0.5": (0.65, 0.15, 0.04), "whiten:0.3": (0.55, 0.05, 0.02), "whiten:0.3 held out": (0.54, 0.04, 0.03)}
COSINES = {"none": (0.1, 0.3), "squeeze-96-126": (0.1, 0.15), "repeat-63-126": (0.1, 0.25)}  # of 128 and of 512 tokens


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("repair")
    for place in ("", "many", "windows", "positions/none", "positions/squeeze-96-126", "positions/repeat-63-126", "small/shrunk-1", "small/plain-1", "depth-0", "depth-0.5", "depth-1"):
        (out / place).mkdir(parents=True, exist_ok=True)
        for model in MODELS:
            for number, name in enumerate(("pages", "notes", "passkey-1024")):
                runs = [{"run": run, **entry(score + 0.1 * number, difference, width * (1 + number))} for run, (score, difference, width) in RUNS.items()]
                (out / place / f"{model}.{name}.json").write_text(json.dumps({"tasks": [{"runs": runs}]}))
    for key, (short, long) in COSINES.items():
        buckets = [{"to": length, "cosine": {"estimate": short + (long - short) * (length - 128) / 384}} for length in (128, 256, 384, 512)]
        (out / f"positions/{key}/all-MiniLM-L6-v2.cosine.json").write_text(json.dumps({"arms": {"truncated": {"buckets": buckets}}}))
    (out / "other").mkdir()
    labels = [{"run": run, "metrics": {"accuracy": {"estimate": score}}, "comparison": {"difference": {"estimate": difference, "low": None, "high": None}}}
              for run, (score, difference, _) in RUNS.items()]
    (out / "other/all-MiniLM-L6-v2.labels.json").write_text(json.dumps({"tasks": [{"kind": "classification", "metric": "accuracy", "runs": labels}]}))
    return out


@pytest.fixture(scope="module")
def printed(folder, root):
    return make(root / "scripts/repair_tables", folder)


def row_of(printed, name, *start):
    return next(row for row in table(printed, name)[1:] if row[: len(start)] == list(start))


def test_every_row_of_every_table_has_the_width_of_its_head(printed):
    check_form(printed, 16)


def test_a_mean_over_sets_weighs_them_alike_and_leaves_needles_out(printed):
    assert row_of(printed, "ladder", "MiniLM", "truncated")[2:] == ["0.600", "0.500", "0.550"]  # notes, pages, mean
    assert row_of(printed, "needles", "MiniLM", "passkey-1024")[2:5] == ["0.700", "0.730", "0.800"]


def test_the_interval_of_a_mean_is_that_of_independent_sets(printed):
    low, high = map(float, re.findall(r"[+-][\d.]+", row_of(printed, "gains", "MPNet")[-1])[1:])
    half = 100 * math.hypot(0.06, 0.12) / 2
    assert (low, high) == (pytest.approx(8 - half, abs=0.051), pytest.approx(8 + half, abs=0.051))
    assert row_of(printed, "gains", "MPNet")[-1].startswith("**") and not row_of(printed, "gains", "MPNet")[1].startswith("**")
    assert row_of(printed, "gains on long documents", "MiniLM")[2].startswith("**+18.0")


def test_over_the_mean_of_windows_pairs_are_used_where_there_are_any(printed, folder, root, tmp_path):
    assert re.fullmatch(r".*\+8\.0 \[.*\].*", row_of(printed, "over windows", "MPNet")[-1])
    shutil.copytree(folder, tmp_path / "copy")
    (tmp_path / "copy/windows/all-mpnet-base-v2.notes.json").unlink()
    assert row_of(make(root / "scripts/repair_tables", tmp_path / "copy"), "over windows", "MPNet")[1:] == ["+5.0", "+5.0", "+5.0"]  # .58 less .53


def test_a_difference_without_pairs_has_the_interval_of_independent_scores(printed):
    cells = row_of(printed, "one pass", "MiniLM", "as it is, whitened")[2:]
    half = 100 * math.hypot(0.03, 0)  # of the set "pages"; the base run's scores have no width here
    assert cells[1] == f"**+4.0 [{4 - half:+.1f}, {4 + half:+.1f}]**"


def test_a_rise_of_the_cosine_is_from_the_shortest_length_to_the_longest(printed):
    assert row_of(printed, "cosines", "MiniLM", "as it is")[2:] == ["0.100", "0.167", "0.233", "0.300", "0.200"]


def test_a_floor_is_met_by_its_estimate_and_a_loss_counts_by_its_interval(printed):
    met = {row[0]: row[1:] for row in table(printed, "floors")[1:]}
    assert met["MiniLM: the recipe over truncation, 2 sets"][::2] == ["+5.5", "yes"]
    assert not any("8 vectors" in what for what in met)  # not measured held out, so left out
    assert met["quarters of a set worse by an interval that leaves out 0, of 8 over the models"] == ["0", "0", "yes"]
    assert met["sets worse by an interval that leaves out 0, of 4 over the models"] == ["0", "0", "yes"]
    assert met["MiniLM: rise of the cosine from 128 to 512 tokens, positions squeezed (squeeze:96:126), of what it was"] == ["0.50 at most", "0.25", "yes"]
    assert met["MiniLM: rise of the cosine from 128 to 512 tokens, positions repeated (repeat:63:126), of what it was"][-1] == "**no**"


def test_needles_stand_at_three_depths_side_by_side(printed, folder):
    """The folders hold the same scores at every depth."""
    assert row_of(printed, "needles by depth", "MiniLM", "passkey-1024", "the recipe")[3:] == ["0.800", "0.800", "0.800"]
    assert row_of(printed, "needles by depth", "MiniLM", "passkey-1024", "best window, whitened")[3:] == ["-", "-", "-"]


def test_hindsight_chooses_among_single_vectors_alone(printed):
    assert row_of(printed, "hindsight", "MPNet", "pages")[2:] == ["the recipe: .8 of the scatter within documents", "0.600", "0.600", "0.0"]


def test_other_uses_have_their_own_metric(printed):
    assert row_of(printed, "other uses", "MiniLM")[1:] == ["labels, classification", "0.500 +0.0", "0.530 +3.0", "-", "0.600 +10.0"]


def test_what_is_lacking_has_no_mean(printed):
    assert row_of(printed, "ladder", "MiniLM", "truncated, whitened")[2:] == ["-", "-", "-"]


def test_the_document_has_a_place_for_every_table(printed, folder, root, tmp_path):
    document = tmp_path / "repair.md"
    document.write_text((root / "docs/repair.md").read_text())
    make(root / "scripts/repair_tables", folder, document)
    assert sorted(re.findall("<!-- table (.*) -->", document.read_text())) == sorted([*names(printed), "placement", "answer places", "attention policies"])  # those of scripts/placement_tables, answer_places and attention_policies
