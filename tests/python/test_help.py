"""What the program says of itself: help whose examples run, completion that completes, manual pages that render."""

import json
import random
import re
import shutil
import subprocess

import pytest
from careless import BINARY, TASK, Row, check


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


def test_help_and_version_are_no_errors():
    for arguments in (["--help"], ["--version"], ["embed", "--help"]):
        done = run(*arguments)
        assert done.returncode == 0
        assert done.stdout != ""


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
