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
from django.db import connection, models, transaction
from django.db.backends.utils import CursorWrapper

from catalog import tokens
from catalog.codes import State, Visibility
from catalog.encoding import encoder, identity
from catalog.measuring import current_space
from catalog.models import (
    CorpusStatistic,
    Document,
    Need,
    NeedReading,
    NeedSentences,
    NeedTerms,
    Offer,
    OfferReading,
    OfferSentences,
    OfferTerms,
    TermStatistic,
)
from catalog.models.document import TEXT_FIELDS
from catalog.neutral import unit
from catalog.placing import made_in
from catalog.sentence_vectors import source
from catalog.sentences import sentences
from catalog.term_counts import count_terms, current_basis
from catalog.words import TERM_SPACE

from . import copying, wordings
from .copying import Row
from .registry import Corpus
from .wordings import Bag, Inventor

SYNTHETIC = "synthetic-"  # how the external ids of what is made here begin
NEEDS = 10  # offers to a need
TEXTS = 2_000  # written for each of the two
BLOCK = 1_000  # rows made at a time
# Like this the cosines of 10,000 synthetic offers have a local dimension of 16 (maximum likelihood, 100 neighbours,
# Levina and Bickel 2005); 19,144 real texts of six public sets have 18, which is what makes an index hard or easy.
MIXED, ASTRAY = 8, 0.3
NOISES, NOISE = 8, 12  # variants of each piece, and how far of 127 their numbers stray
SWAPPED = 0.5  # of an offer's pieces, for those of others
CLOSED, NETWORK, ANONYMOUS = 0.1, 0.1, 0.2  # shares of the documents
TABLES = {Offer: (OfferReading, OfferSentences, OfferTerms), Need: (NeedReading, NeedSentences, NeedTerms)}
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""


def grow(offers: int) -> Corpus:
    """Until there are so many offers and a tenth as many needs, their terms counted, all known to the planner."""
    needs = max(offers // NEEDS, Need.objects.count())
    tables = [one._meta.db_table for model, beside in TABLES.items() for one in (model, *beside)]
    with transaction.atomic(), connection.cursor() as cursor, without_indexes(cursor, tables):
        for model, wanted in ((Offer, offers), (Need, needs)):
            _grow_one(cursor, model, wanted)
    basis = current_basis()
    count_terms()
    # Invented texts are a little longer or shorter: no reason to weigh the terms of all of them anew.
    kept = {"mean_length": basis.mean_length, "mean_grams": basis.mean_grams}
    CorpusStatistic.objects.update(offers=offers, needs=needs, **kept)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join([*tables, TermStatistic._meta.db_table])}")
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
    maker = Maker(cursor, model, first, min(missing, TEXTS))
    for start in range(first, first + missing, BLOCK):
        made = list(maker.make(start, min(BLOCK, first + missing - start)))
        for table, rows in zip((model, *TABLES[model]), zip(*made, strict=True), strict=True):
            copying.copy_rows(cursor, table, rows)
    sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"
    cursor.execute(f"SELECT setval({sequence}, %s)", [first + missing])


class Wording(NamedTuple):
    """A text, and what was counted in it."""

    title: str
    body: str
    terms: Bag
    grams: Bag
    sentences: int


