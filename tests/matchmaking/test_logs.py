"""No text of a need or an offer gets into the log, whatever goes wrong; what an operator needs does."""

import io
import json
import logging
import smtplib

import pytest
from django.conf import settings as project
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.urls import path
from django.utils.log import configure_logging
from rest_framework.test import APIClient

from catalog import attachments
from catalog.embedding import embed_stale_documents
from catalog.models import Need
from matchmaking import mailing, reviewing, urls
from matchmaking.celery import app
from matchmaking.due import match_due_needs
from matchmaking.logs import DiscreetFormatter
from matchmaking.models import Mail, MailState
from tests.factories import make_case, make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
SECRET = "our dyeing bath loses its colour since the new enzyme"


@pytest.fixture
def log():
    """What is written to the log, by the handlers of the settings."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    formatter = dict(project.LOGGING["formatters"]["json"])
    handler.setFormatter(DiscreetFormatter(formatter["format"], style=formatter["style"]))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def lines(log) -> list[dict]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@app.task
def failing_task(text):
    raise ValueError(f"cannot understand {text}")


def quoting(request, token=""):
    raise IntegrityError(f"null value\nDETAIL:  Failing row contains (1, {SECRET}).")


def database_down(request):
    try:
        raise ValueError(SECRET)
    except ValueError:
        raise OperationalError(f"connection refused\nCONTEXT:  COPY line 1: {SECRET}") from None


def fine(request):
    return HttpResponse(SECRET)


urlpatterns = [
    *urls.urlpatterns,
    path("quoting/<str:token>/", quoting),
    path("down/", database_down),
    path("fine/<int:pk>/", lambda request, pk: fine(request)),
]


@pytest.fixture
def broken_site(client, settings):
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False
    return client


def test_an_error_is_logged_with_its_place_and_kind_but_without_what_it_quotes(broken_site, log):
    assert broken_site.post("/quoting/a-secret-token/", {"text": SECRET}).status_code == 500
    told = next(line for line in lines(log) if line["levelname"] == "ERROR")
    assert told["message"] == "Internal Server Error: quoting/<str:token>/"
    assert "test_logs.py" in told["exc_info"]
    assert "django.db.utils.IntegrityError" in told["exc_info"]
    assert SECRET not in log.getvalue()
    assert "a-secret-token" not in log.getvalue()


def test_what_an_operator_needs_of_an_error_is_told(broken_site, log):
    broken_site.get("/down/")
    assert "OperationalError: connection refused" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_each_request_is_one_line_with_route_status_time_and_person(broken_site, log):
    person = make_user()
    broken_site.force_login(person)
    broken_site.get("/fine/7/", {"q": SECRET})
    (told,) = [line for line in lines(log) if line["name"] == "matchmaking.requests"]
    assert told["message"] == "GET fine/7/"
    assert (told["status"], told["user"]) == (200, person.pk)
    assert told["ms"] >= 0
    assert SECRET not in log.getvalue()


def test_a_failed_task_tells_neither_its_arguments_nor_its_message(log):
    failing_task.apply((SECRET,))
    assert "failing_task" in log.getvalue()
    assert "builtins.ValueError" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_each_error_of_a_group_is_told_by_its_kind(log):
    failures = [ValueError(SECRET), ConnectionRefusedError(111, "nobody listens")]
    try:
        raise ExceptionGroup(SECRET, failures)
    except ExceptionGroup:
        logging.getLogger("x").exception("2 failures")
    assert "builtins.ValueError" in log.getvalue()
    assert "nobody listens" in log.getvalue()
    assert SECRET not in log.getvalue()


def test_mail_servers_are_not_quoted(log):
    refused = {"ana@bakery.example": (550, SECRET.encode())}
    try:
        raise smtplib.SMTPRecipientsRefused(refused)
    except smtplib.SMTPException:
        logging.getLogger("x").exception("refused")
    assert "smtplib.SMTPRecipientsRefused" in log.getvalue()
    assert "ana@bakery" not in log.getvalue()


def test_the_life_of_a_need_is_logged_without_its_text(log, client, monkeypatch, tmp_path):
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    author = make_user()
    make_organisation(people=(author,))
    api = APIClient()
    api.force_authenticate(author)
    api.post("/api/v1/needs/", {"description": SECRET, "stage": SECRET}, format="json")
    told = api.post("/api/v1/needs/", {"description": SECRET}, format="json").json()
    api.post(f"/api/v1/needs/{told['id']}/publish/")
    client.force_login(author)
    client.get(f"/needs/{told['id']}/")
    case = make_case(need={"description": SECRET, "title": SECRET})
    reviewing.accept(case.match, by=case.broker)
    embed_stale_documents()
    assert match_due_needs() == Need.objects.open().count()
    assert {mailing.send(owed.pk) for owed in Mail.objects.due()} == {MailState.SENT}
    attachments.sweep()
    assert log.getvalue()
    assert SECRET not in log.getvalue()


def test_statements_are_not_logged_even_when_everything_is(log, settings, monkeypatch):
    configure_logging("logging.config.dictConfig", project.LOGGING | {"root": {"level": "DEBUG", "handlers": []}})
    settings.DEBUG = True
    logging.getLogger().addHandler(_handler := logging.StreamHandler(log))
    try:
        make_need(description=SECRET)
        assert Need.objects.filter(description=SECRET).exists()
    finally:
        logging.getLogger().removeHandler(_handler)
        configure_logging("logging.config.dictConfig", project.LOGGING)
    assert SECRET not in log.getvalue()


def test_workers_write_the_log_as_the_settings_say():
    before = list(logging.getLogger().handlers)
    app.log.setup(loglevel="INFO")
    assert logging.getLogger().handlers == before
    assert not [one for one in logging.getLogger("celery").handlers if isinstance(one, logging.StreamHandler)]
