"""nDCG@10 of vectors that `lengthwise embed` wrote: what a lower precision costs where it counts.

retrieval.py TASK_FOLDER FOLDER...
    TASK_FOLDER   corpus.jsonl, queries.jsonl, qrels.tsv (BEIR form)
    FOLDER        corpus.npy and queries.npy, rows in the order of the task's files; the first is the baseline

Prints {FOLDER: {"ndcg", "difference", "low", "high"}}: the difference to the baseline with its 95 % interval, from
2,000 paired resamples of the queries.
"""

import collections
import json
import pathlib
import sys

import numpy

DEPTH = 10
RESAMPLES = 2000


def read_ids(path):
    with path.open() as file:
        return [json.loads(line)["_id"] for line in file]


def read_relevance(path):
    relevance = collections.defaultdict(dict)
    with path.open() as file:
        next(file)
        for line in file:
            query, document, score = line.rstrip("\n").split("\t")
            if float(score) > 0:
                relevance[query][document] = float(score)
    return relevance


def ndcg(folder, documents, queries, relevance):
    """One value a query that has a relevant document."""
    scores = numpy.load(folder / "queries.npy") @ numpy.load(folder / "corpus.npy").T
    discount = 1 / numpy.log2(numpy.arange(DEPTH) + 2)
    values = []
    for query, row in zip(queries, scores, strict=True):
        wanted = relevance.get(query)
        if not wanted:
            continue
        top = numpy.argsort(-row, kind="stable")[:DEPTH]
        gain = sum(wanted.get(documents[d], 0.0) * discount[rank] for rank, d in enumerate(top))
        ideal = sorted(wanted.values(), reverse=True)[:DEPTH]
        values.append(gain / sum(g * d for g, d in zip(ideal, discount)))
    return numpy.array(values)


def main():
    task = pathlib.Path(sys.argv[1])
    documents, queries = read_ids(task / "corpus.jsonl"), read_ids(task / "queries.jsonl")
    relevance = read_relevance(task / "qrels.tsv")
    generator = numpy.random.default_rng(7)
    result, baseline = {}, None
    for folder in sys.argv[2:]:
        values = ndcg(pathlib.Path(folder), documents, queries, relevance)
        if baseline is None:
            baseline = values
        difference = values - baseline
        samples = generator.choice(difference, (RESAMPLES, len(difference))).mean(1)
        low, high = numpy.percentile(samples, [2.5, 97.5])
        result[folder] = {"queries": len(values), "ndcg": values.mean(), "difference": difference.mean(),
                          "low": float(low), "high": float(high)}
    print(json.dumps(result))


main()
