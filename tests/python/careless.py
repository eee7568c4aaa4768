"""What a careless or unlucky person does, as rows of tables: a command, and what must hold after it.

A row runs a shell command in a folder of its own, as root and as an ordinary user (tests that need root skip without it).
Afterwards: the exit code, the message, and that every file stands byte for byte as it stood before, but for those that the
row names as changed. `lengthwise` in a command is the program, $MODEL a small model, $SHARED the folder of the repository's
test data.
"""

import os
import pathlib
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass, field

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LENGTHWISE_BINARY", ROOT / "build/release/lengthwise")).absolute()
NOBODY = 65534
USERS = ("root", "ordinary")

TEXTS = "".join(f'{{"_id": "t{i}", "text": "the length of text {i} {"and so on " * (i % 5)}"}}\n' for i in range(12))

# Documents of which each is the answer to one query.
TASK = {
    "task/corpus.jsonl": "".join(f'{{"_id": "d{i}", "text": "the length of text {i}"}}\n' for i in range(6)),
    "task/queries.jsonl": "".join(f'{{"_id": "q{i}", "text": "text {i}"}}\n' for i in range(6)),
    "task/qrels.tsv": "".join(f"q{i}\td{i}\t1\n" for i in range(6)),
}


@dataclass(frozen=True)
class Row:
    name: str
    command: str  # for bash
    exit: int = 1
    says: str = ""  # a regular expression, found in standard error
    prints: str | None = None  # a regular expression, found in standard output; None: whatever it is
    silent_about: str = "defect|Aborted|terminate called|Segmentation"  # not found in standard error
    files: dict = field(default_factory=lambda: {"texts.jsonl": TEXTS})  # contents by name; a folder is made
    links: dict = field(default_factory=dict)  # symbolic links: target by name
    prepare: str = ""  # for bash, before the files are looked at
    changed: tuple = ()  # names that may change or appear; every other file stays as it was, and none appears
    after: str = ""  # for bash, exit 0: what else must hold afterwards
    users: tuple = USERS


def snapshot(folder):
    """Every name below the folder: its kind, and its bytes where it is a regular file (or its target where it is a link)."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        kind = stat.S_IFMT(status.st_mode)
        if stat.S_ISLNK(status.st_mode):
            contents = os.readlink(path)
        elif stat.S_ISREG(status.st_mode):
            contents = path.read_bytes()
        else:
            contents = None
        found[str(path.relative_to(folder))] = (kind, contents)
    return found


def as_user(user):
    """Settings of subprocess.run for this user; skips where it takes root to become another."""
    if user == "root":
        if os.geteuid() != 0:
            pytest.skip("needs root")
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def shell(command, folder, model, user, timeout=120):
    environment = {"PATH": f"{folder}/.bin:{os.environ['PATH']}", "HOME": str(folder), "MODEL": str(model), "SHARED": str(ROOT / "tests/data"),
                   "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "XDG_CACHE_HOME": str(folder / ".cache")}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, errors="replace", timeout=timeout,
                          **as_user(user))


def check(row, tmp_path, user):
    """Runs a row and asserts all that it says."""
    settings = as_user(user)
    folder = tmp_path / "work"
    folder.mkdir()
    model = folder / "model"
    shutil.copytree(ROOT / "tests/data/tiny_bert", model)
    (folder / ".bin").mkdir()
    (folder / ".bin/lengthwise").symlink_to(BINARY)
    (folder / ".cache").mkdir()
    for name, contents in row.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents if isinstance(contents, bytes) else contents.encode())
    for name, target in row.links.items():
        (folder / name).symlink_to(target)
    if settings:
        # The user's own folder; those above it may be passed through.
        for above in tmp_path.resolve().parents:
            if above.stat().st_uid == os.geteuid() and above != pathlib.Path("/"):
                above.chmod(above.stat().st_mode | 0o011)
        tmp_path.chmod(0o755)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    if row.prepare:
        prepared = shell(row.prepare, folder, model, user)
        assert prepared.returncode == 0, f"prepare: {prepared.stderr}"
    before = snapshot(folder)
    done = shell(row.command, folder, model, user)
    after = snapshot(folder)
    assert done.returncode == row.exit, f"exit {done.returncode}: {done.stderr}"
    assert re.search(row.says, done.stderr), done.stderr
    assert not re.search(row.silent_about, done.stderr), done.stderr
    if row.prints is not None:
        assert re.search(row.prints, done.stdout), done.stdout

    def ours(name):
        return name.startswith(".cache") or any(name == changed or name.startswith(changed + "/") for changed in row.changed)

    for name, was in before.items():
        assert ours(name) or after.get(name) == was, f"{name} is not as it was"
    appeared = [name for name in after if name not in before and not ours(name)]
    assert not appeared, f"left behind: {appeared}"
    if row.after:
        finished = shell(row.after, folder, model, user)
        assert finished.returncode == 0, f"after: {finished.stdout} {finished.stderr}"


def table(rows):
    """The decorator of a test with the arguments (row, user) that runs every row as every user."""
    cases = [pytest.param(row, user, id=f"{row.name}-{user}") for row in rows for user in row.users]
    return pytest.mark.parametrize(("row", "user"), cases)
