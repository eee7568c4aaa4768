"""Steps of AdamW on an objective: what it takes, and a record of what it took."""
import os
import sys
import time

import torch


def prepare(seed, threads):
    """The same run gives the same weights on the same machine and number of threads."""
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    if threads:
        torch.set_num_threads(threads)


def run(objective, steps, learning_rate, quiet=False, every=10):
    """Trains, and returns {"steps", "tokens", "seconds", "loss": of each step}. `objective` has parameters() and loss(), a loss with the tokens read for it."""
    optimiser = torch.optim.AdamW(objective.parameters(), lr=learning_rate, weight_decay=0.0)
    losses, tokens, start = [], 0, time.monotonic()
    for step in range(1, steps + 1):
        optimiser.zero_grad(set_to_none=True)
        loss, read = objective.loss()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        tokens += read
        if not quiet and (step % every == 0 or step == steps):
            seconds = time.monotonic() - start
            recent = losses[-every:]
            print(f"step {step} of {steps}: loss {sum(recent) / len(recent):.4f}, {tokens} tokens, {tokens / seconds:.0f} a second", file=sys.stderr, flush=True)
    return {"steps": steps, "tokens": tokens, "seconds": round(time.monotonic() - start, 1), "loss": [round(value, 6) for value in losses]}
