"""What is told of one match beyond its row in a list: to whoever looks at it, and to whoever decides on it. Its page
and the API both take it from here; what happened with it is said by `course`, what was asked by `questions`.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from accounts.models import Cluster, Organisation, User

from . import introductions
from .accords import hindrance
from .agreeing import partner_of
from .codes import UNDECIDED_STATES, MatchState, Side, Word
from .federation import Desk, desk_of
from .gaps import missing_in_need, missing_in_offer, unanswerable_sides, with_gaps
from .models import Accord, Match, Opening, Review
from .models.match import MatchQuerySet
from .questions import asking_side, may_ask
from .twin import Twin, twins_of
from .viewer import Seen, seen_by

UNANSWERED_STATES = (*UNDECIDED_STATES, MatchState.ACCEPTED)


class Particulars(NamedTuple):
    """For everybody who may see the match."""

    acquainted: Mapping[str, list[User]]  # by side who is introduced; nobody before the introduction
    twins: list[Twin]
    accord: Accord | None  # what is agreed with the installation that one side is from
    asks_as: Side | None  # the side for which the person may ask the other one something


class Deciding(NamedTuple):
    """Only for whoever decides on the match; the last six only while it is that person's turn."""

    missing_in_need: list[str]
    missing_in_offer: list[str]
    unanswerable: list[Side]
    rewordable: list[Side]  # whose text the person takes care of, so that a change can be proposed
    agreement: Review | None
    partner: Cluster | None  # whose brokers decide after an acceptance
    hindrance: str
    desk: Desk | None
    resting_until: date | None  # the provider takes no new introductions
    said_yes: bool  # the side of the need is interested, so that it is not asked again


def seen_alone(user: User, pk: int) -> Seen | None:
    """The match with everything that its particulars are made of; None where the person may not see it."""
    visible = with_clients(with_gaps(Match.objects.visible_to(user)).with_documents(), user)
    rows = visible.select_related("introduction", "case__owner", "accord").filter(pk=pk)
    return next(iter(seen_by(user, rows)), None)


def count_opening(seen: Seen) -> None:
    """Of the offer, where somebody of the need's side has read it here."""
    if Side.NEED in seen.sides:
        Opening.objects.add(seen.match.offer_id)


def with_clients(matches: MatchQuerySet, user: User) -> MatchQuerySet:
    """Each with the sides of whose texts the person takes care, so that a change can be proposed."""
    mine = Organisation.objects.brokered_by(user)
    cared_for = {f"{side}_is_client": Exists(mine.filter(pk=OuterRef(f"{side}__organisation"))) for side in Side}
    return matches.annotate(**cared_for)


def particulars_of(seen: Seen) -> Particulars:
    match, side = seen.match, asking_side(seen)
    return Particulars(
        acquainted=introductions.acquainted(match),
        twins=twins_of(match, seen.need, seen.offer, seen.concepts),
        accord=getattr(match, "accord", None) if match.origin else None,
        asks_as=side if side and may_ask(match, side) else None,
    )


def deciding_of(seen: Seen, user: User) -> Deciding | None:
    """None for whoever does not decide on it."""
    if not seen.decides:
        return None
    match, turn = seen.match, seen.may_review
    provider = match.offer.organisation
    return Deciding(
        missing_in_need=missing_in_need(match.need),
        missing_in_offer=missing_in_offer(match.offer, has_files=match.offer_has_files),
        unanswerable=unanswerable_sides(match) if match.state in UNANSWERED_STATES else [],
        rewordable=[side for side in Side if getattr(match, f"{side}_is_client") and not getattr(seen, side).is_none],
        agreement=seen.agreement if turn else None,
        partner=partner_of(match, user) if turn else None,
        hindrance=hindrance(match) if match.origin and turn else "",
        desk=desk_of(match.need, match.offer, peer=match.peer) if turn else None,
        resting_until=provider.no_introductions_until if turn and provider.is_resting else None,
        said_yes=bool(turn and match.wanted_at and introductions.said_yes_before(match)),
    )


def is_untold(seen: Seen, accord: Accord | None) -> bool:
    """Whether the other installation could not be told of the latest step yet, for whoever decides."""
    return bool(seen.decides and accord and not accord.identity and accord.error and accord.heard != Word.ENDED)
