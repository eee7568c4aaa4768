"""The study of docs/training.md: each arm trained with several seeds and judged, by training/train and training/judge as a user would call them."""
import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

from . import TrainingError
from .checkpoint import WEIGHTS
from .command import PROGRAM, positive, whole

HERE = pathlib.Path(__file__).resolve().parents[1]
ARMS = ("spans-64", "spans-128", "spans-256", "spans-512", "positions", "layers")
# Arms whose documents are read by the recipe too: what it adds to weights that learned to read no more than a window, and all.
WITH_RECIPE = ("spans-128", "spans-512", "layers")
# The table mended without training, beside the trained ones.
SQUEEZE = "squeeze:96:126"


class Study:
    """`asked`: the arguments of main."""

    def __init__(self, asked):
        self.asked = asked
        # Several at once share the processors.
        self.threads = max(1, (asked.threads or os.cpu_count() or 1) // asked.at_once)

    def run(self, name, program, *options):
        """One program to its end; what went wrong is told by its last lines."""
        begin = time.monotonic()
        command = [sys.executable, str(HERE / program), *map(str, options)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise TrainingError(f"{name}: {program} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        print(f"{name}: {program} took {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)

    def train(self, arm, seed):
        """The checkpoint, made if it is not there."""
        asked, what = self.asked, arm.partition("-")[0]
        output = asked.output / "checkpoints" / f"{arm}-{seed}"
        if output.exists():
            return output
        options = ["--model", asked.model, "--texts", *asked.texts, "--output", output, "--seed", seed, "--device", asked.device, "--precision", asked.precision,
                   "--threads", self.threads, "--quiet"]
        if what == "spans":
            options += ["--span", arm.rpartition("-")[2]]
            options += ["--learning-rate", asked.learning_rate] if asked.learning_rate else []
        if what == "positions":
            options += ["--lengthwise", asked.lengthwise]
        steps = asked.steps if what == "spans" else asked.distillation_steps
        options += ["--steps", steps] if steps else []
        options += ["--batch", asked.batch] if asked.batch else []
        self.run(f"{arm}, seed {seed}", "train", what, *options)
        return output

    def judge(self, name, model, *options):
        """The model's numbers, made if they are not there."""
        asked, output = self.asked, self.asked.output / "judged" / name
        if output.exists():
            return
        tasks = [part for task in asked.task for part in ("--task", task)]
        self.run(name, "judge", "--lengthwise", asked.lengthwise, "--model", model, "--pages", asked.pages, *tasks, "--precision", asked.judge_precision,
                 "--longest", asked.longest, "--threads", self.threads, "--output", output, *options)

    def arm(self, arm, seed):
        name = f"{arm}-{seed}"
        if (self.asked.output / "judged" / name).exists() and (self.asked.output / "checkpoints" / name).exists():
            return
        checkpoint = self.train(arm, seed)
        self.judge(name, checkpoint, *(["--recipe"] if arm in WITH_RECIPE and seed <= self.asked.recipe_seeds else []))
        if self.asked.discard:
            (checkpoint / WEIGHTS).unlink(missing_ok=True)

    def jobs(self):
        """What is to be done, seed by seed, so that what is broken off leaves whole seeds."""
        yield self.judge, ("start", self.asked.model, "--recipe")
        if self.asked.squeeze:
            yield self.judge, ("squeezed", self.asked.model, "--positions", self.asked.squeeze)
        for seed in range(1, self.asked.seeds + 1):
            for arm in self.asked.arms:
                yield self.arm, (arm, seed)

    def all(self):
        with concurrent.futures.ThreadPoolExecutor(self.asked.at_once) as pool:
            running = [pool.submit(job, *arguments) for job, arguments in self.jobs()]
            try:
                for of in concurrent.futures.as_completed(running):
                    of.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


def arguments(argv):
    parser = argparse.ArgumentParser(prog="training/study", description="Every arm of docs/training.md, trained by several seeds and judged; what is there already is not made again. scripts/training_tables makes its tables.")
    parser.add_argument("--model", required=True, type=pathlib.Path, metavar="DIR")
    parser.add_argument("--texts", required=True, nargs="+", metavar="FILE", help="as of training/train")
    parser.add_argument("--pages", required=True, type=pathlib.Path, metavar="FILE", help="as of training/judge: texts that are in none of --texts")
    parser.add_argument("--task", action="append", default=[], type=pathlib.Path, metavar="DIR", help="as of training/judge")
    parser.add_argument("--output", required=True, type=pathlib.Path, metavar="DIR", help="checkpoints/ARM-SEED and judged/ARM-SEED")
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=ARMS, metavar="ARM", help=f"default: {' '.join(ARMS)}")
    parser.add_argument("--seeds", type=whole(1), default=3, metavar="N", help="default: %(default)s")
    parser.add_argument("--recipe-seeds", type=whole(0), default=1, metavar="N", help=f"seeds of {', '.join(WITH_RECIPE)} that read documents by the recipe too (default: %(default)s)")
    parser.add_argument("--squeeze", default=SQUEEZE, metavar="MAP", help="judged beside, untrained; empty for none (default: %(default)s)")
    parser.add_argument("--steps", type=whole(1), metavar="N", help="of spans (default: that of training/train, the full size)")
    parser.add_argument("--distillation-steps", type=whole(1), metavar="N", help="of positions and layers (default: likewise)")
    parser.add_argument("--batch", type=whole(2), metavar="N", help="texts a step (default: likewise)")
    parser.add_argument("--learning-rate", type=positive, metavar="R", help="of spans (default: likewise)")
    parser.add_argument("--longest", type=whole(8), default=512, metavar="N", help="the most tokens of one pass (default: %(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="bf16", help="of training (default: %(default)s)")
    parser.add_argument("--judge-precision", choices=("fp32", "bf16", "int8"), default="int8", help="of the searches (default: %(default)s)")
    parser.add_argument("--at-once", type=whole(1), default=1, metavar="N", help="arms that are trained or judged at a time (default: %(default)s)")
    parser.add_argument("--threads", type=whole(1), metavar="N", help="of all that is at work (default: all processors)")
    parser.add_argument("--lengthwise", type=pathlib.Path, default=PROGRAM, metavar="PROGRAM", help="default: build/release/lengthwise")
    parser.add_argument("--discard", action="store_true", help="keep no weights of what is judged; training.json and repair.json stay")
    return parser.parse_args(argv)


def main(argv=None):
    try:
        Study(arguments(argv)).all()
    except (TrainingError, OSError) as error:
        sys.exit(f"error: {error}")
