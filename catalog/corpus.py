"""When what is known of all offers and needs together is measured anew: nightly, and as soon as there are many more
or fewer of them, or another encoder. By one process at a time: a second one would put out of date what the first has
placed."""

from collections.abc import Callable

from django.utils import timezone

from .claiming import claimed
from .encoding import identity
from .hubs import measure_hubs
from .measuring import current_version, measure_space
from .models import CorpusStatistic, Document, MeasuredSpace, Need, Offer
from .placing import place_documents
from .term_counts import count_terms

BATCH = 256  # documents placed at a time
TOLERATED_GROWTH = 0.05  # of the offers or the needs


def refresh_if_grown() -> bool:
    """Measure anew if it is time to, and nobody else is about it; whether it was done."""
    return _is_time() and refresh(if_still=_is_time)


def _is_time() -> bool:
    known = CorpusStatistic.objects.first() or CorpusStatistic()
    same = known.encoder == identity().fingerprint and not MeasuredSpace.objects.filter(hubs_at=None).exists()
    return not same or any(_has_grown(getattr(known, side), size) for side, size in _sizes().items())


def refresh(if_still: Callable[[], bool] = lambda: True) -> bool:
    """Whether it was done: another process may be about it. Whoever is killed before the hubs are done leaves
    `hubs_at` empty: then all is done again."""
    with claimed(CorpusStatistic, [1], 1) as own:
        if not own or not if_still():
            return False
        sizes = _sizes()
        count_terms()
        measure_space()
        _place_everything(Need)
        _place_everything(Offer)
        measure_hubs()
        CorpusStatistic.objects.update(encoder=identity().fingerprint, counted_at=timezone.now(), **sizes)
        return True


def _place_everything(model: type[Document]) -> None:
    """All that have been read by the present encoder. What is written meanwhile finds its place when it is read."""
    texts = model.objects.up_to_date(identity().fingerprint).unplaced(current_version())
    pks = list(texts.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        place_documents(model, pks[start : start + BATCH])


def _sizes() -> dict[str, int]:
    """Of what has a vector of the present encoder."""
    fingerprint = identity().fingerprint
    return {
        "offers": Offer.objects.comparable(fingerprint).count(),
        "needs": Need.objects.comparable(fingerprint).count(),
    }


def _has_grown(before: int, now: int) -> bool:
    return abs(now - before) > TOLERATED_GROWTH * before
