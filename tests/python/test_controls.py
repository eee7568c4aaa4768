"""The controls and the attribution of `lengthwise measure`: their cosines are those that transformers gives for the same
tokens at the same positions, and the parts sum to the whole."""

import json
import subprocess

import jsonschema
import numpy as np
import pytest

PASSAGE = 9  # an eighth of the small model's 80 positions, less two special tokens
MULTIPLES = [1, 2, 3, 4, 6, 8]
TRAINED = 64
ARMS = ["--arms", "truncated,repeated,mixed,diluted", "--attribution"]


@pytest.fixture(scope="module")
def schema(root):
    return jsonschema.Draft202012Validator(json.loads((root / "docs/report.schema.json").read_text()))


@pytest.fixture(scope="module", params=["tiny_bert", "tiny_mpnet"])
def small_model(request, root):
    return root / "tests/data" / request.param


@pytest.fixture(scope="module")
def measured(run_lengthwise, small_model, pages, tmp_path_factory):
    """(report, what was printed)"""
    out = tmp_path_factory.mktemp("report") / "report.json"
    done = run_lengthwise("measure", "--model", small_model, "--input", pages, "--output", out, "--replicates", 200, "--quiet", *ARMS)
    return json.loads(out.read_text()), done


@pytest.fixture(scope="module")
def reference(small_model, pages):
    """cosine(name, k): mean pairwise cosine by transformers of the pages that have eight passages."""
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer
    from transformers import AutoModel

    tokenizer = Tokenizer.from_file(str(small_model / "tokenizer.json"))
    model = AutoModel.from_pretrained(small_model, attn_implementation="eager").eval()
    relative = "mpnet" in small_model.name
    first, padding = (2, 1) if relative else (0, None)
    texts = [json.loads(line) for line in open(pages)]
    texts = [f"{text['title']} {text['text']}" if text.get("title") else text["text"] for text in texts]
    content = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    content = [ids for ids in content if len(ids) >= 8 * PASSAGE]
    opening, closing = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")

    def own(ids):
        """Learned positions: MPNet does not count padding tokens (the small model's [UNK]), which have a row of their own."""
        places, following = [], 0
        for token in ids:
            places.append(following)
            following += token != padding
        return places

    def vectors(sequences, table=None, places=None):
        """Unit vectors; `table` stands in for the learned positions 0, 1, ..., `places` say whose position a token has."""
        learned = model.embeddings.position_embeddings.weight
        kept = learned.data.clone()
        if table is not None:
            learned.data[first : first + len(table)] = torch.tensor(table, dtype=torch.float32)
        units = []
        for ids in sequences:
            ids = [opening, *ids, closing]
            counted = own(ids)
            where = [padding if token == padding else first + counted[t if places is None else places[t]]
                     for t, token in enumerate(ids)]
            batch = torch.tensor([ids])
            with torch.no_grad():
                states = model(input_ids=batch, position_ids=torch.tensor([where]), attention_mask=torch.ones_like(batch)).last_hidden_state
            vector = states.mean(1)[0].double().numpy()
            units.append(vector / np.linalg.norm(vector))
        learned.data[:] = kept
        return np.array(units)

    def interpolated(length, span):
        rows = model.embeddings.position_embeddings.weight.detach().double().numpy()[first : first + span]
        places = np.arange(length) * (span - 1) / (length - 1)
        return np.stack([np.interp(places, np.arange(span), column) for column in rows.T], axis=1)

    def of(name, k):
        window = lambda w: vectors([ids[w * PASSAGE : (w + 1) * PASSAGE] for ids in content])
        whole = [ids[: k * PASSAGE] for ids in content]
        if name == "whole":
            return vectors(whole)
        if name == "interpolated":
            return vectors(whole, interpolated(k * PASSAGE + 2, TRAINED))
        if name == "window":
            return window(k)
        if name == "pooled":
            mean = np.mean([window(w) for w in range(k)], axis=0)
            return mean / np.linalg.norm(mean, axis=1, keepdims=True)
        repeated = [ids[:PASSAGE] * k for ids in content]
        if name == "repeated":
            return vectors(repeated)
        return vectors(repeated, places=[0, *[1 + t % PASSAGE for t in range(k * PASSAGE)], PASSAGE + 1])

    found = {}

    def cosine(name, k):
        if (name, k) not in found:
            units = of(name, k)
            gram = units @ units.T
            found[name, k] = gram[~np.eye(len(gram), dtype=bool)].mean()
        return found[name, k]

    return cosine, len(content)


# Vectors agree with torch to 2e-5 a component.
def near(value):
    return pytest.approx(value, abs=2e-5)


def estimate(row, name):
    return row[name]["estimate"]


def test_report_keeps_its_schema(measured, schema):
    report, _ = measured
    schema.validate(report)
    assert set(report["arms"]) == {"truncated"}
    assert {"repeated", "mixed", "diluted", "attribution"} < set(report["controls"])


