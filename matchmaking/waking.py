"""Waking a worker up after a commit.

Only a nudge: what is pending is found by asking the database, so a broker that is down costs time, not work.
"""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def wake(task: str) -> None:
    """Have the task of this name run once the transaction is committed; if Redis is down, the schedule does it."""
    transaction.on_commit(partial(_wake_now, task))


def _wake_now(task: str) -> None:
    try:
        current_app.send_task(task)
    except OperationalError as error:
        log.warning("No worker was woken for %s (%s); the schedule will find the work", task, error)
