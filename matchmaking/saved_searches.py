"""Saved searches: keeping one, asking the client it is for, and mailing what is new at the owner's day and hour.

All that is due for one reader is one mail. A hit is told once, and only if it was published after the search was
saved. A client has no account, confirms once by a signed link, and is shown what everybody may see.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.codes import Frequency
from accounts.models import Act, Brokership, Consent, Door, Subject, User
from catalog.language import detect
from catalog.models import Document
from catalog.presenting import Shown

from .consent import is_silenced
from .events import excerpt
from .letters import Letter, Reader, interface_language, message_of, zone_of
from .links import absolute, search_url, settings_url, unsubscribe_url
from .listing import quoted
from .models import Mail, MailGroup, MailKind, SavedSearch, SearchHit
from .periods import latest_period_in_sql
from .searching import Search, find

SEARCHES = 50  # that a person may have at a time
CLIENTS_A_DAY = 20  # that a broker may ask whether they want a search
EXCERPT = 200  # characters of a hit
BATCH = 500


# Keeping one


@transaction.atomic
def save(owner: User, search: Search, name: str, frequency: str, client: dict[str, str]) -> SavedSearch:
    """Keep the search; `client` may hold `client_email` and `client_language` of whom to mail instead of the owner.

    Raises ValidationError for more searches than anybody reads, and for a client where the owner may name none.
    """
    if SavedSearch.objects.of(owner).count() >= SEARCHES:
        raise ValidationError(_("You have many saved searches. End one first."))
    if client.get("client_email"):
        _check_client(owner, client["client_email"])
    saved = SavedSearch.objects.create(
        owner=owner,
        name=name,
        kind=search.kind,
        text=search.text,
        language=search.language or detect(search.text, owner.language),
        filters={key: code for key, code in search.filters.items() if code},
        frequency=frequency,
        **(client if client.get("client_email") else {}),
    )
    if saved.client_email:
        saved.mail = Mail.objects.create(key=f"confirm:{saved.pk}", kind=MailKind.CONFIRM)
        saved.save(update_fields=["mail"])
        Mail.objects.wake()
    return saved


def _check_client(owner: User, email: str) -> None:
    if not Brokership.objects.approved().filter(user=owner).exists():
        raise ValidationError({"client_email": _("Only brokers set up searches for others.")})
    if User.objects.filter(email=email.lower()).exists():
        raise ValidationError({"client_email": _("This person has an account and can save searches there.")})
    today = timezone.now() - timedelta(days=1)
    asked = SavedSearch.objects.filter(owner=owner, created_at__gte=today).exclude(client_email="")
    if is_silenced(email) or asked.count() >= CLIENTS_A_DAY:
        raise ValidationError({"client_email": _("We cannot write to this address at the moment.")})


def set_frequency(saved: SavedSearch, frequency: str, door: str = Door.PAGE) -> None:
    """How often its hits are mailed from now on; the owner's own word is kept in the consent log."""
    SavedSearch.objects.filter(pk=saved.pk).update(frequency=frequency)
    act = Act.WITHDRAWN if frequency == Frequency.NEVER else Act.AGREED
    Consent.objects.note(saved.owner, Subject.SEARCHES, act, door, detail=frequency, about=saved.name)


# What a client without an account decides, by a link in a mail


@transaction.atomic
def confirm_as_client(saved: SavedSearch) -> None:
    if saved.confirm():
        Consent.objects.note_client(
            saved.client_email, Subject.CLIENT_SEARCH, Act.AGREED, Door.MAIL, about=saved.name
        )


@transaction.atomic
def end_from_mail(saved: SavedSearch) -> None:
    """This one search, by its reader: the client, or the owner where it goes to the owner."""
    if not SavedSearch.objects.filter(pk=saved.pk).end():
        return
    ended = {"act": Act.WITHDRAWN, "door": Door.MAIL, "about": saved.name}
    if saved.client_email:
        Consent.objects.note_client(saved.client_email, Subject.CLIENT_SEARCH, **ended)
    else:
        Consent.objects.note(saved.owner, Subject.SEARCHES, **ended)


@transaction.atomic
def end_for_client(address: str, door: str = Door.MAIL) -> None:
    """Everything that goes to this client."""
    if SavedSearch.objects.for_client(address).end():
        Consent.objects.note_client(address, Subject.CLIENT_SEARCH, Act.WITHDRAWN, door)


# Searches as they are made and shown


def search_of(saved: SavedSearch) -> Search:
    return Search(saved.kind, saved.text, saved.language, saved.filters)


def page_url(search: Search) -> str:
    """Where all hits of the search stand."""
    wanted = {"kind": search.kind, "text": search.text} | search.filters
    return absolute(f"{reverse('search')}?{urlencode({key: value for key, value in wanted.items() if value})}")


# Whose turn it is


def due_searches(now: datetime | None = None) -> QuerySet[SavedSearch]:
    """Those whose period, at the owner's day and hour, has begun since they were last looked for, or saved."""
    period = latest_period_in_sql(now or timezone.now(), person="owner__", frequency="frequency")
    last = Coalesce(F("period"), TruncDate("created_at"))
    due = SavedSearch.objects.active().annotate(now_period=period, last_period=last)
    return due.filter(last_period__lt=F("now_period")).select_related("owner").order_by("owner", "client_email", "pk")


