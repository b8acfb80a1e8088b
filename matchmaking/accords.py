"""A match of a local text with one of another installation: what each of the two has to say, and what follows here.

A broker of the need's installation accepts first. The other one is told, and a broker there decides; then each asks
its own side, with the text of the other that it has anyway. What is told is one of `Word`, and a reason with an end:
no text, no name. Only where both brokers and both sides said yes do names come, and then each installation writes to
its own side. How words travel is said in `telling.py` and `accord_api.py`.
"""

from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Brokership, Cluster, Organisation
from catalog.models import Need, Offer

from .agreeing import agreement_of
from .codes import INTRODUCED_STATES, UNDECIDED_STATES, Answer, MatchState, Reason, Side, Verdict, Word
from .disclosure import needs_visible_to, offers_visible_to
from .introductions import ask_both_sides, draft, draw_conclusion, write_answer
from .models import Accord, Ask, Match, Peer, Review

ORDER = ["", *Word.values]
ANSWERS = {Word.LATER: Answer.LATER, Word.YES: Answer.YES, Word.INTRODUCED: Answer.YES}
MOST_PEOPLE = 20  # of one side whose names are given
MOST_UNSETTLED = 500  # of one other installation; a queue is read by people


class Unknown(Exception):
    """There is no such match between the two, or it is over."""


class Early(Exception):
    """It cannot be said now: something else comes first, or nobody here could act on it."""


class Said(NamedTuple):
    """What came. Numbers are those of the installations that have the texts; `side` is the sender's."""

    number: int
    need: int
    offer: int
    side: Side
    word: Word
    reason: str = ""
    identity: dict[str, Any] | None = None


# What brokers here can do


def check(match: Match) -> None:
    """Raises ValidationError where the match cannot be accepted across the two installations."""
    if why := hindrance(match):
        raise ValidationError(why)


def hindrance(match: Match) -> str:
    """Why it cannot be accepted, in words for a broker; "" where it can."""
    words = {"origin": match.origin}
    peer = match.peer
    if peer is None or peer.ended_at or not peer.token:
        return _("Nothing can be told to %(origin)s at present. Ask your operator about the link.") % words
    if match.need.organisation.origin:
        is_asked = Accord.objects.filter(match=match, peer=peer).exclude(heard__in=("", Word.ENDED)).exists()
        return "" if is_asked else _("The brokers of %(origin)s have to accept it first: write to them.") % words
    if not needs_visible_to(peer.account).filter(pk=match.need_id).exists():
        words["need"] = match.need.reference
        return _("%(need)s is not shown to %(origin)s: it is only for clusters linked with it.") % words
    return ""


def is_there(match: Match) -> str:
    """What a broker here can still do while those of the other installation decide."""
    words = _("%(origin)s has it now. If something has changed, reject it: its brokers are told.")
    return words % {"origin": match.origin}


def begin(match: Match) -> None:
    """A broker here has accepted a match with an offer of another installation: that one is to be told."""
    accord = Accord.objects.create(peer=match.peer, side=Side.NEED, match=match)
    Accord.objects.filter(pk=accord.pk).update(number=accord.pk)


# What another installation says


@transaction.atomic
def hear(peer: Peer, said: Said) -> None:
    """Draw what follows from a word; one that was heard before, or says less than the last, changes nothing.

    Raises Unknown, Early, and then nothing has changed.
    """
    Peer.objects.select_for_update(no_key=True).get(pk=peer.pk)  # its words take turns
    accord = _known(peer, said) or _opened(peer, said)
    if said.word == Word.ENDED:
        end(accord, said.reason)
        return
    match = accord.match
    if ORDER.index(said.word) > ORDER.index(accord.heard):
        _follow(accord, match, said)
        Accord.objects.filter(pk=accord.pk).update(heard=said.word, identity=accord.identity)
    elif said.word == accord.heard == Word.INTRODUCED:
        _keep_fewer(accord, said.identity or {})


def _known(peer: Peer, said: Said) -> Accord | None:
    """Raises Unknown where the numbers are of other texts, or the match is over."""
    accord = Accord.objects.filter(peer=peer, number=said.number).exclude(side=said.side).first()
    accord = accord and locked(accord)
    if accord is None:
        return None
    match = accord.match
    is_over = match is None or match.state not in (*UNDECIDED_STATES, MatchState.ACCEPTED, *INTRODUCED_STATES)
    may_go = said.word == Word.ENDED or said.word == accord.heard == Word.INTRODUCED  # names that came
    if accord.heard == Word.ENDED or (is_over and not may_go):
        raise Unknown
    known = numbers_of(match) if match else None
    if known and (said.need, said.offer) not in (known, (0, 0)):  # zeros where the texts are not known there any more
        raise Unknown
    return accord


def locked(accord: Accord) -> Accord | None:
    """As it is now, with its match; None if it has gone. Everywhere the match comes first, so that nobody waits in a
    circle."""
    rows = Match.objects.select_for_update(of=("self",)).with_documents()
    match = rows.filter(pk=accord.match_id).first()
    now = Accord.objects.select_for_update().filter(pk=accord.pk).first()
    if now:
        now.match = match
    return now


def numbers_of(match: Match) -> tuple[int, int] | None:
    """Of need and offer, each where it was written; None where the text that came is gone."""
    need, offer = (
        (document.external_id or "0") if document.organisation.origin else document.pk
        for document in (match.need, match.offer)
    )
    return (int(need), int(offer)) if int(need) and int(offer) else None


