"""One file a peer. Each has a class Peer:

Peer(models, model_folder, threads, streams)   loads; `models` is what convert.py wrote
peer.embed(texts, batch_size)                  float32 [texts x hidden], mean-pooled and normalised, in input order

and a function

streams_of(threads)                            how many batches may run at a time, each on its share of the threads

scripts/bench tries every batch size with every number of streams.
"""