def open_due_searches(now: datetime | None = None) -> int:
    """Owe a mail to every reader of searches that are due; returns how many. Hits are looked for when it is sent."""
    now, opened = now or timezone.now(), 0
    while batch := list(due_searches(now)[:BATCH]):
        readers: dict[tuple[int, str], list[SavedSearch]] = {}
        for search in batch:
            readers.setdefault((search.owner_id, search.client_email), []).append(search)
        for searches in readers.values():
            _open(searches)
        opened += len(readers)
    return opened


@transaction.atomic
def _open(searches: list[SavedSearch]) -> None:
    """One mail over all of one reader; a second one of the same day where a search became due only then."""
    first = searches[0]
    key = f"search:{first.pk}:{first.now_period}"
    Mail.objects.owe([Mail(key=key, kind=MailKind.SEARCH, recipient=None if first.client_email else first.owner)])
    mail = Mail.objects.get(key=key)
    for search in searches:
        SavedSearch.objects.filter(pk=search.pk).update(period=search.now_period, mail=mail)


# What the mails say


def search_message(mail: Mail) -> EmailMultiAlternatives | None:
    """What is new in all searches of the mail, to their owner or their client; None if nothing is."""
    searches = list(mail.searches.filter(pk__in=SavedSearch.objects.active().values("pk")).order_by("pk"))
    if not searches:
        return None
    first = searches[0]
    if not first.client_email:
        return _hits_message(mail, searches, first.owner)
    if is_silenced(first.client_email):
        return None
    with spoken_to(first):
        return _hits_message(mail, searches, AnonymousUser())


def _hits_message(
    mail: Mail, searches: list[SavedSearch], viewer: User | AnonymousUser
) -> EmailMultiAlternatives | None:
    groups, room = [], settings.DIGEST_ITEMS
    for search in searches:
        new = new_hits(search, viewer, besides=mail)
        if new:
            groups.append(_group(search, new, room))
            room -= len(groups[-1]["hits"])
    if not any(group["hits"] for group in groups):
        return None
    remember(mail, groups)
    return message_of(_letter(searches[0], groups), mail)


def new_hits(search: SavedSearch, viewer: User | AnonymousUser, *, besides: Mail | None = None) -> list[Document]:
    """Published since the search was saved, and not told yet; best first."""
    since = Q(published_at__gte=search.created_at)
    since |= Q(published_at__isnull=True, created_at__gte=search.created_at)
    told = SearchHit.objects.told(besides=besides).filter(search=search)
    return find(viewer, search_of(search), among=since & ~Q(pk__in=told.values("object_id"))).documents


def _group(search: SavedSearch, new: list[Document], room: int) -> dict[str, Any]:
    wanted = search_of(search)
    return {
        "search": search,
        "searched": wanted.in_words,
        "hits": [_hit(document) for document in new[:room]],
        "more": len(new) - len(new[:room]),
        "url": page_url(wanted),
        "end_url": search_url(search, "end"),
    }


def _hit(document: Document) -> dict[str, Any]:
    shown = Shown(document)
    url = absolute(document.get_absolute_url())
    return {"pk": document.pk, "shown": shown, "excerpt": excerpt(shown, EXCERPT), "url": url}


@transaction.atomic
def remember(mail: Mail, groups: list[dict[str, Any]]) -> None:
    """Keep what the mail tells, in place of what an earlier attempt at it would have told."""
    SearchHit.objects.filter(mail=mail).delete()
    rows = [SearchHit(search=one["search"], object_id=hit["pk"], mail=mail) for one in groups for hit in one["hits"]]
    SearchHit.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["search", "object_id"], update_fields=["mail"]
    )


def _letter(first: SavedSearch, groups: list[dict[str, Any]]) -> Letter:
    count = sum(len(group["hits"]) + group["more"] for group in groups)
    summary = ngettext("%d new hit", "%d new hits", count) % count
    names = ", ".join(quoted(group["search"].name) for group in groups)
    is_client = bool(first.client_email)
    context = {"summary": summary, "groups": groups, "broker": str(first.owner) if is_client else ""}
    if is_client:
        to, links = [Reader("", first.client_email)], {"leave_url": search_url(first, "leave")}
    else:
        leave = unsubscribe_url(first.owner, [MailGroup.SEARCHES])
        to, links = [first.owner], {"leave_url": leave, "settings_url": settings_url(first.owner)}
    return Letter("search", _("%(summary)s: %(names)s") % {"summary": summary, "names": names}, context, to, **links)


def confirm_message(mail: Mail) -> EmailMultiAlternatives | None:
    """The one question to a client whether the search is wanted; None once it is answered or taken back."""
    search = mail.searches.filter(ended_at__isnull=True, confirmed_at__isnull=True, owner__is_active=True).first()
    if search is None or is_silenced(search.client_email):
        return None
    with spoken_to(search):
        context = {
            "search": search,
            "searched": search_of(search).in_words,
            "broker": str(search.owner),
            "confirm_url": search_url(search, "confirm"),
        }
        subject = _("Shall we tell you about new hits? %(searched)s") % {"searched": context["searched"]}
        reader, leave = Reader("", search.client_email), search_url(search, "leave")
        letter = Letter("search_confirm", subject, context, [reader], reply_to=[search.owner], leave_url=leave)
        return message_of(letter, mail)


@contextmanager
def spoken_to(search: SavedSearch) -> Iterator[None]:
    """Words in the client's language, times in the zone of the broker."""
    with translation.override(interface_language(search.client_language)), timezone.override(zone_of(search.owner)):
        yield
