"""Whether `lengthwise evaluate` scores retrieval as mteb does: mteb's own metric code on sentence-transformers vectors.

    pip install --no-deps mteb==2.26.24 pytrec-eval-terrier==0.5.11     # into .cache/venv or another with sentence-transformers
    .cache/venv/bin/python bench/mteb_metrics.py FOLDER [--model .cache/models/all-MiniLM-L6-v2]

Prints each metric from both, and exits with 1 where they differ by more than 0.0005. Documents are title and text, as in mteb.
"""

import argparse
import importlib
import importlib.util
import json
import pathlib
import subprocess
import sys
import tempfile
import types

ROOT = pathlib.Path(__file__).resolve().parents[1]
TOLERANCE = 5e-4


def mteb_metrics():
    """mteb's module of metrics, without the package around it, which pulls in data sets and models."""
    where = importlib.util.find_spec("mteb")
    if where is None:
        sys.exit("mteb is not installed: pip install --no-deps mteb==2.26.24 pytrec-eval-terrier==0.5.11")
    for name in ("mteb", "mteb._evaluators"):
        package = types.ModuleType(name)
        package.__path__ = [str(pathlib.Path(where.submodule_search_locations[0], *name.split(".")[1:]))]
        sys.modules[name] = package
    named = types.ModuleType("mteb.types")
    named.RetrievalEvaluationResult = lambda **parts: types.SimpleNamespace(**parts)
    sys.modules["mteb.types"] = named
    return importlib.import_module("mteb._evaluators.retrieval_metrics")


def read_lines(path):
    return [json.loads(line) for line in path.open()]


def by_mteb(folder, model):
    from sentence_transformers import SentenceTransformer

    corpus, queries = read_lines(folder / "corpus.jsonl"), read_lines(folder / "queries.jsonl")
    qrels = {}
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, document, grade = line.split("\t")
        if grade.lstrip("-").isdigit():
            qrels.setdefault(query, {})[document] = int(grade)
    queries = [query for query in queries if query["_id"] in qrels]
    encoder = SentenceTransformer(str(model), device="cpu")
    texts = [f"{document.get('title', '')} {document['text']}".strip() for document in corpus]
    rows = encoder.encode(texts, normalize_embeddings=True)
    scores = encoder.encode([query["text"] for query in queries], normalize_embeddings=True) @ rows.T
    results = {query["_id"]: {document["_id"]: float(score) for document, score in zip(corpus, row)} for query, row in zip(queries, scores)}
    found = mteb_metrics().calculate_retrieval_scores(results, qrels, [10, 100, 1000])
    return {"ndcg_at_10": found.ndcg["NDCG@10"], "map_at_1000": found.map["MAP@1000"], "recall_at_10": found.recall["Recall@10"],
            "recall_at_100": found.recall["Recall@100"], "mrr_at_10": found.mrr["MRR@10"]}


def by_lengthwise(folder, model, binary):
    with tempfile.TemporaryDirectory() as work:
        output = pathlib.Path(work) / "evaluation.json"
        subprocess.run([binary, "evaluate", "--model", model, "--task", folder, "--output", output, "--no-cache", "--quiet"], check=True, stderr=subprocess.DEVNULL)
        metrics = json.loads(output.read_text())["tasks"][0]["runs"][0]["metrics"]
    return {name: metric["estimate"] for name, metric in metrics.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, default=ROOT / ".cache/models/all-MiniLM-L6-v2")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/lengthwise")
    arguments = parser.parse_args()
    expected, found = by_mteb(arguments.folder, arguments.model), by_lengthwise(arguments.folder, arguments.model, arguments.binary)
    for name, value in expected.items():
        print(f"{name:16} mteb {value:.5f}  lengthwise {found[name]:.5f}  {found[name] - value:+.5f}")
    sys.exit(any(abs(found[name] - value) > TOLERANCE for name, value in expected.items()))


if __name__ == "__main__":
    main()
