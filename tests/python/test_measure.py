"""`lengthwise measure` on real text and a real model: the report keeps its schema, and its numbers are those that
transformers, numpy and scikit-learn give for the same tokens."""

import json
import math

import jsonschema
import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

LENGTHS = [16, 32, 64, 128, 256, 384, 512]
# Vectors agree with torch to 2e-5 a component (test_parity.py); means over pairs of them to better than this.
TOLERANCE = 2e-5


@pytest.fixture(scope="module")
def measured(run_lengthwise, model_folder, pages, tmp_path_factory):
    """A full measurement: (report, what was printed, page)."""
    out = tmp_path_factory.mktemp("report")
    done = run_lengthwise("measure", "--model", model_folder, "--input", pages, "--output", out / "report.json", "--html",
                          out / "report.html", "--lengths", ",".join(map(str, LENGTHS)), "--probe", "--replicates", 300,
                          "--quiet", "--json")
    return json.loads((out / "report.json").read_text()), done, out / "report.html"


@pytest.fixture(scope="module")
def schema(root):
    schema = json.loads((root / "docs/report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.fixture(scope="module")
def reference(model_folder, pages):
    """The truncated arm by transformers: {length: (model vectors, static vectors)} of the pages of 512 tokens and more,
    and of each head at 64 tokens the means over pages of (entropy, largest weight, sink)."""
    torch = pytest.importorskip("torch")
    from tokenizers import Tokenizer
    from transformers import AutoModel

    tokenizer = Tokenizer.from_file(str(model_folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = AutoModel.from_pretrained(model_folder, attn_implementation="eager").eval()
    words = model.get_input_embeddings().weight.detach()
    texts = [json.loads(line) for line in open(pages)]
    texts = [f"{text['title']} {text['text']}" if text.get("title") else text["text"] for text in texts]
    content = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    content = [ids for ids in content if len(ids) + 2 >= LENGTHS[-1]]
    vectors = {}
    heads = np.zeros((model.config.num_hidden_layers, model.config.num_attention_heads, 3))
    for length in LENGTHS:
        states, static = [], []
        for ids in content:
            batch = torch.tensor([[101, *ids[: length - 2], 102]])
            with torch.no_grad():
                out = model(input_ids=batch, attention_mask=torch.ones_like(batch), output_attentions=length == 64)
            states.append(out.last_hidden_state.mean(1)[0].double().numpy())
            static.append(words[batch[0]].double().mean(0).numpy())
            if length == 64:
                for layer, attention in enumerate(out.attentions):
                    p = attention[0].double()
                    entropy = -torch.xlogy(p, p).sum(-1).mean(-1) / math.log(length)
                    largest = p.max(-1).values.mean(-1)
                    sink = p[:, :, 0].mean(-1)
                    heads[layer] += torch.stack([entropy, largest, sink], -1).numpy() / len(content)
        vectors[length] = np.array(states), np.array(static)
    return vectors, heads, len(content)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def mean_cosine(vectors):
    cosines = cosine_similarity(vectors)
    return cosines[~np.eye(len(cosines), dtype=bool)].mean()


def bucket_of(report, arm, length):
    return next(bucket for bucket in report["arms"][arm]["buckets"] if bucket["to"] == length)


def test_report_keeps_its_schema(measured, schema):
    report, _, _ = measured
    schema.validate(report)
    assert set(report["arms"]) == {"natural", "truncated", "static", "static_natural"}
    assert len(report["heads"]) == 72 * len({(h["arm"], h["from"], h["to"]) for h in report["heads"]})
    assert len(report["layers"]) == 7 * len({(l["arm"], l["from"], l["to"]) for l in report["layers"]})


def test_committed_example_keeps_the_schema(root, schema):
    schema.validate(json.loads((root / "tests/data/report_example.json").read_text()))


def test_the_length_trained_to_is_told_apart_from_the_length_in_force(measured, run_lengthwise, root, pages, tmp_path, schema):
    """tokenizer.json of all-MiniLM-L6-v2 keeps the truncation of its training, 128; the small model's says nothing, until its owner does."""
    limits = measured[0]["model"]["limits"]
    assert (limits["in_force"], limits["trained_to"], limits["trained_to_by"]) == (256, 128, "tokenizer.json")
    knee = measured[0]["shapes"]["knee"]
    assert knee["trained_to"] == 128 and knee["trained_place"] in ("below", "at", "above")
    for options, expected in (((), None), (("--trained-length", 40), 40)):
        run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", pages, "--output", tmp_path / "r.json", "--replicates", 20, "--quiet", *options)
        report = json.loads((tmp_path / "r.json").read_text())
        schema.validate(report)
        assert report["model"]["limits"].get("trained_to") == expected
        assert report["model"]["limits"].get("trained_to_by") == (expected and "user")


def test_truncated_and_static_arms_are_those_of_transformers(measured, reference):
    report, _, _ = measured
    vectors, _, documents = reference
    assert report["arms"]["truncated"]["documents"] == documents >= 20
    for length in LENGTHS:
        model, static = vectors[length]
        assert bucket_of(report, "truncated", length)["count"] == documents
        assert bucket_of(report, "truncated", length)["cosine"]["estimate"] == pytest.approx(mean_cosine(model), abs=TOLERANCE)
        assert bucket_of(report, "static", length)["cosine"]["estimate"] == pytest.approx(mean_cosine(static), abs=TOLERANCE)


def test_other_statistics_are_those_of_numpy(measured, reference):
    report, _, _ = measured
    vectors, _, documents = reference
    all_units = {length: unit(model) for length, (model, _) in vectors.items()}
    centre = np.concatenate(list(all_units.values())).mean(0)
    between = 1 - np.eye(documents)
    for length in LENGTHS:
        units = all_units[length]
        bucket = bucket_of(report, "truncated", length)
        assert bucket["centred_cosine"]["estimate"] == pytest.approx(mean_cosine(units - centre), abs=1e-4)
        singular = np.linalg.svd(units, compute_uv=False)
        p = singular / singular.sum()
        assert bucket["rankme"] == pytest.approx(np.exp(-(p * np.log(p)).sum()), rel=1e-4)
        assert bucket["participation_ratio"] == pytest.approx((singular**2).sum() ** 2 / (singular**4).sum(), rel=1e-4)
        kernel = np.exp(-2 * (2 - 2 * units @ units.T))
        assert bucket["uniformity"] == pytest.approx(np.log((kernel * between).sum() / between.sum()), abs=1e-4)
    # Pairs of different documents at independent lengths.
    means = np.mean(list(all_units.values()), axis=0)
    floor = ((means @ means.T) * between).sum() / between.sum()
    assert bucket_of(report, "truncated", 16)["permuted_floor"]["estimate"] == pytest.approx(floor, abs=TOLERANCE)


def test_heads_are_those_of_transformers(measured, reference):
    report, _, _ = measured
    _, heads, documents = reference
    rows = [row for row in report["heads"] if row["arm"] == "truncated" and row["to"] == 64]
    assert len(rows) == 72
    for row in rows:
        assert row["count"] == documents
        found = [row["entropy"], row["largest_weight"], row["sink"]]
        # Weights agree to about 1e-5.
        assert found == pytest.approx(heads[row["layer"], row["head"]], abs=1e-4)


def test_natural_arm_is_that_of_the_embed_command(measured, run_lengthwise, model_folder, pages, tmp_path):
    report, _, _ = measured
    run_lengthwise("embed", "--model", model_folder, "--input", pages, "--output", tmp_path / "vectors.npy", "--quiet")
    vectors = np.load(tmp_path / "vectors.npy")
    tokens = [json.loads(line) for line in open(tmp_path / "vectors.tokens.jsonl")]
    assert sum(bucket["count"] for bucket in report["arms"]["natural"]["buckets"]) == len(vectors)
    for bucket in report["arms"]["natural"]["buckets"]:
        cut = bucket["cut"] > 0
        rows = [i for i, use in enumerate(tokens)
                if bucket["from"] <= use["used"] <= bucket["to"] and (use["dropped"] > 0) == cut]
        assert len(rows) == bucket["count"]
        if len(rows) > 1:
            assert bucket["cosine"]["estimate"] == pytest.approx(mean_cosine(vectors[rows].astype(float)), abs=1e-6)
        else:
            assert bucket["cosine"] == {"estimate": None, "low": None, "high": None}


def test_index_is_the_least_squares_slope_with_its_control(measured):
    report, _, _ = measured
    index = report["collapse_index"]
    assert index["lengths"] == LENGTHS
    slopes = [np.polyfit(np.log2(LENGTHS), [bucket_of(report, arm, n)["cosine"]["estimate"] for n in LENGTHS], 1)[0]
              for arm in ("truncated", "static")]
    assert index["slope"]["estimate"] == pytest.approx(slopes[0], abs=1e-6)
    assert index["static_slope"]["estimate"] == pytest.approx(slopes[1], abs=1e-6)
    assert index["excess"]["estimate"] == pytest.approx(slopes[0] - slopes[1], abs=1e-6)
    for interval in (index["slope"], index["static_slope"], index["excess"]):
        assert interval["low"] < interval["estimate"] < interval["high"]


def test_the_slope_of_the_fixed_grid_leaves_out_what_depends_on_the_models_limits(measured):
    report, _, _ = measured
    fixed = report["collapse_index"]["fixed_grid"]
    assert fixed["lengths"] == [32, 64, 128, 256]
    slopes = [np.polyfit(np.log2(fixed["lengths"]), [bucket_of(report, arm, n)["cosine"]["estimate"] for n in fixed["lengths"]], 1)[0]
              for arm in ("truncated", "static")]
    assert fixed["slope"]["estimate"] == pytest.approx(slopes[0], abs=1e-6)
    assert fixed["static_slope"]["estimate"] == pytest.approx(slopes[1], abs=1e-6)
    assert fixed["excess"]["estimate"] == pytest.approx(slopes[0] - slopes[1], abs=1e-6)
    assert fixed["slope"]["low"] < fixed["slope"]["estimate"] < fixed["slope"]["high"]


def test_summary_page_and_report_say_the_same(measured):
    report, done, page = measured
    summary = json.loads(done.stdout)
    assert {name: summary[name] for name in ("sentence", "advice", "detail")} == {name: report[name] for name in ("sentence", "advice", "detail")}
    assert summary["collapse_index"] == report["collapse_index"]
    assert report["sentence"] in done.stderr
    assert "cosine" in page.read_text()


def quick(run_lengthwise, model_folder, pages, output, *options):
    run_lengthwise("measure", "--model", model_folder, "--input", pages, "--output", output, "--lengths", "16,24,32,48,64",
                   "--max-length", 64, "--probe", "--replicates", 100, "--quiet", *options)
    return output.read_bytes()


def test_same_command_gives_the_same_bytes(run_lengthwise, model_folder, pages, tmp_path):
    first = quick(run_lengthwise, model_folder, pages, tmp_path / "report.json")
    assert quick(run_lengthwise, model_folder, pages, tmp_path / "report.json") == first


def test_threads_change_nothing_but_the_command(run_lengthwise, model_folder, pages, tmp_path):
    one, two = (json.loads(quick(run_lengthwise, model_folder, pages, tmp_path / "report.json", "--threads", n)) for n in (1, 2))
    del one["command"], two["command"]
    assert one == two


def test_repair_is_named_and_measured(run_lengthwise, model_folder, pages, tmp_path, schema):
    plain = json.loads(quick(run_lengthwise, model_folder, pages, tmp_path / "plain.json"))
    repaired = json.loads(quick(run_lengthwise, model_folder, pages, tmp_path / "repaired.json", "--temperature", 0.8))
    schema.validate(repaired)
    assert plain["repair"]["identity"] and not repaired["repair"]["identity"]
    assert repaired["repair"]["temperature"] == pytest.approx(0.8)
    assert repaired["arms"]["static"] == plain["arms"]["static"]
    assert bucket_of(repaired, "truncated", 64)["cosine"] != bucket_of(plain, "truncated", 64)["cosine"]


def test_sample_and_arms_are_as_asked_for(run_lengthwise, model_folder, pages, tmp_path, schema):
    report = json.loads(quick(run_lengthwise, model_folder, pages, tmp_path / "report.json", "--sample", 12, "--arms", "natural"))
    schema.validate(report)
    assert report["data"]["documents"] == 12
    assert report["data"]["read"] == len(pages.read_text().splitlines())
    assert set(report["arms"]) == {"natural"}
    assert report["collapse_index"] is None and report["shapes"] is None
    assert report["sentence"].endswith("was not measured: the truncated arm was not asked for.")
    assert report["detail"].startswith("No collapse index: the truncated arm was not asked for")


@pytest.mark.parametrize("texts", [["one short text"], ["a text", "another text", ""]])
def test_few_short_texts_give_a_report_that_says_what_is_missing(run_lengthwise, root, texts, tmp_path, schema):
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    run_lengthwise("measure", "--model", root / "tests/data/tiny_bert", "--input", source, "--output", tmp_path / "report.json", "--quiet")
    text = (tmp_path / "report.json").read_text()
    report = json.loads(text)
    schema.validate(report)
    assert "NaN" not in text and "Infinity" not in text
    assert report["collapse_index"] is None
    assert "too few documents" in report["sentence"]
    assert any("needs at least 20 documents" in note for note in report["notes"])


def test_wrong_options_are_refused(binary, root, tmp_path):
    import subprocess

    source = tmp_path / "texts.jsonl"
    source.write_text('{"text": "a text"}\n')
    command = [binary, "measure", "--model", root / "tests/data/tiny_bert", "--input", source, "--output", tmp_path / "report.json"]
    for options, code, words in (
        (["--arms", "natural,imaginary"], 2, "imaginary"),
        (["--lengths", "16,8"], 2, "must ascend"),
        (["--lengths", "16,600"], 2, "this model takes 3 to 80"),
        (["--confidence", "1.5"], 2, "between 0 and 1"),
    ):
        done = subprocess.run([*command, *options], capture_output=True, text=True)
        assert done.returncode == code, done.stderr
        assert words in done.stderr + done.stdout
        assert not (tmp_path / "report.json").exists()
