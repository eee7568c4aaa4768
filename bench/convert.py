"""Converts a sentence-transformers model once for every peer.

convert.py MODEL_FOLDER TARGET_FOLDER
    -> TARGET/onnx/model.onnx         as exported
    -> TARGET/onnxruntime/model.onnx  after ONNX Runtime's transformer optimiser: fused attention, GELU, norms
    -> TARGET/openvino/model.xml      OpenVINO IR with float32 weights
    -> TARGET/ctranslate2/            CTranslate2, float32

Mean pooling and normalising are part of the exported graph: the fewer steps are left to Python, the better for
the peer. CTranslate2 knows no pooling, so its peer pools with numpy.
"""

import collections
import logging
import pathlib
import shutil
import sys
import warnings

warnings.filterwarnings("ignore")

import torch
from transformers import AutoConfig, AutoModel

# What the optimiser must find in each layer; with less, ONNX Runtime would not be measured at its best.
FUSED_IN_EACH_LAYER = {"Attention": 1, "SkipLayerNormalization": 2, "BiasGelu": 1}


class PooledModel(torch.nn.Module):
    """Token ids and mask [batch x length] to normalised mean vectors [batch x hidden]."""

    def __init__(self, folder):
        super().__init__()
        # The optimiser knows the pattern of plain attention, not that of torch's fused function.
        self.model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

    def forward(self, input_ids, attention_mask):
        states = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weight = attention_mask.unsqueeze(-1).to(states.dtype)
        return torch.nn.functional.normalize((states * weight).sum(1) / weight.sum(1))


def export_onnx(model_folder, target):
    target.parent.mkdir(parents=True)
    ids = torch.randint(1000, 2000, (2, 7))
    mask = torch.ones_like(ids)
    axes = {0: "batch", 1: "length"}
    # The exporter by tracing (dynamo=False): the optimiser fuses nothing in the other one's graphs.
    torch.onnx.export(
        PooledModel(model_folder),
        (ids, mask),
        str(target),
        input_names=["input_ids", "attention_mask"],
        output_names=["vectors"],
        dynamic_axes={"input_ids": axes, "attention_mask": axes, "vectors": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )


def optimise_for_onnxruntime(onnx_file, config, target):
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions

    logging.disable(logging.WARNING)
    target.parent.mkdir(parents=True)
    model = optimizer.optimize_model(
        str(onnx_file),
        model_type="bert",
        num_heads=config.num_attention_heads,
        hidden_size=config.hidden_size,
        optimization_options=FusionOptions("bert"),
        opt_level=1,
    )
    counts = collections.Counter(node.op_type for node in model.model.graph.node)
    for name, each in FUSED_IN_EACH_LAYER.items():
        wanted = each * config.num_hidden_layers
        if counts[name] != wanted:
            sys.exit(f"convert: ONNX Runtime's optimiser made {counts[name]} {name} nodes, not {wanted}; "
                     "these versions of torch and onnxruntime do not fit together")
    model.save_model_to_file(str(target))


def convert_for_openvino(onnx_file, target):
    import openvino

    target.parent.mkdir(parents=True)
    # Compressed weights would be float16.
    openvino.save_model(openvino.convert_model(str(onnx_file)), str(target), compress_to_fp16=False)


def convert_for_ctranslate2(model_folder, target):
    from ctranslate2.converters import TransformersConverter

    TransformersConverter(str(model_folder)).convert(str(target), quantization="float32")


def main():
    model_folder = pathlib.Path(sys.argv[1])
    target = pathlib.Path(sys.argv[2])
    unfinished = target.with_name(target.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    config = AutoConfig.from_pretrained(model_folder)
    export_onnx(model_folder, unfinished / "onnx" / "model.onnx")
    optimise_for_onnxruntime(unfinished / "onnx" / "model.onnx", config, unfinished / "onnxruntime" / "model.onnx")
    convert_for_openvino(unfinished / "onnx" / "model.onnx", unfinished / "openvino" / "model.xml")
    convert_for_ctranslate2(model_folder, unfinished / "ctranslate2")
    shutil.rmtree(target, ignore_errors=True)
    unfinished.rename(target)


main()
