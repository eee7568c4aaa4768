"""report: one command that measures, tunes and proves, and the page that answers."""
import json
import pathlib
import re
import shlex
import subprocess

import jsonschema
import numpy as np
import pytest
from shown_pages import Page, answers, browse, chromium, look, plots, without_scripts  # noqa: F401 (fixtures among them)
from test_tune import collection, write_lines

# The picture (2) and the map (2); an evaluation's two lengths, and collapse; curves (5), shapes, attribution (2), layers and heads (4), counts, the placement.
PLOTS = {"answer": 4 + 3 + 14, "comparison": 2}


@pytest.fixture
def report(binary, root, tmp_path):
    def run(*arguments, models=("tiny_bert",), fails=0):
        words = [word for model in models for word in ("--model", root / "tests/data" / model)]
        done = subprocess.run([binary, "report", *words, "--no-cache", "--quiet", "--replicates", "50", "--output", tmp_path / "out", *arguments],
                              capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == fails, done.stderr
        if fails:
            assert not (tmp_path / "out").exists()
            return done.stderr
        return json.loads((tmp_path / "out/report.json").read_text()), done.stderr
    return run


def validate(document, root):
    schemas = {name: json.loads((root / f"docs/{name}.schema.json").read_text()) for name in ("answer", "report", "tune", "evaluation")}
    jsonschema.Draft202012Validator.check_schema(schemas["answer"])
    jsonschema.validate(document, schemas["answer"])
    for model in document["models"]:
        jsonschema.validate(model["measured"], schemas["report"])
        jsonschema.validate(model["tuned"], schemas["tune"])
        if model["evaluated"]:
            jsonschema.validate(model["evaluated"], schemas["evaluation"])


@pytest.mark.parametrize("name", ["answer", "comparison"])
def test_the_document_and_its_parts_keep_their_schemas(answers, root, name):
    document = json.loads(answers[name][0].read_text())
    validate(document, root)
    assert json.loads(Page(answers[name][1].read_text()).scripts["report"]) == document


@pytest.mark.parametrize("name", ["answer", "comparison"])
def test_every_chart_is_drawn_without_an_error_and_can_be_saved(chromium, answers, tmp_path, name):
    elements, console = browse(chromium, answers[name][1], tmp_path)
    assert console == []
    assert 'data-drawn="yes"' in elements
    assert plots(elements) == PLOTS[name]
    shown = without_scripts(elements)
    assert not re.search("NaN|undefined|Infinity", shown)
    assert len(re.findall(r'aria-label="Save as SVG', shown)) == len(re.findall(r'aria-label="Save as CSV', shown)) == PLOTS[name]


def printed(value, digits):
    """As the page writes a number."""
    return f"{value:.{digits}f}".replace("-", "\u2212")


def test_numbers_on_the_page_are_those_of_the_document(chromium, answers, tmp_path):
    document = json.loads(answers["answer"][0].read_text())
    words = look(chromium, answers["answer"][1], 1300, tmp_path)["words"]
    (model,) = document["models"]
    assert document["sentence"] == model["sentence"] and document["sentence"] in words
    for paragraph in model["paragraphs"]:
        assert paragraph["title"] in words and paragraph["text"] in words
    for row in model["gain"]["quarters"]:
        for member in ("before", "after"):
            assert printed(row[member]["estimate"], 3) in words
        assert printed(100 * row["difference"]["estimate"], 1) in words
    for candidate in model["tuned"]["candidates"]:
        assert candidate["title"] in words
        if candidate["run"]:
            assert printed(candidate["run"]["metrics"]["ndcg_at_10"]["estimate"], 3) in words


def test_gains_are_those_of_the_evaluation_by_fits_that_have_seen_nothing_of_it(answers):
    (model,) = json.loads(answers["answer"][0].read_text())["models"]
    tried = next(candidate for candidate in model["tuned"]["candidates"] if candidate["title"] == model["tried"])
    (task,) = model["evaluated"]["tasks"]
    (run,) = [run for run in task["runs"] if run["run"] == f"{tried['name']} held out"]
    assert model["gain"]["judged_by"] == "judgements" and model["gain"]["queries"] == task["units"]
    assert model["gain"]["difference"] == run["comparison"]["difference"] and model["gain"]["before"] == task["runs"][0]["metrics"]["ndcg_at_10"]
    quarters = [group for group in run["by_length"] if group["kind"] == "equal_count" and group["length_of"] == "relevant_document"][0]["buckets"]
    assert [row["difference"] for row in model["gain"]["quarters"]] == [bucket["difference"] for bucket in quarters]
    assert sum(row["count"] for row in model["gain"]["quarters"]) == task["units"]


def test_models_stand_side_by_side_with_a_page_each(answers):
    document = json.loads(answers["comparison"][0].read_text())
    folder = answers["comparison"][0].parent
    assert [row["model"] for row in document["comparison"]["rows"]] == ["tiny_bert", "tiny_mpnet"]
    scores = {row["model"]: row["longest_after"]["estimate"] for row in document["comparison"]["rows"]}
    assert max(scores, key=scores.get) in document["sentence"]
    for model in document["models"]:
        own = json.loads((folder / f"{model['name']}.json").read_text())
        assert own["comparison"] is None and {**own["models"][0], "page": None} == {**model, "page": None}
        assert (folder / model["page"]).exists() and (folder / f"{model['name']}.lengthwise.json").exists()
        assert f'href="{model["page"]}"' not in (folder / "index.html").read_text().split("<script")[0]


def test_a_person_reads_in_one_sentence_whether_from_where_what_to_do_and_what_it_gains(chromium, run_lengthwise, root, model_folder, man_pages, tmp_path):
    """On man pages, from the page itself: its heading."""
    subprocess.run([root / "scripts/sample_task", man_pages.parent, "24", tmp_path / "task"], check=True)
    run_lengthwise("report", "--model", model_folder, "--input", tmp_path / "task/corpus.jsonl", "--queries", tmp_path / "task/queries.jsonl", "--no-cache",
                   "--replicates", 200, "--quiet", "--output", tmp_path / "out")
    elements, _ = browse(chromium, tmp_path / "out/index.html", tmp_path / "profile")
    heading = re.search(r'<h1 id="sentence">(.*?)</h1>', elements)[1]
    found = re.fullmatch(r"all-MiniLM-L6-v2 collapses on this text,? (?:most likely )?from about (\d+) tokens on; read long documents whole, in windows mixed into one vector, "
                         r"and search improves by ([\d.]+) points of 100 \(nDCG@10\), by ([\d.]+) where the longest quarter of documents is looked for\.", heading)
    assert found, heading
    assert 200 <= int(found[1]) <= 330 and float(found[2]) > 1 and float(found[3]) > float(found[2])


@pytest.mark.parametrize("reading", [[], ["--dimensions", "20", "--prompt", "it's: "]])
def test_the_next_commands_run(report, binary, root, tmp_path, reading):
    """With what was said of how texts are read; vectors that were cut short are no checkpoint's."""
    documents, queries = collection(tmp_path / "set", 300)
    document, _ = report("--input", documents, "--queries", queries, *reading)
    commands = [line for row in document["models"][0]["commands"] for line in row["command"].splitlines()]
    assert sum(line.startswith("lengthwise embed") for line in commands) == 2 and any(line.startswith("lengthwise export") for line in commands) != bool(reading)
    for line in commands:
        if "my-task" in line:
            continue  # a folder that is the reader's to make
        words = shlex.split(line)
        done = subprocess.run([binary, *words[1:]], capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    assert np.load(tmp_path / "documents.npy").shape[1] == (20 if reading else 36)
    assert (tmp_path / "repaired-model/model.safetensors").exists() != bool(reading)


def test_names_that_a_shell_would_take_apart_are_quoted(report, tmp_path):
    documents, _ = collection(tmp_path / "a set's", 300)
    document, _ = report("--input", documents)
    words = shlex.split(document["models"][0]["commands"][0]["command"])
    assert words[words.index("--input") + 1] == str(documents)


def test_short_texts_have_nothing_to_repair(report, root, tmp_path):
    documents, queries = collection(tmp_path / "set", 10)
    document, said = report("--input", documents, "--queries", queries)
    validate(document, root)
    assert document["models"][0]["gain"] is None and "nothing is to be repaired" in document["sentence"] and document["sentence"] in said
    assert {paragraph["about"] for paragraph in document["models"][0]["paragraphs"]}.isdisjoint({"gain", "cost"})


def test_without_queries_it_does_what_needs_none_and_asks_for_some(report, root, tmp_path):
    documents, _ = collection(tmp_path / "set", 300)
    document, _ = report("--input", documents)
    validate(document, root)
    assert document["models"][0]["gain"] is None and "queries would tell" in document["sentence"]
    assert any("--queries" in row["command"] for row in document["models"][0]["commands"])


def test_queries_that_cannot_tell_claim_nothing(report, tmp_path):
    documents, _ = collection(tmp_path / "set", 300)
    queries = write_lines(tmp_path / "strange.jsonl", [{"_id": str(n), "text": f"{word} wohin geht der Weg the"} for n, word in enumerate(
        ["abend", "brot", "dorf", "eis", "feld", "gras", "haus", "insel"])])
    document, _ = report("--input", documents, "--queries", queries)
    assert document["models"][0]["gain"] is None or "not shown to help" in document["sentence"]
    assert any("another language" in note for note in document["notes"])


def test_a_report_takes_the_place_of_the_one_before_and_leaves_what_is_not_its_own(report, tmp_path):
    documents, queries = collection(tmp_path / "set", 300)
    report("--input", documents)
    (tmp_path / "out/mine.txt").write_text("mine")
    first = (tmp_path / "out/lengthwise.json").read_bytes()
    report("--input", documents, "--queries", queries)
    assert (tmp_path / "out/mine.txt").read_text() == "mine" and (tmp_path / "out/lengthwise.json").read_bytes() != first
    assert sorted(path.name for path in pathlib.Path(tmp_path / "out").iterdir()) == ["index.html", "lengthwise.json", "mine.txt", "report.json"]


@pytest.mark.parametrize(("arguments", "exit", "says"), [
    ((), 2, "give --input, with --queries"),
    (("--input", "one.jsonl"), 1, "there is one document"),
    (("--input", "set/corpus.jsonl", "--queries", "few.txt"), 1, "2 queries say nothing"),
    (("--input", "set/corpus.jsonl", "--queries", "empty.txt"), 1, "holds no document"),
    (("--input", "set/corpus.jsonl", "--queries", "absent.txt"), 1, "absent.txt"),
    (("--task", "set"), 1, "set/qrels"),
    (("--input", "set/corpus.jsonl", "--task", "wrong"), 1, "wrong/qrels.tsv"),
    (("--input", "set/corpus.jsonl", "--task", "rated"), 2, "no search"),
    (("--input", "set/corpus.jsonl", "--window", "64"), 2, "--window"),
    (("--input", "set/corpus.jsonl", "--vectors", "1"), 2, "--vectors"),
    (("--input", "set/corpus.jsonl", "--max-length", "99999"), 2, "positions"),
])
def test_what_cannot_be_answered_is_refused_and_leaves_nothing(report, tmp_path, arguments, exit, says):
    collection(tmp_path / "set", 60, documents=8)
    (tmp_path / "one.jsonl").write_text('{"text": "alone"}\n')
    (tmp_path / "few.txt").write_text("a\nb\n")
    (tmp_path / "empty.txt").write_text("")
    collection(tmp_path / "wrong", 60, documents=8)
    (tmp_path / "wrong/qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq0\tabsent\t1\n")
    (tmp_path / "rated").mkdir()
    write_lines(tmp_path / "rated/pairs.jsonl", [{"sentence1": f"a {n}", "sentence2": f"b {n}", "score": n} for n in range(12)])
    assert says in report(*arguments, fails=exit)


def test_a_model_given_twice_is_refused(report, tmp_path):
    collection(tmp_path / "set", 60, documents=8)
    assert "twice" in report("--input", "set/corpus.jsonl", models=("tiny_bert", "tiny_bert"), fails=2)
