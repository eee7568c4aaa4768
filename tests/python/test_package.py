"""The installed CMake package, used by the examples as an outside program would use it."""

import json
import subprocess

import numpy as np
import pytest

TEXTS = ["The cat sat on the mat.", "A kitten rests on a rug."]


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(binary, tmp_path_factory):
    """The package, installed from the build folder that the tested program lies in."""
    folder = tmp_path_factory.mktemp("prefix")
    run("cmake", "--install", binary.parent, "--prefix", folder)
    return folder


@pytest.fixture(scope="module")
def examples(prefix, root, tmp_path_factory):
    """The example programs by name, each built against the installed package alone."""
    programs = {}
    for source in sorted((root / "examples").iterdir()):
        folder = tmp_path_factory.mktemp(source.name)
        run("cmake", "-S", source, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={prefix}")
        run("cmake", "--build", folder)
        programs[source.name] = folder / source.name
    return programs


@pytest.fixture(scope="module")
def example(examples):
    return examples["embed_two_texts"]


def test_the_example_prints_the_cosine_that_sentence_transformers_gives(example, model_folder):
    from sentence_transformers import SentenceTransformer

    vectors = SentenceTransformer(str(model_folder), device="cpu").encode(TEXTS)
    cosine = float(run(example, model_folder, *TEXTS))
    # Printed with six digits, and 2e-5 is the parity of the vectors.
    assert cosine == pytest.approx(float(np.dot(*vectors)), abs=1e-4)


def test_the_example_reports_an_error_of_the_library(example, tmp_path):
    done = subprocess.run([example, tmp_path / "absent", *TEXTS], capture_output=True, text=True)
    assert done.returncode == 1
    assert "absent" in done.stderr


def test_the_measuring_example_prints_what_the_program_reports(examples, run_lengthwise, root, man_pages, tmp_path):
    model = root / "tests/data/tiny_bert"
    run_lengthwise("measure", "--model", model, "--input", man_pages, "--output", tmp_path / "report.json", "--replicates", 200, "--quiet")
    report = json.loads((tmp_path / "report.json").read_text())
    *lengths, answer = run(examples["measure_texts"], model, man_pages).splitlines()
    assert lengths == [f"{bucket['to']} tokens: cosine {bucket['cosine']['estimate']:.4f}" for bucket in report["arms"]["truncated"]["buckets"]]
    assert answer == report["sentence"]


def test_the_evaluating_example_prints_what_the_program_reports(examples, run_lengthwise, root, man_pages, tmp_path):
    model, task = root / "tests/data/tiny_bert", tmp_path / "task"
    texts = tmp_path / "texts.jsonl"
    texts.write_text("".join(man_pages.read_text().splitlines(keepends=True)[:200]))
    run_lengthwise("datasets", "pseudo", "--input", texts, "--output", task)
    run_lengthwise("evaluate", "--model", model, "--task", task, "--output", tmp_path / "evaluation.json", "--replicates", 200, "--no-cache", "--quiet")
    evaluation = json.loads((tmp_path / "evaluation.json").read_text())
    *scores, answer = run(examples["evaluate_task"], model, task).splitlines()
    groups = [group for group in evaluation["tasks"][0]["runs"][0]["by_length"] if group["kind"] == "fixed"]
    assert scores == [f"{group['length_of']} of {bucket['from']} to {bucket['to']} tokens: nDCG@10 {bucket['score']['estimate']:.4f}"
                      for group in groups for bucket in group["buckets"]]
    assert len(scores) > 4
    assert answer == evaluation["sentence"]


def test_the_installed_program_runs(prefix):
    assert run(prefix / "bin/lengthwise", "--version").strip().startswith("0.")


def test_the_installed_program_finds_the_installed_sets(prefix):
    assert "man-pages" in run(prefix / "bin/lengthwise", "datasets", "list", env={"PATH": "/usr/bin:/bin"})
    assert not list((prefix / "share/lengthwise/datasets").rglob("__pycache__"))


def test_manual_pages_and_completion_scripts_are_installed(prefix):
    pages = {path.name for path in (prefix / "share/man/man1").iterdir()}
    assert {"lengthwise.1", "lengthwise-embed.1", "lengthwise-datasets-build.1"} <= pages
    for place in ("bash-completion/completions/lengthwise", "zsh/site-functions/_lengthwise", "fish/vendor_completions.d/lengthwise.fish"):
        assert "--max-length" in (prefix / "share" / place).read_text() or "-l max-length" in (prefix / "share" / place).read_text()


def test_only_the_public_headers_are_installed(prefix, root):
    installed = {path.relative_to(prefix / "include") for path in (prefix / "include").rglob("*.h")}
    public = {path.relative_to(root / "include") for path in (root / "include").rglob("*.h")}
    assert installed == public


def test_a_build_without_node_and_cli11_is_the_library_alone(root, tmp_path):
    configured = run("cmake", "-S", root, "-B", tmp_path, "-G", "Ninja", "-DBUILD_TESTING=OFF", "-DLENGTHWISE_CLI=OFF", "-DLENGTHWISE_PAGE=OFF",
                     "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON", "-DNODE_PROGRAM=NODE_PROGRAM-NOTFOUND", "-DNPM_PROGRAM=NPM_PROGRAM-NOTFOUND",
                     "-DCMAKE_BUILD_TYPE=Release")
    assert "OpenCL" not in configured
    targets = run("cmake", "--build", tmp_path, "--target", "help")
    assert "lengthwise_report" in targets and "lengthwise_cli" not in targets and "page.html" not in targets


def test_a_build_without_node_leaves_the_page_out_and_says_so(root, tmp_path):
    configured = run("cmake", "-S", root, "-B", tmp_path, "-G", "Ninja", "-DBUILD_TESTING=OFF", "-DNODE_PROGRAM=", "-DNPM_PROGRAM=",
                     "-DCMAKE_BUILD_TYPE=Release")
    assert "built without the report page (scripts/setup web installs them)" in configured


def test_a_build_without_cli11_says_how_to_do_without(root, tmp_path):
    done = subprocess.run(["cmake", "-S", root, "-B", tmp_path, "-G", "Ninja", "-DCMAKE_DISABLE_FIND_PACKAGE_CLI11=ON"], capture_output=True, text=True)
    assert done.returncode != 0
    assert "-DLENGTHWISE_CLI=OFF builds the" in " ".join(done.stderr.split())
