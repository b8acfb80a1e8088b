"""Hubs: offers that lie near to every need, whatever it is about. How near each is to the ten needs nearest to it is
measured, and ranking takes a part of that off its scores.

While there are few needs, the other offers stand for needs. At most `MOST` of either are looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from . import tokens
from .encoding import identity
from .measuring import MANY_NEEDS, current_space
from .models import Document, MeasuredSpace, Need, NeedReading, Offer, OfferReading
from .models.reading import Reading
from .neutral import Array, Space
from .tokens import Packed, Query, Shelf

NEEDS = 10  # that lie nearest
MOST = 10_000  # the newest; of 40 pieces each, 150 MB
BLOCK = 512  # offers at a time
CHUNK = 500
# Offers agree with each other more than needs agree with them: in six sets the hubs that needs make are 0.5 to 1.5 of
# those that offers make. With this share as many right answers are proposed before there are needs as when the names
# of offers, read as needs, stood for needs, which took a twelfth of the time of encoding.
LIKE_NEEDS = 0.8
WRITE = """
    UPDATE {table} SET meaning_hub = new.meaning, token_hub = new.token
    FROM unnest(%s::bigint[], %s::float8[], %s::float8[]) AS new (id, meaning, token)
    WHERE document_id = new.id
"""


@dataclass(frozen=True)
class Askers:
    """Needs, or offers in their stead: ids of the offers or 0, places (m, d), pieces and weights, and how much of a
    hub they make counts."""

    offers: Array
    places: Array
    packed: Sequence[Packed]
    weights: Sequence[Array]
    share: float = 1.0


@dataclass(frozen=True)
class Block:
    """Some offers."""

    pks: Array
    places: Array
    packed: Sequence[Packed]
    weights: Sequence[Array]


def measure_hubs() -> None:
    """For every offer that has its place. Without two texts to compare there are no hubs."""
    space = current_space()
    askers = _askers(space)
    for block in _blocks(space) if askers else ():
        _write(block, *(askers.share * own for own in hubs(askers, block)))
    MeasuredSpace.objects.filter(hubs_at=None).update(hubs_at=timezone.now())


def hubs(askers: Askers, block: Block) -> tuple[Array, Array]:
    """Of meaning and pieces: means over the nearest askers, each of shape (offers,)."""
    same = askers.offers[:, None] == block.pks[None]
    cosines = np.where(same, -1.0, askers.places @ block.places.T)
    near = nearest(cosines)
    return np.take_along_axis(cosines, near, axis=0).mean(axis=0), _of_tokens(askers, block, near)


def nearest(cosines: Array) -> Array:
    """(k, n) rows of the largest of (m, n) cosines in each column; k is NEEDS, or fewer where there are fewer."""
    k = min(NEEDS, len(cosines) - 1) or 1
    return np.argpartition(-cosines, k - 1, axis=0)[:k]


def _of_tokens(askers: Askers, block: Block, near: Array) -> Array:
    """Each asker is compared once with all the offers it is near to."""
    sums = np.zeros(near.shape[1])
    columns = np.broadcast_to(np.arange(near.shape[1]), near.shape).ravel()
    order = np.argsort(near.ravel(), kind="stable")
    askers_in_order, columns = near.ravel()[order], columns[order]
    starts = np.flatnonzero(np.diff(askers_in_order, prepend=-1))
    for asker, own in zip(askers_in_order[starts], np.split(columns, starts[1:]), strict=True):
        query = Query(askers.places[asker], askers.packed[asker].unpacked(), askers.weights[asker])
        shelf = Shelf.of([block.packed[i] for i in own], [block.weights[i] for i in own])
        sums[own] += tokens.agreement(query, shelf)[0]
    return sums / len(near)


def _askers(space: Space) -> Askers | None:
    """Needs where there are many, else the offers; None where there are fewer than two."""
    if space.needs >= MANY_NEEDS:
        found = _rows(_comparable(NeedReading, Need), space)
        offers, share = np.zeros(len(found), np.int64), 1.0
    else:
        found = _rows(_comparable(OfferReading, Offer), space)
        offers, share = np.array([pk for pk, *_rest in found], np.int64), LIKE_NEEDS
    if len(found) < 2:
        return None
    _pks, places, packed, weights = zip(*found, strict=True)
    return Askers(offers, np.stack(places), packed, weights, share)


def _comparable(readings: type[Reading], documents: type[Document]) -> QuerySet[Reading]:
    """Those that have their place, by the present encoder."""
    placed = readings.objects.exclude(place=b"")
    return placed.filter(document__in=documents.objects.comparable(identity().fingerprint).values("pk"))


def _rows(readings: QuerySet[Reading], space: Space) -> list[tuple[int, Array, Packed, Array]]:
    """The newest of them."""
    newest = readings.values_list("pk", "place", "kept", "kept_pieces").order_by("-pk")[:MOST].iterator(CHUNK)
    return [
        (pk, np.frombuffer(place, "<f4"), tokens.from_bytes(bytes(kept), space.dimension), _weights(pieces, space))
        for pk, place, kept, pieces in newest
    ]


def _weights(pieces: bytes, space: Space) -> Array:
    return space.weights(np.frombuffer(pieces, "<i4"))


def _blocks(space: Space) -> Iterator[Block]:
    rows = _comparable(OfferReading, Offer).order_by("pk")
    last = 0
    while found := list(rows.filter(pk__gt=last)[:BLOCK].values_list("pk", "place", "kept", "kept_pieces")):
        last = found[-1][0]
        yield Block(
            pks=np.array([row[0] for row in found]),
            places=np.stack([np.frombuffer(row[1], "<f4") for row in found]),
            packed=[tokens.from_bytes(bytes(row[2]), space.dimension) for row in found],
            weights=[_weights(row[3], space) for row in found],
        )


def _write(block: Block, meaning: Array, token: Array) -> None:
    with connection.cursor() as cursor:
        statement = WRITE.format(table=OfferReading._meta.db_table)
        cursor.execute(statement, [block.pks.tolist(), meaning.tolist(), token.tolist()])
