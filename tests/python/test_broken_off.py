"""A command that is broken off has not worked in vain: started again it goes on, and ends as if nothing had been."""

import json
import subprocess
import time

import pytest
from careless import TEXTS
from test_cache import kept


def test_an_evaluation_killed_every_two_seconds_comes_to_its_end(binary, model_folder, man_pages, tmp_path):
    """It needs about a minute, on the slowest settings there are; a batch of the largest size alone takes more than two seconds."""
    task = tmp_path / "task"
    task.mkdir()
    with man_pages.open() as lines:
        pages = [json.loads(line)["text"] for number, line in enumerate(lines) if number % 20 == 0][:100]
    (task / "docs.jsonl").write_text("".join(json.dumps({"text": page, "label": f"{i % 2}"}) + "\n" for i, page in enumerate(pages)))
    command = [binary, "evaluate", "--model", model_folder, "--task", task, "--output", tmp_path / "e.json", "--threads", "1", "--max-length", "512",
               "--cache", tmp_path / "cache", "--replicates", "20", "--quiet"]
    before = 0
    for _ in range(60):
        running = subprocess.Popen([str(part) for part in command], stderr=subprocess.PIPE)
        try:
            running.communicate(timeout=2)
        except subprocess.TimeoutExpired:
            running.kill()
            running.communicate()
        else:
            assert running.returncode == 0
            assert (tmp_path / "e.json").exists()
            return
        now = kept(tmp_path / "cache")
        assert now > before
        before = now
    pytest.fail("no end")


@pytest.mark.parametrize("command", ["embed vectors.npy", "embed vectors.jsonl", "measure report.json"])
@pytest.mark.parametrize("signal", ["TERM", "KILL"])
def test_a_run_that_is_broken_off_is_gone_on_with(command, signal, binary, model_folder, man_pages, tmp_path):
    """The result is that of a run in one go, and what was done before is not done again."""
    name, output = command.split()
    with man_pages.open() as lines:
        pages = [line for number, line in enumerate(lines) if number % 5 == 0][:250]
    (tmp_path / "pages.jsonl").write_text("".join(pages))
    start = [str(binary), name, "--model", str(model_folder), "--input", str(tmp_path / "pages.jsonl"), "--threads", "1", "--quiet"]
    if name == "measure":
        start += ["--replicates", "20", "--lengths", "128,256"]
    whole = subprocess.run([*start, "--output", f"whole{output[output.index('.'):]}"], cwd=tmp_path, capture_output=True, text=True)
    assert whole.returncode == 0, whole.stderr
    resume = tmp_path / f"{output}.resume"
    running = subprocess.Popen([*start, "--output", output], cwd=tmp_path, stderr=subprocess.PIPE)
    for _ in range(30000):
        if resume.exists() and resume.stat().st_size > 10000 or running.poll() is not None:
            break
        time.sleep(0.002)
    assert running.poll() is None
    running.kill() if signal == "KILL" else running.terminate()
    running.communicate()
    assert not (tmp_path / output).exists()
    assert resume.exists()
    assert signal == "KILL" or not list(tmp_path.glob("*.partial-*"))
    again = subprocess.run([*start, "--output", output], cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert "embedded already" in again.stderr
    expected, got = (tmp_path / f"whole{output[output.index('.'):]}").read_bytes(), (tmp_path / output).read_bytes()
    if name == "measure":
        expected, got = json.loads(expected), json.loads(got)
        for report in (expected, got):
            report.pop("command", None)
    assert got == expected
    assert not resume.exists() and not list(tmp_path.glob("*.partial-*"))


def test_what_was_kept_of_other_texts_or_by_another_model_is_not_taken(binary, root, tmp_path):
    """Nor is a file of the user's own touched that has the name."""
    (tmp_path / "texts.jsonl").write_text(TEXTS)
    (tmp_path / "v.jsonl.resume").write_text("mine")
    done = subprocess.run([binary, "embed", "--model", root / "tests/data/tiny_bert", "--input", "texts.jsonl", "--output", "v.jsonl"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    assert (tmp_path / "v.jsonl.resume").read_text() == "mine"
