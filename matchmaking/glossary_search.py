"""The brokers' glossary among the ways in which offers are found and compared (`candidates.py`, `ranking.py`)."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from catalog import term_counts, tokens
from catalog.measuring import current_space
from catalog.models import OfferReading
from catalog.models.document import DocumentQuerySet
from catalog.tokens import Shelf

from .candidates import Found, are_compared_exactly, by_words
from .glossary import Saying
from .hearing import said_on

FEW = 20  # offers that an entry brings among the candidates by meaning, and as many by words


def brought_by(sayings: Sequence[Saying], offers: DocumentQuerySet) -> set[int]:
    """Primary keys of the offers that say what an entry leads to, most of them at least."""
    return {pk for saying in sayings for way in _ways(saying, offers) for pk in way.values_list("pk", flat=True)}


def _ways(saying: Saying, offers: DocumentQuerySet) -> tuple[DocumentQuerySet, DocumentQuerySet]:
    terms = term_counts.query_terms(saying.entry.offer_words, saying.entry.offer_language)
    near = offers.nearest(saying.offered.vector, FEW)
    return near, by_words(offers, terms, FEW, are_compared_exactly(offers.model))


def with_glossary(found: Found, sayings: Sequence[Saying]) -> Found:
    """The same candidates, each with how certainly it says what an entry leads to."""
    if not sayings or not found.candidates:
        return found
    shelf = _shelf([candidate.pk for candidate in found.candidates])
    said = np.max([saying.certainty * said_on(saying.offered, shelf) for saying in sayings], axis=0)
    pairs = zip(found.candidates, said.tolist(), strict=True)
    return replace(found, candidates=[replace(candidate, glossary=value) for candidate, value in pairs])


def _shelf(pks: list[int]) -> Shelf:
    """Those of the candidates in their order."""
    space = current_space()
    rows = OfferReading.objects.filter(pk__in=pks).values_list("pk", "kept", "kept_pieces")
    kept = {pk: (bytes(vectors), np.frombuffer(pieces, "<i4")) for pk, vectors, pieces in rows}
    packed = [tokens.from_bytes(kept[pk][0], space.dimension) for pk in pks]
    return Shelf.of(packed, [space.weights(kept[pk][1]) for pk in pks])
