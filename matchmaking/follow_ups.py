"""Six and twelve months after an introduction both sides are asked how it went, and what they achieved.

Who is due is a query over introductions; a question is a row and one mail to each person who was introduced. Answers
are for the brokers, who move the case themselves. What may be published each side says for itself.
"""

from calendar import monthrange
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Act, Consent, Door, Subject, User

from .cases import check_broker
from .codes import MatchState, Progress, Reason, Side
from .introductions import contacts
from .letters import Event
from .links import absolute, follow_up_url
from .models import Achievement, Case, FollowUp, Mail, MailKind
from .viewer import Seen, seen_by

# Asked from so many months after the introduction on, and no more once the next question is due or it is too late.
UNTIL = {6: 12, 12: 18}


def ask_how_it_went() -> int:
    """Write the questions that are due, with their mails; how many."""
    return sum(_ask(case, side, months) for months in UNTIL for side in Side for case in due(side, months))


def due(side: str, months: int) -> QuerySet[Case]:
    """Cases of which this side is to be asked now, for the first time after so many months."""
    now = timezone.now()
    introduced = Case.objects.exclude(match__state=MatchState.NO_AGREEMENT).filter(
        match__introduction__introduced_at__lte=months_before(now, months),
        match__introduction__introduced_at__gt=months_before(now, UNTIL[months]),
    )
    asked = FollowUp.objects.filter(case=OuterRef("pk"), side=side)
    is_over = Exists(asked.filter(progress=Progress.NOTHING))
    return introduced.exclude(Exists(asked.filter(months=months))).exclude(is_over).order_by("pk")


def months_before(moment: datetime, months: int) -> datetime:
    """The same day so many months earlier; the last of that month where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def next_question(introduced_at: datetime) -> datetime | None:
    """When both sides of an introduction are asked next; None after the last time."""
    moments = (months_before(introduced_at, -months) for months in UNTIL)
    return next((moment for moment in moments if moment > timezone.now()), None)


@transaction.atomic
def _ask(case: Case, side: str, months: int) -> bool:
    follow_up, is_new = FollowUp.objects.get_or_create(case=case, side=side, months=months)
    if is_new:
        about = {"kind": MailKind.FOLLOW_UP, "object_id": follow_up.pk}
        people = introduced_people(follow_up)
        Mail.objects.owe([Mail(key=f"follow-up:{follow_up.pk}:{one.pk}", recipient=one, **about) for one in people])
    return is_new


def introduced_people(follow_up: FollowUp) -> list[User]:
    """Who was introduced for this side; whoever acts for it where nobody was asked."""
    ask = follow_up.match.asks.filter(side=follow_up.side).first()
    people = User.objects.acting_for(follow_up.document.organisation).order_by("pk")
    return contacts(ask) if ask else list(people)


# Answering


class Told(NamedTuple):
    """What one side tells; `achieved` are fields of an achievement."""

    progress: str
    reason: str = ""
    note: str = ""
    achieved: dict[str, Any] | None = None


@transaction.atomic
def tell(follow_up: FollowUp, told: Told, *, by: User, seen: datetime | None, door: str = Door.PAGE) -> bool:
    """Write how it went; False if it was answered, or answered anew, since it was `seen` answered.

    Raises PermissionDenied for whoever does not act for that side, ValidationError for an answer that is none of
    `Progress` or nothing without one of `Reason`.
    """
    _check(told)
    if not FollowUp.objects.answerable_by(by).filter(pk=follow_up.pk).exists():
        raise PermissionDenied(_("Only people of the organisation that was asked can answer."))
    reason = told.reason if told.progress == Progress.NOTHING else ""
    if not follow_up.answer(seen=seen, progress=told.progress, reason=reason, note=told.note, answered_by=by):
        return False
    Case.objects.filter(pk=follow_up.case_id).update(touched_at=timezone.now())
    _keep_achievement(follow_up, told, by, door)
    return True


def _check(told: Told) -> None:
    if told.progress not in Progress.values:
        raise ValidationError({"progress": _("Say how it went.")})
    if told.progress == Progress.NOTHING and told.reason not in Reason.values:
        raise ValidationError({"reason": _("Say why nothing came of it: choose one of the reasons.")})


def _keep_achievement(follow_up: FollowUp, told: Told, by: User, door: str) -> None:
    """Kept where the two work together; what was agreed to publish is taken back with it."""
    known = Achievement.objects.filter(case=follow_up.case_id, side=follow_up.side).first()
    before = known is not None and known.may_publish
    fields = told.achieved or {}
    if told.progress != Progress.TOGETHER:
        fields = {"may_publish": False}
    if known or any(fields.values()):
        _write(follow_up.case, follow_up.side, by, fields)
    now = bool(fields.get("may_publish", before))
    if now != before:
        act = Act.AGREED if now else Act.WITHDRAWN
        Consent.objects.note(by, Subject.PUBLICATION, act, door, about=str(follow_up.match))


def _write(case: Case, side: str, by: User, fields: dict[str, Any]) -> Achievement:
    told = {"told_by": by, "told_at": timezone.now()}
    return Achievement.objects.update_or_create(case=case, side=side, defaults=fields | told)[0]


@transaction.atomic
def record(case: Case, side: str, fields: dict[str, Any], *, by: User) -> Achievement:
    """What a broker heard from one side. A broker never agrees for a side that something is published, and what a
    side agreed to holds for what it had read: nothing is published once something else stands there.

    Raises PermissionDenied for whoever is not a broker of the case.
    """
    check_broker(case, by)
    known = Achievement.objects.filter(case=case, side=side).first()
    is_same = known is not None and all(getattr(known, name) == value for name, value in fields.items())
    return _write(case, side, by, fields | {"may_publish": is_same and known.may_publish})


# What the mail says


def follow_up_event(mail: Mail) -> Event | None:
    """None once it was answered, or the case was closed, or the reader does not act for that side any more."""
    reader = mail.recipient
    mine = FollowUp.objects.waiting().answerable_by(reader).with_documents()
    follow_up = mine.filter(pk=mail.object_id).first()
    seen = next(iter(seen_by(reader, [follow_up.match])), None) if follow_up else None
    if seen is None:
        return None
    own, other = sides_of(follow_up, seen)
    subject = f"{own.reference}: " + _("how did it go with %(organisation)s?") % {"organisation": other.organisation}
    context = {"own": own, "other": other, "ago": ago(follow_up), "url": follow_up_url(follow_up, reader)}
    context |= {"is_need_side": follow_up.side == Side.NEED, "page_url": absolute(follow_up.get_absolute_url())}
    why = _("You get this mail because you were introduced to each other in this case.")
    return Event("event_follow_up", subject, context, why, f"{other.organisation}: {other.title}")


def sides_of(follow_up: FollowUp, seen: Seen) -> tuple[Any, Any]:
    """The own document and the other one, as the person sees them."""
    return (seen.need, seen.offer) if follow_up.side == Side.NEED else (seen.offer, seen.need)


def ago(follow_up: FollowUp) -> str:
    return ngettext("%d month ago", "%d months ago", follow_up.months) % follow_up.months
