"""Whatever is mistaken in a command, or happens to it, the files of its user stand as they stood, and the message says what to do."""

import json
import os
import shutil
import subprocess

import pytest
from careless import BINARY, NOBODY, ROOT, TEXTS, Row, as_user, check, shell, table

CORPUS = "".join(f'{{"_id": "d{i}", "text": "document {i} is about matter {i}"}}\n' for i in range(8))
TASK = {
    "task/corpus.jsonl": CORPUS,
    "task/queries.jsonl": "".join(f'{{"_id": "q{i}", "text": "matter {i}"}}\n' for i in range(8)),
    "task/qrels.tsv": "query-id\tcorpus-id\tscore\n" + "".join(f"q{i}\td{i}\t1\n" for i in range(8)),
}
FILES = {"texts.jsonl": TEXTS, **TASK}
MEASURE = "lengthwise measure --quiet --replicates 20 --model model --input texts.jsonl"
THEORY = "lengthwise theory --quiet --sigma 1,2 --lengths 16,32 --head-size 32 --draws 4"
LONG_THEORY = "lengthwise theory --quiet --draws 10000"
# Every command that writes a file; each is well until it is told where to.
COMMANDS = {
    "embed": "lengthwise embed --quiet --model model --input texts.jsonl --output",
    "measure": f"{MEASURE} --output",
    "page": f"{MEASURE} --output report.json --html",
    "statistics": f"{MEASURE} --output report.json --statistics",
    "merge": "lengthwise merge part.st --output",
    "fit": "lengthwise fit --quiet --model model --input texts.jsonl --postprocess center --output",
    "tune": "lengthwise tune --quiet --no-cache --replicates 20 --model model --input texts.jsonl --output",
    "attention": "lengthwise attention --quiet --model model --input texts.jsonl --max-texts 2 --output",
    "evaluate": "lengthwise evaluate --quiet --no-cache --replicates 20 --model model --task task --output",
    "theory": f"{THEORY} --output",
}
TITLED = "".join(f'{{"_id": "d{i}", "title": "Matter {i}", "text": "what there is to say about matter {i}"}}\n' for i in range(40))
PART = f"{MEASURE} --output report.json --statistics part.st"


def rows(name, target, users=None, **fields):
    """A row for every command, with this as its output. embed tells formats by names, so it gets one."""
    made = []
    for command, start in COMMANDS.items():
        place = f"{target}.jsonl" if command == "embed" and not target.startswith("/dev") else target
        if command == "embed" and target.startswith("/dev"):
            continue  # a name without a format
        row = {key: value.replace("TARGET", place).replace("COMMAND", start) if isinstance(value, str) else value for key, value in fields.items()}
        row["links"] = {key.replace("TARGET", place): value.replace("TARGET", place) for key, value in fields.get("links", {}).items()}
        row["changed"] = tuple(value.replace("TARGET", place) for value in fields.get("changed", ()))
        row["prepare"] = "; ".join(filter(None, [PART if command == "merge" else "", row.get("prepare", "")]))
        if command in ("page", "statistics") and row.get("exit", 1) == 0:
            row["changed"] += ("report.json",)
        made.append(Row(f"{command}: {name}", row.pop("command", f"{start} {place}"), files=FILES, **row, **({"users": users} if users else {})))
    return made


