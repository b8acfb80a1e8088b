"""When what is known of all offers and needs together is measured anew: nightly, and as soon as there are many more
or fewer of them, or another encoder."""

from django.utils import timezone

from .encoding import identity
from .mean_vectors import refresh_mean_vectors
from .models import CorpusStatistic, Need, Offer
from .term_counts import count_terms

TOLERATED_GROWTH = 0.05  # of the offers or the needs


def refresh_if_grown() -> bool:
    """Measure anew if it is time to; whether it was done."""
    known = CorpusStatistic.objects.first() or CorpusStatistic()
    same = known.encoder == identity().fingerprint
    sizes = _sizes()
    if same and not any(_has_grown(getattr(known, side), size) for side, size in sizes.items()):
        return False
    refresh()
    return True


def refresh() -> None:
    sizes = _sizes()
    count_terms()
    refresh_mean_vectors()
    CorpusStatistic.objects.update(encoder=identity().fingerprint, counted_at=timezone.now(), **sizes)


def _sizes() -> dict[str, int]:
    """Of what has a vector of the present encoder."""
    fingerprint = identity().fingerprint
    return {
        "offers": Offer.objects.comparable(fingerprint).count(),
        "needs": Need.objects.comparable(fingerprint).count(),
    }


def _has_grown(before: int, now: int) -> bool:
    return abs(now - before) > TOLERATED_GROWTH * before
