"""sentence-transformers: the reference, torch with its fused attention."""

import torch
from sentence_transformers import SentenceTransformer

from peers.batches import MAX_LENGTH


def streams_of(threads):
    return [1]


class Peer:
    def __init__(self, models, model_folder, threads, streams):
        torch.set_num_threads(threads)
        self.model = SentenceTransformer(str(model_folder), device="cpu")
        self.model.max_seq_length = MAX_LENGTH

    def embed(self, texts, batch_size):
        return self.model.encode(texts, batch_size=batch_size, show_progress_bar=False)
