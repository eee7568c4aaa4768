"""ONNX Runtime on the graph that its transformer optimiser fused."""

import onnxruntime

from peers.batches import BatchRunner, pad


def streams_of(threads):
    return sorted({1, threads})


class Peer:
    def __init__(self, models, model_folder, threads, streams):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads // streams
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(f"{models}/onnxruntime/model.onnx", options,
                                                    providers=["CPUExecutionProvider"])
        self.runner = BatchRunner(model_folder, streams)

    def run_batch(self, sequences):
        ids, mask = pad(sequences)
        feed = {"input_ids": ids, "attention_mask": mask}
        # The optimiser may have made them int32.
        for argument in self.session.get_inputs():
            if argument.type == "tensor(int32)":
                feed[argument.name] = feed[argument.name].astype("int32")
        return self.session.run(None, feed)[0]

    def embed(self, texts, batch_size):
        return self.runner.embed(texts, batch_size, self.run_batch)
