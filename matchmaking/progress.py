"""Where a need, an offer or a match stands, in words: what is the case now, and what happens next.

Only words, and the queries that count for them; states are changed elsewhere.
"""

from typing import NamedTuple

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.codes import State, Visibility
from catalog.models import Document, Need, Offer

from .codes import INTRODUCED_STATES, MatchState, Side
from .models import Ask, Match, Run, Scouting


class Status(NamedTuple):
    """`words` say what is, `next` what comes; `tone` is one of "", "busy", "good", "warn", "bad"."""

    words: str
    next: str
    tone: str = ""


class Likelihood(NamedTuple):
    """How probable a match is, never as a bare percentage. `level` is 1 to 3."""

    words: str
    level: int

    @property
    def dots(self) -> list[tuple[float, str]]:
        """(x, class) of three dots, as many filled as the level."""
        return [(4.5 + 15 * dot, "on" if dot < self.level else "off") for dot in range(3)]


# From which calibrated probability on; a third and two thirds keep the three words equally wide.
LIKELY, POSSIBLE = 2 / 3, 1 / 3


def likelihood(probability: float | None) -> Likelihood | None:
    """In words, from a calibrated probability; None where there is none.

    Without numbers: the probability was calibrated on public texts, and how often brokers here accept what is like
    this, only their reviews can say.
    """
    if probability is None:
        return None
    if probability >= LIKELY:
        return Likelihood(_("Likely"), 3)
    return Likelihood(_("Possible"), 2) if probability >= POSSIBLE else Likelihood(_("Worth a look"), 1)


# Of a document that is not open, or of a match that has ended.
AT_REST: dict[str, tuple] = {
    State.DRAFT: (gettext_lazy("Draft, seen by nobody else"), gettext_lazy("Publish it, then we look for matches.")),
    State.SUBMITTED: (gettext_lazy("With a broker"), gettext_lazy("A broker publishes it or asks you a question.")),
    State.QUESTIONED: (gettext_lazy("A broker has a question"), gettext_lazy("Answer it in the text, then publish.")),
    State.PAUSED: (gettext_lazy("Paused, not matched"), gettext_lazy("Publish it again whenever you like.")),
    State.MET_HERE: (gettext_lazy("Closed: met here"), ""),
    State.MET_ELSEWHERE: (gettext_lazy("Closed: met elsewhere"), ""),
    State.WITHDRAWN: (gettext_lazy("Closed: withdrawn"), ""),
    State.UNMET: (gettext_lazy("Closed: unmet"), ""),
    State.EXPIRED: (gettext_lazy("Expired"), gettext_lazy("Publish it again if it still holds.")),
    State.PUBLISHED: (gettext_lazy("Expired"), gettext_lazy("Publish it again if it still holds.")),
    State.ARCHIVED: (gettext_lazy("Archived"), ""),
}


def with_progress(needs: QuerySet[Need]) -> QuerySet[Need]:
    """Each need with `suggested`, `wanted` (answers), `asking` and `introduced` counts, `was_matched`, and
    `scouted`: a broker is to look around for it, or does."""
    shown = Q(offer__visibility__in=(Visibility.PUBLIC, Visibility.ANONYMOUS))
    return needs.annotate(
        suggested=_matches_of("need", shown, state__in=(MatchState.PROPOSED, MatchState.PARKED)),
        was_matched=Exists(Run.objects.filter(need=OuterRef("pk"))),
        scouted=Exists(Scouting.objects.live().filter(need=OuterRef("pk"))),
        **_answers_of("need", Side.NEED),
    )


