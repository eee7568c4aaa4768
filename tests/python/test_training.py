"""training/: a tiny random model trained for a few steps. Oracles: sentence-transformers on what is written, `lengthwise` on the same texts, and NumPy."""

import json
import math
import shutil
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file

TABLE = "embeddings.position_embeddings.weight"
WORDS = "embeddings.word_embeddings.weight"
POSITIONS = 80
SPEC = "whiten:0.1:within=0.8"


@pytest.fixture(scope="module", autouse=True)
def package(root):
    """The package, in this process: torch is imported once. What a run sets for torch is set back."""
    import torch

    sys.path.insert(0, str(root / "training"))
    threads = torch.get_num_threads()
    yield
    sys.path.remove(str(root / "training"))
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def tiny(root):
    return root / "tests/data/tiny_bert"


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """Twenty texts that the tiny tokenizer knows, of 100 to 200 tokens; each has words that it says more often than others."""
    generator, path = np.random.default_rng(3), tmp_path_factory.mktemp("texts") / "texts.jsonl"
    words = "the length of text is a long token and short head word model".split()
    rows = [" ".join(generator.choice(words, int(generator.integers(100, 200)), p=generator.dirichlet(np.full(len(words), 0.3)))) for _ in range(20)]
    path.write_text("".join(json.dumps({"_id": f"d{number}", "text": text}) + "\n" for number, text in enumerate(rows)))
    return path


@pytest.fixture(scope="module")
def train(tiny, texts, tmp_path_factory):
    from lengthwise_training import command

    def run(what, *options, model=tiny):
        output = tmp_path_factory.mktemp(what) / "trained"
        command.main([what, "--model", str(model), "--texts", str(texts), "--output", str(output), "--batch", "6", "--quiet", "--threads", "1", *map(str, options)])
        return output

    return run


@pytest.fixture(scope="module")
def trained(train, binary):
    """A checkpoint of each kind, two steps from the tiny model."""
    return {"spans": train("spans", "--span", 30, "--steps", 2), "positions": train("positions", "--steps", 2, "--lengthwise", binary), "layers": train("layers", "--steps", 2)}


def tensors(folder):
    return load_file(folder / "model.safetensors")


def changed(folder, start):
    own, old = tensors(folder), tensors(start)
    assert own.keys() == old.keys() and all(own[name].dtype == old[name].dtype for name in own)
    return {name for name in own if not np.array_equal(own[name], old[name])}


def embed(run_lengthwise, tmp_path, model, texts, *options):
    run_lengthwise("embed", "--model", model, "--input", texts, "--output", tmp_path / "v.npy", "--quiet", *options)
    return np.load(tmp_path / "v.npy")


def served(folder, texts):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    return model.encode([json.loads(line)["text"] for line in texts.open()]), model.max_seq_length


@pytest.mark.parametrize("what", ["spans", "positions", "layers"])
def test_a_checkpoint_is_a_folder_that_both_load(what, trained, tiny, texts, run_lengthwise, tmp_path):
    ours = embed(run_lengthwise, tmp_path, trained[what], texts)
    theirs, limit = served(trained[what], texts)
    # The tiny model's folder reads 64 tokens; one that was trained to more reads more.
    assert limit == (64 if what == "spans" else POSITIONS)
    assert np.abs(theirs - ours).max() <= 2e-5
    assert np.abs(embed(run_lengthwise, tmp_path, tiny, texts, "--max-length", limit) - ours).max() > 1e-4, "nothing was learned"
    record = json.loads((trained[what] / "training.json").read_text())
    assert record["what"] == what and record["steps"] == 2 == len(record["loss"]) and record["tokens"] > 0 and record["texts"]["count"] == 20
    assert (trained[what] / "repair.json").exists() == (what == "positions")


def test_only_what_is_to_be_trained_changes(trained, tiny):
    assert changed(trained["positions"], tiny) == {TABLE}
    layers = changed(trained["layers"], tiny)
    assert TABLE in layers and WORDS not in layers and any("attention" in name for name in layers) and any("LayerNorm" in name for name in layers)
    assert WORDS in changed(trained["spans"], tiny)


