"""How the installation is: what it needs answers, a worker is alive, and nothing has waited for long.

Says ages and kinds of errors only: no text, no address, no secret. `/healthz` shows it to whoever watches.
"""

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from catalog.encoder.failures import EncoderError
from catalog.encoding import identity, is_prepared, remote_encoder
from catalog.models import Document, ImportJob, Need, Offer

from .due import due_needs
from .models import Mail, Peer

log = logging.getLogger(__name__)

HEARTBEAT = "worker-heartbeat"
HEARTBEAT_KEPT = 24 * 3600  # seconds
HEARTBEAT_LATE = 150.0  # seconds; it beats every 30
BUSY_AT_MOST = 900.0  # seconds for which all processes of a worker may be at long tasks, as after the first start
PENDING_KEPT = 10  # seconds; however often somebody asks, the tables are looked through so often

Facts = dict[str, Any]


class Unwell(Exception):
    """Something answers, and its answer is bad; the facts say what."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(*facts)
        self.facts = facts


def beat() -> None:
    """Called by a worker after each of its tasks, of which the schedule wakes one every 30 seconds."""
    cache.set(HEARTBEAT, time.time(), HEARTBEAT_KEPT)


def examine(names: Iterable[str] = ()) -> Facts:
    """{"ok": …, "parts": {name: {"ok": …, …}}} for the named parts, by default all of `PARTS`."""
    parts = {name: _examined(name) for name in (names or PARTS)}
    return {"ok": all(part["ok"] for part in parts.values()), "parts": parts}


def _examined(name: str) -> Facts:
    try:
        return {"ok": True, **PARTS[name]()}
    except Unwell as error:
        facts = error.facts
    except (DatabaseError, RedisError, EncoderError, OSError) as error:
        facts = {"error": type(error).__name__}
    log.warning("%s is not well", name, extra={"facts": facts})
    return {"ok": False, **facts}


def database() -> Facts:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return {}


def redis() -> Facts:
    cache.ping()
    return {}


def worker() -> Facts:
    beaten = cache.get(HEARTBEAT)
    if beaten is None:
        raise Unwell({"error": "no heartbeat"})
    age = round(time.time() - beaten, 1)
    if age > BUSY_AT_MOST or (age > HEARTBEAT_LATE and not _a_worker_answers()):
        raise Unwell({"error": "late heartbeat", "heartbeat_age": age})
    return {"heartbeat_age": age}


def _a_worker_answers() -> bool:
    """Its main process does, whatever the others are at."""
    try:
        return bool(current_app.control.broadcast("ping", reply=True, timeout=1, limit=1))
    except OperationalError:
        return False


def model() -> Facts:
    """The encoder's process has it warm; where none is required, it must at least be there to load."""
    expected = identity()
    try:
        found = remote_encoder().ping()
    except (EncoderError, OSError):
        if settings.ENCODER_REQUIRED or not is_prepared():
            raise
        return {"encoder": expected.fingerprint, "warm": False}
    if found != expected:
        raise Unwell({"error": "another encoder answers", "encoder": found.fingerprint})
    return {"encoder": expected.fingerprint, "warm": True}


def pending() -> Facts:
    """Seconds for which the oldest work of each kind has waited; null where none waits."""
    oldest = cache.get_or_set("health-pending", _oldest, PENDING_KEPT)
    facts = {"oldest": {kind: _age(moment) for kind, moment in oldest.items()}}
    if any((age or 0) > settings.PENDING_LATE_SECONDS for age in facts["oldest"].values()):
        raise Unwell(facts | {"error": "work has waited too long"})
    return facts


def _oldest() -> dict[str, datetime | None]:
    changed = [moment for model in (Need, Offer) if (moment := _first(_stale(model), "updated_at"))]
    return {
        "encoding": min(changed, default=None),
        "matching": _first(due_needs().filter(matched_at__isnull=True), "embedded_at"),
        "imports": _first(ImportJob.objects.pending(), "waiting_since"),
        "mails": _first(Mail.objects.due(), "not_before"),
    }


def _stale(model: type[Document]) -> QuerySet:
    """Open documents that the engine cannot find before they are encoded anew."""
    return model.objects.open().stale(identity().fingerprint)


def _first(rows: QuerySet, name: str) -> datetime | None:
    return rows.order_by(name).values_list(name, flat=True).first()


def _age(moment: datetime | None) -> float | None:
    return None if moment is None else round((timezone.now() - moment).total_seconds(), 1)


def peers() -> Facts:
    """Seconds since each linked installation was last in step; null where it never was. One that is down is not our
    illness."""
    rows = Peer.objects.live().exclude(token="").order_by("name")
    return {"last_sync": {name: _age(moment) for name, moment in rows.values_list("name", "synced_at")}}


PARTS: dict[str, Callable[[], Facts]] = {
    "database": database,
    "redis": redis,
    "worker": worker,
    "model": model,
    "pending": pending,
    "peers": peers,
}
