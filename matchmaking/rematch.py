"""The offers nearest to many needs at once, as when all are matched anew after a batch of new offers.

One by one, the database's index is asked for each need and finds nearly all of the nearest. For many needs it is
cheap to read the places once and to compare them all: what the index misses comes in beside what it finds, so the
candidates are those of a need alone and perhaps some more. All else is the same (`pipeline.match_need`).
"""

from collections.abc import Sequence

import numpy as np
from django.conf import settings

from catalog.binary_rows import binary_rows
from catalog.encoding import identity
from catalog.exact_search import exact_nearest
from catalog.models import Need, NeedReading, Offer, OfferReading

MANY = 100  # needs: for fewer, asking the index is cheaper than reading all places
SPARE = 2  # times as many as are wanted: some may not be proposed to this need (its own organisation's, decided ones)


def nearest_offers(needs: Sequence[Need]) -> dict[int, list[int]]:
    """By need, primary keys of open offers, best first; nothing for few needs, or where nothing has its place yet.

    Memory: 3 kB an offer, whatever the number of needs (300 MB for 100,000 offers).
    """
    if len(needs) < MANY:
        return {}
    asking, queries = _places(NeedReading.objects.filter(document__in=[need.pk for need in needs]))
    offers = Offer.objects.open().comparable(identity().fingerprint)
    pks, corpus = _places(OfferReading.objects.filter(document__in=offers.values("pk")))
    if not len(asking) or not len(pks):
        return {}
    blocks = exact_nearest(queries, corpus, SPARE * settings.CANDIDATES)
    found = np.concatenate([pks[positions] for positions, _cosines in blocks])
    return dict(zip(asking.tolist(), found.tolist(), strict=True))


def _places(readings: object) -> tuple[np.ndarray, np.ndarray]:
    """Primary keys and places, float32 of shape (n, d)."""
    rows = binary_rows(readings.exclude(place=b"").order_by("pk").values_list("pk", "place"))
    if not rows:
        return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
    pks = np.array([pk for pk, _place in rows])
    # a bytearray, because torch wants memory that it might write to
    return pks, np.frombuffer(bytearray().join(place for _pk, place in rows), "<f4").reshape(len(rows), -1)
