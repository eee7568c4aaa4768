"""The vectors of `lengthwise embed` against sentence-transformers, on the real model and real text."""

import json

import numpy as np
import pytest

# Largest difference of any component of the normalised vectors: fp32 sums in another order through six layers.
TOLERANCE = 2e-5
TEXTS = 500
POSITIONS = 512


@pytest.fixture(scope="module")
def texts(man_pages):
    """500 texts of 1 to 512 tokens and beyond, log-uniform in length: the starts of man pages."""
    generator = np.random.default_rng(3)
    pages = [json.loads(line)["text"].split() for line in man_pages.open()]
    chosen = generator.choice(len(pages), TEXTS, replace=False)
    words = np.exp(generator.uniform(0, np.log(500), TEXTS)).astype(int)
    return [" ".join(pages[page][:count]) for page, count in zip(chosen, words)]


@pytest.fixture(scope="module")
def oracle(model_folder):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(model_folder), device="cpu", model_kwargs={"attn_implementation": "eager"})
    model.max_seq_length = POSITIONS
    return model


def embed(run_lengthwise, tmp_path, model_folder, texts, *options):
    source = tmp_path / "texts.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    output = tmp_path / "vectors.npy"
    run_lengthwise("embed", "--model", model_folder, "--input", source, "--output", output, "--max-length", POSITIONS, *options)
    return np.load(output), [json.loads(line) for line in (tmp_path / "vectors.tokens.jsonl").open()]


def test_vectors_equal_sentence_transformers(run_lengthwise, tmp_path, model_folder, oracle, texts):
    vectors, tokens = embed(run_lengthwise, tmp_path, model_folder, texts)
    expected = oracle.encode(texts, batch_size=16)
    difference = np.abs(vectors - expected).max()
    print(f"largest component difference over {len(texts)} texts: {difference:.2e}")
    assert difference <= TOLERANCE
    counts = [min(len(ids), POSITIONS) for ids in oracle.tokenizer(texts, truncation=False)["input_ids"]]
    assert [row["used"] for row in tokens] == counts
    assert min(counts) <= 3 and max(counts) == POSITIONS


def test_vectors_are_the_same_alone_and_in_a_batch(run_lengthwise, tmp_path, model_folder, texts):
    sample = texts[:12]
    together, _ = embed(run_lengthwise, tmp_path, model_folder, sample)
    for i, text in enumerate(sample):
        alone, _ = embed(run_lengthwise, tmp_path, model_folder, [text])
        np.testing.assert_array_equal(alone[0], together[i])


def test_vectors_at_a_temperature_equal_patched_attention(run_lengthwise, tmp_path, model_folder, texts):
    """torch with every score divided by tau: the query's weights and bias are divided."""
    from sentence_transformers import SentenceTransformer

    tau = 0.8
    model = SentenceTransformer(str(model_folder), device="cpu", model_kwargs={"attn_implementation": "eager"})
    model.max_seq_length = POSITIONS
    for layer in model[0].auto_model.encoder.layer:
        layer.attention.self.query.weight.data /= tau
        layer.attention.self.query.bias.data /= tau
    vectors, _ = embed(run_lengthwise, tmp_path, model_folder, texts, "--temperature", tau)
    difference = np.abs(vectors - model.encode(texts, batch_size=16)).max()
    print(f"largest component difference at tau {tau}: {difference:.2e}")
    assert difference <= TOLERANCE
    plain, _ = embed(run_lengthwise, tmp_path, model_folder, texts)
    assert np.abs(vectors - plain).max() > 0.01, "the temperature changed nothing"


@pytest.mark.parametrize("tau", [1.0, 0.8])
def test_mpnet_vectors_equal_sentence_transformers(run_lengthwise, tmp_path, mpnet_folder, texts, tau):
    """all-mpnet-base-v2, with its position bias divided by tau too (the default reading of a temperature)."""
    from sentence_transformers import SentenceTransformer

    sample = texts[:60] + ["a <pad> inside, a <mask> and a </s>"]
    model = SentenceTransformer(str(mpnet_folder), device="cpu")
    model.max_seq_length = POSITIONS
    encoder = model[0].auto_model.encoder
    for layer in encoder.layer:
        layer.attention.attn.q.weight.data /= tau
        layer.attention.attn.q.bias.data /= tau
    encoder.relative_attention_bias.weight.data /= tau
    vectors, _ = embed(run_lengthwise, tmp_path, mpnet_folder, sample, "--temperature", tau)
    difference = np.abs(vectors - model.encode(sample, batch_size=1)).max()
    print(f"largest component difference of all-mpnet-base-v2 at tau {tau}: {difference:.2e}")
    assert difference <= TOLERANCE


def test_the_default_length_is_the_sentence_transformers_limit(run_lengthwise, tmp_path, model_folder, texts):
    """256 for this model: neither the 128 baked into tokenizer.json nor the 512 of its positions."""
    source = tmp_path / "texts.jsonl"
    source.write_text(json.dumps({"text": max(texts, key=len)}) + "\n")
    done = run_lengthwise("embed", "--model", model_folder, "--input", source, "--output", tmp_path / "v.npy", "--json")
    summary = json.loads(done.stdout)
    assert (summary["max_length"], summary["sentence_transformers_max_length"], summary["positions"]) == (256, 256, 512)
    (row,) = [json.loads(line) for line in (tmp_path / "v.tokens.jsonl").open()]
    assert row["used"] == 256 and row["dropped"] == summary["dropped_tokens"] > 0
    assert "dropped" in done.stderr
