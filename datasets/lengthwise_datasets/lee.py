"""The Lee set: 50 short news texts, every pair of them rated by people (Lee, Pincombe and Welsh 2005)."""
from . import task_folder
from .catalogue import BuildError
from .fetch import read_wheel

FOLDER = "gensim/test/test_data/"


def pairs(packages):
    wheel = packages["gensim"]
    # A pound sign tells that the file is in Latin-1.
    texts = read_wheel(wheel, FOLDER + "lee.cor").decode("latin-1").strip().split("\n")
    rows = [[float(rating) for rating in line.split()]
            for line in read_wheel(wheel, FOLDER + "similarities0-1.txt").decode("utf-8").splitlines() if line.strip()]
    # The matrix holds each pair once, above its diagonal.
    if len(rows) != len(texts) or any(len(row) != len(texts) for row in rows):
        raise BuildError(f"{wheel}: {len(texts)} texts in lee.cor do not fit {len(rows)} rows of ratings")
    lines = [{"sentence1": texts[i], "sentence2": texts[j], "score": rows[i][j], "first": i, "second": j}
             for i in range(len(texts)) for j in range(i + 1, len(texts))]
    notes = ["The score is the mean of some ten people's ratings from 1 to 5, divided by 5. `first` and `second` number the texts."]
    return task_folder.Content({"pairs.jsonl": lines}, texts, notes)
