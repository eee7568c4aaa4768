"""A mistaken command line: what is said of it, that it ends with 2, and that nothing is written."""

import pytest
from careless import TASK, Row, check, table
from spoilt import COMMANDS, bench, command, run  # noqa: F401

EMBED = "lengthwise embed --model $MODEL --input texts.jsonl --output out.npy"
MEASURE = "lengthwise measure --model $MODEL --input texts.jsonl --output report.json"
ATTENTION = "lengthwise attention --model $MODEL --input texts.jsonl --output heads.jsonl"
FIT = "lengthwise fit --model $MODEL --input texts.jsonl --output out.json"
EXPORT = "lengthwise export --model $MODEL --output out"
THEORY = "lengthwise theory --output theory.json"
PASSKEY = "lengthwise datasets passkey --model $MODEL --filler texts.jsonl --output out"
PSEUDO = "lengthwise datasets pseudo --input texts.jsonl --output out"
EVALUATE = "lengthwise evaluate --model $MODEL --no-cache --output eval.json --task task"


def wrong(name, command, says, **more):
    return Row(name, command, exit=2, says=says, prints=r"\A\Z", **more)


def once(rows):
    """What no permission has a part in: one user is enough."""
    return [Row(**{**row.__dict__, "users": ("ordinary",)}) for row in rows]


# A line of one error, and a range without 300 digits.
NUMBERS = once([
    wrong("seed below 0", f"{MEASURE} --seed -1", r"\Aerror: --seed: must be a whole number of 0 or more, not -1\n\Z"),
    wrong("seed of a fit below 0", f"{FIT} --postprocess center --seed -1", "--seed: .* 0 or more, not -1"),
    wrong("seed of evaluate below 0", f"{EVALUATE} --seed -1", "--seed: .* 0 or more, not -1", files=TASK),
    wrong("seed of theory below 0", f"{THEORY} --seed -1", "--seed: .* 0 or more, not -1"),
    wrong("seed of passkeys below 0", f"{PASSKEY} --seed -1", "--seed: .* 0 or more, not -1"),
    wrong("seed of pseudo queries below 0", f"{PSEUDO} --seed -1", "--seed: .* 0 or more, not -1"),
    wrong("seed in base 8", f"{MEASURE} --seed 010", "--seed: must be a whole number of 0 or more, not 010"),
    wrong("seed in base 16", f"{MEASURE} --seed 0x10", "--seed: must be a whole number"),
    wrong("seed beyond 64 bits", f"{MEASURE} --seed 18446744073709551616", "--seed: must be a whole number from 0 to 18446744073709551615"),
    wrong("draws below 0", f"{THEORY} --draws -1", r"--draws: must be a whole number from 4 to 10000, not -1\n\Z"),
    wrong("one draw", f"{THEORY} --draws 1", "--draws: must be a whole number from 4 to 10000, not 1"),
    wrong("tolerance not a number", f"{ATTENTION} --tolerance nan", "--tolerance: must be a number from 1e-05 to 0.1, not nan"),
    wrong("tolerance infinite", f"{ATTENTION} --tolerance inf", "--tolerance: must be a number from"),
    wrong("temperature not a number", f"{EMBED} --temperature nan", "--temperature: must be a number from 0.001 to 1000, not nan"),
    wrong("temperature infinite", f"{EMBED} --temperature 1e999", "--temperature: must be a number from"),
    wrong("temperature of 0", f"{EMBED} --temperature 0", "--temperature: must be a number from"),
    wrong("temperatures of evaluate", f"{EVALUATE} --temperature 0.8,nan", "--temperature: .* not nan", files=TASK),
    wrong("confidence not a number", f"{MEASURE} --confidence nan", "--confidence: must be a number between 0 and 1, not nan"),
    wrong("confidence of 1", f"{MEASURE} --confidence 1", "--confidence: must be a number between 0 and 1, not 1"),
    wrong("confidence of theory", f"{THEORY} --confidence nan", "--confidence: must be a number between 0.5 and 1, not nan"),
    wrong("sigma not a number", f"{THEORY} --sigma 0.5,nan", "--sigma: must be a number from 0.01 to 8, not nan"),
    wrong("a length of 0", f"{MEASURE} --lengths 0", r"--lengths: must be a whole number of 1 or more, not 0\n\Z"),
    wrong("a length below 0", f"{EMBED} --max-length -5", r"\Aerror: --max-length: must be a whole number of 1 or more, not -5\n\Z"),
    wrong("a length that is none", f"{EMBED} --max-length 1.5", "--max-length: must be a whole number"),
    wrong("no sample", f"{MEASURE} --sample 0", r"--sample: must be a whole number of 1 or more, not 0\n\Z"),
    wrong("threads below 1", f"{EMBED} --threads 0", "--threads: must be a whole number from 1 to 1024, not 0"),
    wrong("replicates below 0", f"{MEASURE} --replicates -1", "--replicates: must be a whole number from 0 to 100000, not -1"),
    wrong("too many passkeys", f"{PASSKEY} --documents 1000000000", "--documents: must be a whole number from 1 to "),
    wrong("a repaired epsilon", f"{FIT} --postprocess whiten:nan", "epsilon must lie between"),
    wrong("an infinite epsilon", f"{EVALUATE} --postprocess whiten:inf", "--postprocess: .*epsilon", files=TASK),
])

