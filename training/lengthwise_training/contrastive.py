"""Contrastive training: two spans of one text are to find each other among the spans of other texts."""
import torch

from .encoder import encode, with_special_tokens

TEMPERATURE = 0.05
LEARNING_RATE = 2e-5
# Content tokens of the shortest span.
SHORTEST = 14


def info_nce(first, second, temperature=TEMPERATURE):
    """The mean cross-entropy of finding row i of `second` from row i of `first`, and back (InfoNCE, arXiv 1807.03748, with the other rows as negatives). Rows are unit vectors."""
    scores = first @ second.T / temperature
    wanted = torch.arange(len(scores), device=scores.device)
    return (torch.nn.functional.cross_entropy(scores, wanted) + torch.nn.functional.cross_entropy(scores.T, wanted)) / 2


class Contrastive:
    """A step's loss: one pair of spans of each of `batch` texts."""

    def __init__(self, model, spans, batch, precision):
        self.model, self.spans, self.batch, self.precision = model, spans, batch, precision

    def parameters(self):
        return list(self.model.parameters())

    def loss(self):
        """The loss, and how many tokens were read for it."""
        texts = self.spans.texts(self.batch)
        sequences = with_special_tokens(self.model, [self.spans.span(text) for _ in range(2) for text in texts])
        vectors = encode(self.model, sequences, self.precision)
        return info_nce(vectors[: self.batch], vectors[self.batch :]), sum(map(len, sequences))
