"""Requests made from the API's own description, as every role: no failure of ours, no answer but those described, and
nothing of a text that the role may not see."""

import random
import re
from contextlib import closing
from io import BytesIO
from math import ceil
from secrets import token_hex
from zipfile import ZipFile

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
from tests.permission_table import ROLES, TABLE

pytestmark = pytest.mark.django_db
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance)
REQUESTS, PARTS = 5_500, 4
BRACES = re.compile(r"{(\w+)}")
# Stands in texts for the network of a cluster to which only staff belongs. New in every run: generated requests take
# words from the code, and what somebody sends is told back.
SECRET = token_hex(8)


@pytest.fixture
def scene(monkeypatch):
    """(headers by role, numbers of rows by name): of a visitor and of everybody in the permission table with a token
    that may do everything."""
    for name in ("AnonRateThrottle", "UserRateThrottle"):
        monkeypatch.setattr(f"rest_framework.throttling.{name}.rate", "1000000/min", raising=False)
    monkeypatch.setattr("matchmaking.search_api.propose", lambda text, top, language: [])
    for signal in (request_started, request_finished):  # as Django's own client does: the test keeps its connection
        signal.disconnect(close_old_connections)
    people, rows = make_scene()
    for make in (make_need, make_offer):
        make(visibility="network", title=SECRET, description=f"{SECRET} bones")
    tokens = {role: token_of(person, Scope.BROKER)[1] for role, person in people.items() if person}
    yield {"visitor": {}} | {role: {"Authorization": f"Token {token}"} for role, token in tokens.items()}, rows
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def read_to_the_end(app):
    """A file that is answered with is closed, as servers do; the client of these tests leaves it open."""

    def answered(environ, start_response):
        with closing(app(environ, start_response)) as answer:
            return list(answer)

    return answered


def unpacked(content):
    """What stands in an answer, of a Word document what stands in its parts."""
    if not content.startswith(b"PK"):
        return content
    with ZipFile(BytesIO(content)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def operations():
    """In an order of their own, those of one resource apart."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", read_to_the_end(get_wsgi_application()))
    found = [one.ok() for one in schema.exclude(path_regex="exports").get_all_operations()]
    assert len(found) > 50
    return random.Random(6).sample(found, len(found))


def line_of(operation):
    """The line of the permission table about the operation, and the names of what stands in braces in both."""
    address = f"{operation.method.upper()} {operation.path.removeprefix('/api/v1/')}"
    like = next((one for one in TABLE if BRACES.sub("", one) == BRACES.sub("", address)), "")
    return like, dict(zip(BRACES.findall(address), BRACES.findall(like), strict=False))


def requests(operation, headers, rows):
    """(role, request, headers). Of those to one row half go to one that is there, in any version, mostly from people
    who may do it: a number made up is hardly ever one of a row, and the answers that tell most would go unread."""
    anybody = st.sampled_from(sorted(headers))
    made_up = st.tuples(anybody, operation.as_strategy(), st.just({}))
    line, names = line_of(operation)
    if not names:
        return made_up
    there = operation.as_strategy(path_parameters={name: rows[row] for name, row in names.items()})
    may = [role for role, status in zip(ROLES, TABLE[line][1].split(), strict=True) if status < "300"]
    return made_up | st.tuples(st.sampled_from(may) | anybody if may else anybody, there, st.just({"If-Match": "*"}))


def ask(scene, asked, times):
    """(whether the row was named, status) of each request, about `times` to each operation."""
    headers, rows = scene
    statuses = []
    for operation in asked:
        quick = settings(
            max_examples=times, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
        )

        @quick
        @given(requests(operation, headers, rows))
        def send(asking):
            role, case, version = asking
            with undone():  # or a token that ends itself would turn all that follow into 401
                answer = case.call_and_validate(headers=headers[role] | version, checks=CHECKS)
            assert role == "staff" or SECRET.encode() not in unpacked(answer.content)
            statuses.append((bool(version), answer.status_code))

        send()
    return statuses


def test_some_requests_to_some_addresses_are_answered_as_described(scene):
    assert ask(scene, operations()[::5], 2)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_thousands_of_requests_are_answered_as_described(scene, part):
    asked = operations()
    answers = ask(scene, asked[part::PARTS], ceil(REQUESTS / len(asked)))
    assert len(answers) >= REQUESTS * 0.9 / PARTS
    assert sum(status < 300 for _named, status in answers) > len(answers) / 20
    named = [status for is_named, status in answers if is_named]
    assert sum(status < 300 for status in named) > len(named) / 4