NODES = [
    # By a link, so that a program that replaces what it is told to write replaces the link and not a device.
    *rows("a full device", "full", links={"TARGET": "/dev/full"}, says="cannot write .*(No space left|disk is full)"),
    *rows("nowhere", "null", exit=0, links={"TARGET": "/dev/null"}),
    *rows("a named pipe", "pipe", exit=0, prepare="mkfifo TARGET", command="timeout 20 cat TARGET > got & COMMAND TARGET; s=$?; wait; exit $s",
          changed=("got",), after="test -p TARGET && test -s got"),
    *rows("a socket", "socket", prepare="python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"TARGET\")'", says="it is a socket"),
    *rows("standard output by a link", "here", exit=0, links={"TARGET": "/dev/stdout"}, command="COMMAND TARGET | cat", prints="[{<]"),
    # Root could have replaced the link in /dev.
    *rows("standard output", "/dev/stdout", users=("ordinary",), exit=0, command="COMMAND TARGET | cat", prints="[{<]"),
    *rows("the end of standard output", "/dev/stdout", users=("ordinary",), exit=0, prepare="echo kept > log", command="COMMAND TARGET >> log",
          changed=("log",), after="head -n 1 log | grep -qx kept && test $(wc -l < log) -gt 1"),
    *rows("a closed standard output", "/dev/stdout", users=("ordinary",), command="COMMAND TARGET >&-", says="cannot write /dev/stdout: Bad file descriptor"),
    *rows("a link", "link", exit=0, prepare="echo old > target.jsonl", links={"TARGET": "target.jsonl"}, changed=("target.jsonl",),
          after="test $(head -c 3 target.jsonl) != old"),
    *rows("a link to where nothing is", "link", exit=0, links={"TARGET": "new.jsonl"}, changed=("new.jsonl",), after="test -s new.jsonl"),
    *rows("a link in a circle", "link", links={"TARGET": "other", "other": "TARGET"}, says="Too many levels"),
    Row("embed: .npy into a device", "lengthwise embed --model model --input texts.jsonl --output null.npy", links={"null.npy": "/dev/null"},
        says="needs a file; write .jsonl"),
    Row("embed: .npy into a pipe that nobody reads", "lengthwise embed --model model --input texts.jsonl --output pipe.npy", prepare="mkfifo pipe.npy",
        says="needs a file; write .jsonl"),
    Row("theory: no name", f"{THEORY} --output ''", says="without a name"),
    Row("theory: a file that may not be written", f"{THEORY} --output kept.json", prepare="echo old > kept.json; chmod 444 kept.json",
        says="Permission denied", users=("ordinary",)),
    Row("theory: who may read it stays", f"{THEORY} --output kept.json", exit=0, prepare="echo old > kept.json; chmod 600 kept.json", changed=("kept.json",),
        after="test $(stat -c %a kept.json) = 600"),
]


@table(NODES)
def test_an_output_that_is_no_file_is_written_through_or_refused(row, user, tmp_path):
    check(row, tmp_path, user)


