"""`lengthwise measure --interventions`: what it finds is what transformers gives for the same tokens at the same positions."""

import json
import random
import subprocess

import jsonschema
import numpy as np
import pytest

POSITIONS = 80
PART = POSITIONS // 4
OFFSETS = [0, 10, 20, 30, 40, 50, 60]
FURTHER = [0, 20, 40, 60]
LENGTHS = [20, 32, 40, 60, 64, 80]
POOLINGS = ["mean", "cls", "max", "last"]
DOCUMENTS = 24

# Vectors agree with torch to 2e-5 a component.
TOLERANCE = 1e-4


@pytest.fixture(scope="module", params=["tiny_bert", "tiny_mpnet"])
def small_model(request, root):
    return root / "tests/data" / request.param


def words_of(small_model):
    """Whole words that both small models know: an unknown one is a token of its own kind."""
    vocabulary = json.loads((small_model / "tokenizer.json").read_text())["model"]["vocab"]
    return sorted(word for word in vocabulary if word.isalpha() and len(word) > 1)


def write_texts(path, words, count, tokens, seed=3):
    """Each of its own words, so that texts differ."""
    draw = random.Random(seed)
    texts = [" ".join(draw.choices(draw.sample(words, 6), k=tokens)) for _ in range(count)]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return texts


