"""Celery tasks of `catalog`: each only wakes somebody up to ask the database what is pending."""

from time import monotonic

from celery import shared_task

from .annotating import annotate_stale_documents, embed_stale_decisions
from .concept_vectors import embed_stale_vocabulary
from .corpus import refresh, refresh_if_grown
from .embedding import embed_stale_documents
from .import_jobs import run_pending
from .models import Need, Offer

PATIENCE = 50  # seconds; the schedule wakes the next one after a minute


@shared_task
def encode_stale_documents() -> None:
    """Until nothing is out of date or the time is up."""
    end = monotonic() + PATIENCE
    while catch_up() and monotonic() < end:
        pass
    refresh_if_grown()


def catch_up() -> int:
    """Documents to their places first: somebody waits for matches. Then what they are about."""
    return (
        embed_stale_documents() or embed_stale_vocabulary() or embed_stale_decisions() or annotate_stale_documents()
    )


@shared_task
def import_files() -> int:
    return run_pending()


@shared_task
def expire_documents() -> int:
    return Need.objects.expire() + Offer.objects.expire()


@shared_task
def measure_corpus() -> None:
    refresh()
