"""Digests as tests make and read them."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from matchmaking.models import Mail, MailKind, MailState
from tests.factories import make_case
from tests.matchmaking.mail_reading import read

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def no_invalid_variable(settings):
    """A template that asks for what is not there shows it."""
    settings.TEMPLATES = [
        template | {"OPTIONS": template["OPTIONS"] | {"string_if_invalid": "INVALID(%s)"}}
        for template in settings.TEMPLATES
    ]


def old_case(**overrides):
    """A proposed match of people who joined long ago."""
    case = make_case(**overrides)
    User.objects.update(date_joined=LONG_AGO)
    return case


def digest_of(person, period="2026-11-24"):
    mail, _created = Mail.objects.get_or_create(
        key=f"digest:{person.pk}:{period}", defaults={"kind": MailKind.DIGEST, "recipient": person}
    )
    return mail


def told(person, period="2026-11-24"):
    """The person's digest of a period, composed and counted as sent; None if there was nothing new."""
    mail = digest_of(person, period)
    message = read(mail)
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT if message else MailState.DROPPED)
    return message
