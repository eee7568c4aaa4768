"""The command line: what is trained, on what, for how long."""
import argparse
import hashlib
import pathlib
import shutil
import sys

from . import TrainingError

# Of the full size: the first look at this, on a GPU, took 450 and 900 steps of such batches.
STEPS, BATCH = {"spans": 450, "positions": 900, "layers": 900}, 128
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/lengthwise"


def whole(least):
    def read(text):
        if not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text}: must be a whole number from {least} on")
        return int(text)

    return read


def positive(text):
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text}: must be a number between 0 and 1")
    return value


def arguments(argv):
    parser = argparse.ArgumentParser(prog="training/train", description="Trains a sentence-transformers model on spans of unlabelled texts: docs/training.md.")
    parser.add_argument("what", choices=STEPS, help="spans: contrastively, two spans of a text find each other; positions: the table of positions alone learns to read a long span as its windows are read; layers: all layers do")
    parser.add_argument("--model", required=True, type=pathlib.Path, metavar="DIR", help="sentence-transformers folder to begin from")
    parser.add_argument("--texts", required=True, nargs="+", metavar="FILE", help="JSONL with text (and title); FILE@N takes every N-th line, FILE@-N all but those")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR", help="new folder: the trained model, training.json, and of positions repair.json")
    parser.add_argument("--span", type=whole(8), metavar="N", help="spans: the most tokens of a span, special tokens included (default: the model's positions)")
    parser.add_argument("--steps", type=whole(1), metavar="N", help="steps (default: 450 of spans, 900 else)")
    parser.add_argument("--batch", type=whole(2), default=BATCH, metavar="N", help="texts a step (default: %(default)s)")
    parser.add_argument("--learning-rate", type=positive, metavar="R", help="of AdamW (default: 2e-5 of spans, 2e-3 of positions, 1e-4 of layers)")
    parser.add_argument("--seed", type=whole(0), default=1, metavar="N", help="of the spans (default: %(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="of matrix products; weights are float32 in both (default: %(default)s)")
    parser.add_argument("--threads", type=whole(1), metavar="N", help="default: all processors")
    parser.add_argument("--lengthwise", type=pathlib.Path, metavar="PROGRAM", help="positions: asked for the model's fingerprint, which the repair file names (default: build/release/lengthwise if there)")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    asked = parser.parse_args(argv)
    if asked.span is not None and asked.what != "spans":
        parser.error("--span has no effect but with spans: the others read spans of 30 to 510 tokens and the special ones")
    if asked.lengthwise is not None and asked.what != "positions":
        parser.error("--lengthwise has no effect but with positions, whose repair file names the model")
    return asked


def objective_of(asked, model, rows):
    """The objective, its learning rate, and the tokens that the trained model is to read."""
    from . import contrastive, distillation, encoder
    from .texts import Spans

    positions, special = encoder.positions_of(model), encoder.special_tokens(model)
    if asked.what == "spans":
        most = asked.span or positions
        if most > positions:
            raise TrainingError(f"--span {most}: the model has {positions} positions")
        least = min(contrastive.SHORTEST, (most - special) // 2)
        spans = Spans(rows, asked.seed, least, most - special)
        return contrastive.Contrastive(model, spans, asked.batch, asked.precision), contrastive.LEARNING_RATE, most
    most = min(distillation.LONGEST, positions - special)
    spans = Spans(rows, asked.seed, min(distillation.SHORTEST, most), most)
    window = min(distillation.WINDOW, positions // 4)
    objective = distillation.Distillation(model, spans, asked.batch, asked.precision, asked.what, window)
    return objective, distillation.LEARNING_RATES[asked.what], most + special


def train(asked):
    from . import checkpoint, texts

    checkpoint.check_output(asked.output, asked.model)
    given = texts.read_texts(asked.texts)
    # What takes seconds to import comes after what can be refused at once.
    import torch

    from . import encoder, loop

    loop.prepare(asked.seed, asked.threads)
    model = encoder.load(asked.model, asked.device)
    rows = texts.tokenise(given, model.tokenizer, least=64)
    objective, rate, limit = objective_of(asked, model, rows)
    fingerprint = None
    if asked.what == "positions":
        program = asked.lengthwise or (PROGRAM if PROGRAM.is_file() else None)
        if program is None:
            print("train: no lengthwise program to ask for the model's fingerprint: the repair file will fit any model of this shape", file=sys.stderr)
        elif shutil.which(program) is None:
            raise TrainingError(f"--lengthwise {program}: no program")
        else:
            fingerprint = checkpoint.fingerprint_of(asked.model, program)
    rate = asked.learning_rate or rate
    took = loop.run(objective, asked.steps or STEPS[asked.what], rate, asked.quiet)
    digest = hashlib.sha256()
    for text in given:
        digest.update(hashlib.sha256(text.encode()).digest())
    record = {"what": asked.what, "span": limit, "batch": asked.batch, "learning_rate": rate, "seed": asked.seed, "device": asked.device, "precision": asked.precision,
              "threads": torch.get_num_threads(), "torch": torch.__version__, "texts": {"count": len(rows), "tokens": sum(map(len, rows)), "sha256": digest.hexdigest()}} | took
    checkpoint.write(asked.output, asked.model, model, limit, record, checkpoint.repair_of(model, fingerprint) if asked.what == "positions" else None)
    print(f"{asked.what}: {took['steps']} steps, {took['tokens']} tokens in {took['seconds']:.0f} s -> {asked.output}", file=sys.stderr)


def main(argv=None):
    try:
        train(arguments(argv))
    except (TrainingError, OSError) as error:
        sys.exit(f"error: {error}")
