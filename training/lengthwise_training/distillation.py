"""Self-distillation: reading a span in one pass, the student learns the vector that the untrained model (the teacher) mixes of the span's windows."""
import copy

import torch

from . import TrainingError
from .encoder import encode, position_table, special_tokens, with_special_tokens

LEARNING_RATES = {"positions": 2e-3, "layers": 1e-4}
# Content tokens of a span, and tokens of the teacher's windows, special tokens included.
SHORTEST, LONGEST = 30, 510
WINDOW = 128
LEAD = 0.3


def windows_of(content, size):
    """Pieces of `size` tokens one after the other, the last with what is left."""
    return [content[first : first + size] for first in range(0, len(content), size)]


def lead_body(vectors, lead=LEAD):
    """normalise(lead v_1 + (1 - lead) normalise(v_1 + ... + v_k)) of a text's windows' unit vectors [k, dimension], as lengthwise's long input lead-body."""
    body = torch.nn.functional.normalize(vectors.sum(0), dim=-1)
    return torch.nn.functional.normalize(lead * vectors[0] + (1 - lead) * body, dim=-1)


class Distillation:
    """A step's loss: the mean of 1 - cosine of student and teacher over `batch` spans. `what`: "positions" trains the table of positions alone, "layers" all but the word embeddings."""

    def __init__(self, model, spans, batch, precision, what, window=WINDOW):
        self.model, self.spans, self.batch, self.precision = model, spans, batch, precision
        self.content = window - special_tokens(model)
        table, _ = position_table(model)
        if what == "positions" and table is None:
            raise TrainingError("the model has no table of positions to train: it turns positions, or knows distances; use layers")
        self.teacher = copy.deepcopy(model).requires_grad_(False)
        model.requires_grad_(what == "layers")
        if table is not None:
            table.requires_grad_(True)
        model[0].auto_model.get_input_embeddings().weight.requires_grad_(False)

    def parameters(self):
        return [parameter for parameter in self.model.parameters() if parameter.requires_grad]

    @torch.no_grad()
    def taught(self, contents):
        """The teacher's vectors of spans, and the tokens read for them."""
        pieces = [windows_of(content, self.content) for content in contents]
        sequences = with_special_tokens(self.teacher, [piece for windows in pieces for piece in windows])
        vectors = encode(self.teacher, sequences, self.precision)
        counts = [len(windows) for windows in pieces]
        return torch.stack([lead_body(part) for part in vectors.split(counts)]), sum(map(len, sequences))

    def loss(self):
        """The loss, and how many tokens the student read for it."""
        contents = [self.spans.span(text) for text in self.spans.texts(self.batch)]
        wanted, _ = self.taught(contents)
        sequences = with_special_tokens(self.model, contents)
        found = encode(self.model, sequences, self.precision)
        return (1 - (found * wanted).sum(-1)).mean(), sum(map(len, sequences))
