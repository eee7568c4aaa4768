"""One file a part of scripts/bench. Each has

TITLE              what its table is headed with
measure(bench)     runs programs; returns a document for out/bench.json
tables(document)   the document as text
"""
