"""Waking a worker up after a commit.

Only a nudge: what is pending is found by asking the database, so a broker that is down costs time, not work.
"""

import logging
from functools import partial

from celery import current_app
from django.core.cache import cache
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

# What a person who watches a page waits for; the schedule alone would take a minute or two.
WATCHED = ("catalog.tasks.encode_stale_documents", "matchmaking.tasks.match_due_needs")
HURRY_EVERY = 10  # seconds, however many people watch


def wake(task: str) -> None:
    """Have the task of this name run once the transaction is committed; if Redis is down, the schedule does it."""
    transaction.on_commit(partial(_wake_now, task))


def hurry() -> None:
    """Somebody watches a page that waits for a match: have the worker look now."""
    if cache.add("hurry", 1, HURRY_EVERY):
        for task in WATCHED:
            wake(task)


def _wake_now(task: str) -> None:
    try:
        current_app.send_task(task)
    except OperationalError as error:
        log.warning("No worker was woken for %s (%s); the schedule will find the work", task, error)
