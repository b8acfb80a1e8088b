"""Which offers are looked at for a need, and every way in which their texts agree with it.

The database finds candidates by meaning, words, sounds and rare terms; the pieces of words are compared here, with
what `catalog/placing.py` has kept. What follows from the figures is said in `ranking.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from catalog import elsewhere, measuring, term_counts, tokens
from catalog.binary_rows import binary_rows
from catalog.models import Need, Offer, OfferReading
from catalog.models.document import Document, DocumentQuerySet
from catalog.neutral import Array, Space
from catalog.term_counts import QueryTerms
from catalog.tokens import Query, Shelf

from .ranking import FIRST_TRUST, Candidate

BY_TERMS = 50  # offers that words, sounds and rare terms bring at most, each
EXACT_UP_TO = 10_000  # offers that are compared one by one
SHORTLIST = 500  # of more than those, so many are scored for their words, and so many for their sounds
HUBS = ("meaning_hub", "token_hub", "title_hub")
FIELDS = ("pk", "place", "title_place", "kept", "kept_pieces", *HUBS)


@dataclass(frozen=True)
class Found:
    """The candidates with their places in the shared space (candidates, d), how far hubs are to be trusted, and how
    well the need and the nearest texts that are never an answer agree (`catalog/elsewhere.py`)."""

    candidates: list[Candidate]
    places: np.ndarray
    trust: float
    elsewhere: float = 0.0


def retrieve(need: Need, query: Query, offers: DocumentQuerySet, k: int, further: Iterable[int] = ()) -> Found:
    """The `k` nearest in meaning, those with the best words in common, those that sound alike, and those with the
    need's rarest terms, and `further` ones. An offer without a place yet is no candidate."""
    terms, heard = _terms_of(need)
    pks = (
        _reached(offers, query.vector, (terms, heard), k, are_compared_exactly(Offer))
        | _known(offers, query, k)
        | set(further)
    )
    scored = offers.filter(pk__in=pks).with_bm25(terms.weights).with_gram_bm25(heard.weights)
    found = {
        pk: ((bm25 or 0.0) / terms.highest, (gram_bm25 or 0.0) / heard.highest)
        for pk, bm25, gram_bm25 in scored.values_list("pk", "bm25", "gram_bm25")
    }
    return compare(query, found, measuring.current_space())


def _known(offers: DocumentQuerySet, query: Query, k: int) -> set[int]:
    """Of the nearest that are known already, the first `k` that may be proposed: the index misses some of them."""
    if not query.nearest:
        return set()
    allowed = set(offers.filter(pk__in=query.nearest).values_list("pk", flat=True))
    return set([pk for pk in query.nearest if pk in allowed][:k])


def needs_near(offer: Offer, needs: DocumentQuerySet, k: int) -> list[int]:
    """Primary keys of the needs that would look at the offer: the other way round, by the same ways."""
    if offer.place is None:
        return []
    return sorted(_reached(needs, offer.place, _terms_of(offer), max(k // 3, 1), are_compared_exactly(Need)))


def are_compared_exactly(model: type[Document]) -> bool:
    """Whether so few are in store that comparing all of them is quick."""
    known = term_counts.known_offers() if model is Offer else Need.objects.count()
    return known <= EXACT_UP_TO


def _terms_of(document: Document) -> tuple[QueryTerms, QueryTerms]:
    """Its terms, and how they sound."""
    text = (document.text, document.language)
    return term_counts.query_terms(*text), term_counts.query_grams(*text)


def _reached(
    documents: DocumentQuerySet, place: Array, words: tuple[QueryTerms, QueryTerms], k: int, exact: bool
) -> set[int]:
    """The `k` nearest to a place, those with the best words in common, those that sound alike, and those with the
    rarest terms."""
    (terms, heard), few = words, min(k, BY_TERMS)
    worded, sounding = by_words(documents, terms, few, exact), by_sound(documents, heard, few, exact)
    ways = (documents.nearest(place, k, exact=exact), worded, sounding, documents.bearing(terms.rare)[:few])
    return {pk for way in ways for pk in way.values_list("pk", flat=True)}


def by_words(documents: DocumentQuerySet, terms: QueryTerms, k: int, exact: bool) -> DocumentQuerySet:
    """The `k` with the best words in common, best first, as `bm25`. Of very many documents only those in which the
    telling terms weigh most are scored."""
    if exact:
        return documents.containing(terms.weights, k, among=terms.telling)
    return _shortlist(documents, terms, "term_ids").with_bm25(terms.weights).order_by("-bm25", "pk")[:k]


def by_sound(documents: DocumentQuerySet, heard: QueryTerms, k: int, exact: bool) -> DocumentQuerySet:
    """The same by how words sound, as `gram_bm25`."""
    if exact:
        return documents.sounding_like(heard.weights, k, among=heard.telling)
    return _shortlist(documents, heard, "gram_ids").with_gram_bm25(heard.weights).order_by("-gram_bm25", "pk")[:k]


def _shortlist(documents: DocumentQuerySet, terms: QueryTerms, column: str) -> DocumentQuerySet:
    telling = {term: terms.weights[term] for term in terms.telling}
    return documents.filter(pk__in=documents.holding_most(telling, SHORTLIST, column=column))


def compare(query: Query, shares: Mapping[int, tuple[float, float]], space: Space) -> Found:
    """`shares` says what the words and the grams of each offer come to."""
    rows = OfferReading.objects.filter(pk__in=list(shares)).exclude(place=b"").order_by("pk").values_list(*FIELDS)
    trust = 1.0 if space.needs >= measuring.MANY_NEEDS else FIRST_TRUST
    read = binary_rows(rows)
    if not read:
        return Found([], np.zeros((0, space.dimension), np.float32), trust)
    places = np.stack([np.frombuffer(row[1], "<f4") for row in read])
    agreement, answered = tokens.agreement(query, _shelf(read, space))
    hubs = _hubs(read)
    candidates = [
        Candidate(
            row[0], float(places[i] @ query.vector), *shares[row[0]], float(agreement[i]), float(answered[i]),
            _title(row[2], query), *hubs[i].tolist(),
        )
        for i, row in enumerate(read)
    ]  # fmt: skip
    return Found(candidates, places, trust, elsewhere.nearest(query, space))


def _shelf(read: list[tuple], space: Space) -> Shelf:
    packed = [tokens.from_bytes(row[3], space.dimension) for row in read]
    weights = space.weights(np.concatenate([np.frombuffer(row[4], "<i4") for row in read]))
    return Shelf.of(packed, np.split(weights, np.cumsum([len(one.scales) for one in packed])[:-1]))


def _title(place: bytes, query: Query) -> float:
    return float(np.frombuffer(place, "<f4") @ query.vector) if place else 0.0


def _hubs(read: list[tuple]) -> np.ndarray:
    """Of shape (offers, 3). An offer that came in since hubs were measured is taken for an average one."""
    hubs = np.array([row[5:] for row in read], float)
    is_known = ~np.isnan(hubs)
    means = np.where(is_known, hubs, 0).sum(axis=0) / np.maximum(is_known.sum(axis=0), 1)
    return np.where(is_known, hubs, means)
