"""Requests made from the API's own description, as every role: no failure of ours, no answer but those described, and
nothing of a text that the role may not see."""

import random
from contextlib import closing
from math import ceil
from secrets import token_hex

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
from tests.permission_scene import make_scene, token_of

pytestmark = pytest.mark.django_db
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)
REQUESTS, PARTS = 5_500, 4
# Stands in texts for the network of a cluster to which only staff belongs. New in every run: generated requests take
# words from the code, and what somebody sends is told back.
SECRET = token_hex(8)


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


def read_to_the_end(app):
    """A file that is answered with is closed, as servers do; the client of these tests leaves it open."""

    def answered(environ, start_response):
        with closing(app(environ, start_response)) as answer:
            return list(answer)

    return answered


def operations():
    """In an order of their own, those of one resource apart."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", read_to_the_end(get_wsgi_application()))
    found = [one.ok() for one in schema.exclude(path_regex="exports").get_all_operations()]
    assert len(found) > 50
    return random.Random(6).sample(found, len(found))


def ask(headers, asked, times):
    """The statuses with which requests are answered, about `times` to each operation."""
    statuses = []
    for operation in asked:
        quick = settings(
            max_examples=times, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
        )

        @quick
        @given(st.sampled_from(sorted(headers)), operation.as_strategy())
        def send(role, case):
            with undone():  # or a token that ends itself would turn all that follow into 401
                answer = case.call_and_validate(headers=headers[role], checks=CHECKS)
            assert role == "staff" or SECRET not in answer.text
            statuses.append(answer.status_code)

        send()
    return statuses


def test_some_requests_to_some_addresses_are_answered_as_described(headers):
    assert ask(headers, operations()[::5], 2)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_thousands_of_requests_are_answered_as_described(headers, part):
    asked = operations()
    answers = ask(headers, asked[part::PARTS], ceil(REQUESTS / len(asked)))
    assert len(answers) >= REQUESTS * 0.9 / PARTS
    assert sum(status < 300 for status in answers) > len(answers) / 20
