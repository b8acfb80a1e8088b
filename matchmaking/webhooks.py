"""Telling other programs of matches, answers, introductions and outcomes, as they happen.

What is to be told is a query over the matches that changed, and over answers: what happened since a webhook was set
up and has no delivery yet. A delivery says which match, by number and reference, and never holds a text: whoever gets
it asks the API, which knows what the receiver may see. It is signed as standardwebhooks.com describes; the same
delivery may arrive twice, under one id.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from datetime import datetime
from http.client import HTTPException
from time import monotonic
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.urls import reverse
from django.utils import timezone

from .codes import MatchState, Verdict
from .mailing import delay
from .models import Ask, Change, ChangeLog, Delivery, DeliveryState, Match, Review, Webhook, WebhookEvent
from .models.change import LONGEST_TRANSACTION
from .outgoing import Forbidden, post

log = logging.getLogger(__name__)

ATTEMPTS = 14  # over about a day and a half
AT_ONCE = 500  # changed matches, and answers, that are looked at together
ENDS = (MatchState.AGREEMENT, MatchState.NO_AGREEMENT)


class Happened(NamedTuple):
    match: int
    key: str
    at: datetime
    about: dict[str, Any]


def queue_deliveries(seconds: float = 50) -> int:
    """A delivery for everything that happened and is not queued yet; returns how many. Matches are looked at as they
    change: what is left after so long is looked at the next time."""
    end, log, count = monotonic() + seconds, ChangeLog.present(), 0
    for webhook in Webhook.objects.live():
        has_more = True
        while has_more and monotonic() < end:
            queued, has_more = _queue_changed(webhook, log)
            count += queued
        if WebhookEvent.ANSWER in webhook.events:
            count += _queue(webhook, WebhookEvent.ANSWER, _answers(webhook))
    return count


def _queue_changed(webhook: Webhook, log: ChangeLog) -> tuple[int, bool]:
    """Deliveries of the next matches that changed; how many, and whether there are more to look at."""
    read_in, read_row = webhook.place_in(log)
    newest = Change.objects.settled().in_order().last()
    of_matches = Change.objects.newest().filter(kind=Change.Kind.MATCH, at__gte=_since(webhook) - LONGEST_TRANSACTION)
    changed = list(of_matches.after(read_in, read_row).in_order()[:AT_ONCE])
    has_more = len(changed) == AT_ONCE
    last = changed[-1] if has_more else newest
    matches = Match.objects.filter(_of(webhook), pk__in=[change.record for change in changed])
    with transaction.atomic():
        events = [event for event in webhook.events if event in FIND]
        queued = sum(_queue(webhook, event, FIND[event](webhook, matches)) for event in events)
        if last:
            webhook.has_read(log, last)
    return queued, has_more


def _queue(webhook: Webhook, event: str, happened: Iterable[Happened]) -> int:
    rows = [_delivery(webhook, event, one) for one in happened]
    return len(Delivery.objects.bulk_create(rows, ignore_conflicts=True))


def _delivery(webhook: Webhook, event: str, one: Happened) -> Delivery:
    fields = {"match_id": one.match, "key": one.key, "happened_at": one.at, "about": one.about}
    return Delivery(webhook=webhook, event=event, **fields)


def _since(webhook: Webhook) -> datetime:
    """What happened earlier is not told: the webhook was not there, or its delivery may be forgotten by now."""
    return max(webhook.created_at, Delivery.kept_since())


def _of(webhook: Webhook, match: str = "") -> Q:
    """Matches of the webhook's cluster, alone or as the second; `match` leads to them."""
    return Q(**{f"{match}cluster": webhook.cluster_id}) | Q(**{f"{match}second_cluster": webhook.cluster_id})


def _matches(webhook: Webhook, matches: QuerySet[Match]) -> Iterable[Happened]:
    """A match reaches the brokers of the second cluster when one of the first accepts it."""
    accepted = Review.objects.filter(match=OuterRef("pk"), verdict=Verdict.ACCEPT).order_by("created_at", "pk")
    agreed_at = Subquery(accepted.values("created_at")[:1])
    reached_at = Case(When(cluster=webhook.cluster_id, then="created_at"), default=agreed_at)
    rows = matches.annotate(reached_at=reached_at).filter(reached_at__gte=_since(webhook))
    for pk, at in _new(rows, webhook, "match").values_list("pk", "reached_at"):
        yield Happened(pk, f"match:{pk}", at, {})


def _introductions(webhook: Webhook, matches: QuerySet[Match]) -> Iterable[Happened]:
    rows = matches.filter(introduction__introduced_at__gte=_since(webhook))
    for pk, at in _new(rows, webhook, "introduction").values_list("pk", "introduction__introduced_at"):
        yield Happened(pk, f"introduction:{pk}", at, {})


