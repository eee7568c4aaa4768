"""What a precision costs in retrieval: nDCG@10 of `lengthwise embed` in fp32, bf16 and int8 on BEIR-style folders.

    .cache/venv/bin/python bench/retrieval_accuracy.py .cache/data/man-pages [more folders] [--json out.json]

Documents (title and text) and queries are embedded in the same precision and compared by cosine, exactly. Differences are
paired over queries, with 95 % bootstrap intervals. The gain is 2^rel - 1 as in BEIR's pytrec_eval with binary labels: rel.
"""

import argparse
import json
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[1]


def read_lines(path):
    return [json.loads(line) for line in path.open()]


def read_qrels(path):
    qrels = {}
    for line in path.read_text().splitlines()[1:]:
        query, document, score = line.split("\t")
        qrels.setdefault(query, {})[document] = float(score)
    return qrels


def embed(arguments, source, precision, folder):
    output = pathlib.Path(folder) / "vectors.npy"
    subprocess.run([arguments.binary, "embed", "--model", arguments.model, "--input", source, "--output", output,
                    "--precision", precision, "--quiet"], check=True, stderr=subprocess.DEVNULL)
    return np.load(output)


def ndcg_at_10(scores, ids, relevant):
    top = np.argsort(-scores, kind="stable")[:10]
    discount = 1 / np.log2(np.arange(2, 12))
    gains = np.array([relevant.get(ids[i], 0.0) for i in top])
    ideal = np.sort(np.array(list(relevant.values())))[::-1][:10]
    best = (ideal * discount[: len(ideal)]).sum()
    return (gains * discount[: len(gains)]).sum() / best if best > 0 else 0.0


def evaluate(arguments, task, precision):
    task = pathlib.Path(task)
    corpus, queries, qrels = read_lines(task / "corpus.jsonl"), read_lines(task / "queries.jsonl"), read_qrels(task / "qrels.tsv")
    queries = [query for query in queries if any(score > 0 for score in qrels.get(query["_id"], {}).values())]
    ids = [document["_id"] for document in corpus]
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "queries.jsonl"
        source.write_text("".join(json.dumps(query) + "\n" for query in queries))
        documents = embed(arguments, task / "corpus.jsonl", precision, folder)
        scores = embed(arguments, source, precision, folder) @ documents.T
    return np.array([ndcg_at_10(scores[i], ids, qrels[query["_id"]]) for i, query in enumerate(queries)])


def interval(differences, generator):
    means = [generator.choice(differences, len(differences)).mean() for _ in range(2000)]
    return np.percentile(means, [2.5, 97.5])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", nargs="+", help="folder with corpus.jsonl, queries.jsonl and qrels.tsv")
    parser.add_argument("--binary", default=ROOT / "build/release/lengthwise")
    parser.add_argument("--model", default=ROOT / ".cache/models/all-MiniLM-L6-v2")
    parser.add_argument("--precisions", default="fp32,bf16,int8")
    parser.add_argument("--json", help="write the figures here")
    arguments = parser.parse_args()
    generator = np.random.default_rng(1)
    results = []
    for task in arguments.task:
        base = None
        for precision in arguments.precisions.split(","):
            values = evaluate(arguments, task, precision)
            base = values if base is None else base
            low, high = interval(values - base, generator)
            results.append({"task": pathlib.Path(task).name, "precision": precision, "queries": len(values),
                            "ndcg_at_10": values.mean(), "difference": (values - base).mean(), "low": low, "high": high})
            print("{task:12} {precision:5} nDCG@10 {ndcg_at_10:.4f}  against the first {difference:+.4f} [{low:+.4f}, {high:+.4f}]"
                  "  {queries} queries".format(**results[-1]))
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
