"""A mistaken command line: what is said of it, that it ends with 2, and that nothing is written. And what the program says
of itself: help whose examples run, completion that completes, manual pages that render."""

import json
import random
import re
import shutil
import subprocess

import pytest
from careless import BINARY, ROOT, Row, check, table

EMBED = "lengthwise embed --model $MODEL --input texts.jsonl --output out.npy"
MEASURE = "lengthwise measure --model $MODEL --input texts.jsonl --output report.json"
ATTENTION = "lengthwise attention --model $MODEL --input texts.jsonl --output heads.jsonl"
FIT = "lengthwise fit --model $MODEL --input texts.jsonl --output out.json"
EXPORT = "lengthwise export --model $MODEL --output out"
THEORY = "lengthwise theory --output theory.json"
PASSKEY = "lengthwise datasets passkey --model $MODEL --filler texts.jsonl --output out"
PSEUDO = "lengthwise datasets pseudo --input texts.jsonl --output out"
EVALUATE = "lengthwise evaluate --model $MODEL --no-cache --output eval.json --task task"

TASK = {
    "task/corpus.jsonl": "".join(f'{{"_id": "d{i}", "text": "the length of text {i}"}}\n' for i in range(6)),
    "task/queries.jsonl": "".join(f'{{"_id": "q{i}", "text": "text {i}"}}\n' for i in range(6)),
    "task/qrels.tsv": "".join(f"q{i}\td{i}\t1\n" for i in range(6)),
}


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


# What the program says of itself


def run(*arguments, **settings):
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=120, **settings)


def help_of(*command, option="--help"):
    done = run(*command, option)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout


def section(text, title):
    """The entries under a heading: names, and how many spaces stand before them."""
    found = re.search(rf"^{title}:\n((?: .*\n)+)", text, re.M)
    return re.findall(r"^  (\S.*?)(?:  .*)?$", found.group(1), re.M) if found else []


def commands():
    """Every command, by its words."""
    found = []
    for name in section(help_of(), "Commands, in the order of use"):
        below = section(help_of(name), "Commands, in the order of use")
        found += [(name, sub) for sub in below] or [(name,)]
    return found


COMMANDS = commands() if BINARY.exists() else []


def test_help_lists_the_commands_in_the_order_of_use():
    text = help_of()
    assert section(text, "Commands, in the order of use") == [
        "report", "inspect", "embed", "measure", "merge", "datasets", "evaluate", "tune", "fit", "export", "attention", "theory", "completion"]
    assert all(len(line) <= 100 for line in text.splitlines())


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_begins_with_what_it_is_for_and_an_example(command):
    lines = help_of(*command).splitlines()
    assert lines[0] and lines[1] and lines[2] == ""
    assert lines[3] == "Example:" and lines[4].startswith("  lengthwise " + " ".join(command))
    assert lines[6].startswith("Usage: lengthwise " + " ".join(command))
    assert all(len(line) <= 100 for line in help_of(*command, option="--help-all").splitlines() if not line.startswith("  lengthwise "))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_rare_options_are_listed_by_help_all(command):
    common, all_of_them = (set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", help_of(*command, option=option), re.M))
                           for option in ("--help", "--help-all"))
    rare = all_of_them - common
    assert common <= all_of_them
    counted = re.search(r"^(\d+) rarer options: lengthwise .* --help-all$", help_of(*command), re.M)
    assert int(counted.group(1)) == len(rare) if counted else not rare
    assert len(common) <= 24


def test_options_stand_in_groups():
    text = help_of("evaluate", option="--help-all")
    assert re.findall(r"^(\S.*):$", text, re.M) == ["Example", "Input", "Model", "What to compute", "Output", "Help"]