def test_positions_that_no_span_reaches_stay(trained, tiny):
    """Spans of 30 tokens tell nothing of the rows beyond."""
    own, old = tensors(trained["spans"])[TABLE], tensors(tiny)[TABLE]
    assert (own[:16] != old[:16]).any(axis=1).all() and (own[30:] == old[30:]).all()


def test_the_repair_file_is_the_trained_table(trained, tiny, texts, root, binary, run_lengthwise, tmp_path):
    """What `--repair` does to the start is what training did; `export` folds it into the same weights; another model refuses it."""
    import subprocess

    repair = trained["positions"] / "repair.json"
    repaired = embed(run_lengthwise, tmp_path, tiny, texts, "--repair", repair, "--max-length", POSITIONS)
    assert np.abs(repaired - served(trained["positions"], texts)[0]).max() <= 2e-5
    folded = tmp_path / "folded"
    run_lengthwise("export", "--model", tiny, "--repair", repair, "--max-length", POSITIONS, "--output", folded)
    own, wanted = tensors(folded), tensors(trained["positions"])
    assert own.keys() == wanted.keys() and all(np.array_equal(own[name], wanted[name]) for name in own)
    assert np.abs(served(folded, texts)[0] - repaired).max() <= 2e-5
    other = subprocess.run([binary, "embed", "--model", trained["layers"], "--input", texts, "--repair", repair, "--output", tmp_path / "other.npy"], capture_output=True, text=True)
    assert other.returncode == 1 and "learned for another model" in other.stderr


@pytest.mark.parametrize("what,options", [("spans", ("--span", 40, "--learning-rate", 2e-3)), ("positions", ("--learning-rate", 5e-3)), ("layers", ("--learning-rate", 2e-3))])
def test_the_loss_falls(what, options, train):
    losses = json.loads((train(what, "--steps", 40, *options) / "training.json").read_text())["loss"]
    assert np.mean(losses[-8:]) < 0.9 * np.mean(losses[:8]), losses


def test_the_same_seed_gives_the_same_bytes(train, trained):
    again = train("spans", "--span", 30, "--steps", 2)
    assert (again / "model.safetensors").read_bytes() == (trained["spans"] / "model.safetensors").read_bytes()
    other = train("spans", "--span", 30, "--steps", 2, "--seed", 2)
    assert (other / "model.safetensors").read_bytes() != (again / "model.safetensors").read_bytes()


def test_spans_of_one_seed_differ_in_their_limit_alone():
    from lengthwise_training.texts import Spans

    rows = [list(range(1000 * number, 1000 * number + 60 * (number + 2))) for number in range(9)]
    drawn = {}
    for most in (20, 80, 400):
        spans = Spans(rows, 7, 10, most)
        drawn[most] = [(text[0], spans.span(text)) for _ in range(200) for text in spans.texts(3)]
        lengths = [len(span) for _, span in drawn[most]]
        assert min(lengths) == 10 and most - 3 <= max(lengths) <= most
        assert all(span == list(range(span[0], span[0] + len(span))) for _, span in drawn[most])
    assert [text for text, _ in drawn[20]] == [text for text, _ in drawn[80]] == [text for text, _ in drawn[400]]


def test_the_teacher_is_lead_and_body(tiny, texts, run_lengthwise, tmp_path):
    """Of the first 78 tokens of a text: what `lengthwise embed` makes of them by windows of 20."""
    from lengthwise_training import distillation, encoder
    from lengthwise_training.texts import Spans

    model = encoder.load(tiny, "cpu")
    rows = [json.loads(line)["text"] for line in texts.open()]
    contents = [model.tokenizer(text, add_special_tokens=False, truncation=False, verbose=False)["input_ids"] for text in rows]
    found, _ = distillation.Distillation(model, Spans(contents, 1, 30, 78), 4, "fp32", "layers", window=20).taught(contents)
    wanted = embed(run_lengthwise, tmp_path, tiny, texts, "--long-input", "lead-body", "--window", 20, "--max-length", 20)
    # Windows here are weighed alike, as the body of lead-body is: of unit vectors.
    assert np.abs(found.numpy() - wanted).max() <= 2e-5


