"""Requests made from the API's own description, as every role: no failure of ours, no answer but those described, and
nothing of a text that the role may not see."""

import random

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
from tests.factories import make_need, make_offer
from tests.matchmaking.test_permissions import undone
from tests.permission_table import make_scene, token_of

pytestmark = pytest.mark.django_db
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)
SECRET = "quetzalcoatlus"  # stands in texts for the network of a cluster to which only staff belongs


@pytest.fixture
def headers(monkeypatch):
    """By role, of a visitor and of everybody in the permission table with a token that may do everything."""
    for name in ("AnonRateThrottle", "UserRateThrottle"):
        monkeypatch.setattr(f"rest_framework.throttling.{name}.rate", "1000000/min", raising=False)
    monkeypatch.setattr("matchmaking.search_api.propose", lambda text, top, language: [])
    for signal in (request_started, request_finished):  # as Django's own client does: the test keeps its connection
        signal.disconnect(close_old_connections)
    people, _rows = make_scene()
    for make in (make_need, make_offer):
        make(visibility="network", title=SECRET, description=f"{SECRET} bones")
    tokens = {role: token_of(person, Scope.BROKER)[1] for role, person in people.items() if person}
    yield {"visitor": {}} | {role: {"Authorization": f"Token {token}"} for role, token in tokens.items()}
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def ask(headers, times, share=1.0):
    """Sends `times` requests to each operation, or to a share of them; how many were sent."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    operations = [found.ok() for found in schema.exclude(path_regex="exports").get_all_operations()]
    assert len(operations) > 50
    sent = []
    for operation in random.Random(6).sample(operations, int(len(operations) * share)):
        quick = settings(
            max_examples=times, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
        )

        @quick
        @given(st.sampled_from(sorted(headers)), operation.as_strategy())
        def send(role, case):
            with undone():  # or a token that ends itself would turn all that follow into 401
                answer = case.call_and_validate(headers=headers[role], checks=CHECKS)
            assert role == "staff" or SECRET not in answer.text
            sent.append(answer.status_code)

        send()
    return sent


def test_some_requests_to_some_addresses_are_answered_as_described(headers):
    assert ask(headers, 2, share=0.2)


@pytest.mark.long
def test_thousands_of_requests_are_answered_as_described(headers):
    answers = ask(headers, 150)
    assert len(answers) >= 5_000
    assert sum(status < 300 for status in answers) > 500
