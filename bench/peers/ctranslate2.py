"""CTranslate2's encoder in float32, pooled with numpy."""

import ctranslate2
import numpy as np

from peers.batches import BatchRunner


def streams_of(threads):
    return sorted({1, threads})


class Peer:
    def __init__(self, models, model_folder, threads, streams):
        self.encoder = ctranslate2.Encoder(f"{models}/ctranslate2", device="cpu", compute_type="float32",
                                           inter_threads=streams, intra_threads=threads // streams)
        self.runner = BatchRunner(model_folder, streams)

    def run_batch(self, sequences):
        states = np.asarray(self.encoder.forward_batch(sequences).last_hidden_state)
        vectors = np.stack([states[row, : len(sequence)].mean(0) for row, sequence in enumerate(sequences)])
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def embed(self, texts, batch_size):
        return self.runner.embed(texts, batch_size, self.run_batch)