def test_info_nce_is_that_of_numpy():
    import torch
    from lengthwise_training.contrastive import info_nce

    generator = np.random.default_rng(1)
    a, b = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in generator.normal(size=(2, 6, 9)))
    scores = a @ b.T / 0.05
    wanted = -np.mean([scores[i, i] - np.log(np.exp(side[i]).sum()) for i in range(6) for side in (scores, scores.T)])
    assert info_nce(torch.tensor(a), torch.tensor(b)).item() == pytest.approx(wanted, abs=1e-9)


def test_parts_of_a_file_and_texts_that_stand_twice(tmp_path):
    from lengthwise_training.texts import read_texts

    path = tmp_path / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": str(number % 9), **({"title": "t"} if number == 1 else {})}) + "\n" for number in range(12)))
    assert read_texts([f"{path}@4"]) == ["0", "4", "8"]
    assert read_texts([f"{path}@-4"]) == ["t 1", "2", "3", "5", "6", "7", "0", "1"]


def refusal(what, *options):
    from lengthwise_training import command

    with pytest.raises(SystemExit) as stopped:
        command.main([what, *map(str, options)])
    return str(stopped.value)


def test_what_cannot_be_is_refused(trained, tiny, texts, tmp_path, root, capsys):
    asked = ("--texts", texts, "--quiet", "--batch", 6, "--steps", 1)
    new = tmp_path / "new"
    before = (trained["spans"] / "model.safetensors").read_bytes()
    assert "exists: name a new folder" in refusal("spans", "--model", tiny, *asked, "--output", trained["spans"])
    assert (trained["spans"] / "model.safetensors").read_bytes() == before
    assert "the model has 80 positions" in refusal("spans", "--model", tiny, *asked, "--span", 81, "--output", new)
    assert "no modules.json" in refusal("spans", "--model", tmp_path, *asked, "--output", new) or not (tmp_path / "model.safetensors").exists()
    assert "only 20 are long enough" in refusal("spans", "--model", tiny, *asked, "--batch", 21, "--output", new)
    assert "nothing is left" in refusal("spans", "--model", tiny, "--texts", f"{texts}@-1", "--output", new)
    assert "missing.jsonl" in refusal("layers", "--model", tiny, "--texts", tmp_path / "missing.jsonl", "--output", new)
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"text": "a"}\n{"txt": "b"}\n')
    assert f"{bad}:2: a line must be" in refusal("layers", "--model", tiny, "--texts", bad, "--output", new)
    assert "no program" in refusal("positions", "--model", tiny, *asked, "--lengthwise", tmp_path / "none", "--output", new)
    for options in (("layers", "--span", 20), ("spans", "--lengthwise", "x"), ("spans", "--steps", 0), ("spans", "--learning-rate", "nan")):
        assert refusal(*options, "--model", tiny, "--texts", texts, "--output", new) == "2"
    assert not new.exists() and not list(tmp_path.glob(".new*"))


@pytest.fixture(scope="module")
def task(texts, tmp_path_factory):
    """The texts as a corpus; the words 20 to 40 of each as its query."""
    folder = tmp_path_factory.mktemp("task") / "toy"
    folder.mkdir()
    shutil.copy(texts, folder / "corpus.jsonl")
    rows = [json.loads(line) for line in texts.open()]
    (folder / "queries.jsonl").write_text("".join(json.dumps({"_id": f"q{number}", "text": " ".join(row["text"].split()[20:40])}) + "\n" for number, row in enumerate(rows)))
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(f"q{number}\t{row['_id']}\t1\n" for number, row in enumerate(rows)))
    return folder


@pytest.fixture(scope="module")
def judged(trained, tiny, texts, task, binary, tmp_path_factory):
    """A folder as scripts/reproduce training leaves it, of one seed."""
    from lengthwise_training import judge

    out = tmp_path_factory.mktemp("out")
    (out / "checkpoints").mkdir()
    for name, model in {"start": tiny, "squeezed": tiny, "spans-64-1": trained["spans"], "positions-1": trained["positions"], "layers-1": trained["layers"]}.items():
        options = ["--positions", "squeeze:30:50"] if name == "squeezed" else ["--recipe"]
        judge.main([*options, "--model", str(model), "--pages", str(texts), "--task", str(task), "--longest", str(POSITIONS), "--lengthwise", str(binary), "--output", str(out / "judged" / name)])
        if model != tiny:
            shutil.copytree(model, out / "checkpoints" / name)
    return out


