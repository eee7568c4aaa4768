"""Long texts in `embed`, against NumPy: several vectors a text, windows that end after sentences, titles before windows. The oracle
cuts the texts itself, with the tokenizers library, has each window embedded as a text of its own, and does the rest in double
precision."""

import json

import numpy as np
import pytest
from careless import Row, check, table
from test_recipe import merged, unit, whole_tokenizer

WINDOW = 24
SIZE = WINDOW - 2
# Words of one token each, so that a window's text has the window's tokens.
WORDS = "the length of a text says how many words there are and where it ends when nothing more is said about time and house and water".split()


def sentence(generator, words):
    chosen = [str(word) for word in generator.choice(WORDS, words)]
    return [chosen[0].capitalize(), *chosen[1:-1], chosen[-1] + "."]


def mixed(rows, lead=0.3):
    return unit(lead * rows[0] + (1 - lead) * unit(rows.sum(axis=0)))


@pytest.fixture(scope="module")
def tokenizer(model_folder):
    return whole_tokenizer(model_folder)


@pytest.fixture(scope="module")
def documents():
    """Each a title and sentences of 3 to 30 words, some longer than a window."""
    generator = np.random.default_rng(5)
    return [{"_id": f"d{number}", "title": " ".join(str(word) for word in generator.choice(WORDS, number % 5 * (3 if number % 2 else 1))),
             "sentences": [sentence(generator, generator.integers(3, 12 if generator.random() < 0.8 else 30)) for _ in range(1 + 2 * number)]}
            for number in range(12)]


