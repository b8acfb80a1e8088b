"""The mails of the questions between two sides: a question to answer, and the answer to one's own."""

from django.urls import reverse
from django.utils.translation import gettext as _

from .codes import Side
from .letters import Event
from .links import absolute
from .models import Mail, Match, Question
from .questions import Said, said
from .viewer import Seen, seen_by


def question_event(mail: Mail) -> Event | None:
    """None once it was answered, the case is closed, or the reader does not act for that side any more."""
    found = _found(mail)
    if found is None or not found[1].may_answer:
        return None
    return _event(mail, *found, _("a question from the other side"))


def reply_event(mail: Mail) -> Event | None:
    """None if the reader does not act for the side that asked any more, or the answer was erased."""
    found = _found(mail)
    if found is None or not (found[1].is_own and found[1].answer):
        return None
    return _event(mail, *found, _("your question was answered"))


def _found(mail: Mail) -> tuple[Seen, Said] | None:
    question = Question.objects.select_related("asked_by", "answered_by").filter(pk=mail.object_id).first()
    match = Match.objects.visible_to(mail.recipient).with_documents().filter(pk=question.match_id) if question else ()
    seen = next(iter(seen_by(mail.recipient, match)), None)
    return (seen, said(question, seen)) if seen else None


def _event(mail: Mail, seen: Seen, told: Said, subject: str) -> Event:
    side = told.question.side if told.is_own else told.question.answering_side
    own, other = (seen.need, seen.offer) if side == Side.NEED else (seen.offer, seen.need)
    context = {"said": told, "own": own, "other": other}
    context["url"] = absolute(reverse("match-detail", args=[seen.pk])) + "#questions"
    document = told.question.document_of(side)
    why = _("You get this mail because you act for %(organisation)s.") % {"organisation": document.organisation}
    return Event(
        "event_question", f"{own.reference}: {subject}", context, why, told.answer or told.topic or told.text
    )
