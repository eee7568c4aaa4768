"""Texts are read for what they are, whatever their file is called; what is no text, or dubious, is said to be so."""

import csv
import gzip
import io
import json
import shutil
import subprocess

import numpy as np
import pytest
from careless import BINARY, ROOT, Row, check, table

MODEL = ROOT / "tests/data/tiny_bert"
TEXTS = ["the length of a text", 'with "quotes", commas\nand lines', "", "of the length", "tab\there"]
IDS = [f"id {i}" for i in range(len(TEXTS))]
EMBED = "lengthwise embed --model $MODEL --output v.npy --input "
MADE = ("v.npy", "v.tokens.jsonl")


def jsonl(text="text", key="_id"):
    return "".join(json.dumps({key: i, text: t}) + "\n" for i, t in zip(IDS, TEXTS)).encode()


def array(indent=None):
    return json.dumps([{"_id": i, "text": t, "more": {"text": [1, [2]]}} for i, t in zip(IDS, TEXTS)], indent=indent).encode()


def rows_of_a_table(delimiter, text="text", key="_id"):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["number", key, text])
    writer.writerows([n, i, t] for n, (i, t) in enumerate(zip(IDS, TEXTS)))
    return out.getvalue().encode()


def zstd(contents):
    return subprocess.run(["zstd", "-q"], input=contents, capture_output=True, check=True).stdout


def embed(folder, *arguments, **settings):
    """The vectors and ids of an input, and what was said."""
    output = folder / "out.npy"
    done = subprocess.run([BINARY, "embed", "--model", MODEL, "--output", output, *map(str, arguments)], capture_output=True, timeout=120, **settings)
    assert done.returncode == 0, done.stderr.decode()
    ids = [json.loads(line)["_id"] for line in (folder / "out.tokens.jsonl").read_text().splitlines()]
    return np.load(output), ids, done.stderr.decode()


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    folder = tmp_path_factory.mktemp("expected")
    (folder / "texts.jsonl").write_bytes(jsonl())
    vectors, ids, _ = embed(folder, "--input", folder / "texts.jsonl")
    assert ids == IDS
    return vectors


