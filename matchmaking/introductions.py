"""From an accepted match to an introduction: both sides asked, reminded, their answers, and the introduction.

Each step writes its rows and the mails it owes in one transaction; `mailing` sends them, `letters` words them.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, OuterRef
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Act, Consent, Door, Organisation, Subject, User
from catalog.codes import Disclosure, Visibility
from catalog.models import Need, Offer
from catalog.presenting import Shown

from .agreeing import acceptances_of, home_of
from .cases import open_case
from .codes import INTRODUCED_STATES, Answer, MatchState, Reason, Side
from .consent import reachable
from .letters import interface_language
from .models import Accord, Ask, Introduction, Mail, MailKind, Match
from .models.ask import next_reminder

FINAL_ANSWERS = (Answer.YES, Answer.NO)
ACTS = {Answer.YES: Act.AGREED, Answer.LATER: Act.POSTPONED, Answer.NO: Act.DECLINED}


def language_of(document: Need | Offer) -> str:
    """The language in which one side is written to: its first person's, else that of its text."""
    person = User.objects.acting_for(document.organisation).order_by("pk").first()
    return interface_language(person.language if person else document.language)


# Asking


def draft(match: Match, *, broker: User) -> Introduction:
    """The introduction as the broker may still edit it, in the language of each side."""
    here = [document for document in (match.need, match.offer) if not document.organisation.origin]
    languages = dict.fromkeys(language_of(document) for document in here)
    texts = dict.fromkeys(_draft_text(match, language) for language in languages)
    return Introduction.objects.create(match=match, broker=broker, message="\n\n—\n\n".join(texts))


def _draft_text(match: Match, language: str) -> str:
    with override(language):
        context = {side.value: as_strangers_read(getattr(match, side)) for side in Side}
        template = "introduction_draft_across" if match.origin else "introduction_draft"
        return render_to_string(f"matchmaking/mail/{template}.txt", context).strip()


def as_strangers_read(document: Need | Offer) -> Shown:
    """As much as its visibility tells everybody: brokers of both clusters read the draft before anybody agreed."""
    is_public = document.visibility == Visibility.PUBLIC
    return Shown(document, Disclosure.FULL if is_public else Disclosure.TEASER)


def ask_both_sides(match: Match) -> None:
    """One question a side, and one mail to each person who may answer it; none where the yes was said before."""
    person = said_yes_before(match)
    for side in Side:
        if side == Side.NEED and person:
            now = timezone.now()
            said = {"answer": Answer.YES, "asked_at": now, "answered_at": now, "answered_by": person}
            Ask.objects.create(match=match, side=side, **said)
            continue
        ask = Ask.objects.create(match=match, side=side)
        if ask.document.organisation.origin:
            continue  # asked there, by its own installation
        asked = _mails_of(ask, MailKind.ASK, key=f"ask:{ask.pk}")
        Mail.objects.owe(asked or _warnings(ask))


def said_yes_before(match: Match) -> User | None:
    """Who said for the side of the need that it wants this offer (`wanting`), and belongs to it still; nobody where
    the offer was changed since. Across two installations nothing is taken as said: names go over with that yes."""
    if match.origin:
        return None
    as_it_was = Match.objects.filter(pk=match.pk, wanted_at__gte=F("offer__updated_at"))
    return User.objects.acting_for(match.need.organisation).filter(pk__in=as_it_was.values("wanted_by")).first()


def _warnings(ask: Ask) -> list[Mail]:
    """To the brokers of a case of which one side has nobody whom we could ask."""
    brokers = User.objects.brokering(home_of(ask.match))
    return [Mail(key=f"nobody:{ask.pk}:{p.pk}", kind=MailKind.NOBODY, recipient=p, ask=ask) for p in brokers]


def _mails_of(ask: Ask, kind: MailKind, *, key: str) -> list[Mail]:
    people = reachable(ask.document.organisation)
    return [Mail(key=f"{key}:{person.pk}", kind=kind, recipient=person, ask=ask) for person in people]


def remind_silent_sides() -> tuple[int, int]:
    """Remind once who has not answered, and give up who stayed silent after that: (reminded, lapsed). The time in
    which a text is not open does not count: once it is open again, the side is reminded anew."""
    Ask.objects.interrupted().update(reminded_at=None, remind_at=next_reminder())
    with_organisations = ("match__need__organisation", "match__offer__organisation")
    reminded = sum(_remind(ask) for ask in Ask.objects.to_be_reminded().select_related(*with_organisations))
    return reminded, sum(_lapse(ask) for ask in Ask.objects.silent())


@transaction.atomic
def _remind(ask: Ask) -> bool:
    Match.objects.select_for_update().get(pk=ask.match_id)
    if not Ask.objects.to_be_reminded().filter(pk=ask.pk).update(reminded_at=timezone.now()):
        return False
    Mail.objects.owe(_mails_of(ask, MailKind.REMINDER, key=f"reminder:{ask.pk}:{ask.remind_at:%Y-%m-%d}"))
    return True


@transaction.atomic
def _lapse(ask: Ask) -> bool:
    match = Match.objects.select_for_update().get(pk=ask.match_id)
    if not Ask.objects.silent().filter(pk=ask.pk).update(lapsed_at=timezone.now()):
        return False
    return match.move(MatchState.LAPSED, expected=(MatchState.ACCEPTED,))


