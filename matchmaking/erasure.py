"""Erasing a person: the account, the texts, the mails, the files. Matches stay for the statistics, without words.

What an organisation of several people has stays with it. What goes is said by `departure_of` before anybody agrees.
"""

import logging
import re
from collections.abc import Iterable

from django.contrib.admin.models import LogEntry
from django.contrib.auth import SESSION_KEY
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.leaving import going_with, leave_for_good
from accounts.models import Organisation, User
from catalog.erasing import erase_words_of
from catalog.models import ClientText, Rewording

from . import mailbox
from .codes import MatchState
from .models import (
    Achievement,
    Ask,
    Case,
    CaseEvent,
    FollowUp,
    Introduction,
    Mail,
    Match,
    Question,
    Review,
    SavedSearch,
    Scouting,
    SilencedAddress,
)
from .personal_data import relations, rows_of

log = logging.getLogger(__name__)

UNFINISHED = (MatchState.PROPOSED, MatchState.PARKED, MatchState.ACCEPTED)


@transaction.atomic
def erase(person: User) -> None:
    """Everything of the person, at once and for good.

    Raises ValidationError for the only administrator: nobody could let in another.
    """
    _check_other_administrators(person)
    pk = person.pk
    going = Organisation.objects.filter(pk__in=list(going_with(person).values_list("pk", flat=True)))
    _erase_cases_of(going)
    erase_words_of(going)
    _erase_words_said_by(person)
    _erase_traces_of(person)
    leave_for_good(person, going)
    log.info("a person was erased", extra={"person": pk})


def _check_other_administrators(person: User) -> None:
    others = User.objects.filter(is_superuser=True, is_active=True).exclude(pk=person.pk)
    if person.is_superuser and not others.exists():
        raise ValidationError(_("You are the only administrator. Make another person administrator first."))


def _erase_cases_of(organisations: QuerySet[Organisation]) -> None:
    """States, scores, verdicts and reasons stay; words of either text, notes and letters go."""
    pks = organisations.values("pk")
    matches = Match.objects.filter(Q(need__organisation__in=pks) | Q(offer__organisation__in=pks))
    touched = list(matches.values_list("pk", flat=True))
    matches.filter(state__in=UNFINISHED).update(state=MatchState.WITHDRAWN, decided_at=timezone.now())
    Match.objects.filter(pk__in=touched).update(bridge=[], reasons=[], similar=[])
    Introduction.objects.filter(match__in=touched).update(message="")
    for said in (Review, Ask):
        said.objects.filter(match__in=touched).update(note="")
    FollowUp.objects.filter(case__match__in=touched).update(note="")
    _forget_words_of(Achievement.objects.filter(case__match__in=touched))
    Case.objects.filter(match__in=touched).update(next_step="")
    CaseEvent.objects.filter(case__match__in=touched).update(text="")
    Question.objects.filter(match__in=touched).update(text="", answer="")
    Scouting.objects.filter(need__organisation__in=pks).update(note="")


def _forget_words_of(achievements: QuerySet[Achievement]) -> None:
    achievements.update(quote="", green_effect="", may_publish=False)


def _erase_words_said_by(person: User) -> None:
    """Notes to answers, and the name in letters to both sides of cases that stay."""
    Ask.objects.filter(answered_by=person).update(note="")
    FollowUp.objects.filter(answered_by=person).update(note="")
    Rewording.objects.filter(proposed_by=person).update(note="")
    Question.objects.filter(asked_by=person).update(text="")
    Question.objects.filter(answered_by=person).update(answer="")
    _forget_words_of(Achievement.objects.filter(told_by=person))
    own = Organisation.objects.of(person).values("pk")
    sides = Q(match__need__organisation__in=own) | Q(match__offer__organisation__in=own)
    for introduction in Introduction.objects.filter(sides | Q(broker=person)).only("message"):
        introduction.message = without(introduction.message, [person.email, person.name])
        introduction.save(update_fields=["message"])
    _unname_in_cases(person, sides)


def _unname_in_cases(person: User, sides: Q) -> None:
    """In what brokers planned and noted about cases of the person's organisations that stay."""
    cases = Case.objects.filter(sides)
    events = CaseEvent.objects.filter(case__in=cases.values("pk"))
    for rows, column in ((cases, "next_step"), (events, "text")):
        for row in rows.exclude(**{column: ""}).only(column):
            setattr(row, column, without(getattr(row, column), [person.email, person.name]))
            row.save(update_fields=[column])


def without(text: str, names: Iterable[str]) -> str:
    """The text with the names taken out, where they stand as words of their own."""
    for name in filter(None, names):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", text, flags=re.IGNORECASE)
    return text


def _erase_traces_of(person: User) -> None:
    """What no foreign key of the account reaches: sessions, addresses, the administration's log, the outbox."""
    _end_sessions_of(person)
    SilencedAddress.objects.of(person.email).delete()
    SavedSearch.objects.for_client(person.email).delete()
    ClientText.objects.for_client(person.email).delete()
    Mail.objects.exclude(error="").filter(error__icontains=person.email).update(error="")
    _unname_in_log(User, [person.pk])
    for column in relations():
        if column.model is not LogEntry:
            _unname_in_log(column.model, rows_of(column, person).values_list("pk", flat=True))
    transaction.on_commit(lambda address=person.email: mailbox.forget(address))


def _unname_in_log(model: type, pks: Iterable[int]) -> None:
    kind = ContentType.objects.get_for_model(model)
    entries = LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in pks])
    entries.update(object_repr="…")


def _end_sessions_of(person: User) -> None:
    """A session says whose it is only when it is opened."""
    mine = [one.pk for one in Session.objects.iterator() if one.get_decoded().get(SESSION_KEY) == str(person.pk)]
    Session.objects.filter(pk__in=mine).delete()