# Options that other options, or the model, do not allow.
COMBINATIONS = once([
    wrong("a use without the recipe", f"{FIT} --postprocess center --for similarity", "--for says what --recipe is for"),
    wrong("a checkpoint for similarity", f"{FIT} --recipe --one-pass --for similarity", "leave out --one-pass"),
    wrong("a use that is none", f"{FIT} --recipe --for fun", "--for"),
    wrong("a length beyond the model", f"{EMBED} --max-length 99999", "has positions for 80; ask for 80 or fewer"),
    wrong("a window without its policy", f"{EMBED} --window 20", "no effect"),
    wrong("lengths that fall", f"{MEASURE} --lengths 16,8", "must ascend"),
    wrong("lengths beyond the model", f"{MEASURE} --lengths 16,600", "this model takes 3 to 80"),
    wrong("spectra without their arm", f"{MEASURE} --arms natural --spectrum 4", "truncated arm"),
    wrong("a passage beyond the model", f"{MEASURE} --arms repeated --passage 40", "ask for 39 or fewer"),
    wrong("an ablation twice", f"{MEASURE} --ablation zero,zero", "asked for twice"),
    wrong("an ablation in statistics", f"{MEASURE} --ablation zero --statistics s.json", "an ablation is not made from statistics"),
    wrong("lengths of attention", f"{ATTENTION} --lengths 600", "this model takes 3 to 80"),
    wrong("a grid that falls", f"{THEORY} --sigma 2,1", "ascend"),
    wrong("a grid of one length", f"{THEORY} --lengths 64", "at least 2"),
    wrong("an unknown format", "lengthwise embed --model $MODEL --input texts.jsonl --output out.csv", r"out.csv.*must end in .npy or .jsonl"),
    wrong("two sources of a mean", f"{FIT} --postprocess center --queries texts.jsonl --query-mean pseudo", "contradict each other"),
    wrong("more directions than there are", f"{FIT} --postprocess abtt:500", "would remove 500 of 36 dimensions"),
    wrong("more directions than there are, in evaluate", f"{EVALUATE} --postprocess abtt:500", "would remove 500 of 36 dimensions", files=TASK),
    wrong("each window of none", f"{FIT} --postprocess center --each-window", "window-mean"),
    wrong("nothing to fold", EXPORT, "nothing to fold"),
    wrong("a fit without documents", f"{EXPORT} --postprocess center", "give them with --input"),
    wrong("documents without a fit", f"{EXPORT} --input texts.jsonl", "no effect without --postprocess"),
    wrong("windows without a fit", f"{EXPORT} --temperature 0.8 --each-window", "no effect without --postprocess"),
    wrong("more queries than documents", f"{PASSKEY} --documents 2 --queries 3", "3 queries ask for more statements than 2 documents hold"),
    wrong("a length twice", f"{PASSKEY} --lengths 128,128", "128 is given twice"),
    wrong("too short for a statement", f"{PASSKEY} --lengths 12", "too short to hide a statement"),
    wrong("more neighbours than queries", f"{EVALUATE} --csls 99999", "CSLS with 99999 neighbours, but task has 6 queries; ask for 6 or fewer", files=TASK),
    wrong("nothing to combine", f"{EVALUATE} --combine", "nothing to combine", files=TASK),
    wrong("a post-processing to combine with nothing", f"{EVALUATE} --combine --postprocess center", "nothing to combine", files=TASK),
    wrong("temperatures to combine with nothing", f"{EVALUATE} --combine --temperature 0.8 --csls 2", "nothing to combine", files=TASK),
    wrong("query means of nothing", f"{EVALUATE} --query-means 5", "none is asked for", files=TASK),
    wrong("a mean of one query", f"{EVALUATE} --postprocess center --query-means 1", "2 or more", files=TASK),
    wrong("a task twice", f"{EVALUATE} --task task", "--task task is given twice; give it once", files=TASK),
    wrong("a task twice, by another path", f"{EVALUATE} --task ./other/../task/", "are the same folder; give one", files={**TASK, "other/x": ""}),
    wrong("a task twice, by a link", f"{EVALUATE} --task link", "--task task and --task link are the same folder", files=TASK, links={"link": "task"}),
    wrong("a set that is none", "lengthwise datasets build man-page --output out", "there is no set man-page; did you mean man-pages\\?; there are "),
])

