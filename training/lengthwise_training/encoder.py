"""A sentence-transformers model as a function from token ids to unit vectors."""
import pathlib

import torch
import transformers
from sentence_transformers import SentenceTransformer

from . import TrainingError

# Sequences that go through the model together: sorted by length, so that little of a batch is padding. A GPU has little to do with few.
TOGETHER = {"cpu": 16, "cuda": 128}


def load(folder, device):
    """The model in float32, without dropout: what it learns from is spans, and runs that differ in one thing should differ in that alone."""
    if not (pathlib.Path(folder) / "modules.json").is_file():
        raise TrainingError(f"--model {folder}: no sentence-transformers folder (it has no modules.json)")
    if device == "cuda" and not torch.cuda.is_available():
        raise TrainingError("--device cuda: torch sees no GPU here; use --device cpu")
    # Of a folder without a pooler it says that one is made up; nothing reads it.
    transformers.logging.set_verbosity_error()
    model = SentenceTransformer(str(folder), device=device).float()
    if not hasattr(model[0], "auto_model"):
        raise TrainingError(f"--model {folder}: its first module is a {type(model[0]).__name__}, not a transformer: it has no layers and no positions to train")
    return model.eval()


def special_tokens_of(model):
    """The ids that the tokenizer puts before a text's and after them."""
    made = model.tokenizer("a", add_special_tokens=True, return_special_tokens_mask=True)
    content = [place for place, special in enumerate(made["special_tokens_mask"]) if not special]
    return made["input_ids"][: content[0]], made["input_ids"][content[-1] + 1 :]


def with_special_tokens(model, contents):
    """Lists of token ids with the special tokens about each."""
    before, after = special_tokens_of(model)
    return [[*before, *content, *after] for content in contents]


def special_tokens(model):
    return sum(map(len, special_tokens_of(model)))


def positions_of(model):
    """The longest sequence that the model can read, special tokens included."""
    table, first = position_table(model)
    if table is not None:
        return table.shape[0] - first
    return getattr(model[0].auto_model.config, "max_position_embeddings", None) or model.max_seq_length


def position_table(model):
    """The parameter that holds a row for each position, and the row of the first token (RoBERTa and MPNet begin after that of padding); (None, 0) of a model without one."""
    for name, module in model[0].auto_model.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, torch.nn.Embedding):
            return module.weight, 0 if module.padding_idx is None else module.padding_idx + 1
    return None, 0


def encode(model, sequences, precision="fp32"):
    """Unit vectors [sequences, dimension] of lists of token ids, special tokens included. Gradients flow where they are on."""
    order = sorted(range(len(sequences)), key=lambda i: len(sequences[i]))
    device = next(model.parameters()).device
    padding = model.tokenizer.pad_token_id or 0
    together, found = TOGETHER[device.type], []
    for begin in range(0, len(order), together):
        part = [sequences[i] for i in order[begin : begin + together]]
        longest = max(map(len, part))
        ids = torch.tensor([row + [padding] * (longest - len(row)) for row in part], device=device)
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in part], device=device)
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16"):
            found.append(model({"input_ids": ids, "attention_mask": mask})["sentence_embedding"].float())
    places = torch.empty(len(order), dtype=torch.long, device=device)
    places[torch.tensor(order, device=device)] = torch.arange(len(order), device=device)
    return torch.nn.functional.normalize(torch.cat(found)[places], dim=-1)
