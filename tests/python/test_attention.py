"""The lines of `lengthwise attention` against transformers' attentions, decomposed by numpy in double precision."""

import json

import numpy as np
import pytest

# Largest difference: sigma is asked for to 1e-4; queries, keys and scores are float32 in the program.
TOLERANCE = 2e-4
# Compared relative to their value; the others, which may be zero, relative to their value or one.
RELATIVE = {"sigma_hc", "sigma_centred", "frobenius_hc", "sigma_s", "bound", "flat_law"}
LENGTHS = (5, 24, 96)
HEADS_A_LAYER = 3


@pytest.fixture(scope="module")
def source(man_pages, tmp_path_factory):
    """Five short texts: the starts of man pages."""
    path = tmp_path_factory.mktemp("attention") / "texts.jsonl"
    pages = [json.loads(line) for _, line in zip(range(5), man_pages.open())]
    path.write_text("".join(json.dumps({"_id": page["_id"], "text": " ".join(page["text"].split()[:60])}) + "\n" for page in pages))
    return path


def attentions(folder, texts, tau):
    """[text][layer]: the weights [heads, n, n] of the model in float64, every score divided by tau."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").double().eval()
    for layer in model.encoder.layer:
        attention = layer.attention
        query = attention.self.query if hasattr(attention, "self") else attention.attn.q
        query.weight.data /= tau
        query.bias.data /= tau
    if hasattr(model.encoder, "relative_attention_bias"):
        model.encoder.relative_attention_bias.weight.data /= tau
    found = []
    for text in texts:
        with torch.no_grad():
            output = model(**tokenizer(text, truncation=False, return_tensors="pt"), output_attentions=True)
        found.append([weights[0].numpy() for weights in output.attentions])
    return found


def expected_line(weights, window):
    n = len(weights)
    centred = weights - weights.mean(axis=0)
    entropy = -np.where(weights > 0, weights * np.log(np.maximum(weights, 1e-300)), 0).sum(axis=1).mean() / np.log(n)
    # The softmax forgets a constant for each row, which the centring of rows takes away too.
    scores = np.log(weights)
    scores -= scores.mean(axis=1, keepdims=True)
    deviation = np.sqrt((scores**2).mean())
    near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= window
    return {
        "sigma_hc": np.linalg.svd(centred, compute_uv=False)[0],
        "sigma_centred": np.linalg.svd(weights - 1 / n, compute_uv=False)[0],
        "frobenius_hc": np.linalg.norm(centred),
        "sigma_s": deviation,
        "skewness": (scores**3).mean() / deviation**3,
        "excess_kurtosis": (scores**4).mean() / deviation**4 - 3,
        "entropy": entropy,
        "sink": weights[:, 0].mean(),
        "largest_weight": weights.max(axis=1).mean(),
        "self_mass": np.diag(weights).mean(),
        "local_mass": (weights * near).sum() / n,
        "bound": np.sqrt(n / (2 * np.sqrt(1 + np.exp(-2 * deviation**2)) * (n - 1) ** 1.5 + 1)),
        "flat_law": 2 * np.sqrt(np.expm1(deviation**2) / n),
        "flat_regime": deviation < np.sqrt(2 * np.log(n)),
    }


def run(run_lengthwise, tmp_path, folder, source, *options):
    output = tmp_path / "heads.jsonl"
    done = run_lengthwise("attention", "--model", folder, "--input", source, "--output", output, "--json", *options)
    return [json.loads(line) for line in output.open()], json.loads(done.stdout), done.stderr


@pytest.mark.parametrize("model,tau", [("model_folder", 1.0), ("model_folder", 0.8), ("mpnet_folder", 1.0), ("mpnet_folder", 0.8)])
def test_lines_equal_the_decomposition_of_the_reference_attentions(request, run_lengthwise, tmp_path, source, model, tau):
    folder = request.getfixturevalue(model)
    lines, summary, _ = run(run_lengthwise, tmp_path, folder, source, "--temperature", tau)
    documents = [json.loads(line) for line in source.open()]
    reference = attentions(folder, [document["text"] for document in documents], tau)
    layers, heads = len(reference[0]), len(reference[0][0])
    assert [(line["text"], line["layer"], line["head"]) for line in lines] == [
        (t, layer, head) for t in range(len(documents)) for layer in range(layers) for head in range(heads)
    ]
    assert summary["lines"] == len(lines) and summary["heads"] == layers * heads and summary["not_converged"] == 0
    generator = np.random.default_rng(7)
    worst = {}
    for t, document in enumerate(documents):
        for layer in range(layers):
            for head in generator.choice(heads, HEADS_A_LAYER, replace=False):
                line = lines[(t * layers + layer) * heads + head]
                weights = reference[t][layer][head]
                assert line["_id"] == document["_id"] and line["n"] == len(weights) and line["converged"]
                for name, value in expected_line(weights, line["local_window"]).items():
                    scale = value if name in RELATIVE else max(1, abs(value))
                    worst[name] = max(worst.get(name, 0), abs(float(line[name]) - value) / scale)
                assert line["floor"] == pytest.approx(line["sigma_s"] / np.sqrt(64 if model == "mpnet_folder" else 32))
    print({name: f"{value:.1e}" for name, value in worst.items()})
    assert max(worst.values()) <= TOLERANCE, worst


def test_each_text_is_cut_to_each_length_that_it_has(run_lengthwise, tmp_path, model_folder, source):
    lines, summary, messages = run(run_lengthwise, tmp_path, model_folder, source, "--lengths", ",".join(map(str, LENGTHS)), "--max-texts", 3)
    whole, _, _ = run(run_lengthwise, tmp_path, model_folder, source, "--max-texts", 3)
    tokens = {line["text"]: line["n"] for line in whole}
    assert {(line["text"], line["n"]) for line in lines} == {(t, n) for t in tokens for n in LENGTHS if n <= tokens[t]}
    for layer in summary["layers"]:
        for row in layer["by_length"]:
            chosen = [line["sigma_hc"] for line in lines if line["layer"] == layer["layer"] and line["n"] == row["n"]]
            assert row["lines"] == len(chosen) and row["sigma_hc"] == pytest.approx(np.mean(chosen))
        above = [line["sigma_hc"] > line["bound"] for line in lines if line["layer"] == layer["layer"]]
        assert layer["above_bound"] == pytest.approx(np.mean(above))
    assert "rises with n" in messages


def test_bytes_are_the_same_at_any_number_of_threads(run_lengthwise, tmp_path, model_folder, source):
    written = []
    for threads in (1, 2, 3):
        output = tmp_path / f"{threads}.jsonl"
        run_lengthwise("attention", "--model", model_folder, "--input", source, "--output", output, "--lengths", "5,24", "--threads", threads)
        written.append(output.read_bytes())
    assert written[0] == written[1] == written[2]


def test_scores_that_overflow_are_a_named_error(binary, root, tmp_path):
    """Queries of 1e30 times keys of 1e30: finite weights, scores beyond float32."""
    import shutil
    import subprocess

    from safetensors.numpy import load_file, save_file

    model = tmp_path / "model"
    shutil.copytree(root / "tests/data/tiny_bert", model)
    tensors = load_file(model / "model.safetensors")
    for part in ("query", "key"):
        (name,) = [name for name in tensors if name.endswith(f"layer.1.attention.self.{part}.bias")]
        tensors[name] = np.full_like(tensors[name], 1e30)
    save_file(tensors, model / "model.safetensors")
    source = tmp_path / "texts.txt"
    source.write_text("the long text\n")
    output = tmp_path / "heads.jsonl"
    command = [binary, "attention", "--model", model, "--input", source, "--output", output]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    # Heads are worked on in parallel: any of the layer's may be the first to be found.
    assert 'text 0 ("1"), layer 1, head ' in done.stderr and "not finite" in done.stderr
    assert not output.exists()


def test_a_length_beyond_the_positions_leaves_no_file(binary, tmp_path, model_folder, source):
    import subprocess

    output = tmp_path / "heads.jsonl"
    command = [binary, "attention", "--model", model_folder, "--input", source, "--output", output, "--lengths", "32,1024"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "1024" in done.stderr and "512" in done.stderr
    assert not output.exists() and list(tmp_path.iterdir()) == []
