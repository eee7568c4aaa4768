"""The usual way to look at attention: transformers with output_attentions, reduced to the numbers that probes give.

Prints one JSON object: seconds, peak_mb, and the means over texts in the form of `embed_corpus --probe`.
"""

import argparse
import json
import math
import time

import torch
from transformers import AutoModel, AutoTokenizer

from peers.batches import MAX_LENGTH


def head_numbers(attention, mask):
    """[batch x heads x n x n] to [batch x heads x 3]: normalised entropy, largest weight, weight on the first
    token; means over the query rows that are no padding."""
    counts = mask.sum(1)
    rows = mask[:, None, :] / counts[:, None, None]
    entropy = -torch.special.xlogy(attention, attention).sum(-1)
    normalised = (entropy * rows).sum(-1) / counts.log()[:, None]
    return torch.stack([normalised, (attention.amax(-1) * rows).sum(-1), (attention[..., 0] * rows).sum(-1)], -1)


def token_cosine(states, mask):
    """[batch x n x hidden] to [batch]: mean cosine over pairs of different tokens, from the sum of unit rows."""
    counts = mask.sum(1)
    total = (torch.nn.functional.normalize(states, dim=-1) * mask[..., None]).sum(1)
    return (total.square().sum(-1) - counts) / (counts * (counts - 1))


def diagnose(model, tokenizer, texts, batch_size):
    heads, layers = [], []
    for first in range(0, len(texts), batch_size):
        batch = tokenizer(texts[first : first + batch_size], padding=True, truncation=True, max_length=MAX_LENGTH,
                          return_tensors="pt")
        output = model(**batch, output_attentions=True, output_hidden_states=True)
        mask = batch["attention_mask"].float()
        heads.append(torch.cat([head_numbers(attention, mask) for attention in output.attentions], 1))
        layers.append(torch.stack([token_cosine(states, mask) for states in output.hidden_states], 1))
    return torch.cat(heads).mean(0), torch.cat(layers).mean(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--input", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    job = parser.parse_args()
    with open(job.input) as file:
        texts = [json.loads(line)["text"] for line in file]
    torch.set_num_threads(job.threads)
    tokenizer = AutoTokenizer.from_pretrained(job.model)
    model = AutoModel.from_pretrained(job.model, attn_implementation="eager").eval()
    with torch.inference_mode():
        diagnose(model, tokenizer, texts[:1], 1)
        start = time.perf_counter()
        heads, layers = diagnose(model, tokenizer, texts, job.batch)
        seconds = time.perf_counter() - start
    assert math.isfinite(float(heads.sum()))
    with open("/proc/self/status") as file:
        peak = next(int(line.split()[1]) * 1024e-6 for line in file if line.startswith("VmHWM:"))
    print(json.dumps({"seconds": seconds, "peak_mb": peak,
                      "probe": {"heads": heads.tolist(), "token_cosine": layers.tolist()}}))


main()