def test_judged_is_what_evaluate_and_measure_say(judged, tiny, task, texts, run_lengthwise, tmp_path):
    run_lengthwise("evaluate", "--model", tiny, "--task", task, "--max-length", POSITIONS, "--windows", 20, "--postprocess", SPEC, "--replicates", 20, "--output", tmp_path / "e.json", "--quiet", "--no-cache")
    runs = {run["run"]: run["metrics"]["ndcg_at_10"]["estimate"] for run in json.loads((tmp_path / "e.json").read_text())["tasks"][0]["runs"]}
    found = {name: np.mean(of) for name, of in json.loads((judged / "judged/start/searches.json").read_text())["toy"]["ndcg"].items()}
    # Scores that are the same to 1e-6 may change places.
    for name, run in {"one-pass": "model", "lead-body": "lead-body 20", "recipe": f"lead-body 20 {SPEC}"}.items():
        assert found[name] == pytest.approx(runs[run], abs=2e-4), name
    run_lengthwise("measure", "--model", tiny, "--input", texts, "--arms", "truncated", "--lengths", "16,64", "--output", tmp_path / "r.json", "--quiet")
    wanted = [bucket["cosine"]["estimate"] for bucket in json.loads((tmp_path / "r.json").read_text())["arms"]["truncated"]["buckets"]]
    of = np.load(judged / "judged/start/cosine.npz")
    assert of["lengths"].tolist() == [16, 64]
    for rows, cosine in zip(of["vectors"].astype(float), wanted):
        gram = rows @ rows.T
        assert (gram.sum() - np.trace(gram)) / (len(gram) ** 2 - len(gram)) == pytest.approx(cosine, abs=1e-5)


def test_ndcg_is_that_of_trec_eval():
    import pytrec_eval
    from lengthwise_training.search import ndcg

    generator = np.random.default_rng(2)
    scores = generator.normal(size=(30, 25))
    grades = [{int(place): int(generator.integers(1, 4)) for place in generator.choice(25, 1 + number % 14, replace=False)} for number in range(30)]
    evaluator = pytrec_eval.RelevanceEvaluator({f"q{q}": {f"d{d}": g for d, g in of.items()} for q, of in enumerate(grades)}, {"ndcg_cut.10"})
    wanted = evaluator.evaluate({f"q{q}": {f"d{d}": float(score) for d, score in enumerate(row)} for q, row in enumerate(scores)})
    np.testing.assert_allclose(ndcg(scores, grades), [wanted[f"q{q}"]["ndcg_cut_10"] for q in range(30)], atol=1e-12)


def test_queries_that_share_a_document_are_drawn_together():
    from lengthwise_training.search import clusters_of

    apart = [{number: 1} for number in range(30)]
    assert len(set(clusters_of(apart))) == 30
    found = clusters_of(apart + [{3: 1, 4: 1}, {40: 1}])
    assert found[3] == found[4] == found[30] and len(set(found)) == 30
    assert len(set(clusters_of([{0: 1}] * 50))) == 50, "one cluster tells nothing"


def test_every_table_is_made(judged, root):
    from printed_tables import check_form, make, table

    # One that was trained and not judged is in no table.
    shutil.copytree(judged / "checkpoints/layers-1", judged / "checkpoints/layers-2", dirs_exist_ok=True)
    printed = make(root / "scripts/training_tables", judged, python=[sys.executable])
    check_form(printed, 5)
    assert [row[1] for row in table(printed, "cost")[1:]] == ["1"] * 3
    searches = table(printed, "searches")
    titles = ["as it is", "as it is, positions squeezed (`squeeze:96:126`)", "contrastive, spans up to 64", "positions alone, self-distilled", "all layers, self-distilled"]
    assert [row[0] for row in searches[1:]] == [title for title in titles for _ in range(2 if "squeezed" in title else 3)]
    start = json.loads((judged / "judged/start/searches.json").read_text())["toy"]["ndcg"]
    own = json.loads((judged / "judged/layers-1/searches.json").read_text())["toy"]["ndcg"]
    row = next(row for row in searches if row[:2] == ["all layers, self-distilled", "512 tokens in one pass"])
    change = 100 * (np.mean(own["one-pass"]) - np.mean(start["one-pass"]))
    assert row[3] == f"{np.mean(own['one-pass']):.3f}" and float(row[4].strip("*").split(" [")[0]) == pytest.approx(change, abs=0.051)