def with_demand(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Each offer with `wanted` (answers), `asking` and `introduced` counts."""
    return offers.annotate(**_answers_of("offer", Side.OFFER))


def _answers_of(field: str, side: Side) -> dict[str, Coalesce]:
    open_asks = Ask.objects.waiting().filter(side=side)
    return {
        "wanted": _counted(open_asks, f"match__{field}"),
        "asking": _matches_of(field, state=MatchState.ACCEPTED),
        "introduced": _matches_of(field, state__in=INTRODUCED_STATES),
    }


def _matches_of(field: str, *conditions: Q, **lookups: object) -> Coalesce:
    return _counted(Match.objects.filter(*conditions, **lookups), field)


def _counted(rows: QuerySet, field: str) -> Coalesce:
    """How many of `rows` point to the outer row; a subquery each, so that counts do not multiply."""
    counted = rows.filter(**{field: OuterRef("pk")}).order_by().values(field).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def need_status(need: Need) -> Status:
    """Of a need that came through `with_progress`."""
    if not need.is_open:
        return _at_rest(need)
    if need.wanted or need.introduced or need.asking:
        return _answer_status(need)
    if need.suggested:
        words = ngettext("%(n)d suggestion", "%(n)d suggestions", need.suggested) % {"n": need.suggested}
        return Status(words, _("A broker reviews them and asks both sides where it fits."), "busy")
    if need.was_matched:
        return Status(_("Nothing fits yet"), _after_nothing(need))
    return Status(_("Looking for matches"), _("First suggestions appear here in a minute or two."), "busy")


def _after_nothing(need: Need) -> str:
    if need.scouted:
        return _("A broker looks around for you. We look again whenever an offer arrives, and write to you.")
    return _("We look again whenever an offer arrives, and write to you.")


def offer_status(offer: Offer) -> Status:
    """Of an offer that came through `with_demand`."""
    if not offer.is_open:
        return _at_rest(offer)
    if offer.wanted or offer.introduced or offer.asking:
        return _answer_status(offer)
    return Status(_("Published"), _("We compare it with every need and ask you when one fits."), "good")


def _at_rest(document: Document) -> Status:
    words, then = AT_REST[State(document.state)]
    return Status(str(words), str(then))


def _answer_status(document: Document) -> Status:
    if document.wanted:
        words = ngettext("%(n)d answer wanted from you", "%(n)d answers wanted from you", document.wanted)
        return Status(words % {"n": document.wanted}, _("Say yes, later or no. It takes a minute."), "warn")
    if document.introduced:
        words = ngettext("%(n)d introduction", "%(n)d introductions", document.introduced)
        return Status(words % {"n": document.introduced}, _("Write to each other; the broker is in copy."), "good")
    return Status(_("The other side is being asked"), _("We tell you as soon as it has answered."), "busy")


def match_status(match: Match, *, decides: bool, wanted: bool = False) -> Status:
    """Of one match, for whoever decides on it, or for a side; `wanted` if this side's answer is missing."""
    if match.state == MatchState.PROPOSED:
        words = _("Waiting for your decision") if decides else _("Not yet reviewed by a broker")
        return Status(words, _("Accept, reject or park it.") if decides else _("A broker looks at it first."), "busy")
    if match.state == MatchState.PARKED:
        until = date_format(match.parked_until) if match.parked_until else ""
        words = _("Parked until %(day)s") % {"day": until} if decides else _("With a broker")
        return Status(words, _("It comes back to the queue on that day.") if decides else "", "")
    if match.state == MatchState.ACCEPTED:
        return _asked_status(wanted)
    words, then, tone = DECIDED[MatchState(match.state)]
    return Status(str(words), str(then), tone)


def _asked_status(wanted: bool) -> Status:
    if wanted:
        return Status(_("Your answer is wanted"), _("Say yes, later or no."), "warn")
    return Status(_("Both sides are being asked"), _("When both say yes, they are introduced by mail."), "busy")


DECIDED: dict[str, tuple] = {
    MatchState.REJECTED: (gettext_lazy("Rejected by the broker"), gettext_lazy("It is not proposed again."), ""),
    MatchState.DECLINED: (gettext_lazy("Declined by one side"), gettext_lazy("The case is closed."), ""),
    MatchState.LAPSED: (
        gettext_lazy("One side did not answer"),
        gettext_lazy("A broker may call the silent side; it can still answer."),
        "warn",
    ),
    MatchState.INTRODUCED: (
        gettext_lazy("Introduced"),
        gettext_lazy("Both sides have each other's address. The broker asks how it went."),
        "good",
    ),
    MatchState.IN_CONTACT: (gettext_lazy("In contact"), gettext_lazy("The broker asks how it went."), "good"),
    MatchState.NEGOTIATING: (gettext_lazy("Negotiating"), gettext_lazy("The broker asks how it went."), "good"),
    MatchState.AGREEMENT: (gettext_lazy("Agreement reached"), "", "good"),
    MatchState.NO_AGREEMENT: (gettext_lazy("No agreement"), "", ""),
    MatchState.WITHDRAWN: (
        gettext_lazy("No longer proposed"),
        gettext_lazy("The texts changed, or need or offer are closed."),
        "",
    ),
}
