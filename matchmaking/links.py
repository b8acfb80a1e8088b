"""Links in mails that act without a login: signed, each for one purpose; those for an answer expire.

Following one never changes anything: the page behind it has a button.
"""

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

from .models import Ask

ANSWER = "matchmaking.links.answer"
UNSUBSCRIBE = "matchmaking.links.unsubscribe"


class AnswerLink(NamedTuple):
    ask_id: int
    user_id: int
    answer: str


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def answer_url(ask: Ask, person: User, answer: str) -> str:
    token = signing.dumps(AnswerLink(ask.pk, person.pk, answer), salt=ANSWER)
    return absolute(reverse("ask-answer", args=[token]))


def read_answer(token: str) -> AnswerLink:
    """Raises SignatureExpired for an old link, BadSignature for one that is not ours."""
    return AnswerLink(*signing.loads(token, salt=ANSWER, max_age=timedelta(days=settings.ANSWER_LINK_DAYS)))


def unsubscribe_url(person: User) -> str:
    token = signing.dumps(person.pk, salt=UNSUBSCRIBE)
    return absolute(reverse("digest-unsubscribe", args=[token]))


def read_unsubscribe(token: str) -> int:
    """The person's id; works for ever, as an old mail must let its reader go. Raises BadSignature."""
    return signing.loads(token, salt=UNSUBSCRIBE)
