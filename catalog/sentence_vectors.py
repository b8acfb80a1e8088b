"""Vectors of single sentences of published texts, remembered in the cache: an offer is compared with many needs.

Only a hash of the sentence is kept beside its vector. Texts that somebody merely tries out are not to come here.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from django.core.cache import cache

from .encoding import encoder, identity

REMEMBERED_SECONDS = 7 * 24 * 3600


def sentence_vectors(sentences: Sequence[str]) -> np.ndarray:
    """float32 of shape (len(sentences), dimension), each row of length 1; what is not remembered is encoded."""
    keys = {sentence: _key(sentence) for sentence in sentences}
    known = cache.get_many(keys.values())
    missing = [sentence for sentence, key in keys.items() if key not in known]
    if missing:
        made = encoder().encode_query(missing)
        new = {keys[sentence]: row.tobytes() for sentence, row in zip(missing, made, strict=True)}
        cache.set_many(new, REMEMBERED_SECONDS)
        known |= new
    rows = [np.frombuffer(known[keys[sentence]], np.float32) for sentence in sentences]
    return np.stack(rows) if rows else np.empty((0, identity().dimension), np.float32)


def _key(sentence: str) -> str:
    return f"sentence:{identity().fingerprint}:{hashlib.sha256(sentence.encode()).hexdigest()}"
