"""Where a match stands, in words: what is the case now, and what happens next. Needs and offers: `standing.py`.

Only words; states are changed elsewhere.
"""

from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.codes import ENDS

from .codes import MatchState
from .models import Match


class Status(NamedTuple):
    """`words` say what is, `next` what comes, `who` has it now and `when` by which day, as far as that is
    known; `tone` is one of "", "busy", "good", "warn", "bad"."""

    words: str
    next: str
    tone: str = ""
    who: str = ""
    when: str = ""


class Likelihood(NamedTuple):
    """How probable a match is, never as a bare percentage. `level` is 0 to 3."""

    words: str
    level: int

    @property
    def dots(self) -> list[tuple[float, str]]:
        """(x, class) of three dots, as many filled as the level."""
        return [(4.5 + 15 * dot, "on" if dot < self.level else "off") for dot in range(3)]


# From which calibrated probability on; a third and two thirds keep the words equally wide. Below one in ten an offer
# resembles the need in part: of the demo's suggestions 5 in 100 are right there, and 20 in 100 from there to a third.
LIKELY, POSSIBLE, WORTH_A_LOOK = 2 / 3, 1 / 3, 0.1


def likelihood(probability: float | None) -> Likelihood | None:
    """In words, from a calibrated probability; None where there is none.

    Without numbers: the probability was calibrated on public texts, and how often brokers here accept what is like
    this, only their reviews can say (`track_record`).
    """
    if probability is None:
        return None
    words = (_("A long shot"), _("Worth a look"), _("Possible"), _("Likely"))
    level = sum(probability >= least for least in (WORTH_A_LOOK, POSSIBLE, LIKELY))
    return Likelihood(words[level], level)


def match_status(
    match: Match, *, decides: bool, owes_answer: bool = False, said_yes: bool = False, turn: bool = True
) -> Status:
    """Of one match, for whoever decides on it, now if it is their `turn`, or for a side; `owes_answer` if this side's
    answer is missing, `said_yes` if it is the need's and was interested before it could be asked."""
    if match.state == MatchState.PROPOSED and match.second_cluster_id and not (decides and turn):
        return _agreed_status(match.origin, decides, said_yes)
    if match.state == MatchState.PROPOSED:
        words = _("Waiting for your decision") if decides else _("Not yet reviewed by a broker")
        return Status(words, _("Accept, reject or park it.") if decides else _("A broker looks at it first."), "busy")
    if match.state == MatchState.PARKED:
        until = date_format(match.parked_until) if match.parked_until else ""
        words = _("Parked until %(day)s") % {"day": until} if decides else _("With a broker")
        return Status(words, _("It comes back to the queue on that day.") if decides else "", "")
    if match.state == MatchState.ACCEPTED:
        return _closed_status(match) or _asked_status(owes_answer, said_yes)
    words, then, tone = DECIDED[MatchState(match.state)]
    return Status(str(words), str(then), tone)


def _agreed_status(origin: str, decides: bool, said_yes: bool) -> Status:
    """`origin` is the other installation whose brokers decide, "" for another cluster of this one."""
    elsewhere = _("With %(origin)s") % {"origin": origin} if origin else _("With the other cluster")
    words = elsewhere if decides else _("A broker has agreed")
    if said_yes and not origin:
        return Status(words, _("A broker of the other side decides, too. The provider is asked after that."), "busy")
    return Status(words, _("A broker of the other side decides, too. Both sides are asked after that."), "busy")


def _closed_status(match: Match) -> Status | None:
    """Where nobody is asked, because a text is not open."""
    if match.need.is_open and match.offer.is_open:
        return None
    closed = match.offer if match.need.is_open else match.need
    words = _("The need is not open any more") if closed is match.need else _("The offer is not open any more")
    then = _("The case is closed.") if closed.state in ENDS else _("If it is published again, the questions go on.")
    return Status(words, then)


def _asked_status(owes_answer: bool, said_yes: bool) -> Status:
    if owes_answer:
        return Status(_("Your answer is wanted"), _("Say yes, later or no."), "warn")
    if said_yes:
        then = _("The provider is being asked. If it says yes, too, you are introduced by mail.")
        return Status(_("You said you are interested"), then, "busy")
    return Status(_("Both sides are being asked"), _("When both say yes, they are introduced by mail."), "busy")


DECIDED: dict[str, tuple] = {
    MatchState.REJECTED: (gettext_lazy("Rejected by the broker"), gettext_lazy("It is not proposed again."), ""),
    MatchState.DISMISSED: (
        gettext_lazy("Turned down by the side of the need"),
        gettext_lazy("It is not proposed again."),
        "",
    ),
    MatchState.DECLINED: (gettext_lazy("Declined by one side"), gettext_lazy("The case is closed."), ""),
    MatchState.LAPSED: (
        gettext_lazy("One side did not answer"),
        gettext_lazy("The case is closed; a broker may call the silent side."),
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
