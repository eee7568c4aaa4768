"""`lengthwise inspect`: what it says of a folder, against the folder's own files."""
import json
import shutil
import subprocess

import pytest
from careless import Row, check, table


@pytest.fixture()
def inspect(binary):
    def run(model, *options):
        done = subprocess.run([binary, "inspect", "--model", model, *options], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout
    return run


@pytest.fixture(params=["bert", "mpnet"])
def tiny(request, root):
    return root / f"tests/data/tiny_{request.param}"


def test_what_is_said_is_what_the_files_say(inspect, tiny):
    from safetensors.numpy import load_file
    said = json.loads(inspect(tiny, "--no-speed", "--json"))
    config = json.loads((tiny / "config.json").read_text())
    tokenizer = json.loads((tiny / "tokenizer.json").read_text())
    for mine, theirs in {"architecture": "model_type", "hidden": "hidden_size", "layers": "num_hidden_layers", "heads": "num_attention_heads",
                         "vocabulary": "vocab_size"}.items():
        assert said[mine] == config[theirs]
    assert said["dimension"] == 36 and said["normalize"]
    assert said["weights"]["parameters"] == sum(tensor.size for tensor in load_file(tiny / "model.safetensors").values())
    assert said["weights"]["bytes"] == (tiny / "model.safetensors").stat().st_size
    assert said["tokenizer"]["model"] == tokenizer["model"]["type"]
    assert said["tokenizer"]["normalizers"] == [tokenizer["normalizer"]["type"]]
    assert said["tokenizer"]["vocabulary"] == len(tokenizer["model"]["vocab"])
    assert (said["tokenizer"]["before"], said["tokenizer"]["after"], said["tokenizer"]["unknown"]) == (["[CLS]"], ["[SEP]"], "[UNK]")
    assert [module["kind"] for module in said["modules"]] == ["Pooling", "Normalize"]
    assert said["speed"] is None
    applies = {repair["option"]: repair["applies"] for repair in said["repairs"]}
    assert applies["--temperature-reading"] == (config["model_type"] == "mpnet") and applies["--late-chunking"]


def test_each_limit_names_its_file(inspect, root, tmp_path):
    model = shutil.copytree(root / "tests/data/tiny_bert", tmp_path / "model")
    limits = lambda: json.loads(inspect(model, "--no-speed", "--json"))["limits"]
    assert limits() == {"in_force": 64, "in_force_from": "sentence_bert_config.json", "sentence_transformers": 64,
                        "sentence_transformers_from": "sentence_bert_config.json", "positions": 80, "positions_from": "config.json", "trained": None, "special_tokens": 2}
    (model / "sentence_bert_config.json").write_text('{"max_seq_length": 512}')
    assert (limits()["in_force"], limits()["in_force_from"]) == (80, "config.json")
    (model / "sentence_bert_config.json").write_text('{"max_seq_length": null}')
    (model / "tokenizer_config.json").write_text('{"model_max_length": 70}')
    assert (limits()["in_force"], limits()["in_force_from"]) == (70, "tokenizer_config.json")
    (model / "tokenizer_config.json").unlink()
    assert limits()["sentence_transformers"] is None and limits()["in_force_from"] == "config.json"


def test_a_model_that_takes_one_token_is_not_chunked_late(inspect, root, tmp_path):
    model = shutil.copytree(root / "tests/data/tiny_bert", tmp_path / "model")
    (model / "1_Pooling/config.json").write_text('{"word_embedding_dimension": 36, "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}')
    said = json.loads(inspect(model, "--no-speed", "--json"))
    (late,) = [repair for repair in said["repairs"] if repair["option"] == "--late-chunking"]
    assert not late["applies"] and "one token" in late["note"]
    assert said["dimension"] == 72 and said["modules"][0]["mode"] == "cls+mean"
    assert "not --late-chunking" in inspect(model, "--no-speed")


def test_speed_is_measured_at_lengths_up_to_the_limit(inspect, tiny):
    said = json.loads(inspect(tiny, "--json", "--threads", "1"))["speed"]
    assert said["threads"] == 1 and [at["tokens"] for at in said["by_length"]] == [16, 64]
    assert all(at["tokens_per_second"] > 0 for at in said["by_length"])
    lines = inspect(tiny, "--threads", "1").splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "] == [
        "model", "attention", "feed-forward", "vectors", "limits", "positions", "tokenizer", "modules", "prompts", "weights", "memory", "repairs", "speed"]


ROWS = [
    Row("a model that is not there", "lengthwise inspect --model absent", says="absent: No such file or directory"),
    Row("an architecture that is not known", "lengthwise inspect --model model", says='model type "opt" is not supported; supported: bert, distilbert',
        prepare="""sed -i 's/"model_type": *"bert"/"model_type": "opt"/' model/config.json"""),
    Row("an inspection of a whole model", "lengthwise inspect --model model --no-speed", exit=0, prints="limits +64 tokens in force"),
]


@table(ROWS)
def test_a_careless_inspection(row, user, tmp_path):
    check(row, tmp_path, user)