@pytest.fixture(scope="module")
def embed(run_lengthwise, model_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")

    def run(rows, *options):
        (folder / "in.jsonl").write_text("".join(json.dumps(row if isinstance(row, dict) else {"text": row}) + "\n" for row in rows))
        printed = run_lengthwise("embed", "--model", model_folder, "--input", folder / "in.jsonl", "--output", folder / "rows.npy", "--quiet", "--json", *options)
        places = [json.loads(line) for line in (folder / "rows.tokens.jsonl").open()]
        return np.load(folder / "rows.npy").astype(float), places, json.loads(printed.stdout)

    return run


def whole(document):
    return {"_id": document["_id"], "text": " ".join(word for words in document["sentences"] for word in words)}


def count(tokenizer, text):
    return len(tokenizer.encode(text, add_special_tokens=False).ids)


def windows_by_tokens(tokenizer, text, first=SIZE, later=None, step=None):
    """Texts of windows."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    parts, begin, size = [], 0, first
    while True:
        end = min(begin + size, len(offsets))
        parts.append(text[offsets[begin][0] : offsets[end - 1][1]])
        if end == len(offsets):
            return parts
        size = later or first
        begin = end - (size - (step or size))


def test_several_vectors_are_those_of_numpy(documents, tokenizer, embed):
    texts = [whole(document) for document in documents]
    cut = [windows_by_tokens(tokenizer, text["text"]) for text in texts]
    vectors = unit(embed([part for parts in cut for part in parts])[0])
    starts = np.cumsum([0] + [len(parts) for parts in cut])
    of = [vectors[begin:end] for begin, end in zip(starts, starts[1:])]
    assert max(map(len, of)) > 8 and min(map(len, of)) == 1

    rows, places, summary = embed(texts, "--long-input", "windows", "--window", WINDOW)
    np.testing.assert_allclose(rows, vectors, atol=2e-6)
    assert [(place["_id"], place["row"], place["text"], place["window"]) for place in places] == [
        (texts[text]["_id"], starts[text] + window, text, window) for text in range(len(texts)) for window in range(len(of[text]))]
    assert [place["used"] for place in places] == [count(tokenizer, part) + 2 for parts in cut for part in parts]
    assert {place["windows"] for place in places} == {1} and {place["dropped"] for place in places} == {0}
    assert (summary["texts"], summary["rows"], summary["tokens"]) == (len(texts), len(rows), sum(place["used"] for place in places))

    few, places, _ = embed(texts, "--long-input", "windows", "--window", WINDOW, "--vectors", 3)
    np.testing.assert_allclose(few, np.concatenate([merged(part, 3) for part in of]), atol=2e-6)
    for text, part in enumerate(of):
        own = [place for place in places if place["text"] == text]
        assert len(own) == min(3, len(part)) and sum(place["windows"] for place in own) == len(part)
        assert [place["window"] for place in own] == list(np.cumsum([0] + [place["windows"] for place in own])[:-1])

    both, _, _ = embed(texts, "--long-input", "windows", "--window", WINDOW, "--vectors", 3, "--add-body", "--lead", 0.25)
    np.testing.assert_allclose(both, np.concatenate([merged(part, 3) + mixed(part, 0.25) for part in of]), atol=4e-6)

    query, places, _ = embed(texts, "--long-input", "windows", "--window", WINDOW, "--role", "query")
    assert len(query) == len(texts) and "window" not in places[0]


def test_jsonl_has_the_same_rows(documents, run_lengthwise, embed, model_folder, tmp_path):
    texts = [whole(document) for document in documents]
    options = ("--long-input", "windows", "--window", WINDOW, "--vectors", 2)
    rows, places, _ = embed(texts, *options)
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
    run_lengthwise("embed", "--model", model_folder, "--input", tmp_path / "in.jsonl", "--output", tmp_path / "out.jsonl", "--quiet", *options)
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").open()]
    np.testing.assert_array_equal(np.float32([line["embedding"] for line in lines]), rows)
    assert [(line["_id"], line["text"], line["window"], line["windows"], line["tokens_used"]) for line in lines] == [
        (place["_id"], place["text"], place["window"], place["windows"], place["used"]) for place in places]


def test_each_of_several_vectors_is_post_processed(documents, tokenizer, embed, run_lengthwise, model_folder, tmp_path):
    texts = [whole(document) for document in documents]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(text) + "\n" for text in texts))
    for each_window in (True, False):
        policy = ("--long-input", "windows", "--each-window") if each_window else ("--long-input", "window-mean")
        run_lengthwise("fit", "--model", model_folder, "--input", tmp_path / "in.jsonl", "--postprocess", "center", "--query-mean", "documents", "--window", WINDOW,
                       *policy, "--output", tmp_path / "repair.json", "--quiet")
        cut = [windows_by_tokens(tokenizer, text["text"]) for text in texts]
        vectors = unit(embed([part for parts in cut for part in parts])[0])
        sizes = [len(parts) for parts in cut]
        if each_window:
            mean = vectors.mean(axis=0)
        else:
            tokens = np.array([count(tokenizer, part) + 2 for parts in cut for part in parts])
            starts = np.r_[0, np.cumsum(sizes)[:-1]]
            mean = unit(np.add.reduceat(vectors * tokens[:, None], starts)).mean(axis=0)
        rows, _, _ = embed(texts, "--repair", tmp_path / "repair.json", *([] if each_window else ["--long-input", "windows"]))
        np.testing.assert_allclose(rows, unit(vectors - mean), atol=1e-5)


def windows_by_sentences(tokenizer, sentences):
    """Texts of windows of whole sentences; a longer one is cut, and its end goes with what follows."""
    parts, held = [], []
    for words in sentences:
        words = list(words)
        if held and count(tokenizer, " ".join(held + words)) > SIZE:
            parts.append(held)
            held = []
        held = held + words
        while count(tokenizer, " ".join(held)) > SIZE:
            offsets = tokenizer.encode(" ".join(held), add_special_tokens=False).offsets
            text = " ".join(held)
            parts.append([text[: offsets[SIZE - 1][1]]])
            held = [text[offsets[SIZE][0] :]]
    return [" ".join(part) for part in [*parts, held] if part]


@pytest.mark.parametrize("policy", ["windows", "lead-body", "window-mean"])
def test_windows_end_after_sentences(documents, tokenizer, embed, policy):
    texts = [whole(document) for document in documents]
    cut = [windows_by_sentences(tokenizer, document["sentences"]) for document in documents]
    assert any(part[-1] != "." for parts in cut for part in parts), "a sentence is longer than a window"
    assert any(count(tokenizer, part) < SIZE for parts in cut for part in parts[:-1]), "a window ends early"
    vectors = unit(embed([part for parts in cut for part in parts])[0])
    starts = np.cumsum([0] + [len(parts) for parts in cut])
    of = [vectors[begin:end] for begin, end in zip(starts, starts[1:])]
    tokens = [np.array([[count(tokenizer, part) + 2] for part in parts]) for parts in cut]
    expected = {"windows": vectors, "lead-body": np.array([mixed(part) for part in of]),
                "window-mean": np.array([unit((part * weights).sum(axis=0)) for part, weights in zip(of, tokens)])}[policy]
    rows, places, _ = embed(texts, "--long-input", policy, "--window", WINDOW, "--window-ends", "sentences")
    np.testing.assert_allclose(rows, expected, atol=3e-6)
    assert sum(place["used"] for place in places) == sum(int(part.sum()) for part in tokens)


@pytest.mark.parametrize("policy", ["windows", "window-mean"])
def test_a_title_stands_before_every_window(documents, tokenizer, embed, policy):
    cut = []
    for document in documents:
        text = (document["title"] + " " + whole(document)["text"]).strip()
        title = " ".join(document["title"].split()[: SIZE // 2])
        first, *later = windows_by_tokens(tokenizer, text, SIZE, SIZE - count(tokenizer, title))
        cut.append([first, *((title + " " + part).strip() for part in later)])
    vectors = unit(embed([part for parts in cut for part in parts])[0])
    if policy == "window-mean":
        weights = np.array([count(tokenizer, part) + 2 for parts in cut for part in parts])[:, None]
        vectors = unit(np.add.reduceat(vectors * weights, np.r_[0, np.cumsum([len(parts) for parts in cut])[:-1]]))
    rows, places, _ = embed([{**whole(document), "title": document["title"]} for document in documents], "--long-input", policy, "--window", WINDOW,
                            "--title-windows")
    np.testing.assert_allclose(rows, vectors, atol=3e-6)
    assert sum(place["used"] for place in places) == sum(count(tokenizer, part) + 2 for parts in cut for part in parts)


@pytest.mark.parametrize("policy", ["windows", "window-mean", "lead-body"])
def test_windows_overlap_under_every_policy(documents, tokenizer, embed, policy):
    texts = [whole(document) for document in documents]
    cut = [windows_by_tokens(tokenizer, text["text"], step=9) for text in texts]
    vectors = unit(embed([part for parts in cut for part in parts])[0])
    starts = np.cumsum([0] + [len(parts) for parts in cut])
    if policy == "lead-body":
        vectors = np.array([mixed(vectors[begin:end]) for begin, end in zip(starts, starts[1:])])
    elif policy == "window-mean":
        weights = np.array([count(tokenizer, part) + 2 for parts in cut for part in parts])[:, None]
        vectors = unit(np.add.reduceat(vectors * weights, starts[:-1]))
    rows, _, _ = embed(texts, "--long-input", policy, "--window", WINDOW, "--stride", 9)
    np.testing.assert_allclose(rows, vectors, atol=3e-6)


@pytest.mark.parametrize(("stride", "policy"), [(SIZE, "windows"), (9, "windows"), (SIZE, "window-mean"), (9, "lead-body")])
def test_late_chunking_pools_each_window_of_a_pass(documents, tokenizer, embed, model_folder, stride, policy):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    model = transformers.AutoModel.from_pretrained(model_folder).eval()
    length = 100
    texts, expected = [whole(document) for document in documents], []
    for text in texts:
        ids = tokenizer.encode(text["text"], add_special_tokens=False).ids
        begins = [0]
        while begins[-1] + SIZE < len(ids):
            begins.append(begins[-1] + stride)
        windows = [(begin, min(begin + SIZE, len(ids))) for begin in begins]
        rows, weights = [], []
        while windows:
            start = windows[0][0]
            together = [window for window in windows if window[1] - start <= length - 2]
            windows = windows[len(together) :]
            sequence = [101, *ids[start : together[-1][1]], 102]
            with torch.no_grad():
                states = model(torch.tensor([sequence])).last_hidden_state[0].double().numpy()
            for number, (begin, end) in enumerate(together):
                own = states[begin - start + (number > 0) : end - start + 1 + (number == len(together) - 1)]
                rows.append(unit(own.mean(axis=0)))
                weights.append(len(own))
        rows, weights = np.array(rows), np.array(weights)[:, None]
        expected.extend({"windows": rows, "window-mean": [unit((rows * weights).sum(axis=0))], "lead-body": [mixed(rows)]}[policy])
    overlap = [] if stride == SIZE else ["--stride", stride]
    found, _, _ = embed(texts, "--long-input", policy, "--window", WINDOW, "--max-length", length, "--late-chunking", *overlap)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    if policy == "windows":
        apart, _, _ = embed(texts, "--long-input", policy, "--window", WINDOW, "--max-length", length, *overlap)
        assert np.abs(apart - found).max() > 0.02


LONG = "".join(json.dumps({"title": "a head of text", "text": "The length of a text. And so on and on, it says. " * (i + 1)}) + "\n" for i in range(150))
EMBED = "lengthwise embed --quiet --model model --input texts.jsonl --output out.npy"
WRITTEN = ("out.npy", "out.tokens.jsonl")
SEVERAL = '{"format": "lengthwise-repair", "version": 1, "long_input": {"kind": "windows", "window": 12}}'
MANY = f"{EMBED} --long-input windows --window 7 --stride 1 --vectors 3 --title-windows --threads 1"
FIT = "lengthwise fit --quiet --model model --input texts.jsonl --each-window --long-input lead-body --window 16 --output repair.json"
SHORT = "".join(json.dumps({"text": text}) + "\n" for text in ("the length of a text", "and so on", "a head of text", "the model", "long and so", "on a text"))
CARELESS = [
    Row("no vectors", f"{EMBED} --long-input windows --vectors 0", exit=2, says="--vectors.*0"),
    Row("no vectors in a repair file", f"{EMBED} --repair r.json", files={"texts.jsonl": LONG, "r.json": SEVERAL.replace("12", '12, "vectors": 0')},
        says="long_input.vectors: 0 is not a whole number from 1"),
    Row("vectors of one", f"{EMBED} --long-input lead-body --vectors 3", exit=2, says="choose windows"),
    Row("a window longer than the positions", f"{EMBED} --long-input windows --window 65", exit=2, says="a window of 65 tokens is longer than the 64 in force"),
    Row("a stride of nothing", f"{EMBED} --long-input windows --window 12 --stride 0", exit=2, says="--stride"),
    Row("a stride that leaves a gap", f"{EMBED} --long-input windows --window 12 --stride 11", exit=2, says="would skip tokens: a window of 12 holds 10"),
    Row("a window of special tokens", f"{EMBED} --long-input windows --window 2", exit=2, says="the least is 3"),
    Row("sentences without windows", f"{EMBED} --window-ends sentences", exit=2, says="where windows end has no effect with the long-input policy truncate"),
    Row("titles without windows", f"{EMBED} --title-windows", exit=2, says="a title before every window has no effect"),
    Row("late chunking without windows", f"{EMBED} --late-chunking", exit=2, says="late chunking has no effect with the long-input policy truncate"),
    Row("late chunking of the first token", f"{EMBED} --long-input windows --window 12 --late-chunking", exit=2, says="takes the state of one token",
        prepare="echo '{\"word_embedding_dimension\": 36, \"pooling_mode_cls_token\": true, \"pooling_mode_mean_tokens\": false}' > model/1_Pooling/config.json"),
    *(Row(f"no text is longer than a window, {policy}", f"{EMBED} --long-input {policy}", exit=0, changed=WRITTEN,
          says=f"no text is longer than a window of 64 tokens, so that the long-input policy {policy} has nothing to do")
      for policy in ("windows", "lead-body", "window-mean")),
    Row("one document", f"{EMBED} --long-input windows --window 12 --vectors 2", exit=0, files={"texts.jsonl": LONG.splitlines()[9] + "\n"}, changed=WRITTEN,
        after="[ $(wc -l < out.tokens.jsonl) = 2 ]"),
    Row("nothing but white space", f"{EMBED} --long-input windows --window 12 --window-ends sentences --title-windows", exit=0,
        files={"texts.jsonl": '{"text": " \\n\\t "}\n{"text": ""}\n'}, changed=WRITTEN, after="[ $(wc -l < out.tokens.jsonl) = 2 ]"),
    *(Row(f"fit where {name}", f"{FIT} --postprocess whiten:0.1:within=0.8 --query-mean documents", files={"texts.jsonl": texts}, exit=exit, says=says,
          changed=("repair.json",) if exit == 0 else ())
      for name, texts, exit, says in [
          ("no text is longer than a window", SHORT, 0, "no document is longer than a window, so there is no scatter within documents, and nothing to mix"),
          ("there is one document", LONG.splitlines()[99], 0, "1 documents do not vary in all of 36 dimensions"),
          ("there is one short document", SHORT.splitlines()[0], 1, "needs 2 documents to be fitted on, but there are 1")]),
    *(Row(f"several vectors, {name}", f"{command} --repair r.json", files={"texts.jsonl": LONG, "r.json": SEVERAL}, exit=exit, says="several vectors a text")
      for name, exit, command in [
          ("measure", 1, "lengthwise measure --quiet --model model --input texts.jsonl --output report.json"),
          ("fit", 2, "lengthwise fit --quiet --model model --input texts.jsonl --postprocess center --output fitted.json")]),
    Row("several vectors are no choice where one is taken", "lengthwise measure --quiet --model model --input texts.jsonl --output report.json --long-input windows", exit=2,
        says="--long-input"),
    # The same rows as a run that is not broken off.
    Row("broken off, gone on with", f"{MANY} 2> /dev/null & while [ ! -s out.npy.resume ] && kill -0 $!; do sleep 0.02; done; kill -9 $!; wait $!; exec {MANY}", exit=0,
        files={"texts.jsonl": 3 * LONG}, changed=WRITTEN, says="texts were embedded already",
        after=f"cp out.npy first.npy; cp out.tokens.jsonl first.jsonl; {MANY} && cmp out.npy first.npy && cmp out.tokens.jsonl first.jsonl"),
]


@table(CARELESS)
def test_careless_long_input(row, user, tmp_path):
    check(row, tmp_path, user)