def _opened(peer: Peer, said: Said) -> Accord:
    """The match as it comes before the brokers of the offer here, accepted by those of the need there."""
    if (said.side, said.word) != (Side.NEED, Word.ACCEPTED):
        raise Unknown
    pulled = Need.objects.open().filter(organisation__origin=peer.name, external_id=str(said.need)).first()
    shown = offers_visible_to(peer.account).filter(organisation__origin="", pk=said.offer)
    offer = Offer.objects.open().filter(pk__in=shown.values("pk")).select_related("organisation").first()
    if pulled is None or offer is None:
        raise Unknown
    cluster = _cluster_of(offer.organisation)
    if cluster is None or peer.accords.unsettled().count() >= MOST_UNSETTLED:
        raise Early
    _make_way(pulled, offer, said.number)
    clusters = {"cluster": peer.cluster, "second_cluster": cluster}
    match = Match.objects.create(need=pulled, offer=offer, decided_at=timezone.now(), **clusters)
    Review.objects.create(match=match, verdict=Verdict.ACCEPT)
    fields = {"side": Side.OFFER, "number": said.number, "heard": said.word}
    return Accord.objects.create(peer=peer, match=match, **fields)


def _cluster_of(organisation: Organisation) -> Cluster | None:
    """Whose brokers decide on an offer here: the first of its clusters that has some, else the default one."""
    brokers = Brokership.objects.approved().filter(cluster=OuterRef("pk"), user__is_active=True)
    staffed = Cluster.objects.local().filter(Exists(brokers))
    return staffed.taking_care_of(organisation)


def _make_way(need: Need, offer: Offer, number: int) -> None:
    """A pair that came before comes anew only where the former case was ended there, or was none of both: what was
    decided or answered here stands, and nobody is asked twice."""
    former = Match.objects.select_for_update().filter(need=need, offer=offer).first()
    if former is None:
        return
    accord = Accord.objects.filter(match=former).first()
    is_free = _is_ended_there(accord, number) if accord else former.state in UNDECIDED_STATES
    if former.state in INTRODUCED_STATES or not is_free:
        raise Unknown
    Accord.objects.filter(match=former).delete()
    former.delete()


def _is_ended_there(accord: Accord, number: int) -> bool:
    """By a newer case than this one's, and not after a no that was told from here."""
    return accord.heard == Word.ENDED and accord.told != Word.ENDED and accord.number < number


def _follow(accord: Accord, match: Match, said: Said) -> None:
    if match.state in UNDECIDED_STATES:
        if accord.side == Side.OFFER:  # nobody of the two sides is asked before a broker here has decided
            raise Early
        _agree(match)
    if said.word in ANSWERS:
        _answered(accord, match, said)


def _agree(match: Match) -> None:
    """The brokers there have accepted as well: ask the side that is here."""
    if not (match.need.is_open and match.offer.is_open):
        raise Early
    if not match.move(MatchState.ACCEPTED, expected=UNDECIDED_STATES, parked_until=None):
        raise Unknown
    agreement = agreement_of(match)
    Review.objects.create(match=match, verdict=Verdict.ACCEPT)
    draft(match, broker=agreement.broker if agreement else None)
    ask_both_sides(match)


def _answered(accord: Accord, match: Match, said: Said) -> None:
    """The answer of the side that is there; names only after the yes of the side that is here, of somebody, and while
    both texts stand."""
    own, theirs = (match.asks.get(side=side) for side in (accord.side, accord.other_side))
    if said.word == Word.INTRODUCED:
        is_open = match.need.is_open and match.offer.is_open
        if own.answer != Answer.YES or not (is_open and said.identity["people"]):
            raise Early
        accord.identity = said.identity
        Accord.objects.filter(pk=accord.pk).update(identity=accord.identity)
    answer = ANSWERS[said.word]
    if theirs.answer != Answer.YES and not write_answer(theirs, answer=answer):
        raise Early
    draw_conclusion(match, answer)


def _keep_fewer(accord: Accord, told: dict[str, Any]) -> None:
    """After the names came, only what is told no more changes: who was erased there goes here."""
    now = {person["email"]: person for person in told.get("people", [])}
    people = [now[one["email"]] for one in accord.identity.get("people", []) if one["email"] in now]
    named = told if len(people) < len(accord.identity.get("people", [])) else accord.identity
    Accord.objects.filter(pk=accord.pk).update(identity=named | {"people": people})


def end(accord: Accord, reason: str) -> None:
    """It is over there, and so it is here; who was introduced stays introduced, without the names that came.

    The accord is `locked`.
    """
    Accord.objects.filter(pk=accord.pk).update(heard=Word.ENDED, identity={}, error="")
    match = accord.match
    if match is None:
        accord.delete()
    elif match.state in UNDECIDED_STATES:
        match.move(MatchState.REJECTED, expected=UNDECIDED_STATES, parked_until=None)
        Review.objects.create(match=match, verdict=Verdict.REJECT, reason=reason or Reason.EXPIRED)
    elif match.state == MatchState.ACCEPTED:
        _decline(accord, match, reason)


def _decline(accord: Accord, match: Match, reason: str) -> None:
    match.move(MatchState.DECLINED if reason else MatchState.LAPSED, expected=(MatchState.ACCEPTED,))
    if reason:
        said = {"answer": Answer.NO, "reason": reason, "answered_at": timezone.now()}
        Ask.objects.filter(match=match, side=accord.other_side).update(**said)
