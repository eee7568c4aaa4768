"""agree.py REFERENCE.npy OTHER.npy...     prints {"OTHER.npy": smallest cosine between rows of the two, ...}

A process of its own: the driver stays small, since a child's peak memory as the kernel reports it is at least its
parent's size at the time it was started.
"""

import json
import sys

import numpy


def unit_rows(path):
    rows = numpy.load(path).astype(float)
    return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


reference = unit_rows(sys.argv[1])
print(json.dumps({path: float((unit_rows(path) * reference).sum(1).min()) for path in sys.argv[2:]}))