EMBED = "lengthwise embed --model model --input texts.jsonl --output"
LOST = "texts.jsonl is the --input texts.jsonl, which would be lost"
INPUTS = [
    Row("embed", f"{EMBED} texts.jsonl", says=LOST),
    Row("embed by another path", f"{EMBED} ./model/../texts.jsonl", says=LOST),
    Row("embed by a link", f"{EMBED} link.jsonl", links={"link.jsonl": "texts.jsonl"}, says="is the --input"),
    Row("embed by a hard link", f"{EMBED} hard.jsonl", prepare="ln texts.jsonl hard.jsonl", says="is the --input"),
    Row("embed from a link", "lengthwise embed --model model --input link.jsonl --output texts.jsonl", links={"link.jsonl": "texts.jsonl"}, says="is the --input"),
    Row("embed from standard input", "lengthwise embed --model model --input - --output texts.jsonl < texts.jsonl", says="is the --input -"),
    Row("embed to the end of its input", "lengthwise embed --model model --input texts.jsonl --output out.jsonl >> texts.jsonl", links={"out.jsonl": "/dev/stdout"},
        says="is the --input"),
    Row("the file of token counts", "lengthwise embed --model model --input a.tokens.jsonl --output a.npy", files={"a.tokens.jsonl": TEXTS},
        says="file of token counts a.tokens.jsonl is the --input"),
    Row("a text of a folder", "lengthwise attention --model model --input texts --output texts/a.txt", files={"texts/a.txt": "some text\n", "texts/b.txt": "more\n"},
        says="texts/a.txt, which would be lost"),
    Row("measure", f"{MEASURE} --output texts.jsonl", says=LOST),
    Row("measure's page", f"{MEASURE} --output r.json --html texts.jsonl", says="--html " + LOST),
    Row("measure's statistics", f"{MEASURE} --output r.json --statistics texts.jsonl", says="--statistics " + LOST),
    Row("attention", "lengthwise attention --model model --input texts.jsonl --output texts.jsonl", says=LOST),
    Row("fit", "lengthwise fit --model model --input texts.jsonl --postprocess center --output texts.jsonl", says=LOST),
    Row("tune", "lengthwise tune --model model --input texts.jsonl --output texts.jsonl", says=LOST),
    Row("tune's report", "lengthwise tune --model model --input texts.jsonl --output r.json --report texts.jsonl", says="--report " + LOST),
    Row("tune's checkpoint over its queries", "lengthwise tune --model model --input texts.jsonl --queries q.jsonl --output r.json --one-pass q.jsonl", says="is the --queries",
        files={"texts.jsonl": TEXTS, "q.jsonl": TEXTS}),
    Row("report over its documents", "lengthwise report --model model --input out/index.html --output out", prepare="mkdir out; cp texts.jsonl out/index.html", says=LOST.replace("texts.jsonl", "out/index.html")),
    Row("report over its queries", "lengthwise report --model model --input texts.jsonl --queries out/report.json --output out", prepare="mkdir out; cp texts.jsonl out/report.json", says="is the --queries"),
    Row("report into the model", "lengthwise report --model model --input texts.jsonl --output model", says="inside the --model folder"),
    Row("report into the task", "lengthwise report --no-cache --model model --task task --output task/report", files=FILES, says="inside the --task folder"),
    Row("tune's report over its repair", "lengthwise tune --model model --input texts.jsonl --output texts.jsonl --report texts.jsonl", says="--output texts.jsonl"),
    Row("fit's queries", "lengthwise fit --model model --input texts.jsonl --queries q.jsonl --postprocess center --output q.jsonl", says="is the --queries",
        files={"texts.jsonl": TEXTS, "q.jsonl": TEXTS}),
    Row("fit's repair", "lengthwise fit --model model --input texts.jsonl --repair r.json --postprocess abtt:1 --output r.json", says="is the --repair",
        prepare="lengthwise fit --model model --input texts.jsonl --postprocess center --output r.json"),
    Row("merge", "lengthwise merge part.st --output part.st", prepare=PART, says="part.st is the file to merge part.st"),
    Row("merge's page", "lengthwise merge part.st --output r.json --html part.st", prepare=PART, says="part.st is the file to merge part.st"),
    *(Row(f"evaluate over {name}", f"lengthwise evaluate --no-cache --model model --task task --output task/{name}", files=FILES, says="inside the --task folder")
      for name in ("qrels.tsv", "corpus.jsonl", "queries.jsonl", "new.json")),
    Row("evaluate by a link", "lengthwise evaluate --no-cache --model model --task task --output e.json", files=FILES, links={"e.json": "task/qrels.tsv"},
        says="inside the --task folder"),
    Row("evaluate by a hard link", "lengthwise evaluate --no-cache --model model --task task --output e.json", files=FILES, prepare="ln task/qrels.tsv e.json",
        says="task/qrels.tsv, which would be lost"),
    Row("evaluate's page", "lengthwise evaluate --no-cache --model model --task task --output e.json --html task/qrels.tsv", files=FILES, says="--html .*inside the --task"),
    Row("evaluate over its cache", "lengthwise evaluate --cache cache --model model --task task --output cache/vectors.sqlite", files=FILES,
        prepare="lengthwise evaluate --quiet --replicates 20 --cache cache --model model --task task --output e.json", says="is the cache"),
    *(Row(f"into the model, {name}", f"{command} model/config.json", files=FILES, says="inside the --model folder")
      for name, command in COMMANDS.items() if name in ("measure", "page", "fit", "tune", "attention", "evaluate")),
    Row("into the model, embed", f"{EMBED} model/new.npy", says="inside the --model folder"),
    Row("into the model by a link", f"{MEASURE} --output r.json", links={"r.json": "model/config.json"}, says="inside the --model folder"),
    Row("over a model's file that is kept elsewhere", f"{MEASURE} --output blob", prepare="mv model/config.json blob; ln -s ../blob model/config.json",
        says="--model model/config.json, which would be lost"),
    Row("a task into the model", "lengthwise datasets passkey --model model --filler texts.jsonl --output model/new", says="inside the --model folder"),
]


@table(INPUTS)
def test_an_output_that_is_an_input_is_refused_before_anything_is_read(row, user, tmp_path):
    check(row, tmp_path, user)


TWICE = [
    Row("report and page", f"{MEASURE} --output r.json --html r.json", says="r.json is both the --output and the --html"),
    Row("report and page by another path", f"{MEASURE} --output r.json --html model/../r.json", says="both the --output and the --html"),
    Row("report and page by a link", f"{MEASURE} --output r.json --html link", links={"link": "r.json"}, says="both the --output and the --html"),
    Row("report and page by a hard link", f"{MEASURE} --output r.json --html hard", prepare="echo old > r.json; ln r.json hard", says="both the --output and the --html"),
    Row("page and statistics", f"{MEASURE} --output r.json --html x --statistics x", says="both the --html and the --statistics"),
    Row("merge", "lengthwise merge part.st --output x --html x", prepare=PART, says="both"),
    Row("evaluate", "lengthwise evaluate --no-cache --model model --task task --output x --html x", files=FILES, says="both"),
    Row("theory", f"{LONG_THEORY} --output x --html x", says="both"),
    Row("a summary over the report", f"{MEASURE} --json --output r.json > r.json", changed=("r.json",), says="where standard output goes"),
    Row("nowhere", f"{MEASURE} --output /dev/null --html /dev/null", exit=0, users=("ordinary",)),
]


