"""The permission table, over the API with tokens of every scope, and over the pages that do the same."""

import random
import re
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.models import Scope
from tests.permission_requests import BODIES, PAGES, filled
from tests.permission_scene import make_scene, token_of
from tests.permission_table import ROLES, TABLE

pytestmark = pytest.mark.django_db
SCOPES = [scope.value for scope in Scope]


@pytest.fixture
def scene(monkeypatch):
    without_limits_and_encoder(monkeypatch)
    people, rows = make_scene()
    tokens = {(role, scope): token_of(people[role], scope)[1] for role in ROLES[1:] for scope in SCOPES}
    return people, rows, tokens


def without_limits_and_encoder(monkeypatch):
    """Whoever asks may ask as often as the test does, and no text is read."""
    for name in ("AnonRateThrottle", "UserRateThrottle"):
        monkeypatch.setattr(f"rest_framework.throttling.{name}.rate", "1000000/min", raising=False)
    for module in ("catalog.writing_api", "catalog.concept_views"):
        monkeypatch.setattr(f"{module}.ASKS_A_MINUTE", 1_000_000)
    monkeypatch.setattr("matchmaking.trial.TRIALS_AN_HOUR", 1_000_000)
    for proposing in ("matchmaking.search_api.propose", "matchmaking.correcting.propose"):
        monkeypatch.setattr(proposing, lambda *asked, **named: [])
    for reading in ("matchmaking.correcting.understood", "catalog.in_their_words.understood"):
        monkeypatch.setattr(reading, lambda text, language: [])


@contextmanager
def undone():
    """Whatever is asked within leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def asked(operation, rows, token):
    """The status that the API answers with."""
    method, path = operation.split(" ")
    headers = {"if-match": "*"} | ({"authorization": f"Token {token}"} if token else {})
    send = getattr(APIClient(headers=headers), method.lower())
    body = {"data": filled(BODIES.get(operation, {}), rows), "format": "json"} if method != "GET" else {}
    with undone():
        return read(send(f"/api/v1/{filled(path, rows)}", **body)).status_code


def read(answer):
    """The answer, read to its end: only then is the file closed that it may be."""
    answer.getvalue()
    return answer


def test_the_table_names_every_operation_of_the_api():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    described = {f"{method.upper()} {path.removeprefix('/api/v1/')}" for path in paths for method in paths[path]}
    forms = {operation: re.sub(r"\{\w+\}", "{}", operation) for operation in described}
    named = {operation: re.sub(r"\{\w+\}", "{}", operation) for operation in TABLE}
    for operation, like in (("needs.jsonl", "{}.{}"), ("reasons/", "{}/"), ("stale/", "{}/")):
        named = {one: form.replace(operation, like) for one, form in named.items()}
    assert set(forms.values()) == set(named.values())


def cells():
    """(operation, role, scope, status) of the whole matrix; a visitor has no scope."""
    for operation, (needed, statuses) in TABLE.items():
        for role, status in zip(ROLES, statuses.split(), strict=True):
            for scope in SCOPES if role != "visitor" else [None]:
                reaches = scope is None or SCOPES.index(scope) >= SCOPES.index(needed)
                yield operation, role, scope, int(status) if reaches else 403


def pages():
    """(operation, role, whether the page is open)."""
    for operation in PAGES:
        for role, status in zip(ROLES, TABLE[operation][1].split(), strict=True):
            yield operation, role, int(status) < 300


ALL = pytest.param(1.0, marks=pytest.mark.long, id="all")
SOME = pytest.param(0.08, id="some")  # the same ones in every run


def drawn(found, share):
    found = list(found)
    return random.Random(20).sample(found, int(len(found) * share))


@pytest.mark.parametrize("share", [SOME, ALL])
def test_each_role_is_answered_as_the_table_says_and_no_scope_does_more_than_its_own(scene, share):
    _people, rows, tokens = scene
    wrong = {}
    for operation, role, scope, status in drawn(cells(), share):
        got = asked(operation, rows, tokens.get((role, scope)))
        wrong |= {(operation, role, scope): (got, status)} if got != status else {}
    assert not wrong


@pytest.mark.parametrize("share", [SOME, ALL])
def test_the_pages_let_the_same_people_do_the_same(scene, share):
    people, rows, _tokens = scene
    wrong = {}
    for operation, role, is_open in drawn(pages(), share):
        own = rows | {"own_ask": rows["other_answer" if role == "provider" else "answer"]}
        wrong |= {(operation, role): is_open} if opens(people[role], *PAGES[operation], own) != is_open else {}
    assert not wrong


def opens(person, page, form, rows):
    """Whether the page, or what its form does, is there for the person; sent on to sign in is not."""
    client = Client()
    if person:
        client.force_login(person)
    method, path = page.split(" ")
    with undone():
        answer = read(getattr(client, method.lower())(f"/{filled(path, rows)}", filled(form, rows)))
    return answer.status_code in (200, 302) and "/login/" not in answer.get("Location", "")