class Maker:
    """Makes rows of a document and of what is kept beside it, around the real ones, its seeds."""

    def __init__(self, cursor: CursorWrapper, model: type[Document], first: int, texts: int) -> None:
        self.model, self.texts = model, texts
        self.random = np.random.default_rng(first)
        self.space, self.basis = current_space(), current_basis()
        real = model.objects.exclude(external_id__startswith=SYNTHETIC).filter(reading__isnull=False)
        self.seeds = list(real.select_related("reading").order_by("pk"))
        pks = [seed.pk for seed in self.seeds]
        self.rows = copying.seed_rows(cursor, model, pks)
        self.readings = copying.seed_rows(cursor, TABLES[model][0], pks)
        self.embeddings = np.stack([seed.embedding for seed in self.seeds]).astype(np.float32)

    def make(self, first: int, count: int) -> Iterator[tuple[Row, Row, Row, Row]]:
        """Documents, readings and sentences with the primary keys from `first` on."""
        chosen = self.random.integers(len(self.seeds), size=count)
        for pk, at, vector in zip(range(first, first + count), chosen.tolist(), self._vectors(chosen), strict=True):
            place = self.space.place(self.model._meta.model_name, self.seeds[at].language, vector)
            wording = self.wordings[at][int(self.random.integers(len(self.wordings[at])))]
            words, held = self._words(wording)
            document = self._document(pk, at, wording) | words | _places(vector, place)
            held["document_id"] = copying.number(pk)
            yield document, self._reading(pk, at, place), self._sentences(pk, at, wording), held

    def _document(self, pk: int, at: int, wording: Wording) -> Row:
        hashed = self._text_hash(wording, at)
        made_from = f"{identity().fingerprint}:{hashed}"
        row = self.rows[at] | dict.fromkeys(TEXT_FIELDS, b"") | self._state()
        return row | {
            "id": copying.number(pk),
            "external_id": f"{SYNTHETIC}{pk}".encode(),
            "reference": b"",
            "title": wording.title.encode(),
            "description": wording.body.encode(),
            "embedded_from": made_from.encode(),
            "placed_from": made_in(self.space, made_from).encode(),
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

    def _sentences(self, pk: int, at: int, wording: Wording) -> Row:
        vectors = self._spoken[self.random.integers(len(self._spoken), size=wording.sentences)]
        made_from = source(self._text_hash(wording, at))
        return {"document_id": copying.number(pk), "made_from": made_from.encode(), "vectors": vectors.tobytes()}

    @cached_property
    def _spoken(self) -> np.ndarray:
        """Vectors of sentences: nobody looks for them, so any around the documents' will do."""
        return self._vectors(self.random.integers(len(self.seeds), size=TEXTS)).astype("<f2")

    # Vectors

    def _vectors(self, chosen: np.ndarray) -> np.ndarray:
        """Each a mixture of its seed and seven others, astray along the real ones' spread."""
        among = self.random.integers(len(self.seeds), size=(len(chosen), MIXED))
        among[:, 0] = chosen
        shares = self.random.dirichlet(np.ones(MIXED), len(chosen)).astype(np.float32)
        mixed = np.einsum("ns,nsd->nd", shares, self.embeddings[among])
        astray = self.random.standard_normal((len(chosen), len(self.spread)), np.float32) @ self.spread
        return unit(mixed + ASTRAY * astray).astype(np.float32)

    @cached_property
    def spread(self) -> np.ndarray:
        """(m, d): real vectors around their mean; of offers the titles, too, read as either side's."""
        titles = [seed.title for seed in self.seeds] if self.model is Offer else []
        known = np.concatenate([self.embeddings, encoder().encode_document(titles), encoder().encode_query(titles)])
        return (known - known.mean(axis=0)) / np.sqrt(len(known))

    # Words

    @cached_property
    def wordings(self) -> list[list[Wording]]:
        """Some for each seed."""
        texts = defaultdict(list)
        for seed in self.seeds:
            texts[seed.language].append(seed.text)
        inventor, each = Inventor(texts, self.random), -(-self.texts // len(self.seeds))
        return [[self._wording(inventor, seed) for _ in range(each)] for seed in self.seeds]

    def _wording(self, inventor: Inventor, seed: Document) -> Wording:
        title = inventor.text_like(seed.title, seed.language)[:256]
        body = inventor.text_like(seed.body, seed.language)[:4000]
        text = f"{title}\n{body}".strip()
        terms = Bag.of_words(text, seed.language, self.basis.mean_length)
        grams = Bag.of_grams(text, seed.language, self.basis.mean_grams)
        return Wording(title, body, terms, grams, len(sentences({"title": title, "description": body})))

    def _words(self, wording: Wording) -> tuple[Row, Row]:
        """Of the document and of the table that says which terms it holds."""
        terms = wording.terms.with_others(self._other_terms(len(wording.terms.ids)), self.random)
        heard = wording.grams.with_others(self._other_grams(len(wording.grams.ids)), self.random)
        row, held = {}, {}
        for kind, bag in (("term", terms), ("gram", heard)):
            row[f"{kind}s"] = copying.sparse(bag.ids, bag.weights, TERM_SPACE)
            row[f"{kind}_count"] = bag.total.to_bytes(4, "big")
            held[f"{kind}_ids"] = copying.integers(bag.ids)
        return row, held

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
