"""A model folder made from an ONNX graph: what transformers loads from it computes what the model computed whose weights the graph holds."""

import subprocess
import sys

import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import BertConfig, BertModel

PREFIX = "model.0.auto_model."
LINEAR = ("query.weight", "key.weight", "value.weight", "dense.weight")  # of layers; that of the pooler is not exported


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(1)
    config = BertConfig(vocab_size=50, hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=96, max_position_embeddings=40,
                        initializer_range=0.4)
    return BertModel(config, add_pooling_layer=False).eval()


def graph_of(model, nameless=""):
    """As exporters leave it: biases by name, a linear layer's weight transposed and without one; of the layer `nameless` the bias has no name either."""
    initializers, nodes = [], []
    for name, value in model.state_dict().items():
        if name.endswith(LINEAR):
            bias = PREFIX + name.removesuffix("weight") + "bias"
            if nameless and nameless in name:
                bias = "onnx::Add_0"
                initializers.append(numpy_helper.from_array(model.state_dict()[name.removesuffix("weight") + "bias"].numpy(), bias))
            number = len(nodes)
            initializers.append(numpy_helper.from_array(value.numpy().T.copy(), f"onnx::MatMul_{number}"))
            nodes.append(helper.make_node("MatMul", [f"in_{number}", f"onnx::MatMul_{number}"], [f"product_{number}"]))
            # Exporters put the bias on either side.
            summands = [bias, f"product_{number}"] if number % 4 else [f"product_{number}", bias]
            nodes.append(helper.make_node("Add", summands, [f"out_{number}"]))
        else:
            initializers.append(numpy_helper.from_array(value.numpy(), PREFIX + name))
    output = helper.make_tensor_value_info("out_0", TensorProto.FLOAT, None)
    return helper.make_model(helper.make_graph(nodes, "bert", [], [output], initializers))


def convert(root, graph, folder):
    onnx.save(graph, folder / "model.onnx")
    return subprocess.run([sys.executable, root / "scripts/onnx_model", folder / "model.onnx", root / "tests/data/tiny_bert", folder / "made", "--max-length", "32"],
                          capture_output=True, text=True)


def test_the_folder_computes_what_the_graph_s_model_computed(root, model, tmp_path):
    done = convert(root, graph_of(model), tmp_path)
    assert done.returncode == 0, done.stderr
    loaded, left = BertModel.from_pretrained(tmp_path / "made", add_pooling_layer=False, output_loading_info=True)
    assert not left["missing_keys"] and not left["unexpected_keys"]
    ids = torch.randint(0, 50, (3, 17), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        assert torch.equal(loaded.eval()(ids).last_hidden_state, model(ids).last_hidden_state)


def test_a_weight_of_which_nothing_tells_the_layer_is_an_error(root, model, tmp_path):
    done = convert(root, graph_of(model, nameless="layer.1.attention.self.key"), tmp_path)
    assert done.returncode == 1 and "products without a named bias" in done.stderr
    assert not (tmp_path / "made").exists()
