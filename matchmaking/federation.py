"""Linked installations: linking one, keeping in step with what it tells, and ending it.

A peer's records are read page by page from its feed of changes and kept by `catalog.installations`; what it tells no
longer goes with the same page. Where its cursor has ended everything is read anew, and what did not come goes. A peer
that takes its key back, or is silent for longer than PATIENCE, is not shown any more.
"""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.installations import stand_in
from catalog import installations
from catalog.models import Document

from .federation_api import OF_DOCUMENTS, SCHEME
from .mailing import delay
from .models import Match, Peer
from .outgoing import Forbidden, get

log = logging.getLogger(__name__)

AT_ONCE = 100  # records looked at for a page
MOST_BYTES = 8 << 20  # a page: 100 records of the longest texts, in letters of four bytes, stay below
MOST_PAGES = 5_000
PATIENCE = timedelta(days=7)
LARGEST_NUMBER = 2**63 - 1


class Unusable(Exception):
    """The peer's answer is not as it must be; the text says why, without a word of it."""


class Ended(Unusable):
    """Everything has to be read anew."""


class Refused(Unusable):
    """The key is good no more."""


class Page(NamedTuple):
    results: list[dict[str, Any]]
    next: str
    has_more: bool


# Linking and ending


@transaction.atomic
def link(name: str, url: str, country: str, contact: str) -> tuple[Peer, str]:
    """The peer, and the key for its operator, which is shown once. Raises IntegrityError for a name that is known."""
    cluster, account = stand_in(name, country, slug_of(name))
    peer = Peer(name=name, url=url, contact=contact, cluster=cluster, account=account)
    key = peer.new_key()
    peer.save()
    return peer, key


def slug_of(name: str) -> str:
    return slugify(name)[:40]


@transaction.atomic
def end(peer: Peer) -> None:
    """Neither shows anything of it nor tells it anything any more. For good: link it anew under another name."""
    Peer.objects.filter(pk=peer.pk).update(ended_at=timezone.now(), token="", key_hash="")
    peer.refresh_from_db()
    _forget_all(peer)
    peer.accords.update(identity={})  # also of those who know each other; last, as matches are locked before it


# Whom to write to


class Desk(NamedTuple):
    contact: str
    address: str  # of the record, there


def desk_of(*documents: Document, peer: Peer | None = None) -> Desk | None:
    """The brokers of the installation that one of the documents was pulled from; None where all are of this one, or
    it went there."""
    pulled = next((one for one in documents if one.organisation.origin and one.external_id), None)
    if pulled and not peer:
        peer = Peer.objects.filter(name=pulled.organisation.origin).first()
    if not (pulled and peer):
        return None
    path = reverse(f"{pulled._meta.model_name}-detail", args=[int(pulled.external_id)])
    return Desk(peer.contact, peer.url.rstrip("/") + path)


# Keeping in step


def sync_due() -> int:
    """Read what is new from each peer whose time has come; how many are in step."""
    due = Peer.objects.due().select_related("cluster__organisation").order_by("not_before", "pk")
    return sum(sync(peer) for peer in due if peer.claim())


def sync(peer: Peer) -> bool:
    """Whether it is in step now; what fails is tried again, later and later."""
    try:
        refused = _read(peer)
    except (Forbidden, OSError, HTTPException, Unusable) as error:
        _failed(peer, error)
        return False
    if not Peer.objects.live().filter(pk=peer.pk).exists():  # it was ended while it was read
        _forget_all(peer)
        return False
    peer.in_step(refused)
    return True


def _read(peer: Peer) -> int:
    if peer.cursor:
        try:
            return _follow(peer, peer.cursor)
        except Ended:
            peer.read_up_to("")
    return _read_all(peer)


def _failed(peer: Peer, error: Exception) -> None:
    log.warning("peer not in step", extra={"peer": peer.pk, "failures": peer.failures, "error": type(error).__name__})
    peer.failed(f"{type(error).__name__}: {error}", delay(peer.failures + 1))
    is_silent = timezone.now() - (peer.synced_at or peer.created_at) > PATIENCE
    if isinstance(error, Refused) or is_silent:
        _forget_all(peer)


