"""Mails about the account while the mail server is down: nobody meets a broken page."""

import socket
import time

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from matchmaking import account_mail
from matchmaking.account_mail import PATIENCE
from tests.factories import make_user

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "ana@bakery.example", "seven grey herons"
LATER = "could not be sent just now"


@pytest.fixture
def mail_is_down(settings):
    """A port of this machine that refuses every connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "matchmaking.smtp.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        yield


def sign_up(client):
    form = {"email": EMAIL, "password1": PASSWORD, "name": "Ana Demo", "language": "es"}
    form |= {"organisation": "Padaria Azul (demo)", "country": "PT", "kind": "sme"}
    return client.post(reverse("account_signup"), form, follow=True)


def sign_in(client):
    return client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD}, follow=True)


def test_who_signs_up_while_mail_is_down_is_told_so_and_gets_the_mail_by_signing_in_later(
    client, settings, mail_is_down
):
    page = sign_up(client)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, reverse("account_login"))
    assert LATER in page.text
    assert "on its way" not in page.text
    assert User.objects.filter(email=EMAIL).exists()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    sign_in(client)
    assert [one.to for one in mail.outbox] == [[EMAIL]]


def test_while_mail_is_down_an_address_that_is_known_reads_the_same_as_any_other(client, mail_is_down, caplog):
    make_user(email=EMAIL)
    for email in (EMAIL, "nobody@bakery.example"):
        page = client.post(reverse("account_reset_password"), {"email": email}, follow=True)
        assert (page.status_code, page.request["PATH_INFO"]) == (200, reverse("account_reset_password"))
        assert LATER in page.text
    assert len([one for one in caplog.records if one.name == "matchmaking.account_mail"]) == 2
    assert "bakery.example" not in caplog.text


def test_who_adds_an_address_while_mail_is_down_is_told_so_on_the_page_of_addresses(client, mail_is_down):
    client.force_login(make_user(last_login=timezone.now()))
    page = client.post(reverse("account_email"), {"email": EMAIL, "action_add": ""}, follow=True)
    assert (page.status_code, page.request["PATH_INFO"]) == (200, reverse("account_email"))
    assert LATER in page.text
    assert "on its way" not in page.text


def test_a_page_waits_less_long_than_a_task_for_a_mail_server_that_says_nothing(client, settings, monkeypatch):
    assert PATIENCE < settings.EMAIL_TIMEOUT
    monkeypatch.setattr(account_mail, "PATIENCE", 0.2)
    settings.EMAIL_BACKEND = "matchmaking.smtp.SmtpBackend"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        begun = time.monotonic()
        assert LATER in sign_up(client).text
    assert time.monotonic() - begun < 10