@table(TWICE)
def test_two_outputs_that_are_one_file_are_refused_at_the_start(row, user, tmp_path):
    check(row, tmp_path, user)


# A living process of another container is known by its lock, its number may be free here.
KEPT = ("t.json.partial-1", "t.json.partial-007", "t.json.partial-x", "t.json.partial-999999999999", "t.json.partial-7.old", "at.json.partial-4194305", "t.json.partial-")
LEFT = [
    *(Row(f"{name}, {signal}", f"timeout --preserve-status -s {signal} 1 {command}", exit=exit, files=FILES)
      for signal, exit in (("INT", 130), ("TERM", 143), ("HUP", 129))
      for name, command in (("a file", f"{LONG_THEORY} --output t.json --html t.html"),
                            ("folders", "lengthwise datasets passkey --model model --filler <(sleep 3) --output tasks"))),
    Row("a dead process's file", f"timeout --preserve-status -s KILL 1 {LONG_THEORY} --output t.json; sleep 1; ls t.json.partial-* && {THEORY} --output t.json", exit=0,
        changed=("t.json",)),
    Row("a dead process's folder", "timeout --preserve-status -s KILL 1 lengthwise datasets pseudo --input <(sleep 3) --output t; sleep 1; ls -d t.partial-* && "
        "lengthwise datasets pseudo --input titled.jsonl --output t", exit=0, files={"titled.jsonl": TITLED}, changed=("t",)),
    Row("by its number's next owner", f"sleep 30 & touch -d '2001-01-01' t.json.partial-$!; {THEORY} --output t.json; kill $!", exit=0, changed=("t.json",)),
    Row("a living process's file", f"sleep 30 & touch t.json.partial-$!; {THEORY} --output t.json && kill $! && rm t.json.partial-$!", exit=0, changed=("t.json",)),
    Row("a locked file", f"(flock 9; exec sleep 30) 9> t.json.partial-4194305 & sleep .3; {THEORY} --output t.json && rm t.json.partial-4194305; s=$?; kill $!; exit $s",
        exit=0, changed=("t.json",)),
    Row("names of the user's own", f"{THEORY} --output t.json", exit=0, prepare="mkdir t.json.partial-4194304; ln -s x t.json.partial-4194303; " +
        "touch " + " ".join(KEPT), changed=("t.json",)),
    Row("an ignored signal", f"{THEORY} --output t.json & sleep .1; kill -INT $!; wait $!", exit=0, changed=("t.json",)),
]


@table(LEFT)
def test_what_is_not_complete_does_not_stay(row, user, tmp_path):
    check(row, tmp_path, user)


FAILED = [
    Row("passkey", "lengthwise datasets passkey --model model --filler absent.jsonl --output tasks", says="absent.jsonl"),
    Row("passkey by a wrong model", "lengthwise datasets passkey --model absent --filler texts.jsonl --output tasks", says="absent"),
    Row("needle", "lengthwise datasets needle --model model --filler absent.jsonl --output tasks", says="absent.jsonl"),
    Row("passkey into a folder that is there", "lengthwise datasets passkey --model model --filler absent.jsonl --output tasks", prepare="mkdir tasks", says="absent"),
    Row("pseudo", "lengthwise datasets pseudo --input absent.jsonl --output task", says="absent.jsonl"),
    Row("export", "lengthwise export --model model --temperature 0.8 --output model", says="not an empty folder"),
    Row("build", "lengthwise datasets build spdx --from absent --output tasks", says="not all built"),
    Row("pseudo through a link", "lengthwise datasets pseudo --input titled.jsonl --output link", exit=0, files={"titled.jsonl": TITLED}, links={"link": "folder"}, changed=("folder",),
        after="test -s folder/corpus.jsonl"),
    Row("export through a link to an empty folder", "lengthwise export --model model --temperature 0.8 --output link", exit=0, prepare="mkdir folder",
        links={"link": "folder"}, changed=("folder",), after="test -s folder/config.json"),
]


@table(FAILED)
def test_a_failed_command_leaves_no_folder(row, user, tmp_path):
    check(row, tmp_path, user)


