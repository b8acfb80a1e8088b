"""Fills the database with synthetic offers and needs around the real ones that it holds already.

What is made anew for each: vector and place, some of its terms and grams, pieces of an offer, state and visibility.
Texts, with their terms counted by the product's own functions, are taken from a store of two thousand written around
the real ones (`wordings.py`). All else is copied from a real document, its seed, column by column, so that a new
column needs no change here. Every index is taken away meanwhile and built anew.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import md5
from typing import NamedTuple

import numpy as np
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from catalog import tokens
from catalog.codes import State, Visibility
from catalog.encoding import identity
from catalog.measuring import current_space
from catalog.models import Document, Need, NeedReading, Offer, OfferReading
from catalog.models.document import TEXT_FIELDS
from catalog.neutral import unit
from catalog.term_counts import current_basis
from catalog.words import TERM_SPACE

from . import copying, wordings
from .copying import Row
from .registry import Corpus
from .wordings import Bag, Inventor

SYNTHETIC = "synthetic-"  # how the external ids of what is made here begin
NEEDS = 10  # offers to a need
TEXTS = 2_000  # written for each of the two
BLOCK = 1_000  # rows made at a time
FOLLOWING, ISOTROPIC = 0.8, 0.1  # how far a vector strays from its seed's: along the real ones' spread, and anywhere
NOISES, NOISE = 8, 12  # variants of each piece, and how far of 127 their numbers stray
SWAPPED = 0.5  # of an offer's pieces, for those of others
CLOSED, NETWORK, ANONYMOUS = 0.1, 0.1, 0.2  # shares of the documents
TABLES = {Offer: OfferReading, Need: NeedReading}
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def grow(offers: int) -> Corpus:
    """Until there are so many offers and a tenth as many needs, and both are known to the planner."""
    needs = max(offers // NEEDS, Need.objects.count())
    tables = [model._meta.db_table for pair in TABLES.items() for model in pair]
    with connection.cursor() as cursor, without_indexes(cursor, tables):
        for model, wanted in ((Offer, offers), (Need, needs)):
            _grow_one(cursor, model, wanted)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(tables)}")
    return Corpus(offers, needs)


@contextmanager
def without_indexes(cursor: CursorWrapper, tables: list[str]) -> Iterator[None]:
    """Those that are no constraint."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(INDEXES, [tables])
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for _name, definition in found:
        cursor.execute(definition)


def _grow_one(cursor: CursorWrapper, model: type[Document], wanted: int) -> None:
    first = model.objects.aggregate(last=models.Max("pk"))["last"] + 1
    missing = wanted - model.objects.count()
    maker = Maker(cursor, model, first)
    for start in range(first, first + missing, BLOCK):
        made = list(maker.make(start, min(BLOCK, first + missing - start)))
        copying.copy_rows(cursor, model, (document for document, _reading in made))
        copying.copy_rows(cursor, TABLES[model], (reading for _document, reading in made))
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"
    cursor.execute(f"SELECT setval({sequence}, %s)", [first + missing])


class Wording(NamedTuple):
    """A text, and what was counted in it."""

    title: str
    body: str
    terms: Bag
    grams: Bag