# The examples run, in one folder and in the order of use; `datasets build` fetches, and is put to a program that does not.
PREPARE = """
mkdir -p tasks .local/share/bash-completion/completions sets
cp -r "$MODEL" all-MiniLM-L6-v2
mv task tasks/man-pages
for part in 1 2; do
  split -n l/$part/2 texts.jsonl > part$part.jsonl
  lengthwise measure --model all-MiniLM-L6-v2 --input part$part.jsonl --output part$part.json --statistics part$part.statistics --quiet
done
printf 'import sys\\nassert sys.argv[1:] == ["man-pages", "--output", "tasks"]\\n' > sets/build_dataset
printf '{"datasets": [{"name": "man-pages", "task": "t", "documents": 1, "packages": [], "licence": "l", "about": "a"}]}' > sets/datasets.json
"""
WORDS = ["the", "a", "of", "and", "long", "short", "text", "model", "head", "attention", "token", "layer", "length", "is", "not"]
DRAW = random.Random(1)
LONG = "".join(f'{{"_id": "t{i}", "title": "text {i}", "text": "{" ".join(DRAW.choices(WORDS, k=500))}."}}\n' for i in range(140))


def test_examples_run(tmp_path):
    examples = [re.search(r"^Example:\n  (.*)$", help_of(*command), re.M).group(1) for command in [(), *COMMANDS]]
    asked = "".join(" ".join(json.loads(line)["text"].split()[:5]) + "\n" for line in LONG.splitlines()[:6])
    script = "set -e\nexport LENGTHWISE_DATASETS=$PWD/sets\n" + "".join(f"echo {example!r} >&2\n{example}\n" for example in examples)
    outputs = ("vectors.npy", "vectors.tokens.jsonl", "report", "report.json", "report.html", "evaluation.json", "evaluation.html", "lengthwise.json",
               "repaired-model", "heads.jsonl", "theory.json", "theory.html", "tasks", ".local")
    check(Row("examples", script, exit=0, files={"texts.jsonl": LONG, "queries.txt": asked, **TASK}, prepare=PREPARE, changed=outputs,
              after="test -s theory.html -a -d repaired-model -a -s vectors.npy -a -d tasks/my-texts -a -d tasks/passkey-128"), tmp_path, "ordinary")


# Completion


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        done = run("completion", shell)
        assert done.returncode == 0 and done.stderr == ""
        (folder / shell).write_text(done.stdout)
    (folder / "bin").mkdir()
    (folder / "bin/lengthwise").symlink_to(BINARY)
    (folder / "folder").mkdir()
    (folder / "texts.jsonl").touch()
    return folder


