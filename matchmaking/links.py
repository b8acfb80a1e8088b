"""Links in mails that act without a login: signed, each for one purpose; those for an answer expire.

Following one never changes anything: the page behind it has a button.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from catalog.models import ClientText, Need, Offer, Rewording

from .models import Ask, FollowUp, SavedSearch

ANSWER = "matchmaking.links.answer"
DOCUMENT = "matchmaking.links.document"
UNSUBSCRIBE = "matchmaking.links.unsubscribe"
SETTINGS = "matchmaking.links.settings"
SEARCH = "matchmaking.links.search"
FOLLOW_UP = "matchmaking.links.follow_up"
CLIENT = "matchmaking.links.client"
REWORDING = "matchmaking.links.rewording"


class AnswerLink(NamedTuple):
    ask_id: int
    user_id: int
    answer: str


class FollowUpLink(NamedTuple):
    follow_up_id: int
    user_id: int


class RewordingLink(NamedTuple):
    rewording_id: int
    user_id: int


class DocumentLink(NamedTuple):
    """`valid_until` as it was when the link was made: it extends that end, and no later one."""

    kind: str
    pk: int
    user_id: int
    act: str  # extend, close
    valid_until: str


class UnsubscribeLink(NamedTuple):
    user_id: int
    groups: list[str]


class SearchLink(NamedTuple):
    search_id: int
    act: str  # confirm, end


def absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _url(name: str, purpose: str, link: Any) -> str:
    return absolute(reverse(name, args=[signing.dumps(link, salt=purpose)]))


def _read(token: str, purpose: str) -> Any:
    """Raises SignatureExpired for an old link, BadSignature for one that is not ours."""
    return signing.loads(token, salt=purpose, max_age=timedelta(days=settings.ANSWER_LINK_DAYS))


def answer_url(ask: Ask, person: User, answer: str) -> str:
    return _url("ask-answer", ANSWER, AnswerLink(ask.pk, person.pk, answer))


def read_answer(token: str) -> AnswerLink:
    return AnswerLink(*_read(token, ANSWER))


def follow_up_url(follow_up: FollowUp, person: User) -> str:
    return _url("follow-up-answer", FOLLOW_UP, FollowUpLink(follow_up.pk, person.pk))


def read_follow_up(token: str) -> FollowUpLink:
    return FollowUpLink(*_read(token, FOLLOW_UP))


def document_url(document: Need | Offer, person: User, act: str) -> str:
    kind = document._meta.model_name
    return _url("document-answer", DOCUMENT, DocumentLink(kind, document.pk, person.pk, act, _end_of(document)))


def read_document(token: str) -> DocumentLink:
    return DocumentLink(*_read(token, DOCUMENT))


def _end_of(document: Need | Offer) -> str:
    return document.valid_until.isoformat() if document.valid_until else ""


def is_for(link: DocumentLink, document: Need | Offer) -> bool:
    """Whether the document still ends on the day the link was made for."""
    return link.valid_until == _end_of(document)


def settings_url(person: User) -> str:
    return _url("mail-settings-link", SETTINGS, person.pk)


def read_settings(token: str) -> int:
    """The person's id."""
    return _read(token, SETTINGS)


def unsubscribe_url(person: User, groups: list[str]) -> str:
    return _url("unsubscribe", UNSUBSCRIBE, UnsubscribeLink(person.pk, [str(group) for group in groups]))


def read_unsubscribe(token: str) -> UnsubscribeLink:
    """Works for ever, as an old mail must let its reader go. Raises BadSignature."""
    return UnsubscribeLink(*signing.loads(token, salt=UNSUBSCRIBE))


def search_url(search: SavedSearch, act: str) -> str:
    return _url("search-answer", SEARCH, SearchLink(search.pk, act))


def read_search(token: str) -> SearchLink:
    """Works for ever, as `read_unsubscribe`. Raises BadSignature."""
    return SearchLink(*signing.loads(token, salt=SEARCH))


def client_url(text: ClientText) -> str:
    return _url("client-answer", CLIENT, text.pk)


def read_client(token: str) -> int:
    """Of the question to a client."""
    return _read(token, CLIENT)


def rewording_url(proposed: Rewording, person: User) -> str:
    return _url("rewording-answer", REWORDING, RewordingLink(proposed.pk, person.pk))


def read_rewording(token: str) -> RewordingLink:
    return RewordingLink(*_read(token, REWORDING))
