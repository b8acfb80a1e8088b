"""Which offers are looked at for a need, and every way in which their texts agree with it.

The database finds candidates by meaning, words, sounds and rare terms; the pieces of words are compared here, with
what `catalog/placing.py` has kept. What follows from the figures is said in `ranking.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from catalog import elsewhere, measuring, term_counts, tokens
from catalog.binary_rows import binary_columns, binary_rows, of_keys
from catalog.models import Need, Offer, OfferReading
from catalog.models.document import Document, DocumentQuerySet
from catalog.neutral import Array, Space
from catalog.term_counts import QueryTerms
from catalog.tokens import Query, Shelf

from .ranking import FIRST_TRUST, Candidate

BY_TERMS = 50  # offers that words, sounds and rare terms bring at most, each
EXACT_UP_TO = 10_000  # offers that are compared one by one
SHORTLIST = 500  # of more than those, so many are scored for their words, and so many for their sounds
HUBS = ("meaning_hub", "token_hub")
WAYS = ("terms", "grams")
Words = tuple[QueryTerms, QueryTerms]  # terms, and how they sound
FIELDS = ("pk", "place", "kept", "kept_pieces", *HUBS)


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
    terms, heard = words = term_counts.query_words(need.text, need.language)
    more = _known(offers, query, k) | set(further)
    if terms.offers <= EXACT_UP_TO:
        every = _all_compared(offers, query.vector, words)
        scored = every.scored(_first(every, Offer, words, k) | more)
    else:
        scored = _reached_by_indexes(offers, query.vector, words, k, more)
    found = {pk: (scored[pk][0] / terms.highest, scored[pk][1] / heard.highest) for pk in sorted(scored)}
    return compare(query, found, measuring.current_space())


def _scored(offers: DocumentQuerySet, words: Words) -> dict[int, tuple[float, float]]:
    terms, heard = words
    found = offers.with_bm25(terms.weights).with_gram_bm25(heard.weights).values_list("pk", "bm25", "gram_bm25")
    return {pk: (bm25 or 0.0, gram_bm25 or 0.0) for pk, bm25, gram_bm25 in binary_rows(found)}


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
    words, k = term_counts.query_words(offer.text, offer.language), max(k // 3, 1)
    if not are_compared_exactly(Need):
        return sorted(_reached_by_indexes(needs, offer.place, words, k))
    return sorted(_first(_all_compared(needs, offer.place, words), Need, words, k))


def are_compared_exactly(model: type[Document]) -> bool:
    """Whether so few are in store that comparing all of them is quick."""
    known = term_counts.known_offers() if model is Offer else Need.objects.count()
    return known <= EXACT_UP_TO


# Few documents: one statement compares each by everything


@dataclass(frozen=True)
class Compared:
    """Documents in the order of their keys: distances, and negative scores by words and by grams, each of shape
    (documents,) and NaN where a document has none."""

    pks: Array
    distances: Array
    columns: Mapping[str, Array]

    def nearest(self, k: int) -> list[int]:
        return self._lowest(self.distances, ~np.isnan(self.distances))[:k]

    def best(self, way: str) -> list[int]:
        """All that have anything in common in this way, best first."""
        return self._lowest(self.columns[way], self.columns[way] < 0)

    def _lowest(self, values: Array, eligible: Array) -> list[int]:
        """Keys by rising value, the smaller key first where they are equal."""
        at = np.flatnonzero(eligible)
        return self.pks[at[np.argsort(values[at], kind="stable")]].tolist()

    def scored(self, pks: Iterable[int]) -> dict[int, tuple[float, float]]:
        """Those of the documents that were compared, with their scores."""
        at = np.flatnonzero(np.isin(self.pks, list(pks)))
        both = np.nan_to_num(-np.stack([self.columns[name][at] for name in WAYS], axis=1))
        return dict(zip(self.pks[at].tolist(), map(tuple, both.tolist()), strict=True))


def _all_compared(documents: DocumentQuerySet, place: Array, words: Words) -> Compared:
    products = {name: (name, own.weights) for name, own in zip(WAYS, words, strict=True)}
    named = {f"{name}_product": what for name, what in products.items()}  # bare names are those of the columns
    found = documents.with_comparisons(place, named).order_by("pk")
    pks, (distances, *scores) = binary_columns(found, "pk", ["distance", *named])
    return Compared(pks, distances, dict(zip(products, scores, strict=True)))


def _first(every: Compared, model: type[Document], words: Words, k: int) -> set[int]:
    """The `k` nearest, those with the best words in common, those most alike in sound, and those with the rarest
    terms."""
    few = min(k, BY_TERMS)
    found = set(every.nearest(k)).union(_bearing_among(every, model, words[0], few))
    for way, own in zip(WAYS, words, strict=True):
        found.update(_telling_among(every.best(way), model, own, way, few))
    return found


def _bearing_among(every: Compared, model: type[Document], terms: QueryTerms, k: int) -> list[int]:
    """Those with the best words in common first. Whether they may be found has been asked when they were compared."""
    return _best_by_words(every.scored(model.objects.bearing(terms.rare)), k)


def _best_by_words(scored: Mapping[int, tuple[float, float]], k: int) -> list[int]:
    return sorted(scored, key=lambda pk: (-scored[pk][0], pk))[:k]


def _telling_among(best: list[int], model: type[Document], terms: QueryTerms, way: str, k: int) -> list[int]:
    """The first `k` that hold a telling term, so that no others are found than by the indexes. Almost all of the best
    do: asking them alone saves reading the terms of all documents twice."""
    if len(terms.telling) == len(terms.weights):
        return best[:k]
    telling, found = {term: terms.weights[term] for term in terms.telling}, []
    while best and len(found) < k:
        some, best = best[: 2 * k], best[2 * k :]
        holding = set(model.objects.filter(pk__in=some).sharing(telling, way).values_list("pk", flat=True))
        found += [pk for pk in some if pk in holding]
    return found[:k]


# Very many documents: the indexes find them


def _reached_by_indexes(
    documents: DocumentQuerySet, place: Array, words: Words, k: int, further: Iterable[int] = ()
) -> dict[int, tuple[float, float]]:
    """The `k` nearest to a place, those with the best words in common, those that sound alike, those with the rarest
    terms, and `further` ones, with their scores. One statement scores all: to ask again costs more than the rows."""
    few = min(k, BY_TERMS)
    chosen = {*documents.nearest(place, k).values_list("pk", flat=True), *further}
    rare = documents.bearing(words[0].rare)
    likely = [_holding_most(documents, own, kind) for own, kind in zip(words, ("term", "gram"), strict=True)]
    scored = _scored(of_keys(documents, chosen.union(rare, *likely)), words)
    chosen.update(_best_by_words({pk: scored[pk] for pk in scored.keys() & set(rare)}, few))
    for way, pks in enumerate(likely):
        chosen.update(sorted(scored.keys() & pks, key=lambda pk: (-scored[pk][way], pk))[:few])
    return {pk: scores for pk, scores in scored.items() if pk in chosen}


def by_words(documents: DocumentQuerySet, terms: QueryTerms, k: int, exact: bool = False) -> DocumentQuerySet:
    """The `k` with the best words in common, best first, as `bm25`. Of very many documents only those in which the
    telling terms weigh most are scored."""
    return _likely(documents, terms, "term", exact).with_bm25(terms.weights).order_by("-bm25", "pk")[:k]


def by_sound(documents: DocumentQuerySet, heard: QueryTerms, k: int, exact: bool = False) -> DocumentQuerySet:
    """The same by how words sound, as `gram_bm25`."""
    return _likely(documents, heard, "gram", exact).with_gram_bm25(heard.weights).order_by("-gram_bm25", "pk")[:k]


def _likely(documents: DocumentQuerySet, terms: QueryTerms, kind: str, exact: bool) -> DocumentQuerySet:
    if exact:
        return documents.sharing({term: terms.weights[term] for term in terms.telling}, f"{kind}s")
    return documents.filter(pk__in=_holding_most(documents, terms, kind))


def _holding_most(documents: DocumentQuerySet, terms: QueryTerms, kind: str) -> list[int]:
    telling = {term: terms.weights[term] for term in terms.telling}
    return documents.holding_most(telling, SHORTLIST, column=f"{kind}_ids")


def compare(query: Query, shares: Mapping[int, tuple[float, float]], space: Space) -> Found:
    """`shares` says what the words and the grams of each offer come to."""
    rows = of_keys(OfferReading.objects, shares).exclude(place=b"").order_by("pk").values_list(*FIELDS)
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
            *hubs[i].tolist(),
        )
        for i, row in enumerate(read)
    ]  # fmt: skip
    return Found(candidates, places, trust, elsewhere.nearest(query, space))


def _shelf(read: list[tuple], space: Space) -> Shelf:
    packed = [tokens.from_bytes(row[2], space.dimension) for row in read]
    weights = space.weights(np.concatenate([np.frombuffer(row[3], "<i4") for row in read]))
    return Shelf.of(packed, np.split(weights, np.cumsum([len(one.scales) for one in packed])[:-1]))


def _hubs(read: list[tuple]) -> np.ndarray:
    """Of shape (offers, 2). An offer that came in since hubs were measured is taken for an average one."""
    hubs = np.array([row[4:] for row in read], float)
    is_known = ~np.isnan(hubs)
    means = np.where(is_known, hubs, 0).sum(axis=0) / np.maximum(is_known.sum(axis=0), 1)
    return np.where(is_known, hubs, means)
