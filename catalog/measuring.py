"""Measures the shared space: where the texts of each role and language lie, and how often pieces stand in them.

One pass over the stored readings (3 kB a document; no text and no encoder). What is done with it is in `neutral.py`;
when it is done, in `corpus.py`. Before the first measurement the project's own texts stand for everything.
"""

import io
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import numpy as np
from django.db.models import Avg, Count

from . import aligning, priors
from .encoding import identity
from .models import Document, MeasuredSpace, Need, NeedReading, Offer, OfferReading
from .neutral import (
    SHRINK_TEXTS,
    SHRINK_TOKENS,
    VERSION,
    Array,
    Means,
    Space,
    cold_middles,
    middles,
    overall,
)

# From so many needs on, hubs are measured with them and the frequency of pieces without our own texts. Set once.
MANY_NEEDS = 25
CHUNK = 500  # rows read at a time
_held: ContextVar[Space | None] = ContextVar("held", default=None)
ROLES = ("offer", "need", "offer tokens", "need tokens")


class Sums:
    """Sums of vectors by language, and how many they are of."""

    def __init__(self) -> None:
        self.sums: dict[str, Array] = {}
        self.counts: dict[str, int] = defaultdict(int)

    def add(self, language: str, vector: Array, weight: int = 1) -> None:
        if len(vector):
            self.sums[language] = self.sums.get(language, 0.0) + weight * vector.astype(np.float64)
            self.counts[language] += weight

    @property
    def means(self) -> Means:
        return {
            language: (total / self.counts[language], self.counts[language]) for language, total in self.sums.items()
        }


def current_space() -> Space:
    """The newest measurement for the present encoder, or what is known without any."""
    return _held.get() or _space(identity().fingerprint, *_newest())


@contextmanager
def one_space() -> Iterator[None]:
    """Whatever is compared within is compared in one space, even where it is measured anew meanwhile; and nobody asks
    for it more than once."""
    held = _held.set(current_space())
    try:
        yield
    finally:
        _held.reset(held)


def space_without_corpus() -> Space:
    """What the encoder and the project's own texts say, whatever is in store: texts keep their places in it."""
    return _space(identity().fingerprint, 0, None)


def current_version() -> str:
    """That of `current_space`, for which neither vectors nor the encoder are needed."""
    return _version(_newest()[0])


def _version(pk: int) -> str:
    return f"{VERSION}.{priors.version()}.{aligning.version()}.{pk}"


def _newest() -> tuple[int, object]:
    measured = MeasuredSpace.objects.filter(encoder=identity().fingerprint).order_by("-pk")
    return measured.values_list("pk", "made_at").first() or (0, None)


@lru_cache(4)
def _space(encoder: str, pk: int, _made_at: object) -> Space:
    if not pk:
        return _assembled(_version(0), defaultdict(dict), [], 0)
    facts = MeasuredSpace.objects.values_list("facts", flat=True).get(pk=pk)
    return space_from_bytes(_version(pk), bytes(facts))


def measure_space() -> None:
    """Measure and keep; older measurements are forgotten. Every place is out of date from now on."""
    means: dict[str, Means] = defaultdict(dict)
    means["offer"], means["need"] = _dense(Offer), _dense(Need)
    pieces: list[Array] = []
    sums = {role: Sums() for role in ROLES[2:]}
    for model, side in ((OfferReading, "offer"), (NeedReading, "need")):
        for language, middle, ids in _readings(model):
            sums[f"{side} tokens"].add(language, middle, len(ids))
            pieces.append(np.unique(ids))
    means |= {role: own.means for role, own in sums.items()}
    space = _assembled("", means, pieces, sum(n for _mean, n in means["need"].values()))
    row = MeasuredSpace.objects.create(encoder=identity().fingerprint, facts=space_to_bytes(space))
    MeasuredSpace.objects.filter(pk__lt=row.pk).delete()


def _dense(model: type[Document]) -> Means:
    texts = model.objects.comparable(identity().fingerprint).order_by("language").values_list("language")
    found = texts.annotate(mean=Avg("embedding"), n=Count("pk"))
    return {language: (np.asarray(mean, np.float64), n) for language, mean, n in found}


def _readings(model: type[OfferReading | NeedReading]) -> Iterator[tuple[str, Array, Array]]:
    own = model.objects.filter(document__embedded_from__startswith=f"{identity().fingerprint}:").order_by("pk")
    for language, middle, ids in own.values_list("document__language", "middle", "pieces").iterator(CHUNK):
        yield language, np.frombuffer(middle, "<f4"), np.frombuffer(ids, "<i4")


def _assembled(version: str, means: dict[str, Means], pieces: list[Array], needs: int) -> Space:
    known = priors.prior()
    every_offer = overall(means["offer"], known.offers[""], SHRINK_TEXTS)
    every_piece = overall(means["offer tokens"], known.offer_tokens[""], SHRINK_TOKENS)
    first = {
        "offer": known.offers,
        "need": cold_middles(known.needs, every_offer),
        "offer tokens": known.offer_tokens,
        "need tokens": cold_middles(known.need_tokens, every_piece),
    }
    found = {
        role: middles(means[role], first[role], SHRINK_TOKENS if role.endswith("tokens") else SHRINK_TEXTS)
        for role in ROLES
    }
    ids, frequencies, texts = _frequencies(pieces, needs)
    return Space(version, needs, found, known.registers, ids, frequencies, texts, aligning.kept_alignments())


def _frequencies(pieces: list[Array], needs: int) -> tuple[Array, Array, int]:
    """Ids of pieces, how many texts hold each, and how many texts there are."""
    known = priors.prior()
    ids, frequencies = np.unique(np.concatenate(pieces or [np.zeros(0, np.int32)]), return_counts=True)
    if needs >= MANY_NEEDS:
        return ids, frequencies, len(pieces)
    both = np.concatenate([ids, known.pieces])
    ids, place = np.unique(both, return_inverse=True)
    frequencies = np.bincount(place, np.concatenate([frequencies, known.frequencies]))
    return ids, frequencies, len(pieces) + known.texts


def space_to_bytes(space: Space) -> bytes:
    arrays = {
        f"{role}.{language}": vector.astype("<f4")
        for role, own in space.middles.items()
        for language, vector in own.items()
    }
    arrays |= {"pieces": space.pieces, "frequencies": space.frequencies, "registers": space.registers}
    file = io.BytesIO()
    np.savez_compressed(file, sizes=np.array([space.needs, space.texts]), **arrays)
    return file.getvalue()


def space_from_bytes(version: str, facts: bytes) -> Space:
    with np.load(io.BytesIO(facts)) as file:
        arrays = dict(file)
    found = {role: {} for role in ROLES}
    for name, vector in arrays.items():
        role, _dot, language = name.partition(".")
        if role in found:
            found[role][language] = vector
    needs, texts = arrays["sizes"].tolist()
    pieces, frequencies = arrays["pieces"], arrays["frequencies"]
    alignments = aligning.kept_alignments()
    return Space(version, needs, found, arrays["registers"], pieces, frequencies, texts, alignments)