def _outcomes(webhook: Webhook, matches: QuerySet[Match]) -> Iterable[Happened]:
    """Another one follows where it is taken back."""
    rows = matches.filter(state__in=ENDS, decided_at__gte=_since(webhook))
    rows = _new(rows, webhook, "outcome", happened_at=OuterRef("decided_at"))
    for pk, state, at in rows.values_list("pk", "state", "decided_at"):
        yield Happened(pk, f"outcome:{pk}:{at.timestamp():.6f}", at, {"outcome": state})


def _new(matches: QuerySet[Match], webhook: Webhook, event: str, **at: Any) -> QuerySet[Match]:
    """Those without a delivery of this event yet."""
    told = Delivery.objects.filter(webhook=webhook, event=event, match=OuterRef("pk"), **at)
    return matches.exclude(Exists(told)).order_by("pk")


def _answers(webhook: Webhook) -> Iterable[Happened]:
    """Each answer of each side: "later" may be followed by another, and changes nothing of the match."""
    told = Delivery.objects.filter(webhook=webhook, event="answer", match=OuterRef("match"))
    told = told.filter(happened_at=OuterRef("answered_at"))
    rows = Ask.objects.filter(_of(webhook, "match__"), answered_at__gte=_since(webhook))
    for ask in rows.exclude(Exists(told)).order_by("answered_at")[:AT_ONCE]:
        about = {"side": ask.side, "answer": ask.answer, "reason": ask.reason}
        yield Happened(ask.match_id, f"answer:{ask.pk}:{ask.answered_at.timestamp():.6f}", ask.answered_at, about)


FIND = {
    WebhookEvent.MATCH: _matches,
    WebhookEvent.INTRODUCTION: _introductions,
    WebhookEvent.OUTCOME: _outcomes,
}


def send_due(seconds: float = 50) -> int:
    """Send what is due for so long; returns how many arrived. A receiver that fails is left alone for this round."""
    end, sent, failing = monotonic() + seconds, 0, set()
    while monotonic() < end:
        due = Delivery.objects.due().exclude(webhook__in=failing).select_related("webhook__owner")
        delivery = due.order_by("not_before", "pk").first()
        if delivery is None:
            break
        if not delivery.claim():
            continue
        _send_claimed(delivery)
        sent += delivery.state == DeliveryState.SENT
        if delivery.state in (DeliveryState.DUE, DeliveryState.DEAD):
            failing.add(delivery.webhook_id)
    return sent


def _send_claimed(delivery: Delivery) -> None:
    match = Match.objects.visible_to(delivery.webhook.owner).with_documents().filter(pk=delivery.match_id).first()
    if match is None:  # the receiver may not know of it any more
        delivery.settle(DeliveryState.DROPPED)
        return
    body = json.dumps(payload(delivery, match)).encode()
    try:
        status = post(delivery.webhook.url, body, headers(delivery, body))
    except (Forbidden, OSError, HTTPException) as error:
        _failed(delivery, f"{type(error).__name__}: {error}")
        return
    if 200 <= status < 300:
        delivery.settle(DeliveryState.SENT)
    else:
        _failed(delivery, f"answered with {status}")


def _failed(delivery: Delivery, error: str) -> None:
    log.warning("webhook delivery failed", extra={"delivery": delivery.pk, "attempts": delivery.attempts})
    if delivery.attempts >= ATTEMPTS:
        delivery.settle(DeliveryState.DEAD, error=error)
    else:
        delivery.postpone(timezone.now() + delay(delivery.attempts), error=error)


def payload(delivery: Delivery, match: Match) -> dict[str, Any]:
    return {
        "type": delivery.event,
        "timestamp": delivery.happened_at.isoformat(),
        "data": {
            "match": match.pk,
            "state": match.state,
            "need": match.need.reference,
            "offer": match.offer.reference,
            "url": settings.SITE_URL + reverse("match-detail", args=[match.pk]),
            **delivery.about,
        },
    }


def headers(delivery: Delivery, body: bytes) -> dict[str, str]:
    """Id, time and signature; whoever repeats an old delivery is found out by the time."""
    name, now = f"msg_{_name(delivery)}", str(int(timezone.now().timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Pontis",
        "Webhook-Id": name,
        "Webhook-Timestamp": now,
        "Webhook-Signature": f"v1,{signature(delivery.webhook.key, name, now, body)}",
    }


def _name(delivery: Delivery) -> str:
    """Of what happened, not of the row: numbers of rows come again after a backup was restored."""
    facts = f"{delivery.webhook.nonce} {delivery.key} {delivery.happened_at.isoformat()}"
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def signature(key: bytes, name: str, moment: str, body: bytes) -> str:
    signed = f"{name}.{moment}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