@pytest.fixture(scope="module")
def texts(small_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("texts") / "texts.jsonl"
    return path, write_texts(path, words_of(small_model), DOCUMENTS, 90)


def measure(run_lengthwise, model, source, output, *options):
    done = run_lengthwise("measure", "--model", model, "--input", source, "--output", output, "--arms", "natural", "--interventions",
                          "--replicates", 100, "--quiet", *options)
    return json.loads(output.read_text()), done


@pytest.fixture(scope="module")
def measured(run_lengthwise, small_model, texts, tmp_path_factory):
    """(report, what was printed)"""
    return measure(run_lengthwise, small_model, texts[0], tmp_path_factory.mktemp("report") / "report.json")


@pytest.fixture(scope="module")
def states(small_model, texts):
    """states(length, positions, table): last states by transformers of the texts' first tokens, [documents, tokens, hidden]."""
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer
    from transformers import AutoModel

    tokenizer = Tokenizer.from_file(str(small_model / "tokenizer.json"))
    tokenizer.no_truncation()
    model = AutoModel.from_pretrained(small_model, attn_implementation="eager").eval()
    first = 2 if "mpnet" in small_model.name else 0
    encoded = [tokenizer.encode(text).ids for text in texts[1]]
    assert all(len(ids) >= POSITIONS for ids in encoded)

    def of(length, positions=None, rows=None):
        """`rows`: the table's row that each position reads instead of its own, by place between two."""
        ids = torch.tensor([[*text[: length - 1], text[-1]] for text in encoded])
        places = torch.tensor([list(range(length) if positions is None else positions)] * len(encoded)) + first
        learned = model.embeddings.position_embeddings.weight
        kept = learned.data.clone()
        if rows is not None:
            table = kept[first : first + POSITIONS].double().numpy()
            squeezed = np.stack([np.interp(rows, np.arange(POSITIONS), column) for column in table.T], axis=1)
            learned.data[first : first + POSITIONS] = torch.tensor(squeezed, dtype=torch.float32)
        with torch.no_grad():
            found = model(input_ids=ids, position_ids=places, attention_mask=torch.ones_like(ids)).last_hidden_state
        learned.data[:] = kept
        return found.double().numpy()

    return of


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def pairs(gram):
    return gram[~np.eye(len(gram), dtype=bool)].mean()


def cosine(vectors):
    return pairs(unit(vectors) @ unit(vectors).T)


def near(value):
    return pytest.approx(value, abs=TOLERANCE)


def estimate(row, name):
    return row[name]["estimate"]


def found(report, part):
    of = report["controls"]["interventions"][part]
    return of["offsets" if part == "offset" else "lengths"]


def moved(offset):
    return [0, *range(offset + 1, offset + PART)]


def test_report_keeps_its_schema_and_says_what_was_found(root, measured):
    report, done = measured
    jsonschema.Draft202012Validator(json.loads((root / "docs/report.schema.json").read_text())).validate(report)
    assert set(report["controls"]) == {"interventions"}
    interventions = report["controls"]["interventions"]
    assert (interventions["part"], interventions["longest"], interventions["documents"], interventions["eligible"]) == (PART, POSITIONS, DOCUMENTS, DOCUMENTS)
    assert interventions["sentence"] == " ".join(interventions[part]["sentence"] for part in ("offset", "further", "identity", "pooling", "static"))
    assert interventions["sentence"] in done.stderr


def test_moved_tokens_are_those_of_transformers_with_the_first_token_in_its_place(measured, states):
    rows = found(measured[0], "offset")
    assert [row["offset"] for row in rows] == OFFSETS
    for row in rows:
        assert estimate(row, "cosine") == near(cosine(states(PART, moved(row["offset"])).mean(1)))
        assert estimate(row, "change") == pytest.approx(estimate(row, "cosine") - estimate(rows[0], "cosine"), abs=1e-6)
        assert row["change"]["low"] <= estimate(row, "change") <= row["change"]["high"]
    assert rows[0]["change"] == {"estimate": 0, "low": 0, "high": 0}


def test_the_mended_table_is_moved_over(run_lengthwise, small_model, texts, states, tmp_path):
    report, _ = measure(run_lengthwise, small_model, texts[0], tmp_path / "report.json", "--positions", "squeeze:30:50")
    table = [place if place < 30 else 30 + (place - 30) * 20 / (POSITIONS - 31) for place in range(POSITIONS)]
    for row in found(report, "offset"):
        assert estimate(row, "cosine") == near(cosine(states(PART, moved(row["offset"]), table).mean(1)))


def test_followed_tokens_are_those_of_transformers(measured, states):
    rows = found(measured[0], "further")
    assert [row["further"] for row in rows] == FURTHER
    for row in rows:
        length = PART + row["further"]
        own = cosine(states(length)[:, : PART - 1].mean(1))
        again = cosine(states(length, [place % PART for place in range(length)])[:, : PART - 1].mean(1))
        assert (estimate(row, "own"), estimate(row, "again")) == (near(own), near(again))
        for change, a, b in (("own_change", row["own"], rows[0]["own"]), ("again_change", row["again"], rows[0]["again"]),
                             ("from_positions", row["own"], row["again"])):
            assert estimate(row, change) == pytest.approx(a["estimate"] - b["estimate"], abs=1e-6)


def test_cosine_is_the_likeness_between_texts_over_that_within_them(measured, states):
    rows = found(measured[0], "identity")
    assert [row["length"] for row in rows] == LENGTHS
    start = rows[LENGTHS.index(PART)]
    for row in rows:
        tokens = unit(states(row["length"]))
        means = tokens.mean(1)
        own = np.einsum("dth,dsh->dts", tokens, tokens)
        different = [pairs(gram) for gram in own]
        assert estimate(row, "pooled") == near(cosine(means))
        assert estimate(row, "cross") == near(pairs(means @ means.T))
        assert estimate(row, "within") == near(own.mean())
        assert estimate(row, "within_different_tokens") == near(np.mean(different))
        if row is start:
            assert row["change"] is None
            continue
        change = row["change"]
        logs = {name: np.log(estimate(row, name) / estimate(start, name)) for name in ("cross", "within", "within_different_tokens")}
        expected = {"cross": logs["cross"], "within": -logs["within"], "different_tokens": -logs["within_different_tokens"],
                    "rise": logs["cross"] - logs["within"]}
        assert {name: estimate(change, name) for name in expected} == pytest.approx(expected, abs=1e-5)
        clear = change["rise"]["low"] > 0 or change["rise"]["high"] < 0
        for name in ("cross", "within", "different_tokens"):
            share = change[f"{name}_share"]
            assert (share is not None) == clear
            if clear:
                assert share["estimate"] == pytest.approx(expected[name] / expected["rise"], rel=1e-3)


def test_states_pooled_otherwise_are_those_of_transformers(measured, states):
    rows = found(measured[0], "pooling")
    assert [row["length"] for row in rows] == LENGTHS
    for row in rows:
        of = states(row["length"])
        for name, pooled in zip(POOLINGS, (of.mean(1), of[:, 0], of.max(1), of[:, -1])):
            assert estimate(row, name) == near(cosine(pooled))
            assert estimate(row, f"{name}_change") == pytest.approx(estimate(row, name) - estimate(rows[0], name), abs=1e-6)


def test_averaging_alone_is_that_of_the_word_embeddings(measured, small_model, texts):
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    table = next(tensor for name, tensor in load_file(small_model / "model.safetensors").items() if "word_embeddings" in name).astype(float)
    tokenizer = Tokenizer.from_file(str(small_model / "tokenizer.json"))
    tokenizer.no_truncation()
    encoded = [tokenizer.encode(text).ids for text in texts[1]]
    means = {length: np.array([table[[*ids[: length - 1], ids[-1]]].mean(0) for ids in encoded]) for length in LENGTHS}
    shared = means[POSITIONS].mean(0)
    rows = found(measured[0], "static")
    assert [row["length"] for row in rows] == LENGTHS
    for row in rows:
        assert estimate(row, "cosine") == near(cosine(means[row["length"]]))
        assert estimate(row, "centred") == near(cosine(means[row["length"]] - shared))
        for name, change in (("cosine", "change"), ("centred", "centred_change")):
            assert estimate(row, change) == pytest.approx(estimate(row, name) - estimate(rows[0], name), abs=1e-6)


def test_threads_change_nothing_but_the_command(run_lengthwise, small_model, texts, tmp_path):
    one, two = (measure(run_lengthwise, small_model, texts[0], tmp_path / "report.json", "--threads", n)[0] for n in (1, 2))
    del one["command"], two["command"]
    assert one == two


def test_shorter_documents_are_taken_where_few_are_long(run_lengthwise, root, tmp_path):
    model = root / "tests/data/tiny_bert"
    words = words_of(model)
    source = tmp_path / "texts.jsonl"
    write_texts(source, words, 30, 45)
    report, _ = measure(run_lengthwise, model, source, tmp_path / "report.json", "--control-documents", 25)
    interventions = report["controls"]["interventions"]
    assert (interventions["longest"], interventions["documents"], interventions["eligible"]) == (40, 25, 30)
    assert [row["further"] for row in found(report, "further")] == [0, 20]
    assert [row["offset"] for row in found(report, "offset")] == OFFSETS
    assert any("The interventions read 40 tokens instead of 80: 0 documents have 80" in note for note in report["notes"])
    assert any("The interventions use 25 of the 30 documents" in note for note in report["notes"])


def test_documents_too_few_for_any_are_said_to_be(run_lengthwise, root, tmp_path):
    model = root / "tests/data/tiny_bert"
    source = tmp_path / "texts.jsonl"
    write_texts(source, words_of(model), 19, 90)
    report, _ = measure(run_lengthwise, model, source, tmp_path / "report.json")
    jsonschema.Draft202012Validator(json.loads((root / "docs/report.schema.json").read_text())).validate(report)
    assert report["controls"] == {}
    assert any("The interventions are empty: they need at least 20 documents of 40 tokens, but 19 have that." in note for note in report["notes"])


def test_a_prompt_that_fills_the_part_is_refused(binary, root, texts, tmp_path):
    words = words_of(root / "tests/data/tiny_bert")
    done = subprocess.run([binary, "measure", "--model", root / "tests/data/tiny_bert", "--input", texts[0], "--interventions", "--prompt",
                           " ".join(words[:17]), "--output", tmp_path / "report.json"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "no room for text beside 19 special tokens, those of the prompt included; ask for a shorter one" in done.stderr
    assert not (tmp_path / "report.json").exists()


def test_interventions_do_not_merge(binary, root, texts, tmp_path):
    done = subprocess.run([binary, "measure", "--model", root / "tests/data/tiny_bert", "--input", texts[0], "--interventions", "--statistics",
                           tmp_path / "part.statistics", "--output", tmp_path / "report.json"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "controls are not made from statistics that merge" in done.stderr
