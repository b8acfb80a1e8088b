"""Requests made from the API's own description, as every role: no failure of ours, no answer but those described."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from accounts.models import Scope
from matchmaking.reviewing import accept
from tests.factories import make_case, make_user
from tests.permission_table import token_of

pytestmark = [pytest.mark.django_db, pytest.mark.long]  # the few took a minute on a busy machine
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)


@pytest.fixture
def headers(monkeypatch):
    """Of a visitor, of both sides, of a broker and of staff, who all know one accepted match."""
    for name in ("AnonRateThrottle", "UserRateThrottle"):
        monkeypatch.setattr(f"rest_framework.throttling.{name}.rate", "1000000/min", raising=False)
    monkeypatch.setattr("matchmaking.search_api.propose", lambda text, top, language: [])
    for signal in (request_started, request_finished):  # as Django's own client does: the test keeps its connection
        signal.disconnect(close_old_connections)
    case = make_case()
    accept(case.match, by=case.broker)
    people = (case.seeker, case.provider, case.broker, make_user(is_staff=True))
    yield [{}, *({"Authorization": f"Token {token_of(person, Scope.BROKER)[1]}"} for person in people)]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(headers, times):
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    operations = [found.ok() for found in schema.exclude(path_regex="exports").get_all_operations()]
    assert len(operations) > 30
    for operation in operations:
        quick = settings(
            max_examples=times, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
        )

        @quick
        @given(st.sampled_from(headers), operation.as_strategy())
        def send(who, case):
            case.call_and_validate(headers=who, checks=CHECKS)

        send()


def test_a_few_requests_to_every_address_are_answered_as_described(headers):
    ask(headers, 2)


def test_thousands_of_requests_are_answered_as_described(headers):
    ask(headers, 150)