FORMATS = {
    "texts.ndjson": jsonl(),
    "lines.json": jsonl(),
    "texts": jsonl(),
    "texts.txt": jsonl(),
    "array.json": array(),
    "pretty.json": array(indent=2),
    "array": b"\xef\xbb\xbf\n" + array(),
    "texts.csv": rows_of_a_table(","),
    "texts.tsv": rows_of_a_table("\t"),
    "texts.jsonl.gz": gzip.compress(jsonl()),
    "members.jsonl.gz": gzip.compress(jsonl()[:50]) + gzip.compress(jsonl()[50:]),
    "texts.csv.gz": gzip.compress(rows_of_a_table(",")),
    "array.json.gz": gzip.compress(array()),
    "misnamed.jsonl": gzip.compress(jsonl()),
}
PACKED_BY_ZSTD = {"texts.jsonl.zst": jsonl(), "texts.tsv.zst": rows_of_a_table("\t"), "array": array()}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_texts_give_the_same_vectors_in_every_format(expected, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMATS[name])
    vectors, ids, said = embed(tmp_path, "--input", path)
    assert ids == IDS
    np.testing.assert_array_equal(vectors, expected)
    assert "note" not in said


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the program zstd")
@pytest.mark.parametrize("name", PACKED_BY_ZSTD)
def test_zstd_is_unpacked(expected, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(zstd(PACKED_BY_ZSTD[name]))
    vectors, ids, _ = embed(tmp_path, "--input", path)
    assert ids == IDS
    np.testing.assert_array_equal(vectors, expected)


@pytest.mark.parametrize("contents", [jsonl(), array(), gzip.compress(jsonl()), gzip.compress(array(indent=1))], ids=["jsonl", "array", "gzip", "gzip-array"])
def test_standard_input_is_told_by_its_content(expected, tmp_path, contents):
    vectors, ids, _ = embed(tmp_path, "--input", "-", input=contents)
    assert ids == IDS
    np.testing.assert_array_equal(vectors, expected)


def test_a_table_on_standard_input_is_named(expected, tmp_path):
    for name, delimiter in (("csv", ","), ("tsv", "\t")):
        vectors, ids, _ = embed(tmp_path, "--input", "-", "--input-format", name, input=rows_of_a_table(delimiter))
        assert ids == IDS
        np.testing.assert_array_equal(vectors, expected)


@pytest.mark.parametrize("name, contents", [("a.jsonl", jsonl("body", "key")), ("a.csv", rows_of_a_table(",", "body", "key"))])
def test_fields_are_named_by_options(expected, tmp_path, name, contents):
    (tmp_path / name).write_bytes(contents)
    vectors, ids, _ = embed(tmp_path, "--input", tmp_path / name, "--text-field", "body", "--id-field", "key")
    assert ids == IDS
    np.testing.assert_array_equal(vectors, expected)


def test_a_title_column_is_embedded_before_the_text(tmp_path):
    (tmp_path / "joined.txt").write_text("the length of text\n")
    (tmp_path / "apart.csv").write_text("head,text\nthe length,of text\n")
    joined, _, _ = embed(tmp_path, "--input", tmp_path / "joined.txt")
    apart, _, _ = embed(tmp_path, "--input", tmp_path / "apart.csv", "--title-field", "head")
    np.testing.assert_array_equal(joined, apart)


def test_lines_forces_plain_text(tmp_path):
    (tmp_path / "a.csv").write_text('text\n{"text": "one"}\n')
    vectors, ids, said = embed(tmp_path, "--input", tmp_path / "a.csv", "--input-format", "lines")
    assert ids == ["1", "2"] and "note" not in said


def test_a_stream_is_measured_as_it_comes(tmp_path):
    """A refusal does not wait for the end of the input: what comes before the defect was taken in already."""
    command = [BINARY, "fit", "--model", MODEL, "--postprocess", "center", "--input", "-", "--output", tmp_path / "r.json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdin.write(jsonl() + b"broken\n")
        process.stdin.flush()
        assert process.wait(timeout=60) == 1  # though standard input is open
        assert b"standard input:6" in process.stderr.read()


# What was read as something that it is not, or ended in silence

REFUSED = [
    Row("a Parquet file", EMBED + "a.parquet", files={"a.parquet": b"PAR1\x15\x04\x15\x00PAR1"}, says="a Parquet file, which is not read.*read_parquet"),
    Row("text in a Parquet file", EMBED + "a", files={"a": b"PAR1\x15abc\nPAR1"}, says="a Parquet file"),
    Row("a PDF", EMBED + "a.pdf", files={"a.pdf": b"%PDF-1.7\nmore\n"}, says="a PDF file.*pdftotext"),
    Row("a sheet", EMBED + "a.xlsx", files={"a.xlsx": b"PK\x03\x04text\n"}, says="zip archive"),
    Row("a NumPy array", EMBED + "a.npy", files={"a.npy": b"\x93NUMPY\x01\x00v\x00"}, says="a NumPy array"),
    Row("a pickle", EMBED + "a.pkl", files={"a.pkl": b"\x80\x04\x95abc."}, says="a Python pickle"),
    Row("an image", EMBED + "a.png", files={"a.png": b"\x89PNG\r\n\x1a\n"}, says="a PNG image"),
    Row("bytes with NUL", EMBED + "a.bin", files={"a.bin": b"text\x00more\n"}, says="NUL byte"),
    Row("a pointer of Git LFS", EMBED + "a.txt", files={"a.txt": "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"}, says="Git LFS.*git lfs pull"),
    Row("a cut gzip", EMBED + "a.jsonl.gz", files={"a.jsonl.gz": gzip.compress(jsonl())[:-9]}, says="gzip archive is cut"),
    Row("a damaged gzip", EMBED + "a.jsonl.gz", files={"a.jsonl.gz": gzip.compress(jsonl())[:-8] + bytes(8)}, says="gzip archive is damaged"),
    Row("a cut zstd", EMBED + "a.zst", files={"a.zst": bytes.fromhex("28b52ffd2005")}, says="zstd archive is cut"),
    Row("a bzip2 archive", EMBED + "a.bz2", files={"a.bz2": b"BZh91AY&SYabc"}, says="a bzip2 archive.*bzip2 -dc"),
    Row("a tar archive", EMBED + "a.tgz", files={"a.tgz": gzip.compress(b"a.txt" + bytes(252) + b"ustar" + bytes(300))}, says="a tar archive"),
    Row("one pretty-printed object", EMBED + "a.json", files={"a.json": '{\n  "text": "x"\n}\n'}, says="does not end on its line.*jq -c"),
    Row("an object around the array", EMBED + "a.json", files={"a.json": '{"rows": [{"text": "x"}]}\n'}, says='"text" is missing; the object has "rows"'),
    Row("a cut array", EMBED + "a.json", files={"a.json": '[{"text": "x"}, {"te'}, says="element 2: not valid JSON: the file ends"),
    Row("an array of numbers", EMBED + "a.json", files={"a.json": "[1, 2]"}, says="element 1: expected an object"),
    Row("words called JSON", EMBED + "a.json", files={"a.json": "just words\n"}, says="not valid JSON"),
    Row("words called ndjson", EMBED + "a.ndjson", files={"a.ndjson": "just words\n"}, says="a.ndjson:1: not valid JSON"),
    Row("CSV without the column", EMBED + "a.csv", files={"a.csv": "id,body\n1,x\n"}, says='no column "text"; it has "id", "body" .--text-field'),
    Row("CSV with semicolons", EMBED + "a.csv", files={"a.csv": "id;text\n1;x\n"}, says="not by semicolons"),
    Row("CSV with an open quote", EMBED + "a.csv", files={"a.csv": 'text\nx\n"open\n'}, says="a.csv:3: the quote that opens a field here is not closed"),
    Row("CSV with a ragged row", EMBED + "a.csv", files={"a.csv": "a,text\n1,2\n1,2,3\n"}, says="a.csv:3: 3 fields, where the header has 2"),
    Row("CSV of another encoding", EMBED + "a.csv", files={"a.csv": "text\ncaf\xe9\n".encode("latin-1")}, says="a.csv:2: not valid UTF-8.*iconv"),
    Row("a cut line", EMBED + "a.jsonl", files={"a.jsonl": '{"te": 1'}, says="a.jsonl:1: not valid JSON: it ends after 8 bytes"),
    Row("a dangling link in a folder", EMBED + "docs", files={"docs/a.txt": "x"}, links={"docs/b.txt": "nowhere"}, says="b.txt: a link to a file that is not there"),
    Row("a file that may not be read", EMBED + "docs", files={"docs/a.txt": "x"}, prepare="chmod 0 docs/a.txt", says="a.txt", users=("ordinary",)),
    Row("a folder without text files", EMBED + "docs", files={"docs/a.jsonl": "{}"}, says="holds no .txt file; to read one of its 1 others .a.jsonl"),
    Row("a binary file in a folder", EMBED + "docs", files={"docs/a.txt": b"%PDF-1.4"}, says="a.txt: a PDF"),
    Row("a format that there is not", EMBED + "a --input-format parquet", files={"a": "x"}, exit=2, says="--input-format"),
    Row("filler that is no text", "lengthwise datasets passkey --model $MODEL --filler a --output out", files={"a": b"PK\x03\x04"}, says="zip archive", changed=("out",)),
    Row("documents that are no text", "lengthwise datasets pseudo --input a --output out", files={"a": b"PK\x03\x04"}, says="zip archive"),
    *(Row(f"{command} of a Parquet file", f"lengthwise {command} --model $MODEL --input a --output out.{ending}", files={"a": b"PAR1\x15text"}, says="a Parquet file")
      for command, ending in (("measure", "json"), ("attention", "jsonl"), ("fit --postprocess center", "json"))),
]


@table(REFUSED)
def test_what_is_no_text_is_refused(row, user, tmp_path):
    check(row, tmp_path, user)


GOOD = "".join(json.dumps({"text": f"the length of text {i}"}) + "\n" for i in range(12))
WARNED = [
    Row("plain text by guess", EMBED + "a.md", 0, "note: a.md: taken as plain text, each of its 2 lines a document", files={"a.md": "the length\nof text\n"}, changed=MADE),
    Row("plain text on standard input", EMBED + "- < a.txt", 0, "note: standard input: taken as plain text", files={"a.txt": "the length\n"}, changed=MADE),
    Row("fields of plain text", EMBED + "a.txt --text-field body", 0, "note: a.txt: plain text has no fields", files={"a.txt": "the length\n"}, changed=MADE),
    Row("a folder with other files", EMBED + "docs", 0, "note: docs: 1 .txt files were read, 2 others left out .first: b.md", files={"docs/a.txt": "x", "docs/b.md": "y", "docs/c": "z"},
        changed=MADE),
    Row("a folder with a pipe", EMBED + "docs", 0, "note: docs: left out, since no file though named .txt: 1 .first: p.txt", files={"docs/a.txt": "x"}, prepare="mkfifo docs/p.txt",
        changed=MADE),
    Row("blank texts", EMBED + "a.jsonl --json", 0, "warning: 2 of 14 texts are blank.*first: 13", '"warnings":{[^}]*"blank_texts":2', files={"a.jsonl": GOOD + '{"text": ""}\n{"text": " "}\n'},
        changed=MADE),
    Row("one text many times", EMBED + "a.jsonl --json", 0, "warning: 12 of 24 texts are the same as one before.*first: 13", '"repeated_texts":12', files={"a.jsonl": GOOD * 2}, changed=MADE),
    Row("a huge word", EMBED + "a.jsonl --json", 0, "warning: 1 of 13 texts hold a word of more than 1,000 characters.*first: big", '"long_words":1',
        files={"a.jsonl": GOOD + json.dumps({"_id": "big", "text": "x" * 2_000_000}) + "\n"}, changed=MADE),
    Row("another language", EMBED + "a.txt --json", 0, "warning: [0-9]+ of [0-9]+ tokens .* unknown to the model's vocabulary.*begins \"привет", '"unknown_tokens":',
        files={"a.txt": "привет мир\n" * 3}, changed=MADE),
    Row("NUL in JSON", EMBED + "a.jsonl --json", 0, "warning: 1 of 13 texts hold NUL", '"nul_characters":1', files={"a.jsonl": GOOD + '{"text": "a\\u0000b"}\n'}, changed=MADE),
    Row("decoded wrongly", EMBED + "a.jsonl --json", 0, r"warning: 1 of 13 texts hold U\+FFFD", '"replacement_characters":1', files={"a.jsonl": GOOD + '{"text": "na\ufffdve"}\n'}, changed=MADE),
    Row("HTML", EMBED + "a.jsonl --json", 0, "warning: 1 of 13 texts look like HTML", '"markup":1', files={"a.jsonl": GOOD + '{"text": "<p>the length</p>"}\n'}, changed=MADE),
    Row("measure of blank texts", "lengthwise measure --model $MODEL --input a.jsonl --output r.json --json", 0, "warning: 2 of 14 texts are blank", '"blank_texts":2',
        files={"a.jsonl": GOOD + '{"text": ""}\n{"text": " "}\n'}, changed=("r.json",)),
    Row("fit to blank texts", "lengthwise fit --model $MODEL --postprocess center --query-mean documents --input a.jsonl --output r.json --json", 0, "warning: 2 of 14 texts are blank",
        '"blank_texts":2', files={"a.jsonl": GOOD + '{"text": ""}\n{"text": " "}\n'}, changed=("r.json",)),
    Row("attention of HTML", "lengthwise attention --model $MODEL --input a.jsonl --output h.jsonl --json", 0, "warning: 1 of 1 texts look like HTML", '"markup":1',
        files={"a.jsonl": '{"text": "<p>the length</p>"}\n'}, changed=("h.jsonl",)),
    Row("a task that repeats itself", "lengthwise evaluate --no-cache --model $MODEL --task task --output e.json --json", 0,
        "(?s)warning: task, corpus: 2 of 4 texts are the same as one before them .first: c.*warning: task, queries: 1 of 2 texts look like HTML.*first: q", '"repeated_texts":2',
        files={"task/corpus.jsonl": "".join(json.dumps({"_id": i, "text": t}) + "\n" for i, t in zip("abcd", ["the length", "of a text", "the length", "of a text"])),
               "task/queries.jsonl": '{"_id": "p", "text": "length"}\n{"_id": "q", "text": "<b>text</b>"}\n', "task/qrels.tsv": "p\ta\t1\nq\tb\t1\n"}, changed=("e.json",)),
    Row("a task of HTML", "lengthwise evaluate --no-cache --model $MODEL --task task --output e.json --json", 0, "warning: task, pairs: 3 of 6 texts look like HTML.*first: pair 1", '"markup":3',
        files={"task/pairs.jsonl": "".join(json.dumps({"sentence1": f"<p>text {i}</p>", "sentence2": "text", "score": i}) + "\n" for i in range(3))}, changed=("e.json",)),
]


@table(WARNED)
def test_what_is_dubious_is_warned_of(row, user, tmp_path):
    check(row, tmp_path, user)


def test_a_line_of_20_megabytes(tmp_path):
    """One word without a break: read, cut to one unknown token, and warned of."""
    for name, contents in {"a.txt": "x" * 20_000_000, "a.jsonl": '{"text": "' + "x" * 20_000_000 + '"}', "a.csv": 'text\n"' + "x" * 20_000_000 + '"'}.items():
        (tmp_path / name).write_text(contents)
        vectors, _, said = embed(tmp_path, "--input", tmp_path / name)
        assert vectors.shape == (1, 36)
        assert "1 of 1 texts hold a word of more than 1,000 characters" in said