SAME = "lengthwise embed --quiet --model model --input texts.jsonl --output expected.jsonl && cmp out.jsonl expected.jsonl"
OUT = "lengthwise embed --model model --input texts.jsonl --output out.jsonl"
STREAMS = [
    *(Row(f"error {name}", f"{OUT} {streams}", exit=0, changed=("out.jsonl", "expected.jsonl"), after=SAME)
      for name, streams in (("closed", "2>&-"), ("full", "2>/dev/full"), ("and all else closed", "<&- >&- 2>&-"), ("alone open", "<&- >&-"),
                            ("a closed pipe", "2> >(exit)"))),
    *(Row(f"{name}, error {streams}", f"{command} out.json {streams}", exit=0, files=FILES, changed=("out.json", "report.json", "part.st"), after="test -s out.json",
          prepare=PART if name == "merge" else "") for name, command in COMMANDS.items() for streams in ("2>&-", "2>/dev/full") if name != "embed"),
    Row("wrong usage, error full", "lengthwise embed 2>/dev/full", exit=2),
    Row("failed work, error full", "lengthwise embed --model absent --input texts.jsonl --output x.npy 2>/dev/full", exit=1),
    *(Row(f"{command}, output {name}", f"lengthwise {command} {streams}", exit=1, says="cannot write standard output")
      for command in ("--help", "--version", "embed --help", "datasets list", "datasets list --json")
      for name, streams in (("closed", ">&-"), ("full", ">/dev/full"))),
    *(Row(f"embed --json, output {name}", f"{OUT} --json {streams}", exit=1, says="cannot write standard output", changed=("out.jsonl", "expected.jsonl"), after=SAME)
      for name, streams in (("closed", ">&-"), ("full", ">/dev/full"))),
    Row("input closed", "lengthwise embed --model model --input - --output out.jsonl <&-", says="cannot read standard input"),
    Row("a reader that has gone", "(sleep 1; lengthwise datasets list; echo $? > code) | true", exit=0, changed=("code",), after="sleep 2; grep -qx 1 code"),
]


@table(STREAMS)
def test_standard_streams_that_are_closed_or_full(row, user, tmp_path):
    check(row, tmp_path, user)


# A thousand threads need gigabytes to have a stack each.
MEMORY = [
    Row(f"{name} in {kilobytes} KB", f"ulimit -v {kilobytes}; {COMMANDS[name]} out.jsonl --threads {threads}", says="(memory|Cannot allocate)", files=FILES)
    for name in ("embed", "measure", "evaluate", "theory") for kilobytes, threads in ((400000, 1000), (1000000, 1000))
]


@table(MEMORY)
def test_a_process_without_memory_does_not_call_it_a_defect(row, user, tmp_path):
    check(row, tmp_path, user)


@pytest.fixture
def small_disk(tmp_path):
    """A function: a size to a folder on a file system of that size."""
    mounted = []

    def mount(size):
        folder = tmp_path / "disk"
        folder.mkdir()
        if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True).returncode != 0:
            pytest.skip("mounting a small file system is not allowed here")
        mounted.append(folder)
        return folder

    yield mount
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


BIG = {name: command for name, command in COMMANDS.items() if name not in ("fit", "merge")}
BIG["export"] = "lengthwise export --model model --temperature 0.8 --output"
BIG["pseudo"] = "lengthwise datasets pseudo --input titled.jsonl --output"
BIG["passkey"] = "lengthwise datasets passkey --model model --filler texts.jsonl --lengths 64 --documents 20 --queries 5 --output"
BIG["cache"] = "lengthwise evaluate --quiet --replicates 20 --model model --task task --output e.json --cache"


@pytest.mark.parametrize("user", ["root", "ordinary"])
@pytest.mark.parametrize("command", BIG)
def test_a_full_disk_is_called_full_and_the_file_named(command, user, tmp_path, small_disk):
    settings = as_user(user)
    disk = small_disk("8k")
    work = tmp_path / "work"
    work.mkdir()
    model = work / "model"
    shutil.copytree(ROOT / "tests/data/tiny_bert", model)
    (work / ".bin").mkdir()
    (work / ".bin/lengthwise").symlink_to(BINARY)
    (work / "task").mkdir()
    for name, text in TASK.items():
        (work / name).write_text(text)
    (work / "titled.jsonl").write_text(TITLED)
    (work / "texts.jsonl").write_text("".join(json.dumps({"text": f"text {i} " + "and so on " * 40}) + "\n" for i in range(60)))
    (disk / "fill").write_bytes(b"x" * 4096)
    if settings:
        for above in tmp_path.resolve().parents:
            if above.stat().st_uid == os.geteuid() and str(above) != "/":
                above.chmod(above.stat().st_mode | 0o011)
        for path in [tmp_path, work, *work.rglob("*"), disk]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    output = disk / "out.jsonl"
    done = shell(f"{BIG[command]} {output}", work, model, user)
    assert done.returncode == 1, done.stderr
    assert "Input/output error" not in done.stderr
    assert "No space left on device" in done.stderr and "disk is full" in done.stderr, done.stderr
    assert str(output) in done.stderr
    if command != "cache":
        assert os.listdir(disk) == ["fill"]