def test_repeated_texts_are_those_of_transformers(measured, reference):
    report, _ = measured
    cosine, documents = reference
    assert report["controls"]["passage"] == PASSAGE
    assert report["controls"]["documents"] == documents >= 20
    rows = report["controls"]["repeated"]["lengths"]
    assert [row["copies"] for row in rows] == MULTIPLES
    for row in rows:
        assert row["length"] == PASSAGE * row["copies"] + 2
        assert estimate(row, "cosine") == near(cosine("repeated", row["copies"]))
        assert estimate(row, "equal_positions") == near(cosine("equal", row["copies"]))
        assert estimate(row, "read_on") == near(cosine("whole", row["copies"]))


def test_copies_at_equal_positions_are_one_text_unless_a_bias_tells_them_apart(measured, small_model):
    report, _ = measured
    repeated = report["controls"]["repeated"]
    relative = "mpnet" in small_model.name
    assert repeated["relative_positions"] == relative
    distance = repeated["copies_check"]["largest_distance"]
    assert distance > 1e-3 if relative else distance < 1e-5


def test_attribution_levels_are_those_of_transformers(measured, reference):
    report, _ = measured
    cosine, _ = reference
    attribution = report["controls"]["attribution"]
    assert attribution["position_range"] == TRAINED
    for row in attribution["lengths"]:
        k = row["windows"]
        beyond = PASSAGE * k + 2 > TRAINED
        assert row["interpolated"] == beyond
        assert estimate(row, "windows_cosine") == near(np.mean([cosine("window", w) for w in range(k)]))
        assert estimate(row, "pooled_cosine") == near(cosine("pooled", k))
        assert estimate(row, "whole_cosine") == near(cosine("whole", k))
        assert estimate(row, "interpolated_cosine") == near(cosine("interpolated" if beyond else "whole", k))


def test_parts_sum_to_the_rise(measured):
    report, done = measured
    attribution = report["controls"]["attribution"]
    names = ["content", "pooling", "attention", "positions"]
    for parts in [*(row["parts"] for row in attribution["lengths"]), attribution["per_doubling"]]:
        # Seven digits are printed.
        assert sum(estimate(parts, name) for name in names) == pytest.approx(estimate(parts, "rise"), abs=1e-6)
    for row in attribution["lengths"]:
        if not row["interpolated"]:
            assert row["parts"]["positions"] == {"estimate": 0, "low": 0, "high": 0}
    assert attribution["sentence"] in done.stderr


def test_mixed_and_diluted_texts_are_named_with_intervals(measured):
    report, done = measured
    controls = report["controls"]
    for row in controls["mixed"]["lengths"]:
        assert row["groups"] == controls["documents"] // row["pieces"]
        assert estimate(row, "difference") == pytest.approx(estimate(row, "mixed") - estimate(row, "whole"), abs=1e-6)
    assert [row["passages"] for row in controls["diluted"]["lengths"]] == [2, 4, 8]
    for row in controls["diluted"]["lengths"]:
        for place in ("beginning", "middle", "end", "averaging", "floor"):
            assert -1 <= row[place]["low"] < estimate(row, place) < row[place]["high"] <= 1
        for place in ("middle", "end"):
            assert estimate(row, f"{place}_minus_beginning") == pytest.approx(estimate(row, place) - estimate(row, "beginning"), abs=1e-6)
    assert controls["mixed"]["sentence"] in done.stderr and controls["diluted"]["sentence"] in done.stderr


def quick(run_lengthwise, root, pages, output, *options):
    run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", pages, "--output", output, "--replicates", 100,
                   "--quiet", "--arms", "repeated,mixed,diluted", "--attribution", *options)
    return json.loads(output.read_text())


def test_threads_change_nothing_but_the_command(run_lengthwise, root, pages, tmp_path):
    one, two = (quick(run_lengthwise, root, pages, tmp_path / "report.json", "--threads", n) for n in (1, 2))
    del one["command"], two["command"]
    assert one == two


def test_controls_alone_make_a_report(run_lengthwise, root, pages, tmp_path, schema):
    report = quick(run_lengthwise, root, pages, tmp_path / "report.json", "--passage", 12, "--control-documents", 15)
    schema.validate(report)
    assert report["arms"] == {}
    assert report["controls"]["passage"] == 12
    assert report["controls"]["documents"] == 15 < report["controls"]["eligible"]
    assert any("drawn at random" in note for note in report["notes"])


def test_texts_too_short_for_any_control_are_said_to_be(run_lengthwise, root, tmp_path, schema):
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in ["one short text", "another", ""]))
    report = quick(run_lengthwise, root, source, tmp_path / "report.json")
    schema.validate(report)
    assert report["controls"] == {"passage": PASSAGE, "documents": 0, "eligible": 0}
    assert any("controls are empty" in note for note in report["notes"])


def test_a_passage_too_long_to_be_repeated_is_refused(binary, root, pages, tmp_path):
    done = subprocess.run([binary, "measure", "--model", root / "tests/data/tiny_bert", "--input", pages, "--output",
                           tmp_path / "report.json", "--arms", "repeated", "--passage", "40"], capture_output=True, text=True)
    assert done.returncode == 2
    assert "ask for 39 or fewer" in done.stderr
    assert not (tmp_path / "report.json").exists()