# Work that fails stays apart from it.
FAILURES = once([
    Row("a model that is not there", "lengthwise embed --model nowhere --input texts.jsonl --output out.npy", says="nowhere"),
    Row("an input that is not there", "lengthwise embed --model $MODEL --input nowhere.jsonl --output out.npy", says="nowhere.jsonl"),
    Row("a repair for another model", f"{EMBED} --repair repair.json", says="3 layers",
        files={"texts.jsonl": '{"text": "a"}\n', "repair.json": '{"format": "lengthwise-repair", "version": 1, "attention": {"temperature": [1, 1, 1]}}'}),
    Row("a text too long for the policy", f"{EMBED} --long-input error --max-length 8", says=r"text \d+ has"),
    Row("too few documents", f"{FIT} --postprocess center", says="needs 2 documents", files={"texts.jsonl": '{"text": "a"}\n'}),
    Row("a task that is none", f"{EVALUATE}", says="a task folder holds", files={"task/x": ""}),
])

# The nearest name.
NAMES = once([
    wrong("a command", "lengthwise embd --model $MODEL", r"\Aerror: unknown command embd; did you mean embed\? \(lengthwise --help says what there is\)\n\Z"),
    wrong("a beginning", "lengthwise eval --task x", "unknown command eval; did you mean evaluate"),
    wrong("no command like it", "lengthwise frobnicate", "unknown command frobnicate; the commands of lengthwise are report, inspect, embed, measure, merge, datasets,"),
    wrong("no command", "lengthwise", "no command is given; the commands of lengthwise are report, inspect, embed, "),
    wrong("a command of datasets", "lengthwise datasets lst", r"unknown command lst; did you mean list\?"),
    wrong("no command of datasets", "lengthwise datasets", "no command is given; the commands of datasets are list, build, "),
    wrong("an option", "lengthwise embed --modle $MODEL --input texts.jsonl --output out.npy",
          r"\Aerror: unknown option --modle; did you mean --model\? \(lengthwise embed --help says what there is\)\n\Z"),
    wrong("an option with its value", f"{EMBED} --max-lenght=12", r"unknown option --max-lenght; did you mean --max-length\?"),
    wrong("an option of another time", f"{EMBED} --frobnicate", r"unknown option --frobnicate \(lengthwise embed --help"),
    wrong("an option before its command", "lengthwise --model $MODEL embed --input texts.jsonl --output out.npy", "--model stands before the command; give it after: lengthwise embed --model"),
    wrong("a word", f"{EMBED} --precision fp23", r"--precision: must be one of fp32, bf16, int8, not fp23; did you mean fp32\?"),
    wrong("a word of a list", f"{MEASURE} --arms natural,trunkated", r"--arms: must be one of .*, not trunkated; did you mean truncated\?"),
    wrong("a shell", "lengthwise completion bsh", r"must be one of bash, zsh, fish, not bsh; did you mean bash\?"),
    wrong("an argument too many", f"{EMBED} surplus", "unexpected argument surplus"),
    wrong("a value that is missing", "lengthwise embed --model $MODEL --input texts.jsonl --output", "--output needs a value"),
    wrong("an option twice", f"{EMBED} --output other.npy", "--output is given 2 times; give it once"),
    wrong("an option that is missing", "lengthwise embed --model $MODEL --output out.npy", "--input is required"),
])


