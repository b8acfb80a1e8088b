"""Telling other installations what is true of the matches of both. What is owed is found by asking the database; a
message says all that is true now, so it can be sent twice, or late, with no harm.
"""

import json
import logging
import random
from datetime import timedelta
from http.client import HTTPException
from time import monotonic
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.addresses import in_ascii
from catalog.models import Need, Offer

from .accords import MOST_PEOPLE, end, locked, numbers_of
from .codes import MatchState, Reason, Side, Verdict, Word
from .federation_api import SCHEME
from .introductions import contacts
from .mailing import delay
from .models import Accord, Ask, Handing, Match, Review
from .outgoing import Forbidden, post

log = logging.getLogger(__name__)

PATH = "/api/v1/federation/matches/"
GIVE_UP_AFTER = timedelta(days=7)  # until a match is known there, or somebody there can decide on it
TAKEN, EARLY, UNKNOWN = 204, 409, 410  # unlike a 404, which any proxy can answer
MEANING = {
    UNKNOWN: "It does not know the two texts yet, or does not show the offer to us.",
    EARLY: "Nobody there can act on it now.",
    401: "It does not know our key.",
}


def tell_due(patience: float) -> int:
    """Tell what is owed, for about so many seconds; how many words were taken. Each installation has its share of the
    time, in another order each time, so that one that hangs does not keep the others waiting."""
    owed: dict[int, list[Accord]] = {}
    for accord in Accord.objects.due().order_by("not_before", "pk").select_related("peer"):
        owed.setdefault(accord.peer_id, []).append(accord)
    turns, until = list(owed.values()), monotonic() + patience
    random.shuffle(turns)
    return sum(_tell_one(turn, min(until, monotonic() + patience / len(turns))) for turn in turns)


def _tell_one(accords: list[Accord], until: float) -> int:
    """What is owed to one installation."""
    told = 0
    for accord in accords:
        if monotonic() > until:
            break
        told += accord.claim() and tell(accord)
    return told


def tell(accord: Accord) -> bool:
    """Whether it was taken; what fails is tried again, later and later."""
    message = message_of(accord)
    status, error = _send(accord, message)
    is_taken = status == TAKEN or (status == UNKNOWN and _is_gone_there(accord, message))
    if is_taken:
        _taken(accord, message)
    elif _is_over(accord, status):
        _ended(accord)
    else:
        _later(accord, error)
    return is_taken


def _send(accord: Accord, message: dict[str, Any]) -> tuple[int, str]:
    """The status of the answer, 0 without one, and what it means where it is not taken."""
    if message["word"] == Word.INTRODUCED != accord.told and not message["identity"]["people"]:
        return 0, "Nobody is left on our side who could be named."
    try:
        status = post(accord.peer.url.rstrip("/") + PATH, json.dumps(message).encode(), _headers(accord))
    except (Forbidden, OSError, HTTPException) as error:
        return 0, f"{type(error).__name__}: {error}"
    return status, MEANING.get(status, f"It answered with {status}.")


def _headers(accord: Accord) -> dict[str, str]:
    key = f"{SCHEME} {accord.peer.token}"
    return {"Authorization": key, "Content-Type": "application/json", "User-Agent": "Pontis"}


def _is_gone_there(accord: Accord, message: dict[str, Any]) -> bool:
    """Whether what is to go has gone already where nobody knows of the match: its end, or names that went there."""
    return message["word"] == Word.ENDED or accord.told_people > 0


def _is_over(accord: Accord, status: int) -> bool:
    """Whether there is nothing to wait for: the other one never got to know of the match, whatever it answered, or
    does not know of it any more."""
    if accord.side == Side.NEED and not accord.told and not accord.heard:
        return timezone.now() - accord.opened_at > GIVE_UP_AFTER
    return status == UNKNOWN


def _later(accord: Accord, error: str) -> None:
    log.warning("match not told", extra={"accord": accord.pk, "attempts": accord.attempts, "why": error[:40]})
    accord.postpone(timezone.now() + delay(accord.attempts + 1), error)


@transaction.atomic
def _taken(accord: Accord, message: dict[str, Any]) -> None:
    accord.settle(message["word"], len((message["identity"] or {}).get("people", [])))
    if message["word"] == Word.ENDED:
        Accord.objects.filter(pk=accord.pk, match=None).delete()


@transaction.atomic
def _ended(accord: Accord) -> None:
    """It does not know of the match any more: it is over there."""
    if now := locked(accord):
        end(now, Reason.EXPIRED)


# What is said


@transaction.atomic
def message_of(accord: Accord) -> dict[str, Any]:
    """What is true now, with names only where both brokers and both sides said yes."""
    now = Accord.objects.with_word().get(pk=accord.pk)
    match = Match.objects.with_documents().filter(pk=now.match_id).first()
    need, offer = (match and numbers_of(match)) or (0, 0)
    return {
        "case": now.number,
        "need": need,
        "offer": offer,
        "side": now.side,
        "word": now.word,
        "reason": _reason_of(now, match) if now.word == Word.ENDED else "",
        "identity": _identity_of(now, match) if now.word == Word.INTRODUCED and match else None,
    }


def _reason_of(accord: Accord, match: Match | None) -> str:
    """A code, never a note. A side that stayed silent gave none."""
    if match is None or match.state == MatchState.WITHDRAWN:
        return Reason.EXPIRED
    if match.state == MatchState.REJECTED:
        last = Review.objects.filter(match=match, verdict=Verdict.REJECT).order_by("pk").last()
        return last.reason if last else Reason.EXPIRED
    return Ask.objects.get(match=match, side=accord.side).reason


def _identity_of(accord: Accord, match: Match) -> dict[str, Any]:
    document: Need | Offer = getattr(match, accord.side)
    if not accord.told_people and accord.told != Word.INTRODUCED:
        known = contacts(Ask.objects.select_related("match").get(match=match, side=accord.side))
        people = [one for one in known if in_ascii(one.email)][:MOST_PEOPLE]
        Handing.objects.bulk_create([Handing(accord=accord, person=one) for one in people], ignore_conflicts=True)
    given = Handing.objects.filter(accord=accord).select_related("person").order_by("pk")
    return {
        "organisation": document.organisation.name,
        "website": document.organisation.website,
        "people": [{"name": one.person.name, "email": in_ascii(one.person.email)} for one in given],
    }
