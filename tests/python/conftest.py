"""Where the tests find the program, the model and the man pages. scripts/test puts them there."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def existing(path, how):
    path = pathlib.Path(path)
    if not path.exists():
        pytest.fail(f"{path} is missing: {how}", pytrace=False)
    return path


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory):
    """The embeddings that the tests keep, apart from those of whoever runs them."""
    before = os.environ.get("XDG_CACHE_HOME")
    folder = tmp_path_factory.mktemp("cache")
    os.environ["XDG_CACHE_HOME"] = str(folder)
    yield folder / "lengthwise"
    if before is None:
        del os.environ["XDG_CACHE_HOME"]
    else:
        os.environ["XDG_CACHE_HOME"] = before


@pytest.fixture(scope="session")
def root():
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def binary():
    """The program, from LENGTHWISE_BINARY or the release build."""
    return existing(os.environ.get("LENGTHWISE_BINARY", ROOT / "build/release/lengthwise"), "run scripts/build")


@pytest.fixture(scope="session")
def model_folder():
    """all-MiniLM-L6-v2, from LENGTHWISE_MODEL or where scripts/setup puts it."""
    return existing(os.environ.get("LENGTHWISE_MODEL", ROOT / ".cache/models/all-MiniLM-L6-v2"), "run scripts/setup model")


@pytest.fixture(scope="session")
def mpnet_folder():
    """all-mpnet-base-v2, from where scripts/setup puts it."""
    return existing(ROOT / ".cache/models/all-mpnet-base-v2", "run scripts/setup mpnet")


def at_hand(name, part):
    """A model that no test needs: one that is not there is skipped."""
    path = ROOT / ".cache/models" / name
    if not path.exists():
        pytest.skip(f"{name} is not there: scripts/setup {part}")
    return path


@pytest.fixture(scope="session")
def e5():
    """multilingual-e5-small, where scripts/setup e5 has put it."""
    return at_hand("multilingual-e5-small", "e5")


@pytest.fixture(scope="session")
def smollm2():
    """SmolLM2-135M-Instruct as a GGUF file, where scripts/setup smollm2 has put it."""
    return at_hand("SmolLM2-135M-Instruct.Q4_1.gguf", "smollm2")


@pytest.fixture(scope="session")
def man_pages():
    """The man pages' corpus.jsonl."""
    return existing(ROOT / ".cache/data/man-pages/corpus.jsonl", "run scripts/setup data")


@pytest.fixture(scope="session")
def pages(man_pages, tmp_path_factory):
    """About forty man pages of all sections, most of them longer than 512 tokens, as JSONL."""
    path = tmp_path_factory.mktemp("pages") / "pages.jsonl"
    with open(man_pages) as lines, open(path, "w") as out:
        out.writelines(line for number, line in enumerate(lines) if number % 50 == 0)
    return path


@pytest.fixture(scope="session")
def run_lengthwise(binary):
    """Runs the program with these arguments, which must succeed; gives what it printed (stdout, stderr) as text."""

    def run(*arguments, **options):
        done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, **options)
        assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
        return done

    return run
