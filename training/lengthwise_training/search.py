"""Search by vectors: the recipe of docs/repair.md, nDCG by query, and queries that share a cause."""
import json

import numpy as np

LEAD, WITHIN, EPSILON = 0.3, 0.8, 0.1
# Of fewer clusters than this there is no interval: queries are then drawn one by one, as `lengthwise evaluate` does.
LEAST_CLUSTERS = 20


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-12)


def starts_of(owner):
    """Where the windows of each document begin. `owner`: the document of each window, in order, none without."""
    return np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])


def lead_body(windows, owner):
    starts = starts_of(owner)
    return unit(LEAD * windows[starts] + (1 - LEAD) * unit(np.add.reduceat(windows, starts)))


def recipe(windows, owner, queries):
    """Vectors of documents and of queries: windows whitened by what varies within documents (.8) and in total (.2), then lead and body. Fitted to the documents and queries given,
    without judgements."""
    starts = starts_of(owner)
    counts = np.diff(np.r_[starts, len(owner)])
    apart = windows - np.repeat(np.add.reduceat(windows, starts) / counts[:, None], counts, axis=0)
    within, total = apart.T @ apart, np.cov(windows.T)
    values, vectors = np.linalg.eigh(WITHIN * within / np.trace(within) + (1 - WITHIN) * total / np.trace(total))
    damped = (vectors * (np.maximum(values, 0) / values.max() + EPSILON) ** -0.5) @ vectors.T
    return lead_body(unit((windows - windows.mean(0)) @ damped), owner), unit((queries - queries.mean(0)) @ damped)


def ndcg(scores, grades, depth=10):
    """nDCG of each query, as trec_eval has it: `scores` [queries, documents], `grades` of each query {document: grade}."""
    discount = 1 / np.log2(np.arange(2, depth + 2))
    found = []
    for row, relevant in zip(scores, grades):
        gains = [relevant.get(document, 0) for document in np.argsort(-row, kind="stable")[:depth]]
        best = sorted(relevant.values(), reverse=True)[:depth]
        found.append(float(np.dot(gains, discount[: len(gains)]) / np.dot(best, discount[: len(best)])))
    return found


def tied(grades):
    """A number for each query, the same where queries share a relevant document, directly or over others."""
    first, parent = {}, list(range(len(grades)))

    def root(query):
        while parent[query] != query:
            query = parent[query]
        return query

    for query, relevant in enumerate(grades):
        for document in relevant:
            parent[root(query)] = root(first.setdefault(document, query))
    return [root(query) for query in range(len(grades))]


def clusters_of(grades):
    """As `tied`; each query its own where that leaves too few."""
    found = tied(grades)
    sizes = np.bincount(found)
    enough = sizes.sum() ** 2 / (sizes.astype(float) ** 2).sum() >= LEAST_CLUSTERS
    return found if enough else list(range(len(grades)))


def draws(clusters, replicates, random):
    """How often each unit counts in each resample [replicates, units], where units of a cluster are drawn together."""
    names, of = np.unique(clusters, return_inverse=True)
    return random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=replicates)[:, of]


def percentile_interval(estimate, drawn):
    """An estimate with the 95 % percentile interval of what resamples made of it."""
    low, high = np.percentile(drawn, [2.5, 97.5])
    return {"estimate": float(estimate), "low": float(low), "high": float(high)}


def read_task(folder):
    """The judgements of a task folder: for each query, {row of the corpus: grade}; ndcg takes those that have one."""
    rows = lambda name: [json.loads(line)["_id"] for line in (folder / name).open(encoding="utf-8")]
    documents = {name: place for place, name in enumerate(rows("corpus.jsonl"))}
    queries = {name: place for place, name in enumerate(rows("queries.jsonl"))}
    grades = [{} for _ in queries]
    for line in (folder / "qrels.tsv").open(encoding="utf-8"):
        query, document, grade = line.rstrip("\n").split("\t")
        if query in queries and document in documents and grade.lstrip("-").isdigit() and int(grade) > 0:
            grades[queries[query]][documents[document]] = int(grade)
    return grades
