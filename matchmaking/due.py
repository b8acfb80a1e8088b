"""Which needs are due to be matched, and matching them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Exists, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat, Greatest
from django.utils import timezone

from catalog.claiming import claimed
from catalog.encoding import identity
from catalog.models import CorpusStatistic, Need, Offer
from catalog.models.document import DocumentQuerySet

from .models import GlossaryEntry, Run
from .pipeline import engine_version, match_need
from .rematch import nearest_offers


def match_due_needs(limit: int = 50, failed: dict[int, Exception] | None = None) -> int:
    """Match up to `limit` of the needs that are due; how many were tried. A need that fails does not stop the others:
    what went wrong is raised together at the end, or put into `failed`, whose needs are not tried again."""
    failures = {} if failed is None else failed
    due = due_needs().exclude(pk__in=list(failures)).values_list("pk", flat=True)
    with claimed(Need, list(due[: limit * 2]), limit) as own:
        needs = list(due_needs().filter(pk__in=own).select_related("organisation", "cluster"))
        nearest = nearest_offers(needs)
        for need in needs:
            try:
                match_need(need, nearest.get(need.pk, ()))
            except Exception as error:
                failures[need.pk] = error
    if failed is None:
        raise_together(failures)
    return len(needs)


def raise_together(failures: Mapping[int, Exception]) -> None:
    """Raises ExceptionGroup, if there are any."""
    if failures:
        raise ExceptionGroup(f"needs that could not be matched: {len(failures)}", list(failures.values()))


def due_needs() -> DocumentQuerySet:
    """Open needs of this installation with a vector of the present encoder that were not matched since they or the
    engine changed (be it back to what they were), or not since enough new offers came in, or since a broker taught
    new words; those never matched first, the newest of them before all: somebody may watch. A pulled need is matched
    at home."""
    fingerprint = Concat(OuterRef("embedded_from"), Value(f"/{engine_version()}"))
    runs = Run.objects.filter(need=OuterRef("pk"), fingerprint=fingerprint).order_by("-created_at")
    needs = Need.objects.open().local().up_to_date(identity().fingerprint)
    needs = needs.annotate(matched_at=Subquery(runs.values("created_at")[:1]))
    taught = Exists(GlossaryEntry.objects.changed_since(OuterRef("matched_at")))
    matched_otherwise = Exists(Run.objects.filter(need=OuterRef("pk"), created_at__gt=OuterRef("matched_at")))
    changed = Q(matched_at__isnull=True) | Q(matched_at__lt=F("updated_at")) | matched_otherwise
    outdated = changed | Q(matched_at__lt=_outdated_before()) | taught
    return needs.filter(outdated).order_by(F("matched_at").asc(nulls_first=True), "-published_at", "pk")


def _outdated_before() -> datetime:
    """Runs before this moment have missed something: any change of an offer after some hours, or the corpus measured
    anew, because so much came in that waiting would be wrong, or because the night was quiet."""
    changed = Offer.objects.aggregate(at=Greatest(Max("updated_at"), Max("embedded_at")))["at"]
    measured = CorpusStatistic.objects.aggregate(at=Max("counted_at"))["at"]
    patient = min(changed, timezone.now() - timedelta(hours=settings.REMATCH_HOURS)) if changed else None
    return max(filter(None, (patient, measured)), default=datetime.min.replace(tzinfo=UTC))