def _follow(peer: Peer, cursor: str) -> int:
    """Keep what changed since; how many records were refused."""
    refused = 0
    for page in _pages(peer, cursor):
        with transaction.atomic():
            Peer.objects.select_for_update(no_key=True).get(pk=peer.pk)  # before its matches, as where it says words
            refused += _keep(peer, page)
            peer.read_up_to(page.next)
    installations.forget_empty_organisations(peer.cluster)
    return refused


def _read_all(peer: Peer) -> int:
    """Keep everything, and forget what did not come. The cursor is kept at the end: a broken pass begins anew."""
    refused, came, cursor = 0, {kind: set() for kind in OF_DOCUMENTS}, ""
    for page in _pages(peer, cursor):
        refused += _keep(peer, page)
        cursor = page.next
        for entry in page.results:
            came[entry["kind"]].add(entry["id"])
    for kind, numbers in came.items():
        installations.forget_others(peer.cluster, kind, numbers, lasting(kind))
    installations.forget_empty_organisations(peer.cluster)
    peer.read_up_to(cursor)
    return refused


def _keep(peer: Peer, page: Page) -> int:
    refused = 0
    for entry in page.results:
        if entry["record"] is None:
            installations.forget(peer.cluster, entry["kind"], [entry["id"]], lasting(entry["kind"]))
        else:
            told = entry["record"] | {"visibility": entry["visibility"]}
            refused += not installations.keep(peer.cluster, entry["kind"], entry["id"], told, lasting(entry["kind"]))
    return refused


def _forget_all(peer: Peer) -> None:
    for kind in OF_DOCUMENTS:
        installations.forget_others(peer.cluster, kind, (), lasting(kind))
    installations.forget_empty_organisations(peer.cluster)
    peer.read_up_to("")


def lasting(kind: str) -> QuerySet:
    """Records on which the case of two sides hangs that know each other: it goes on, whatever becomes of the text."""
    return Match.objects.introduced().values(kind)


# Asking


def _pages(peer: Peer, cursor: str) -> Iterator[Page]:
    for _ in range(MOST_PAGES):
        page = _page(peer, cursor)
        yield page
        if not page.has_more:
            return
        cursor = page.next
    raise Unusable("It never ends.")


def _page(peer: Peer, cursor: str) -> Page:
    query = urlencode({"since": cursor, "limit": AT_ONCE})
    headers = {"Authorization": f"{SCHEME} {peer.token}", "Accept": "application/json", "User-Agent": "Pontis"}
    status, body = get(f"{peer.url.rstrip('/')}/api/v1/federation/?{query}", headers, MOST_BYTES)
    if status == 410:
        raise Ended("Its cursor has ended.")
    if status == 401:  # a 403 any proxy can answer; without its key another installation answers with this
        raise Refused(f"It answered with {status}.")
    if status != 200:
        raise Unusable(f"It answered with {status}.")
    return read_page(body)


def read_page(body: bytes) -> Page:
    """Raises Unusable for what is no page of the feed; records are looked at one by one afterwards."""
    try:
        told = json.loads(body)
        page = Page(told["results"], told["next"], told["has_more"])
        is_good = all(_is_entry(entry) for entry in page.results) and len(page.results) <= AT_ONCE
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unusable("This is no page of a feed.") from error
    if not (is_good and _is_cursor(page.next) and isinstance(page.has_more, bool)):
        raise Unusable("This is no page of a feed.")
    return page


def _is_cursor(cursor: Any) -> bool:
    return isinstance(cursor, str) and 0 < len(cursor) <= 400 and cursor.isascii() and cursor.isprintable()


def _is_entry(entry: dict[str, Any]) -> bool:
    number, record = entry["id"], entry["record"]
    is_number = type(number) is int and 0 < number <= LARGEST_NUMBER
    is_record = record is None or (isinstance(record, dict) and isinstance(entry["visibility"], str))
    return is_number and is_record and entry["kind"] in OF_DOCUMENTS
