"""Statistics of parts of a collection: merged, they give the report of the whole; and they do not grow with it."""

import json
import os
import random
import subprocess

import jsonschema
import pytest

OPTIONS = ["--probe", "--replicates", 50, "--minimum-documents", 8, "--quiet"]


@pytest.fixture(scope="module")
def tiny(root):
    return root / "tests/data/tiny_bert"


@pytest.fixture(scope="module")
def parts(man_pages, tmp_path_factory):
    """Sixty man pages in three files of unequal size, and all in one; the long ones come last."""
    folder = tmp_path_factory.mktemp("parts")
    lines = [line for number, line in enumerate(open(man_pages)) if number % 33 == 0][:60]
    lines.sort(key=len)
    paths = []
    for name, part in (("a", lines[:9]), ("b", lines[9:40]), ("c", lines[40:]), ("all", lines)):
        paths.append(folder / f"{name}.jsonl")
        paths[-1].write_text("".join(part))
    return paths


@pytest.fixture(scope="module")
def measured(run_lengthwise, tiny, parts):
    """{name: (report, file of statistics)} of the three parts and of the whole."""
    made = {}
    for path in parts:
        report, statistics = path.with_suffix(".report.json"), path.with_suffix(".statistics.json")
        run_lengthwise("measure", "--model", tiny, "--input", path, "--output", report, "--statistics", statistics, *OPTIONS)
        made[path.stem] = json.loads(report.read_text()), statistics
    return made


def merge(run_lengthwise, folder, *files, name="merged"):
    run_lengthwise("merge", *files, "--output", folder / f"{name}.json", "--statistics", folder / f"{name}.statistics.json")
    return json.loads((folder / f"{name}.json").read_text()), folder / f"{name}.statistics.json"


