"""What changed since a cursor, as far as one person may know: the feed that other programs keep in step by.

A record is told as it is now, once a page, in the order of its latest change. What the person could know of and may
see no longer is told as gone, without anything of it. A cursor is good for a person, the person's rights, this log
and CHANGES_DAYS; a reader whose cursor has ended begins anew and has everything that is visible.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.core import signing
from django.utils import timezone

from accounts.models import Cluster, Organisation, User
from catalog.codes import ENDS, State
from catalog.presenting import Shown

from .disclosure import needs_visible_to, offers_visible_to
from .models import Change, ChangeLog, Match, Openness
from .viewer import Seen, seen_by

SALT = "changes"
CLOSED = (*ENDS, State.EXPIRED, State.ARCHIVED)


class What(StrEnum):
    CREATED = "created"
    CHANGED = "changed"
    CLOSED = "closed"
    GONE = "gone"
    ERASED = "erased"


class CursorUnknown(Exception):
    """It was not made here, or is damaged."""


class CursorEnded(Exception):
    """Too old, or of other rights, or of a log that is no more: begin anew without one."""


class Rights(NamedTuple):
    """What a person may see follows from these."""

    user: int
    is_staff: bool
    organisations: frozenset[int]
    brokered: frozenset[int]  # organisations
    clusters: frozenset[int]
    linked: frozenset[int]  # clusters

    @classmethod
    def of(cls, user: User) -> Self:
        own, brokered = Organisation.objects.of(user), Organisation.objects.brokered_by(user)
        clusters = Cluster.objects.brokered_by(user)
        linked = Cluster.objects.filter(linked__in=clusters.values("pk"))
        sets = [frozenset(rows.values_list("pk", flat=True)) for rows in (own, brokered, clusters, linked)]
        return cls(user.pk or 0, user.is_authenticated and user.is_staff, *sets)

    @property
    def fingerprint(self) -> str:
        """Without the brokered organisations: who joins or leaves a cluster is told by the log itself."""
        told = (self.user, self.is_staff, sorted(self.organisations), sorted(self.clusters), sorted(self.linked))
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def knew_of(self, change: Change) -> bool:
        """Whether the person could know that the record existed."""
        if self.is_staff or change.openness == Openness.EVERYBODY:
            return True
        if not self.organisations.isdisjoint(change.insiders):
            return True
        if change.openness == Openness.NETWORK and self.clusters:
            return True
        if not self.clusters.isdisjoint(change.clusters):
            return True
        is_theirs = change.kind != Change.Kind.MATCH and not self.brokered.isdisjoint(change.insiders)
        return is_theirs and change.openness >= Openness.BROKERS


class Cursor(NamedTuple):
    """Up to where somebody has read. Times are seconds, so that it stays short."""

    transaction: int
    row: int
    issued: int
    log: str
    rights: str

    @classmethod
    def start(cls) -> Self:
        return cls(-1, 0, 0, "", "")

    @classmethod
    def read(cls, text: str, log: ChangeLog, rights: Rights) -> Self:
        """Raises CursorUnknown, CursorEnded."""
        if not text:
            return cls.start()
        try:
            cursor = cls(*signing.loads(text, salt=SALT))
        except (signing.BadSignature, TypeError) as error:
            raise CursorUnknown from error
        oldest = timezone.now() - timedelta(days=settings.CHANGES_DAYS)
        if cursor.issued < oldest.timestamp() or (cursor.log, cursor.rights) != (str(log), rights.fingerprint):
            raise CursorEnded
        return cursor

    def __str__(self) -> str:
        return signing.dumps(tuple(self), salt=SALT)


class Entry(NamedTuple):
    kind: str
    pk: int
    what: What
    at: datetime
    record: Shown | Organisation | Seen | None


class Page(NamedTuple):
    entries: list[Entry]
    cursor: Cursor
    has_more: bool


def read(user: User, since: str = "", limit: int = 200, kinds: Iterable[str] = Change.Kind.values) -> Page:
    """Looks at `limit` records that changed after the cursor, and tells those that concern the person: where there is
    more to look at, a page may be short or empty. Raises CursorUnknown, CursorEnded."""
    log, rights = ChangeLog.present(), Rights.of(user)
    cursor = Cursor.read(since, log, rights)
    newest = Change.objects.newest().filter(kind__in=kinds).after(cursor.transaction, cursor.row).in_order()
    changes = list(newest[: limit + 1])
    looked_at, has_more = changes[:limit], len(changes) > limit
    entries = _entries(user, rights, cursor, looked_at)
    place = (looked_at[-1].transaction, looked_at[-1].pk) if looked_at else (cursor.transaction, cursor.row)
    return Page(entries, Cursor(*place, int(timezone.now().timestamp()), str(log), rights.fingerprint), has_more)


def _entries(user: User, rights: Rights, cursor: Cursor, changes: Sequence[Change]) -> list[Entry]:
    records = _visible(user, changes)
    told = (_entry(change, records.get((change.kind, change.record)), rights, cursor) for change in changes)
    return [entry for entry in told if entry]


def _entry(change: Change, record: Any, rights: Rights, cursor: Cursor) -> Entry | None:
    is_new = change.born > cursor.transaction
    if record is not None:
        what = What.CREATED if is_new else What.CLOSED if _is_closed(record) else What.CHANGED
    elif is_new or not rights.knew_of(change):
        return None
    else:
        what = What.ERASED if change.is_erased else What.GONE
    return Entry(change.kind, change.record, what, change.at, record)


def _is_closed(record: Any) -> bool:
    return isinstance(record, Shown) and record.codes["state"] in CLOSED


def _visible(user: User, changes: Iterable[Change]) -> dict[tuple[str, int], Any]:
    """What the person sees now of the records that changed, by kind and primary key."""
    pks: dict[str, list[int]] = {kind: [] for kind in Change.Kind.values}
    for change in changes:
        pks[change.kind].append(change.record)
    offers, needs = offers_visible_to(user), needs_visible_to(user)
    matches = Match.objects.visible_to(user).with_documents()
    found = {
        "offer": _shown(offers, pks["offer"]),
        "need": _shown(needs, pks["need"]),
        "organisation": list(Organisation.objects.visible_to(user).filter(pk__in=pks["organisation"])),
        "match": seen_by(user, matches.filter(pk__in=pks["match"])) if pks["match"] else [],
    }
    return {(kind, record.pk): record for kind, records in found.items() for record in records}


def _shown(documents: Any, pks: Sequence[int]) -> list[Shown]:
    rows = documents.filter(pk__in=pks).without_vectors().select_related("organisation") if pks else []
    return [Shown(row) for row in rows]


def compact() -> int:
    """Forget what no reader needs any more; returns how many rows."""
    return Change.objects.forgettable().delete()[0]
