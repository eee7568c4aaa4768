"""OpenVINO on its own IR, in float32 (on a CPU with bfloat16 its default would be that)."""

import threading

import openvino
import openvino.properties as properties
import openvino.properties.hint as hint

from peers.batches import BatchRunner, pad


def streams_of(threads):
    return sorted({1, threads})


class Peer:
    def __init__(self, models, model_folder, threads, streams):
        core = openvino.Core()
        self.model = core.compile_model(f"{models}/openvino/model.xml", "CPU", {
            hint.inference_precision: openvino.Type.f32,
            properties.inference_num_threads: threads,
            properties.num_streams: streams,
        })
        self.runner = BatchRunner(model_folder, streams)
        self.requests = threading.local()

    def run_batch(self, sequences):
        request = getattr(self.requests, "request", None)
        if request is None:
            request = self.requests.request = self.model.create_infer_request()
        ids, mask = pad(sequences)
        return request.infer({"input_ids": ids, "attention_mask": mask}, share_inputs=True)[0]

    def embed(self, texts, batch_size):
        return self.runner.embed(texts, batch_size, self.run_batch)