class Maker:
    """Makes rows of a document and its reading around the real ones, its seeds."""

    def __init__(self, cursor: CursorWrapper, model: type[Document], first: int) -> None:
        self.model = model
        self.random = np.random.default_rng(first)
        self.space, self.basis = current_space(), current_basis()
        real = model.objects.exclude(external_id__startswith=SYNTHETIC).filter(reading__isnull=False)
        self.seeds = list(real.select_related("reading").order_by("pk"))
        pks = [seed.pk for seed in self.seeds]
        self.rows = copying.seed_rows(cursor, model, pks)
        self.readings = copying.seed_rows(cursor, TABLES[model], pks)
        self.embeddings = np.stack([seed.embedding for seed in self.seeds]).astype(np.float32)

    def make(self, first: int, count: int) -> Iterator[tuple[Row, Row]]:
        """Documents and readings with the primary keys from `first` on."""
        chosen = self.random.integers(len(self.seeds), size=count)
        for pk, at, vector in zip(range(first, first + count), chosen.tolist(), self._vectors(chosen), strict=True):
            place = self.space.place(self.model._meta.model_name, self.seeds[at].language, vector)
            yield self._document(pk, at, vector, place), self._reading(pk, at, place)

    def _document(self, pk: int, at: int, vector: np.ndarray, place: np.ndarray) -> Row:
        wording = self.wordings[at][int(self.random.integers(len(self.wordings[at])))]
        hashed = self._text_hash(wording, at)
        made_from = f"{identity().fingerprint}:{hashed}"
        row = self.rows[at] | dict.fromkeys(TEXT_FIELDS, b"") | _places(vector, place) | self._state()
        row |= self._words("term", wording.terms, self._other_terms(len(wording.terms.ids)))
        row |= self._words("gram", wording.grams, self._other_grams(len(wording.grams.ids)))
        return row | {
            "id": copying.number(pk),
            "external_id": f"{SYNTHETIC}{pk}".encode(),
            "reference": b"",
            "title": wording.title.encode(),
            "description": wording.body.encode(),
            "embedded_from": made_from.encode(),
            "placed_from": f"{self.space.version}:{made_from}".encode(),
            "terms_from": f"{self.basis.fingerprint}:{hashed}".encode(),
        }

    def _reading(self, pk: int, at: int, place: np.ndarray) -> Row:
        row = self.readings[at] | {"document_id": copying.number(pk), "place": place.astype("<f4").tobytes()}
        return row | self._pieces(at) if self.model is Offer else row

    def _text_hash(self, wording: Wording, at: int) -> str:
        """As the database makes it: `Document.text_hash`."""
        return md5(
            f"{wording.title}{wording.body}{self.seeds[at].language}".encode(), usedforsecurity=False
        ).hexdigest()

    # Vectors

    def _vectors(self, chosen: np.ndarray) -> np.ndarray:
        along = self.random.standard_normal((len(chosen), len(self.spread)), np.float32) @ self.spread
        anywhere = unit(self.random.standard_normal((len(chosen), self.embeddings.shape[1]), np.float32))
        stray = FOLLOWING * along + ISOTROPIC * np.linalg.norm(self.spread) * anywhere
        return unit(self.embeddings[chosen] + stray).astype(np.float32)

    @cached_property
    def spread(self) -> np.ndarray:
        """(m, d): real vectors around their mean; titles, too, where there are any."""
        titles = [
            np.frombuffer(data, "<f4")
            for seed in self.seeds
            for data in (seed.reading.title, seed.reading.asked)
            if data
        ]
        known = np.concatenate([self.embeddings, np.stack(titles)]) if titles else self.embeddings
        return (known - known.mean(axis=0)) / np.sqrt(len(known))

    # Words

    @cached_property
    def wordings(self) -> list[list[Wording]]:
        """Some for each seed."""
        texts = defaultdict(list)
        for seed in self.seeds:
            texts[seed.language].append(seed.text)
        inventor, each = Inventor(texts, self.random), -(-TEXTS // len(self.seeds))
        return [[self._wording(inventor, seed) for _ in range(each)] for seed in self.seeds]

    def _wording(self, inventor: Inventor, seed: Document) -> Wording:
        title = inventor.text_like(seed.title, seed.language)[:256]
        body = inventor.text_like(seed.body, seed.language)[:4000]
        text = f"{title}\n{body}".strip()
        terms = Bag.of_words(text, seed.language, self.basis.mean_length)
        return Wording(title, body, terms, Bag.of_grams(text, seed.language, self.basis.mean_grams))

    def _words(self, kind: str, bag: Bag, others: np.ndarray) -> Row:
        bag = bag.with_others(others, self.random)
        return {
            f"{kind}s": copying.sparse(bag.ids, bag.weights, TERM_SPACE),
            f"{kind}_ids": copying.integers(bag.ids),
            f"{kind}_count": bag.total.to_bytes(4, "big"),
        }

    def _other_terms(self, terms: int) -> np.ndarray:
        drawn = wordings.drawn_from(self._chances, int(wordings.SWAPPED * terms), self.random)
        return 1 + (drawn * 2_654_435_761) % (TERM_SPACE - 1)  # scattered as a hash scatters

    @cached_property
    def _chances(self) -> np.ndarray:
        return wordings.zipf(wordings.OTHERS)

    def _other_grams(self, grams: int) -> np.ndarray:
        return self._heard[self.random.integers(len(self._heard), size=int(wordings.SWAPPED * grams))]

    @cached_property
    def _heard(self) -> np.ndarray:
        """Each gram as often as texts hold it."""
        return np.concatenate([one.grams.ids for own in self.wordings for one in own])

    # Pieces

    def _pieces(self, at: int) -> Row:
        """Packed pieces and which they are: the seed's, some of them another document's, all a little elsewhere."""
        packed, ids, starts = self._shelf
        rows = np.arange(starts[at], starts[at + 1])
        swapped = self.random.random(len(rows)) < SWAPPED
        rows[swapped] = self.random.integers(len(ids), size=int(swapped.sum()))
        variants = self.random.integers(NOISES, size=len(rows)) * len(ids) + rows
        chosen = tokens.Packed(packed.numbers[variants], packed.scales[rows])
        return {"kept": tokens.to_bytes(chosen), "kept_pieces": ids[rows].astype("<i4").tobytes(), "tokens": b""}

    @cached_property
    def _shelf(self) -> tuple[tokens.Packed, np.ndarray, np.ndarray]:
        """Pieces of all seeds in several variants, which pieces they are, and where those of a seed begin and end."""
        own = [tokens.from_bytes(bytes(seed.reading.kept), self.space.dimension) for seed in self.seeds]
        numbers = np.concatenate([one.numbers for one in own]).astype(np.int16)
        noise = self.random.integers(-NOISE, NOISE + 1, (NOISES, *numbers.shape), np.int16)
        packed = tokens.Packed(
            (numbers + noise).clip(-127, 127).astype(np.int8).reshape(-1, numbers.shape[1]),
            np.concatenate([one.scales for one in own]),
        )
        ids = np.concatenate([np.frombuffer(seed.reading.kept_pieces, "<i4") for seed in self.seeds])
        return packed, ids, np.cumsum([0, *(len(one.scales) for one in own)])

    # Life

    def _state(self) -> Row:
        closed, shown = self.random.random(2)
        state = State.WITHDRAWN if closed < CLOSED else State.PUBLISHED
        visibility = Visibility.ANONYMOUS if shown < NETWORK + ANONYMOUS else Visibility.PUBLIC
        return {
            "state": state.encode(),
            "visibility": (Visibility.NETWORK if shown < NETWORK else visibility).encode(),
        }


def _places(vector: np.ndarray, place: np.ndarray) -> Row:
    return {"embedding": copying.vector(vector), "place": copying.vector(place)}