def complete(scripts, line):
    """What bash offers at the end of the line."""
    words = re.findall(r"[^\s=]+|=", line) + ([""] if line.endswith((" ", "=")) else [])
    script = f"""source ./bash
        COMP_WORDS=({" ".join(repr(word) for word in words)}); COMP_CWORD={len(words) - 1}
        _lengthwise; printf '%s\\n' "${{COMPREPLY[@]}}" """
    done = subprocess.run(["bash", "--norc", "-u", "-c", script], cwd=scripts, capture_output=True, text=True, timeout=60,
                          env={"PATH": f"{scripts}/bin:/usr/bin:/bin"})
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("line, offered", [
    ("lengthwise em", ["embed"]),
    ("lengthwise me", ["measure", "merge"]),
    ("lengthwise datasets ", ["list", "build", "passkey", "needle", "pseudo"]),
    ("lengthwise datasets build lee", ["lee50"]),
    ("lengthwise embed --max", ["--max-length"]),
    ("lengthwise embed --precision ", ["fp32", "bf16", "int8"]),
    ("lengthwise embed --precision=b", ["bf16"]),
    ("lengthwise embed --precision=", ["fp32", "bf16", "int8"]),
    ("lengthwise measure --arms natural,trun", ["natural,truncated"]),
    ("lengthwise embed --model fol", ["folder"]),
    ("lengthwise embed --model texts", []),
    ("lengthwise embed --input texts", ["texts.jsonl"]),
    ("lengthwise embed --max-length ", []),
    ("lengthwise completion ", ["bash", "zsh", "fish"]),
    ("lengthwise --ver", ["--version"]),
])
def test_bash_completes(scripts, line, offered):
    assert complete(scripts, line) == offered


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_bash_completes_every_option(scripts, command):
    offered = complete(scripts, f"lengthwise {' '.join(command)} --")
    assert offered == re.findall(r"^  (?:-h, )?(--[a-z-]+)", help_of(*command, option="--help-all"), re.M)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_read_their_script(scripts, shell):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    done = subprocess.run([program, "-n", shell], cwd=scripts, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr


@pytest.mark.parametrize("line, offered", [
    ("lengthwise em", ["embed"]),
    ("lengthwise datasets bu", ["build"]),
    ("lengthwise embed --max", ["--max-length"]),
    ("lengthwise embed --precision ", ["bf16", "fp32", "int8"]),
    ("lengthwise datasets build lee", ["lee50"]),
])
def test_fish_completes(scripts, line, offered):
    program = shutil.which("fish")
    if program is None:
        pytest.skip("fish is not installed")
    done = subprocess.run([program, "-N", "-c", f"source ./fish; complete -C {line!r}"], cwd=scripts, capture_output=True, text=True,
                          env={"PATH": f"{scripts}/bin:/usr/bin:/bin", "HOME": str(scripts)})
    assert done.returncode == 0, done.stderr
    assert sorted(found.split("\t")[0] for found in done.stdout.splitlines()) == offered


def test_zsh_completes(scripts):
    """On a terminal of its own: the name of the option and the value are typed to their first letters."""
    program = shutil.which("zsh")
    if program is None:
        pytest.skip("zsh is not installed")
    script = r"""
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "PS1=; cd $PWD; autoload -Uz compinit; compinit -u -D; source ./zsh; print READ'Y'"
        zpty -r -m shell READ '*READY*'
        zpty -w -n shell "lengthwise embed --prec"$'\t'"b"$'\t'
        zpty -r -m shell READ '*bf16*'
        print -r -- $READ
    """
    done = subprocess.run([program, "-f", "-c", script], cwd=scripts, capture_output=True, text=True, timeout=60,
                          env={"PATH": f"{scripts}/bin:/usr/bin:/bin", "HOME": str(scripts), "TERM": "dumb"})
    assert done.returncode == 0, done.stderr
    assert "--precision" in done.stdout and "=bf16" in done.stdout


# Manual pages


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("share")
    done = run("generate", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_there_is_a_manual_page_for_every_command(pages, scripts):
    names = {path.stem for path in (pages / "man/man1").iterdir()}
    assert names == {"lengthwise", "lengthwise-datasets", *("-".join(["lengthwise", *command]) for command in COMMANDS)}
    for shell, place in (("bash", "bash-completion/completions/lengthwise"), ("zsh", "zsh/site-functions/_lengthwise"),
                         ("fish", "fish/vendor_completions.d/lengthwise.fish")):
        assert (pages / place).read_text() == (scripts / shell).read_text()


@pytest.mark.parametrize("command", [(), ("datasets",), *COMMANDS], ids=" ".join)
def test_manual_pages_render(pages, command):
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    path = pages / "man/man1" / ("-".join(["lengthwise", *command]) + ".1")
    done = subprocess.run(["groff", "-man", "-Tascii", "-ww", "-P-c", "-P-bou", path], capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    for heading in ("NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "OPTIONS", "EXIT STATUS", "SEE ALSO"):
        assert re.search(rf"^{heading}$", done.stdout, re.M), heading
    rendered = re.sub(r"-\n\s*", "-", done.stdout)
    for option in re.findall(r"^  (?:-h, )?(--[a-z-]+)", help_of(*command, option="--help-all").split("\n\n\n")[0], re.M):
        assert option in rendered, option
