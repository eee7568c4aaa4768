"""Licences of the SPDX list: name and text."""
import json
import re

from . import task_folder
from .fetch import read_npm


def _words(text):
    return " ".join(re.findall(r"\w+", text.lower()))


def licences(packages):
    documents, queries, judgements = {}, {}, []
    named = 0
    for identifier, data in read_npm(packages["spdx-license-list"], "licenses", ".json").items():
        licence = json.loads(data)
        name, words = licence["name"].strip(), _words(licence["licenseText"])
        if not name or not words:
            continue
        # Some licences are listed under several names ("only", "or later") and some names twice.
        document = documents.setdefault(words, {"_id": identifier, "text": licence["licenseText"].strip()})
        query = queries.setdefault(name, {"_id": f"name:{identifier}", "text": name})
        judgement = (query["_id"], document["_id"])
        if judgement not in judgements:
            judgements.append(judgement)
            named += f" {_words(name)} " in f" {words} "
    notes = [
        "A licence's name is the query, its text the document. Texts that differ in nothing but letters' case, spaces and "
        "punctuation are one document, the answer to all of their names.",
        f"Texts are left as they are, headings too: {named} of {len(judgements)} hold their whole name, and that does not make "
        "them easy, as their relatives and versions hold most of it; without it the others could be told from their relatives "
        "no better. Many texts are near-duplicates (the BSD and MIT families, Creative Commons in its versions and countries), "
        "which share every word but a few: a score below 1 is a fact of this set. Some are in other languages than their name.",
    ]
    return task_folder.retrieval(list(documents.values()), list(queries.values()), judgements, notes)
