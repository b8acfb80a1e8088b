"""What every address of the API has in common: problems, versions, repeated requests, pages, fields, description."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import KeptAnswer
from accounts.rest.problems import KINDS
from catalog.models import Need
from matchmaking.retention import apply
from tests.factories import make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
NEEDS = "/api/v1/needs/"
TEXT = {"description": "We throw away a third of the dough every evening."}


@pytest.fixture
def author():
    person = make_user()
    make_organisation(people=(person,))
    return person


@pytest.fixture
def api(author):
    client = APIClient()
    client.force_authenticate(author)
    return client


# Problems


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_address_that_does_not_exist_is_a_problem_like_any_other(api, method):
    for path in ("/api/", "/api/v1/nothing/", "/api/v1/needs/abc/", "/api/v1/needs", f"{NEEDS}99999999999999999999/"):
        answer = getattr(api, method)(path)
        assert answer.status_code in (404, 405)
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json().keys() >= {"type", "title", "status", "detail", "code"}


def test_each_problem_explains_itself_at_its_type(client):
    refused = client.get(f"{NEEDS}1/").json()
    told = client.get(refused["type"])
    assert (told.status_code, told.json()["status"], refused["status"]) == (200, 404, 404)
    assert {client.get(f"/api/v1/problems/{code}/").status_code for code in KINDS} == {200}


def test_a_failure_of_ours_is_a_problem_that_tells_nothing(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("dough")

    monkeypatch.setattr("matchmaking.api.NeedViewSet.visible", fail)
    client.raise_request_exception = False
    answer = client.get(NEEDS)
    assert (answer.status_code, answer.json()["code"]) == (500, "error")
    assert b"dough" not in answer.content


@pytest.mark.parametrize("query", ["external_id=a%00b", "cursor=%00", "cursor=abc", "cursor=WzFd", "ordering=secret",
                                   "limit=0", "limit=²", "fields=title,password", "published_after=soon",
                                   "published_after=0001-01-01T00:00:00%2B05:00",
                                   "organisation=" + "9" * 40])  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(api, query):
    assert api.get(f"{NEEDS}?{query}").status_code == 400


def test_a_moment_may_be_named_in_any_offset(api):
    make_need(published_at=timezone.now())
    assert len(api.get(f"{NEEDS}?published_after=2020-01-01T00:00:00%2B23:59").json()["results"]) == 1


def test_another_form_of_body_or_answer_is_refused(api):
    assert api.post(NEEDS, TEXT, format="multipart").status_code == 415
    assert api.get(NEEDS, headers={"accept": "text/csv"}).status_code == 406


# Versions


def test_a_change_needs_the_version_that_was_read(api, author):
    need = make_need(organisation=author.memberships.get().organisation)
    path = f"{NEEDS}{need.pk}/"
    first = api.get(path)["ETag"]
    assert api.get(path, headers={"if-none-match": first}).status_code == 304
    assert api.patch(path, {"title": "A"}, format="json").status_code == 428
    changed = api.patch(path, {"title": "B"}, format="json", headers={"if-match": first})
    assert (changed.status_code, changed.json()["title"]) == (200, "B")
    late = api.patch(path, {"title": "C"}, format="json", headers={"if-match": first})
    assert (late.status_code, late.json()["code"]) == (412, "stale")
    assert api.post(f"{path}pause/", headers={"if-match": first}).status_code == 412
    assert api.patch(path, {"title": "D"}, format="json", headers={"if-match": changed["ETag"]}).status_code == 200
    assert api.patch(path, {"title": "E"}, format="json", headers={"if-match": "*"}).status_code == 200
    assert api.patch(path, 5, format="json", headers={"if-match": "*"}).status_code == 400
    need.refresh_from_db()
    assert (need.title, need.state) == ("E", "published")


# Repeated requests


def test_the_same_request_with_a_key_is_done_once(api):
    first = api.post(NEEDS, TEXT, format="json", headers={"idempotency-key": "a"})
    again = api.post(NEEDS, TEXT, format="json", headers={"idempotency-key": "a"})
    assert (first.status_code, again.status_code, Need.objects.count()) == (201, 201, 1)
    assert json.loads(first.content) == json.loads(again.content)
    assert (again["Idempotency-Replayed"], again["ETag"], again["Location"]) == (
        "true",
        first["ETag"],
        first["Location"],
    )
    other = api.post(NEEDS, TEXT | {"title": "Other"}, format="json", headers={"idempotency-key": "a"})
    assert (other.status_code, other.json()["code"], Need.objects.count()) == (409, "conflict", 1)


def test_what_failed_can_be_tried_again_with_its_key_and_keys_belong_to_a_person(api):
    assert api.post(NEEDS, {}, format="json", headers={"idempotency-key": "a"}).status_code == 400
    assert api.post(NEEDS, TEXT, format="json", headers={"idempotency-key": "a"}).status_code == 201
    person, stranger = make_user(), APIClient()
    make_organisation(people=(person,))
    stranger.force_authenticate(person)
    assert stranger.post(NEEDS, TEXT, format="json", headers={"idempotency-key": "a"}).status_code == 201
    assert api.post(NEEDS, TEXT, format="json", headers={"idempotency-key": "ä" * 9}).status_code == 400
    assert Need.objects.count() == 2


def test_kept_answers_are_forgotten_after_their_time(api, settings):
    api.post(NEEDS, TEXT, format="json", headers={"idempotency-key": "a"})
    apply()
    assert KeptAnswer.objects.count() == 1
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(days=settings.RETENTION_DAYS["kept_answers"] + 1))
    apply()
    assert not KeptAnswer.objects.exists()


# Pages and fields


@pytest.mark.parametrize("ordering", ["id", "-created_at", "updated_at"])
def test_every_row_comes_once_whatever_comes_in_or_goes_meanwhile(api, ordering):
    made = [make_need(title=title) for title in "bbabcaab"]
    seen, address = [], f"{NEEDS}?limit=3&ordering={ordering}&fields=id"
    while address:
        page = api.get(address).json()
        seen += [row["id"] for row in page["results"]]
        Need.objects.filter(pk=seen[0]).delete()
        address = page["next"]
    assert sorted(seen) == [need.pk for need in made]


def test_only_the_fields_that_were_asked_for_are_told(client):
    need = make_need()
    assert client.get(f"{NEEDS}?fields=id,title").json()["results"] == [{"id": need.pk, "title": need.title}]
    assert client.get(f"{NEEDS}{need.pk}/?fields=title").json() == {"title": need.title}


# The description


def named(operation):
    """The names of its parameters."""
    return {parameter["name"] for parameter in operation.get("parameters", ())}


def test_the_description_is_whole_and_its_page_keeps_the_security_policy(client, tmp_path):
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yml"))
    described = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()
    assert described["openapi"].startswith("3.1")
    create = described["paths"][NEEDS]["post"]
    assert {"201", "400", "401", "403", "409", "413", "415", "429"} <= create["responses"].keys()
    assert "Idempotency-Key" in named(create)
    told = {path for path, ways in described["paths"].items() if "fields" in named(ways.get("get", {}))}
    assert {NEEDS, f"{NEEDS}{{id}}/"} <= told
    assert f"{NEEDS}{{id}}/concepts/" not in told
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert "<style" not in page.content.decode()
    assert "http" not in page.content.decode()