def test_the_interval_holds_texts_and_seeds(root):
    """Texts alone, of one seed; of several, Student's interval of their mean beside it, by the variance of all arms."""
    import importlib.machinery
    import importlib.util

    loader = importlib.machinery.SourceFileLoader("training_tables", str(root / "scripts/training_tables"))
    tables = importlib.util.module_from_spec(importlib.util.spec_from_loader("training_tables", loader))
    loader.exec_module(tables)
    replicates = np.random.default_rng(1).normal(scale=0.1, size=20000)
    width = lambda arms: [round(value["high"] - value["estimate"], 3) for value in tables.with_intervals([(seeds, replicates) for seeds in arms])]
    assert width([[0.5], [0.7]]) == pytest.approx([0.196, 0.196], abs=0.004)
    assert width([[0.5, 0.5], [0.7, 0.7]]) == pytest.approx([0.196, 0.196], abs=0.004)
    # Variances .04 (two degrees of freedom), 0 (one) and none: .08 / 3. Student's t is 3.182, which the expansion has to 2 %.
    assert width([[0.3, 0.5, 0.7], [0.6, 0.6], [0.1]]) == pytest.approx([math.hypot(0.196, 3.182 * math.sqrt(0.08 / 3 / count)) for count in (3, 2, 1)], rel=0.025)


def test_a_study_trains_and_judges_each_arm_as_one_would_by_hand(judged, tiny, texts, task, binary, tmp_path):
    from lengthwise_training import study

    out = tmp_path / "study"
    asked = ["--model", tiny, "--texts", texts, "--pages", texts, "--task", task, "--output", out, "--arms", "spans-64", "positions", "--seeds", 1, "--squeeze", "30:50", "--steps", 2,
             "--distillation-steps", 2, "--batch", 6, "--precision", "fp32", "--judge-precision", "fp32", "--longest", POSITIONS, "--at-once", 2, "--threads", 2, "--lengthwise", binary, "--discard"]
    asked = [str(part).replace("30:50", "squeeze:30:50") for part in asked]
    study.main(asked)
    made = lambda: {path.relative_to(out): path.stat().st_mtime_ns for path in out.rglob("*") if path.is_file()}
    before = made()
    assert {path.parts[1] for path in before} == {"start", "squeezed", "spans-64-1", "positions-1"} and not any(path.name == "model.safetensors" for path in before)
    record = json.loads((out / "checkpoints/spans-64-1/training.json").read_text())
    assert record["span"] == 64 and record["seed"] == 1 and record["batch"] == 6 and record["steps"] == 2
    repair = "checkpoints/positions-1/repair.json"
    assert json.loads((out / repair).read_text()) == json.loads((judged / repair).read_text())
    scores = lambda folder, name: json.loads((folder / f"judged/{name}/searches.json").read_text())["toy"]["ndcg"]
    for name in ("start", "squeezed", "positions-1"):
        # By hand all were read by the recipe too, but for the squeezed one.
        assert scores(out, name) == {way: scores(judged, name)[way] for way in scores(out, name)}, name
    assert "recipe" in scores(out, "start") and "recipe" not in scores(out, "positions-1")
    study.main(asked)
    assert made() == before, "what is there is not made again"
    with pytest.raises(SystemExit) as stopped:
        study.main([*asked, "--arms", "layers", "--batch", "21"])
    assert "layers, seed 1: train ended with 1" in str(stopped.value) and "only 20 are long enough" in str(stopped.value)
    assert made() == before
