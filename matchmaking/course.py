"""The course of a match: what happened when, as far as the person looking may know it."""

from datetime import date, datetime
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .agreeing import agreements_among
from .board import HEADINGS
from .codes import INTRODUCED_STATES, UNDECIDED_STATES, Answer, MatchState, Side, Verdict
from .models import Ask, CaseEvent, FollowUp, Review
from .viewer import Seen


class Event(NamedTuple):
    at: datetime
    words: str
    who: str = ""
    note: str = ""


class Next(NamedTuple):
    """What comes next, and by which day where somebody has planned it."""

    words: str
    on: date | None = None


def next_of(seen: Seen) -> Next:
    """As the brokers of a case have planned it, which only they read; else as every match goes on."""
    is_known = seen.decides and seen.match.state in INTRODUCED_STATES
    case = getattr(seen.match, "case", None) if is_known else None
    return Next(case.next_step, case.next_step_on) if case and case.next_step else Next(seen.status.next)


def course_of(seen: Seen) -> list[Event]:
    """Oldest first. Only whoever decides learns names, reasons and notes; a side learns of its own answer."""
    match, history = seen.match, seen.history
    events = _beginning(seen)
    agreements = agreements_among(history.reviews, match)
    events += [_review_event(one, seen, is_first=one in agreements) for one in history.reviews]
    for ask in history.asks if match.state not in UNDECIDED_STATES else ():
        events += _ask_events(ask, seen)
    introduction = getattr(match, "introduction", None)
    if introduction and introduction.introduced_at:
        events.append(Event(introduction.introduced_at, _("Introduced to each other by mail")))
    events += [_told_event(one) for one in _follow_ups(seen)]
    events += [told for one in history.events if (told := _case_event(one, seen.decides))]
    return sorted(events, key=lambda event: event.at)


def _beginning(seen: Seen) -> list[Event]:
    """Found by the engine, by a broker, or by one after the other; and whether the side of the need wanted it."""
    match = seen.match
    found = [] if match.suggested_at and match.run_id is None else [Event(match.created_at, _("Proposed"))]
    if match.suggested_at:
        who = str(match.suggested_by or "") if seen.decides else ""
        found.append(Event(match.suggested_at, _("Suggested by a broker"), who))
    if seen.is_wanted:
        who = str(match.wanted_by or "") if seen.leads or Side.NEED in seen.sides else ""
        found.append(Event(match.wanted_at, _("The side of the need is interested"), who))
    return found


def _review_event(review: Review, seen: Seen, *, is_first: bool) -> Event:
    """`is_first` of the decision by which the match came to a second cluster."""
    words = {
        Verdict.ACCEPT: _asked_words(seen),
        Verdict.REJECT: _("Rejected by a broker"),
        Verdict.PARK: _("Put aside by a broker"),
    }[Verdict(review.verdict)]
    if is_first:
        words = _("Accepted by a broker; a broker of the other side decides, too")
    if review.took_from_id:
        words = _("Taken back and put aside by a broker")
    if not seen.decides:
        return Event(review.created_at, words)
    note = review.note if seen.leads else seen.strip(review.note)
    why = [review.get_reason_display() if review.reason else "", note]
    return Event(review.created_at, words, str(review.broker or ""), " – ".join(part for part in why if part))


def _asked_words(seen: Seen) -> str:
    """Only whoever knows that the side of the need wanted it reads that it was not asked."""
    if seen.is_wanted and any(ask.is_given_before for ask in seen.history.asks):
        return _("Accepted by a broker; the side of the offer asked")
    return _("Accepted by a broker; both sides asked")


def _ask_events(ask: Ask, seen: Seen) -> list[Event]:
    """The answer of one side: in full to the broker and the side itself, to the other side after the introduction."""
    side = _("The side of the need") if ask.side == Side.NEED else _("The side of the offer")
    events = []
    if ask.answered_at and not ask.is_given_before and (seen.decides or ask.side in seen.sides):
        words = {Answer.YES: _("%s: yes"), Answer.LATER: _("%s: later"), Answer.NO: _("%s: no")}[Answer(ask.answer)]
        knows = seen.leads or ask.side in seen.sides or seen.match.state in INTRODUCED_STATES
        why = [ask.get_reason_display() if ask.reason else "", ask.note if knows else seen.strip(ask.note)]
        note = " – ".join(part for part in why if part)
        events.append(Event(ask.answered_at, words % side, str(ask.answered_by or "") if knows else "", note))
    if ask.lapsed_at:
        events.append(Event(ask.lapsed_at, _("%s did not answer") % side))
    return events


def _case_event(event: CaseEvent, decides: bool) -> Event | None:
    """Where the two sides stand is known to them; what brokers plan and note is not."""
    if not decides:
        is_known = event.kind in (CaseEvent.Kind.MOVED, CaseEvent.Kind.HANDED)
        return Event(event.at, _case_words(event)) if is_known else None
    why = [event.get_reason_display() if event.reason else "", event.text]
    note = " – ".join(part for part in why if part)
    return Event(event.at, _case_words(event), str(event.by or ""), note)


def _case_words(event: CaseEvent) -> str:
    if event.kind == CaseEvent.Kind.MOVED:
        return str(HEADINGS[MatchState(event.state)])
    if event.kind == CaseEvent.Kind.PLANNED and event.on:
        return _("Next step by %(day)s") % {"day": date_format(event.on)}
    return {
        CaseEvent.Kind.PLANNED: _("Next step") if event.text else _("No next step"),
        CaseEvent.Kind.TAKEN: _("Taken care of"),
        CaseEvent.Kind.HANDED: _("Handed over to %(who)s") % {"who": event.owner or event.cluster},
        CaseEvent.Kind.NOTED: _("Note"),
    }[CaseEvent.Kind(event.kind)]


def _follow_ups(seen: Seen) -> list[FollowUp]:
    """How it went, as a side told; in full to the brokers, to a side only what it told itself."""
    told = [one for one in seen.history.follow_ups if one.answered_at]
    return [one for one in told if seen.decides or one.side in seen.sides]


def _told_event(told: FollowUp) -> Event:
    side = _("The side of the need") if told.side == Side.NEED else _("The side of the offer")
    why = [told.get_reason_display() if told.reason else "", told.note]
    words = f"{side}: {told.get_progress_display()}"
    return Event(told.answered_at, words, str(told.answered_by or ""), " – ".join(part for part in why if part))
