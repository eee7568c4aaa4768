"""Where in a document a query's paragraph stands: what scripts/split_queries and scripts/answer_places share."""
import json
import pathlib
import sys


def lines(path):
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def answers(path):
    """{query: its relevant documents}."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split("\t")
        if grade.lstrip("-").isdigit() and int(grade) > 0:
            found.setdefault(query, []).append(document)
    return found


def embedded(document):
    """The text as it is embedded, its title before it."""
    return f"{document['title']} {document['text']}".strip() if document.get("title") else document["text"]


def standing(folder, documents):
    """{query: (its document, where its first relevant paragraph begins and ends there)}: characters of the text as it is embedded. `documents`: {id: row of corpus.jsonl}."""
    paragraphs = {paragraph["_id"]: paragraph["text"] for paragraph in lines(folder / "corpus-paragraphs.jsonl")}
    places, found = answers(folder / "qrels-paragraphs.tsv"), {}
    for query, (document, *_) in answers(folder / "qrels.tsv").items():
        name = places[query][0]
        begin = embedded(documents[document]).find(paragraphs[name])
        if begin < 0:
            sys.exit(f"{pathlib.Path(sys.argv[0]).name}: {folder}: paragraph {name} does not stand in its document {document}")
        found[query] = document, begin, begin + len(paragraphs[name])
    return found