@table(NUMBERS + COMBINATIONS + FAILURES + NAMES)
def test_a_mistaken_command(row, user, tmp_path):
    check(row, tmp_path, user)


# Filler of which every word has two tokens of the small model ("texts": "text", "##s") cannot fill both a document of an even
# and one of an odd number of tokens: such a place is passed over, and said.
PLACES = "".join(f'{{"text": "{" ".join([word] * 800)}"}}\n' for word in ["texts", "the", "texts", "the"] * 3)
FILLER = once([
    Row("needles among places that cannot be filled", "lengthwise datasets needle --model $MODEL --filler texts.jsonl --output out --documents 20 "
        "--queries 2 --lengths 127,128", exit=0, says=r"note: \d+ place\(s\) of the filler were passed over, where no word is short enough",
        files={"texts.jsonl": PLACES}, changed=("out",), after="test $(wc -l < out/needle-127/corpus.jsonl) = 20 && test -f out/needle-128/qrels.tsv"),
])


@table(FILLER)
def test_filler(row, user, tmp_path):
    check(row, tmp_path, user)


# Metrics are named as people write them; programs get the names of the documents.
METRICS = once([
    Row("metrics for people and programs", f"{EVALUATE} --json --csls 4", exit=0, files=TASK, changed=("eval.json",),
        says=r"nDCG@10 by query(.*\n)*note: task: CSLS with 4 neighbours, held out|note: task: CSLS with 4 neighbours, held out(.*\n)*.*nDCG@10 by query",
        silent_about="ndcg_at_10|defect", prints='"metric":"ndcg_at_10"', after="grep -q nDCG@10 eval.json && grep -q '\"ndcg_at_10\"' eval.json"),
])


@table(METRICS)
def test_metrics(row, user, tmp_path):
    check(row, tmp_path, user)


# Wrong usage


@pytest.mark.parametrize(
    "options",
    [
        ["--no-such-option"],
        ["--threads", "0"],
        ["--threads", "many"],
        ["--max-length", "0"],
        ["--max-length", "-5"],
        ["--max-length", "1.5"],
        ["--temperature", "warm"],
        ["--long-input", "chunk"],
        ["--window", "-1"],
        ["surplus"],
    ],
    ids=" ".join,
)
def test_wrong_options_are_wrong_usage(bench, options):
    bench.expect_error(options=options, code=2)


@pytest.mark.parametrize("missing", ["--model", "--input", "--output"])
def test_missing_options_are_wrong_usage(bench, command, missing):
    given = {"--model": bench.model, "--input": bench.input, "--output": bench.out / COMMANDS[command]}
    del given[missing]
    done = run(command, *(part for pair in given.items() for part in pair))
    assert done.returncode == 2
    assert missing in done.stderr
    assert list(bench.out.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["no-such-command"], ["--no-such-option"]], ids=" ".join)
def test_a_missing_command_is_wrong_usage(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr != ""
