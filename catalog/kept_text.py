"""A text somebody typed before signing up: it waits in the session, from sign-up on with the account, so that it is
there in any browser, and becomes a draft when the address is confirmed or is put into the need form."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.conf import settings
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.joining import KEPT_TEXT
from accounts.models import Organisation, User

from .codes import Visibility
from .forms import proposed_title
from .language import detect
from .models import Need


def keep(request: HttpRequest, text: str) -> None:
    """Until it is used, or for as long as trials are kept; signing in gives the session its usual life."""
    request.session[KEPT_TEXT] = text
    if not request.user.is_authenticated:
        request.session.set_expiry(timedelta(days=settings.RETENTION_DAYS["trials"]))


def kept(request: HttpRequest) -> str:
    return request.session.get(KEPT_TEXT) or getattr(request.user, "kept_text", "")


def forget(request: HttpRequest) -> None:
    request.session.pop(KEPT_TEXT, None)
    if request.user.is_authenticated and request.user.kept_text:
        request.user.hand_over_kept_text()


@receiver(email_confirmed, dispatch_uid="catalog.kept_text")
def draft_when_confirmed(email_address: EmailAddress, **kwargs: Any) -> None:
    draft_for(email_address.user)


@transaction.atomic
def draft_for(person: User) -> Need | None:
    """A draft made of the text that waits; without an organisation yet to write for it goes on waiting."""
    organisation = Organisation.objects.of(person).first()
    if organisation is None or not (text := person.hand_over_kept_text()):
        return None
    return Need.objects.create(
        author=person,
        organisation=organisation,
        title=proposed_title(text),
        description=text,
        language=detect(text, person.language),
        visibility=Visibility.ANONYMOUS,
    )