# Answering


@transaction.atomic
def answer(ask: Ask, answer: str, *, by: User, reason: str = "", note: str = "", door: str = Door.PAGE) -> bool:
    """Write one side's yes, later or no; False if it has been answered for good, or the question is closed.

    The second yes introduces both sides, a no ends the match. Raises PermissionDenied for whoever does not act
    for that side, ValidationError for an unknown answer or a no without one of `Reason`.
    """
    _check_answer(answer, reason)
    if not Ask.objects.answerable_by(by).filter(pk=ask.pk).exists():
        raise PermissionDenied(_("Only people of the organisation that was asked can answer."))
    # Two sides saying yes in the same moment must see one another: the match is what they queue for.
    ask.match = Match.objects.select_for_update().get(pk=ask.match_id)
    if not write_answer(ask, answer=answer, reason=reason if answer == Answer.NO else "", note=note, answered_by=by):
        return False
    Consent.objects.note(by, Subject.INTRODUCTION, ACTS[Answer(answer)], door, about=str(ask.match))
    draw_conclusion(ask.match, answer)
    return True


def _check_answer(answer: str, reason: str) -> None:
    if answer not in Answer.values:
        raise ValidationError({"answer": _("Answer yes, later or no.")})
    if answer == Answer.NO and reason not in Reason.values:
        raise ValidationError({"reason": _("Say why not: choose one of the reasons.")})


def write_answer(ask: Ask, **changes: object) -> bool:
    """False if the question has been answered for good, or is closed."""
    changes["answered_at"] = timezone.now()
    if changes["answer"] == Answer.LATER:
        changes |= {"remind_at": timezone.now() + timedelta(days=settings.LATER_DAYS), "reminded_at": None}
    if Ask.objects.waiting().filter(pk=ask.pk).update(**changes) == 0:
        return False
    for name, value in changes.items():
        setattr(ask, name, value)
    return True


def draw_conclusion(match: Match, answer: str) -> None:
    """What follows from an answer. Across two installations the names of the other side have to come first."""
    if answer == Answer.NO:
        match.move(MatchState.DECLINED, expected=(MatchState.ACCEPTED,))
    elif not (match.asks.exclude(answer=Answer.YES).exists() or _awaits_names(match)):
        _introduce(match)


def _awaits_names(match: Match) -> bool:
    return Accord.objects.filter(match=match, identity={}).exists()


def _introduce(match: Match) -> None:
    """Both said yes: the draft goes out as one mail to both sides, with the brokers in copy; across two installations
    from each to its own side."""
    if not match.move(MatchState.INTRODUCED, expected=(MatchState.ACCEPTED,)):
        return
    introduction = match.introduction
    introduction.introduced_at = timezone.now()
    introduction.save(update_fields=["introduced_at"])
    open_case(match, owner=broker_of(introduction))
    Mail.objects.owe(
        [Mail(key=f"introduction:{introduction.pk}", kind=MailKind.INTRODUCTION, introduction=introduction)]
    )


# Who is who


def contacts(ask: Ask) -> list[User]:
    """Who is introduced for one side: the person who said yes, else everybody who may act for it."""
    organisation: Organisation = ask.document.organisation
    people = User.objects.acting_for(organisation).order_by("pk")
    return list(people.filter(pk=ask.answered_by_id)) or list(people)


def acquainted(match: Match) -> dict[str, list[User]]:
    """By side who is introduced, as `contacts` says, in one query; nobody before the introduction."""
    if match.state not in INTRODUCED_STATES:
        return {side.value: [] for side in Side}
    places = {Side.NEED.value: match.need.organisation_id, Side.OFFER.value: match.offer.organisation_id}
    answers = Ask.objects.filter(match=match, answered_by=OuterRef("pk")).values("side")
    people = User.objects.acting_for_any(places.values()).annotate(answered=ArraySubquery(answers)).order_by("pk")
    found = list(people)
    of_sides = {side: [one for one in found if one.place == place] for side, place in places.items()}
    return {side: [one for one in own if side in one.answered] or own for side, own in of_sides.items()}


def brokers_of(introduction: Introduction) -> list[User]:
    """The brokers in copy: that of the need's cluster, and whoever accepted for a second one. Who is a broker of
    neither any more gets nobody's address; if nobody is left, the first broker of the need's cluster."""
    match = introduction.match
    accepted = [review.broker for review in acceptances_of(match)] if match.second_cluster_id else []
    first = list(User.objects.brokering(home_of(match)).order_by("pk"))
    second = list(User.objects.brokering(match.second_cluster)) if match.second_cluster else []
    people = dict.fromkeys(filter(None, [broker_of(introduction), *accepted]))
    here = [person for person in people if person in first + second or (person.is_staff and person.is_active)]
    return here or first[:1]


def broker_of(introduction: Introduction) -> User | None:
    """The broker whose case it is: the one who accepted for the need's cluster and is its broker still, else the
    first of it."""
    accepted, here = introduction.broker, User.objects.brokering(home_of(introduction.match)).order_by("pk")
    if accepted and accepted.is_active and (accepted.is_staff or accepted in here):
        return accepted
    return next(iter(here), None)
