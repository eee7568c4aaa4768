"""What training leaves: a sentence-transformers folder, and of a table of positions a repair file for the model that it began from."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from . import TrainingError

WEIGHTS = "model.safetensors"
LIMITS = "sentence_bert_config.json"
RECORD = "training.json"
REPAIR = "repair.json"


def check_output(output, model):
    """Refuses what stands there already, before any work is done."""
    output = pathlib.Path(output)
    if output.exists() or output.is_symlink():
        raise TrainingError(f"--output {output} exists: name a new folder, or remove that one")
    if pathlib.Path(model).resolve() in output.resolve().parents:
        raise TrainingError(f"--output {output} lies in the model's own folder: name a place outside it")
    weights = pathlib.Path(model) / WEIGHTS
    if not weights.is_file():
        raise TrainingError(f"--model {model}: it has no {WEIGHTS}, the one form of weights that is written back")


def tensors_of(model, path):
    """The trained tensors under the names and types of the file that the model came from, and what the file says of itself."""
    trained = {name: parameter.detach().cpu().numpy() for name, parameter in model[0].auto_model.named_parameters()}
    found = {}
    with safe_open(str(path), "numpy") as file:
        metadata = file.metadata()
        for name in file.keys():
            tensor = file.get_tensor(name)
            # Some files have the architecture's name before each ("bert.encoder...").
            match = next((key for key in (name, name.partition(".")[2]) if key in trained and trained[key].shape == tensor.shape), None)
            found[name] = tensor if match is None else trained.pop(match).astype(tensor.dtype)
    # A pooler is made anew where a file has none, and nothing reads it.
    missing = [name for name in trained if not name.startswith("pooler.")]
    if missing:
        raise TrainingError(f"{path} has no place for {missing[0]} and {len(missing) - 1} more trained tensors")
    return found, metadata


def with_limit(folder, tokens):
    """Lets the folder read as many tokens as it was trained to, if it reads fewer."""
    path = folder / LIMITS
    limits = json.loads(path.read_text()) if path.is_file() else {}
    limits["max_seq_length"] = max(tokens, limits.get("max_seq_length") or 0)
    path.write_text(json.dumps(limits, indent=2) + "\n")


def repair_of(model, fingerprint):
    """The table of positions as docs/repair.schema.json describes it: row 0 is the first token's."""
    from .encoder import position_table  # torch, which what is refused at once need not wait for

    table, first = position_table(model)
    rows = table.detach().cpu().numpy()[first:].astype("<f4")
    positions = {"map": "table", "rows": rows.shape[0], "dimension": rows.shape[1], "table": base64.b64encode(rows.tobytes()).decode()}
    return {"format": "lengthwise-repair", "version": 1, "positions": positions | ({"model": fingerprint} if fingerprint else {})}


def fingerprint_of(model, program):
    """The fingerprint by which a repair file knows its model: what `lengthwise fit` writes of it."""
    with tempfile.TemporaryDirectory() as folder:
        texts, repair = pathlib.Path(folder) / "texts.jsonl", pathlib.Path(folder) / "repair.json"
        texts.write_text("".join(json.dumps({"text": text}) + "\n" for text in ("one text", "another text", "a third")))
        done = subprocess.run([program, "fit", "--model", model, "--input", texts, "--postprocess", "center", "--output", repair, "--quiet"],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise TrainingError(f"{program} does not load {model}: {done.stderr.strip()}")
        return json.loads(repair.read_text())["post_processing"]["fitted_on"]["model"]


def write(output, start, model, limit, record, repair=None):
    """The folder `start` with the trained weights, complete under its name or not there at all."""
    output = pathlib.Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix=f".{output.name}.", dir=output.parent))
    try:
        made = work / "made"
        shutil.copytree(start, made, ignore=shutil.ignore_patterns(WEIGHTS, RECORD, REPAIR, "README.md", "onnx", "openvino"))
        tensors, metadata = tensors_of(model, pathlib.Path(start) / WEIGHTS)
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, made / WEIGHTS, metadata or {"format": "pt"})
        shutil.copymode(made / "modules.json", made / WEIGHTS)
        with_limit(made, limit)
        (made / RECORD).write_text(json.dumps(record, indent=1) + "\n")
        if repair is not None:
            (made / REPAIR).write_text(json.dumps(repair) + "\n")
        check_output(output, start)
        made.rename(output)
    finally:
        shutil.rmtree(work, ignore_errors=True)
