"""What the peers without a pipeline of their own share: tokenising, length-sorted padded batches, streams."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from tokenizers import Tokenizer

MAX_LENGTH = 512


def open_tokenizer(model_folder):
    """The reference tokenizer, all in Rust, with the model's real limits in place of those in the file."""
    tokenizer = Tokenizer.from_file(f"{model_folder}/tokenizer.json")
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_LENGTH)
    return tokenizer


def pad(sequences):
    """Ids and mask, int64 [batch x longest]."""
    longest = max(len(sequence) for sequence in sequences)
    ids = np.zeros((len(sequences), longest), np.int64)
    mask = np.zeros((len(sequences), longest), np.int64)
    for row, sequence in enumerate(sequences):
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
    return ids, mask


class BatchRunner:
    """Tokenises all texts at once, sorts them by length, and hands batches to `streams` threads, longest first."""

    def __init__(self, model_folder, streams):
        self.tokenizer = open_tokenizer(model_folder)
        self.executor = ThreadPoolExecutor(streams) if streams > 1 else None

    def embed(self, texts, batch_size, run_batch):
        """run_batch(sequences) gives the vectors of a batch; it may be called from several threads at a time."""
        if len(texts) == 1:
            return run_batch([self.tokenizer.encode(texts[0]).ids])
        sequences = [encoding.ids for encoding in self.tokenizer.encode_batch_fast(texts)]
        order = sorted(range(len(texts)), key=lambda i: -len(sequences[i]))
        batches = [order[first : first + batch_size] for first in range(0, len(order), batch_size)]
        run = self.executor.map if self.executor else map
        vectors = None
        for batch, rows in zip(batches, run(lambda batch: run_batch([sequences[i] for i in batch]), batches)):
            if vectors is None:
                vectors = np.empty((len(texts), rows.shape[1]), np.float32)
            vectors[batch] = rows
        return vectors