def assert_same(found, expected, path="report"):
    """Equal but for the command line and the input's name. Numbers to 1e-9; they are rounded to 7 digits, which
    differences in the last bits of a sum hardly ever move."""
    if path == "report":
        found, expected = ({key: value for key, value in report.items() if key not in ("command", "data")}
                           | {"data": {key: value for key, value in report["data"].items() if key != "source"}}
                           for report in (found, expected))
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), path
        for key in expected:
            assert_same(found[key], expected[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for index, (one, other) in enumerate(zip(found, expected)):
            assert_same(one, other, f"{path}[{index}]")
    elif isinstance(expected, float):
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-12), path
    else:
        assert found == expected, path


@pytest.mark.parametrize("order", ["abc", "cab"])
def test_merged_parts_give_the_report_of_the_whole(run_lengthwise, measured, order, tmp_path):
    found, _ = merge(run_lengthwise, tmp_path, *(measured[name][1] for name in order))
    whole = measured["all"][0]
    assert_same(found, whole)
    assert whole["collapse_index"]["slope"]["low"] is not None
    # The first part alone is too small for the lengths of the whole.
    assert measured["a"][0]["arms"]["truncated"]["documents"] != whole["arms"]["truncated"]["documents"]


def test_merged_statistics_merge_again(run_lengthwise, measured, tmp_path):
    _, statistics = merge(run_lengthwise, tmp_path, measured["b"][1], measured["c"][1], name="bc")
    found, _ = merge(run_lengthwise, tmp_path, statistics, measured["a"][1])
    assert_same(found, measured["all"][0])


def test_samples_of_parts_are_the_sample_of_the_whole(run_lengthwise, tiny, parts, tmp_path):
    made = {}
    for path in parts:
        made[path.stem] = tmp_path / f"{path.stem}.json", tmp_path / f"{path.stem}.statistics.json"
        run_lengthwise("measure", "--model", tiny, "--input", path, "--output", made[path.stem][0], "--statistics",
                       made[path.stem][1], "--truncated-documents", 10, *OPTIONS)
    found, _ = merge(run_lengthwise, tmp_path, *(made[name][1] for name in "abc"))
    whole = json.loads(made["all"][0].read_text())
    assert_same(found, whole)
    assert whole["arms"]["truncated"]["documents"] == 10
    assert any("holds 10 of the" in note for note in whole["notes"])


def test_lines_of_text_have_no_names_of_their_own(run_lengthwise, tiny, parts, tmp_path):
    texts = [json.loads(line)["text"].replace("\n", " ") for line in open(parts[3])]
    statistics = []
    for name, part in (("one", texts[:25]), ("two", texts[25:]), ("all", texts)):
        (tmp_path / f"{name}.txt").write_text("".join(text + "\n" for text in part))
        statistics.append(tmp_path / f"{name}.statistics.json")
        run_lengthwise("measure", "--model", tiny, "--input", tmp_path / f"{name}.txt", "--output", tmp_path / f"{name}.json",
                       "--statistics", statistics[-1], *OPTIONS)
    found, _ = merge(run_lengthwise, tmp_path, *statistics[:2])
    assert_same(found, json.loads((tmp_path / "all.json").read_text()))


def test_standard_input_gives_the_report_of_the_file(run_lengthwise, tiny, parts, measured, tmp_path):
    with open(parts[3]) as stream:
        run_lengthwise("measure", "--model", tiny, "--input", "-", "--output", tmp_path / "report.json", *OPTIONS, stdin=stream)
    assert_same(json.loads((tmp_path / "report.json").read_text()), measured["all"][0])


def test_documents_that_stand_in_two_parts_are_refused_or_named(run_lengthwise, binary, measured, tmp_path):
    message = refused(binary, "merge", measured["all"][1], measured["b"][1], "--output", tmp_path / "report.json")
    assert f"{measured['all'][1]} and {measured['b'][1]} share documents, at least 31 of 60 and 31" in message
    found, _ = merge(run_lengthwise, tmp_path, measured["all"][1], measured["b"][1], "--allow-overlap")
    assert any("at least 31 of its documents stand in the parts before it too" in note for note in found["notes"])


def test_statistics_keep_their_schema(measured, root):
    schema = json.loads((root / "docs/statistics.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(measured["a"][1].read_text()))


def refused(binary, *arguments):
    done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return done.stderr


def test_statistics_of_another_kind_are_refused_by_name(binary, run_lengthwise, tiny, parts, measured, tmp_path):
    output = tmp_path / "report.json"
    for options, words in ((["--temperature", 0.8], "repair"), (["--max-length", 40], "model.limits.in_force is 40"),
                           (["--lengths", "16,32"], "options.lengths"), (["--seed", 2], "options.seed is 2")):
        other = tmp_path / "other.json"
        run_lengthwise("measure", "--model", tiny, "--input", parts[0], "--output", tmp_path / "unused.json", "--statistics", other,
                       *OPTIONS, *options)
        message = refused(binary, "merge", measured["b"][1], other, "--output", output)
        assert words in message and str(other) in message
    message = refused(binary, "merge", parts[0].with_suffix(".report.json"), measured["b"][1], "--output", output)
    assert "not a file of statistics" in message
    assert not output.exists()


def broken(statistics):
    """Files that are not what they seem, and what the message must say."""
    yield statistics.read_text()[:5000], "not valid JSON"
    whole = json.loads(statistics.read_text())
    for change, words in (
        (lambda s: s.pop("at_least"), "at_least"),
        (lambda s: s["natural"]["model"].pop(), "lacks buckets"),
        (lambda s: s["natural"]["model"][2].update(sum="AAAA"), "\"sum\" holds 3 bytes"),
        (lambda s: s["natural"]["model"][2].update(sum="!"), "not base64"),
        (lambda s: s["natural"]["model"][2].update(sum="/////////38=" * 3), "\"sum\""),
        (lambda s: s["natural"]["model"][2].update(count=-1), "\"count\""),
        (lambda s: s["truncated"].clear(), "documents of the truncated arm are missing"),
        (lambda s: s["data"].update(documents=7), "contradict"),
        (lambda s: s.update(version=99), "another version"),
    ):
        copy = json.loads(json.dumps(whole))
        change(copy)
        yield json.dumps(copy), words


def test_broken_statistics_are_refused(binary, measured, tmp_path):
    for text, words in broken(measured["c"][1]):
        (tmp_path / "broken.json").write_text(text)
        message = refused(binary, "merge", measured["b"][1], tmp_path / "broken.json", "--output", tmp_path / "report.json")
        assert words in message and "broken.json" in message and "defect" not in message
        assert not (tmp_path / "report.json").exists()


def peak_megabytes(*arguments):
    process = subprocess.Popen([*map(str, arguments)], stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


def test_memory_does_not_grow_with_the_number_of_documents(binary, tiny, tmp_path):
    words = ["the", "a", "of", "and", "long", "short", "text", "model", "head", "attention", "token"]
    peaks = []
    # Beyond 65,536 documents, which wait to be embedded together, nothing more is held. Each further document held
    # would take 300 bytes and more (its text, its tokens): 40 MB.
    for count in (70_000, 210_000):
        generator = random.Random(count)
        path = tmp_path / f"{count}.txt"
        with open(path, "w") as out:
            for number in range(count):
                out.write(" ".join(generator.choices(words, k=4 + number % 30)) + "\n")
        peaks.append(peak_megabytes(binary, "measure", "--model", tiny, "--input", path, "--output", tmp_path / "report.json",
                                    "--replicates", 0, "--quiet"))
    assert peaks[1] < peaks[0] + 15, peaks


def test_parts_merge_though_only_one_says_what_the_model_was_trained_to(run_lengthwise, tiny, parts, measured, tmp_path):
    """The knee is compared with it; nothing is measured by it. The first part's stands."""
    run_lengthwise("measure", "--model", tiny, "--input", parts[2], "--output", tmp_path / "c.json", "--statistics", tmp_path / "c.statistics", "--trained-length", 40, *OPTIONS)
    for first, second, expected in ((measured["b"][1], tmp_path / "c.statistics", None), (tmp_path / "c.statistics", measured["b"][1], 40)):
        report, _ = merge(run_lengthwise, tmp_path, first, second)
        assert report["model"]["limits"].get("trained_to") == expected
