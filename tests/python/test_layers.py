"""Gains and head ablation through the program: against transformers in double precision, and where the answer is known."""

import json
import shutil

import jsonschema
import numpy as np
import pytest

LENGTHS = [16, 40, 80]
OPTIONS = ["--arms", "truncated", "--lengths", ",".join(map(str, LENGTHS)), "--minimum-documents", 10, "--replicates", 100, "--quiet"]


@pytest.fixture(scope="module")
def tiny(root):
    return root / "tests/data/tiny_bert"


@pytest.fixture(scope="module")
def schema(root):
    return jsonschema.Draft202012Validator(json.loads((root / "docs/report.schema.json").read_text()))


def measure(run_lengthwise, model, pages, folder, *options):
    run_lengthwise("measure", "--model", model, "--input", pages, "--output", folder / "report.json", *OPTIONS, *options)
    return json.loads((folder / "report.json").read_text())


@pytest.fixture(scope="module")
def measured(run_lengthwise, tiny, pages, tmp_path_factory):
    return measure(run_lengthwise, tiny, pages, tmp_path_factory.mktemp("report"), "--gains", "--ablation", "zero,dc,hc",
                   "--ablation-documents", 20)


@pytest.fixture(scope="module")
def reference(tiny, pages):
    """By transformers in double precision: the model, and the pages' content ids."""
    pytest.importorskip("torch")
    from tokenizers import Tokenizer
    from transformers import AutoModel

    tokenizer = Tokenizer.from_file(str(tiny / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    model = AutoModel.from_pretrained(tiny, attn_implementation="eager").double().eval()
    texts = [json.loads(line) for line in open(pages)]
    texts = [f"{text['title']} {text['text']}" if text.get("title") else text["text"] for text in texts]
    content = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    ends = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    return model, [ids for ids in content if len(ids) + 2 >= LENGTHS[-1]], ends


def sequence(ids, length, ends):
    import torch

    return torch.tensor([[ends[0], *ids[: length - 2], ends[1]]])


def energies(states):
    """HC and DC energy of [tokens x hidden]."""
    mean = states.mean(0)
    return np.array([((states - mean) ** 2).sum(), len(states) * (mean**2).sum()])


def test_report_keeps_its_schema(measured, schema):
    schema.validate(measured)
    assert len(measured["gains"]) == len(LENGTHS) * 3 * 7
    assert len(measured["ablated_heads"]) == 3 * 6


def test_gains_are_those_of_transformers(measured, reference):
    import torch

    model, content, ends = reference
    places = ["attention", "attention_norm", "feed_forward", "output_norm"]
    for length in LENGTHS:
        sums = {}

        def add(key, states):
            sums[key] = sums.get(key, 0) + energies(states)

        for ids in content:
            seen = {}
            hooks = []
            for number, layer in enumerate(model.encoder.layer):
                modules = [layer.attention.output.dense, layer.attention.output.LayerNorm, layer.output.dense, layer.output.LayerNorm]
                for place, module in zip(places, modules):
                    hooks.append(module.register_forward_hook(
                        lambda _, given, out, key=(number, place): seen.update({key: out[0].numpy(), (*key, "in"): given[0][0].numpy()})))
            with torch.no_grad():
                out = model(input_ids=sequence(ids, length, ends), output_hidden_states=True)
            for hook in hooks:
                hook.remove()
            for number in range(2):
                add((number, "input"), out.hidden_states[number][0].numpy())
                for place in places:
                    add((number, place), seen[number, place])
                    if place.endswith("norm"):
                        add((number, place, "in"), seen[number, place, "in"])
        for number in range(2):
            steps = {
                "attention": ((number, "input"), (number, "attention")),
                "attention_residual": ((number, "input"), (number, "attention_norm", "in")),
                "attention_norm": ((number, "attention_norm", "in"), (number, "attention_norm")),
                "feed_forward": ((number, "attention_norm"), (number, "feed_forward")),
                "feed_forward_residual": ((number, "attention_norm"), (number, "output_norm", "in")),
                "output_norm": ((number, "output_norm", "in"), (number, "output_norm")),
                "layer": ((number, "input"), (number, "output_norm")),
            }
            for part, (before, after) in steps.items():
                row = next(row for row in measured["gains"]
                           if (row["length"], row["layer"], row["part"]) == (length, number, part))
                assert row["documents"] == len(content)
                hc, dc = np.sqrt(sums[after] / sums[before])
                # The program computes states in float.
                assert row["hc"]["estimate"] == pytest.approx(hc, rel=1e-4)
                assert row["dc"]["estimate"] == pytest.approx(dc, rel=1e-4)
                assert row["relative"]["estimate"] == pytest.approx(hc / dc, rel=1e-4)
                assert row["relative"]["low"] < row["relative"]["estimate"] < row["relative"]["high"]


def replace(mode, head):
    """Hook on the module after the heads: changes one head's part of their outputs, [1 x tokens x hidden]."""

    def hook(_, given):
        context = given[0].clone()
        part = context[0, :, head * 12 : head * 12 + 12]
        mean = part.mean(0, keepdim=True)
        part[:] = {"zero": 0 * part, "dc": mean.expand_as(part), "hc": part - mean}[mode]
        return (context,)

    return hook


def test_ablation_is_that_of_transformers(run_lengthwise, tiny, pages, reference, tmp_path):
    import torch

    model, content, ends = reference
    # Every page takes part, so that the sample is known.
    report = measure(run_lengthwise, tiny, pages, tmp_path, "--ablation", "zero,dc,hc", "--ablation-documents", 1000,
                     "--ablation-lengths", "16,80")

    def index():
        cosines = []
        for length in (16, 80):
            with torch.no_grad():
                rows = np.array([model(input_ids=sequence(ids, length, ends)).last_hidden_state[0].mean(0).numpy() for ids in content])
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            count = len(rows)
            cosines.append((np.sum(rows.sum(0) ** 2) - count) / (count * (count - 1)))
        return (cosines[1] - cosines[0]) / np.log2(80 / 16)

    assert report["ablation"]["documents"] == len(content)
    whole = index()
    assert report["ablation"]["index"]["estimate"] == pytest.approx(whole, abs=1e-6)
    for row in report["ablated_heads"]:
        hook = model.encoder.layer[row["layer"]].attention.output.dense.register_forward_pre_hook(replace(row["mode"], row["head"]))
        ablated = index()
        hook.remove()
        assert row["index"]["estimate"] == pytest.approx(ablated, abs=1e-6)
        assert row["carried"]["estimate"] == pytest.approx(whole - ablated, abs=1e-6)
    for mode in ("zero", "dc", "hc"):
        rows = [row for row in report["ablated_heads"] if row["mode"] == mode]
        assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5, 6]
        carried = [row["carried"]["estimate"] for row in rows]
        assert carried == sorted(carried, reverse=True)
        for row in rows:
            # All heads at once need wider intervals than one.
            assert row["simultaneous_high"] - row["simultaneous_low"] > row["carried"]["high"] - row["carried"]["low"]


def test_a_head_whose_output_goes_nowhere_carries_nothing(run_lengthwise, tiny, pages, tmp_path):
    from safetensors.numpy import load_file, save_file

    model = tmp_path / "model"
    shutil.copytree(tiny, model)
    weights = load_file(model / "model.safetensors")
    name = next(name for name in weights if name.endswith("encoder.layer.1.attention.output.dense.weight"))
    weights[name][:, 12:24] = 0  # head 1
    save_file(weights, model / "model.safetensors")
    report = measure(run_lengthwise, model, pages, tmp_path, "--ablation", "zero,dc,hc")
    rows = {(row["mode"], row["layer"], row["head"]): row for row in report["ablated_heads"]}
    for mode in ("zero", "dc", "hc"):
        row = rows[mode, 1, 1]
        assert row["carried"] == {"estimate": 0, "low": 0, "high": 0}
        assert (row["simultaneous_low"], row["simultaneous_high"]) == (0, 0)
        assert rows[mode, 1, 0]["carried"]["estimate"] != 0


def test_gains_and_ablation_change_no_other_number(run_lengthwise, tiny, pages, measured, tmp_path):
    plain = measure(run_lengthwise, tiny, pages, tmp_path)
    for name in ("arms", "collapse_index", "shapes", "data", "sentence"):
        assert plain[name] == measured[name]
    assert not {"gains", "gains_sentence", "ablation", "ablated_heads"} & plain.keys()


def test_gains_of_parts_merge(run_lengthwise, tiny, pages, measured, tmp_path):
    lines = pages.read_text().splitlines(keepends=True)
    parts = []
    for name, part in (("one", lines[:17]), ("two", lines[17:])):
        (tmp_path / f"{name}.jsonl").write_text("".join(part))
        parts.append(tmp_path / f"{name}.statistics.json")
        run_lengthwise("measure", "--model", tiny, "--input", tmp_path / f"{name}.jsonl", "--output", tmp_path / f"{name}.json",
                       "--statistics", parts[-1], *OPTIONS, "--gains")
    run_lengthwise("merge", *parts, "--output", tmp_path / "merged.json")
    assert json.loads((tmp_path / "merged.json").read_text())["gains"] == measured["gains"]


def test_what_cannot_be_done_is_named(binary, tiny, pages, tmp_path):
    import subprocess

    command = [binary, "measure", "--model", tiny, "--input", pages, "--output", tmp_path / "report.json", "--quiet"]
    for options, code, words in (
        (["--gains", "--arms", "natural"], 2, "gains are those of the truncated arm"),
        (["--ablation", "zero", "--statistics", tmp_path / "s.json"], 2, "an ablation is not made from statistics"),
        (["--ablation", "zero,zero"], 2, "asked for twice"),
        (["--ablation", "zero", "--ablation-lengths", "16,81"], 2, "this model takes 3 to 80"),
        (["--ablation", "none"], 2, "none"),
    ):
        done = subprocess.run([*command, *map(str, options)], capture_output=True, text=True)
        assert done.returncode == code and words in done.stderr, done.stderr
        assert not (tmp_path / "report.json").exists()
