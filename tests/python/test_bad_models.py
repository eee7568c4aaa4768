"""Model folders that are not what they should be, through the program itself."""

import json
import shutil
import struct

import pytest
from spoilt import bench, command  # noqa: F401


def split_safetensors(path):
    contents = path.read_bytes()
    (length,) = struct.unpack("<Q", contents[:8])
    return json.loads(contents[8 : 8 + length]), bytearray(contents[8 + length :])


def write_safetensors(path, header, data):
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def test_a_model_folder_that_is_not_there(bench, command):
    shutil.rmtree(bench.model)
    bench.expect_error(bench.model, "No such file", command=command)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_missing_model_file(bench, command, name):
    (bench.model / name).unlink()
    bench.expect_error(bench.model / name, "No such file", command=command)


def test_a_cut_safetensors_file(bench, command):
    path = bench.model / "model.safetensors"
    contents = path.read_bytes()
    for size in (0, 7, 100, len(contents) // 2, len(contents) - 1):
        path.write_bytes(contents[:size])
        bench.expect_error(path, "fetch it again", command=command)


def test_a_safetensors_header_that_is_not_json(bench):
    path = bench.model / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 8) + b"not json" + bytes(64))
    bench.expect_error(path, "not valid JSON")


def test_a_safetensors_header_longer_than_the_file(bench):
    path = bench.model / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 2**63) + b"{}")
    bench.expect_error(path, str(2**63))


def test_a_safetensors_header_that_lies_about_sizes(bench):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    name = "embeddings.word_embeddings.weight"
    for shape in ([2**32, 2**32], [59, 36], [58, 35], [-58, -36]):
        lie = json.loads(json.dumps(header))
        lie[name]["shape"] = shape
        write_safetensors(path, lie, data)
        bench.expect_error(path, name)
    for offset in (len(data) + 4, 2**63):
        lie = json.loads(json.dumps(header))
        lie[name]["data_offsets"][1] = offset
        write_safetensors(path, lie, data)
        bench.expect_error(path, name)


def test_a_tensor_of_the_wrong_shape(bench, command):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    name = "encoder.layer.1.intermediate.dense.weight"
    header[name]["shape"].reverse()
    write_safetensors(path, header, data)
    bench.expect_error(path, name, "[36, 52]", "[52, 36]", command=command)


def test_a_config_that_does_not_fit_the_weights(bench):
    bench.edit_json("config.json", num_hidden_layers=3)
    bench.expect_error("encoder.layer.2.", "is missing")


def test_a_missing_tensor(bench):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    name = "embeddings.LayerNorm.bias"
    header["other"] = header.pop(name)
    write_safetensors(path, header, data)
    bench.expect_error(path, name, "is missing")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ["encoder.layer.1.attention.self.value.weight", "encoder.layer.1.output.LayerNorm.bias"])
def test_weights_that_are_not_finite(bench, command, name, value):
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    end = header[name]["data_offsets"][1]
    data[end - 4 : end] = struct.pack("<f", value)
    write_safetensors(path, header, data)
    bench.expect_error(path, name, "NaN or infinity", command=command)


def test_a_word_that_is_not_finite(bench):
    """Word embeddings are read when a text asks for them; [CLS], token 2, is in every text."""
    path = bench.model / "model.safetensors"
    header, data = split_safetensors(path)
    begin = header["embeddings.word_embeddings.weight"]["data_offsets"][0] + 2 * 36 * 4
    data[begin : begin + 4] = struct.pack("<f", float("nan"))
    write_safetensors(path, header, data)
    bench.expect_error(bench.model, "not finite", "NaN")


def test_an_unknown_architecture(bench, command):
    bench.edit_json("config.json", model_type="deberta-v2")
    bench.expect_error(bench.model / "config.json", '"deberta-v2"', "supported: bert", command=command)


def test_a_config_that_is_not_json(bench):
    (bench.model / "config.json").write_text("{")
    bench.expect_error(bench.model / "config.json", "not valid JSON")


@pytest.mark.parametrize("kind", ["WordLevel", "Other"])
def test_another_kind_of_tokenizer(bench, kind):
    path = bench.model / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["model"]["type"] = kind
    path.write_text(json.dumps(tokenizer))
    bench.expect_error(path, kind, "supported", "WordPiece")


def test_a_unigram_tokenizer_without_scores(bench):
    path = bench.model / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    tokenizer["model"]["type"] = "Unigram"
    path.write_text(json.dumps(tokenizer))
    bench.expect_error(path, '"vocab" is not a list of pieces and scores')


def test_a_module_that_is_not_supported(bench):
    path = bench.model / "modules.json"
    modules = json.loads(path.read_text())
    modules.insert(2, {"idx": 2, "name": "2", "path": "2_WordWeights", "type": "sentence_transformers.models.WordWeights"})
    path.write_text(json.dumps(modules))
    bench.expect_error(path, "sentence_transformers.models.WordWeights", "supported")


def test_pickled_weights_come_with_the_conversion(bench):
    (bench.model / "model.safetensors").rename(bench.model / "pytorch_model.bin")
    bench.expect_error("pytorch_model.bin", "save_pretrained")
