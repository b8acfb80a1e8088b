"""Texts to vectors: the encoder, how its model comes out of the installed wheels, and how it is served.

Nothing in this package knows Django; `catalog/encoding.py` joins it to the settings.

- `model.py`: the noun `Encoder`, a loaded model with its two verbs.
- `identity.py`: which encoder made a vector: name, dimension, fingerprint.
- `e5_file.py`, `build.py`, `reference.py`: read the packed weights, write the model directory, compare the
  result with stored vectors.
- `protocol.py`, `server.py`, `queueing.py`, `client.py`: one process keeps the model warm for all others.
- `texts.py`, `batches.py`, `failures.py`: what is accepted, how it is cut, what can go wrong.
"""
