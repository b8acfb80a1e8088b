"""More doors of the API: who reads what, searching, saving a search, and asking without storing."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIClient

from accounts.models import Consent
from catalog.models import Need
from matchmaking import questions
from matchmaking.explaining import Proposal
from matchmaking.introductions import answer
from matchmaking.models import Match, SavedSearch
from matchmaking.reviewing import accept
from tests.factories import make_case, make_cluster, make_concept, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db
TEXT = "We throw away a third of the dough every evening."


def signed_in(person) -> APIClient:
    api = APIClient()
    if person.is_authenticated:
        api.force_authenticate(person)
    return api


# The permission matrix: how many rows each person reads of one case that a broker has accepted, and None for 401.
ROLES = ("visitor", "stranger", "seeker", "provider", "broker", "foreign broker", "staff")
ROWS = {
    #                  visitor stranger seeker provider broker foreign staff
    "matches":        (None, 0, 1, 1, 1, 0, 1),
    "reviews":        (None, 0, 0, 0, 1, 0, 1),
    "answers":        (None, 0, 1, 1, 2, 0, 2),
    "questions":      (None, 0, 1, 1, 1, 0, 1),
    "introductions":  (None, 0, 0, 0, 1, 0, 1),
    "organisations":  (None, 2, 3, 3, 3, 2, 4),
    "concepts":       (None, 1, 1, 1, 1, 1, 1),
    "saved-searches": (None, 0, 1, 0, 0, 0, 0),
}  # fmt: skip
PAGE_STATUS = (302, 404, 200, 200, 200, 404, 200)  # of the page of the match


@pytest.fixture
def people():
    case = make_case()
    accept(case.match, by=case.broker)
    questions.ask(case.match, "need", "cost", "", by=case.seeker)
    make_concept("food waste")
    SavedSearch.objects.create(owner=case.seeker, name="Drying", text="drying", filters={"country": "PT"})
    foreign = make_user()
    make_cluster(brokers=(foreign,))
    return {
        "visitor": AnonymousUser(), "stranger": make_user(), "seeker": case.seeker, "provider": case.provider,
        "broker": case.broker, "foreign broker": foreign, "staff": make_user(is_staff=True), "case": case,
    }  # fmt: skip


@pytest.mark.parametrize("path", ROWS)
def test_each_role_reads_its_rows_and_nobody_elses(people, path, django_assert_max_num_queries):
    for role, rows in zip(ROLES, ROWS[path], strict=True):
        with django_assert_max_num_queries(12):
            told = signed_in(people[role]).get(f"/api/v1/{path}/")
        assert told.status_code == (401 if rows is None else 200)
        assert (len(told.json()["results"]) if rows is not None else None) == rows, role
        for row in told.json().get("results", []):
            assert signed_in(people[role]).get(f"/api/v1/{path}/{row['id']}/").status_code == 200


def test_the_page_of_a_match_opens_for_whom_the_api_tells_it(client, people):
    pk = people["case"].match.pk
    for role, status, rows in zip(ROLES, PAGE_STATUS, ROWS["matches"], strict=True):
        client.logout()
        if people[role].is_authenticated:
            client.force_login(people[role])
        assert client.get(f"/matches/{pk}/").status_code == status
        assert (status == 200) == bool(rows)


def test_an_introduction_is_read_by_both_sides_once_it_is_sent(people):
    case = people["case"]
    for ask in case.match.asks.all():
        answer(ask, "yes", by=case.seeker if ask.side == "need" else case.provider)
    for role, rows in (("seeker", 1), ("provider", 1), ("stranger", 0)):
        assert len(signed_in(people[role]).get("/api/v1/introductions/").json()["results"]) == rows


def test_code_lists_say_what_codes_mean_in_the_language_asked_for(client):
    lists = {one["name"]: one["codes"] for one in client.get("/api/v1/code-lists/").json()}
    assert {"code": "PT", "label": "Portugal"} in lists["countries"]
    german = client.get("/api/v1/code-lists/reasons/", headers={"accept-language": "de"}).json()["codes"]
    assert german != lists["reasons"]
    assert client.get("/api/v1/code-lists/secrets/").status_code == 404


def test_a_search_is_saved_once_found_again_and_ended():
    api = signed_in(make_user())
    given = {"name": "Ovens", "kind": "offer", "text": "ovens", "country": "PT"}
    made = api.post("/api/v1/saved-searches/", given, format="json", headers={"idempotency-key": "k"})
    api.post("/api/v1/saved-searches/", given, format="json", headers={"idempotency-key": "k"})
    assert made.status_code == 201, made.json()
    assert made.json().items() >= given.items()
    assert SavedSearch.objects.count() == 1
    refused = api.post("/api/v1/saved-searches/", given | {"client_email": "a@b.example"}, format="json")
    assert refused.json()["errors"].keys() == {"client_email"}
    assert signed_in(make_user()).delete(f"/api/v1/saved-searches/{made.json()['id']}/").status_code == 404
    assert api.delete(f"/api/v1/saved-searches/{made.json()['id']}/").status_code == 204
    assert api.get("/api/v1/saved-searches/").json()["results"] == []


def test_how_often_a_saved_search_mails_is_changed_and_it_is_read_as_a_feed(client):
    person, offer = make_user(), make_offer(title="Ovens")
    api = signed_in(person)
    saved = SavedSearch.objects.create(owner=person, name="All", kind="offer")
    at = f"/api/v1/saved-searches/{saved.pk}/"
    assert api.patch(at, {"frequency": "daily"}, format="json").status_code == 428
    changed = api.patch(at, {"frequency": "daily"}, format="json", headers={"if-match": api.get(at)["ETag"]})
    assert (changed.status_code, changed.json()["frequency"], changed.json()["feed_url"]) == (200, "daily", "")
    assert Consent.objects.get(person=person).door == "api"
    feed = api.post(f"{at}feed/").json()["feed_url"]
    assert offer.title in client.get(urlsplit(feed).path).text
    assert signed_in(make_user()).post(f"{at}feed/").status_code == 404
    assert api.delete(f"{at}feed/").status_code == 204
    assert client.get(urlsplit(feed).path).status_code == 404
    SavedSearch.objects.update(client_email="ann@firm.example")
    assert api.post(f"{at}feed/").status_code == 404


def test_searching_without_words_tells_the_newest_as_far_as_one_may_see_them(client):
    hidden = make_offer(visibility="anonymous")
    make_offer(visibility="network")
    told = client.get("/api/v1/search/?kind=offer").json()
    assert [hit["id"] for hit in told["results"]] == [hidden.pk]
    assert hidden.organisation.name not in str(told)
    assert client.get("/api/v1/search/?kind=secret").status_code == 400


def test_a_broker_or_provider_asks_what_would_fit_and_only_a_broker_reads_the_parts_of_the_score(monkeypatch):
    hidden = make_offer(visibility="anonymous")
    name = hidden.organisation.name
    pair = {"need": TEXT, "offer": f"{name} forecasts demand.", "score": 0.5}
    proposal = Proposal(hidden, 0.5, {"cosine": 0.5}, [{"code": "meaning", "params": {}, "weight": 1}], [pair])
    monkeypatch.setattr("matchmaking.search_api.propose", lambda text, top, language: [proposal])
    provider, broker = make_user(), make_case().broker
    make_offer(organisation=make_organisation(people=(provider,)))
    needs, matches = Need.objects.count(), Match.objects.count()
    for person, parts in ((provider, {}), (broker, {"cosine": 0.5})):
        told = signed_in(person).post("/api/v1/propose/", {"text": TEXT}, format="json")
        assert told.status_code == 200, told.json()
        assert told.json()["results"][0]["components"] == parts
        assert told.json()["results"][0]["bridge"][0]["offer"] == "[…] forecasts demand."
        assert name not in told.content.decode()
    assert signed_in(make_user()).post("/api/v1/propose/", {"text": TEXT}, format="json").status_code == 403
    assert APIClient().post("/api/v1/propose/", {"text": TEXT}, format="json").status_code == 401
    assert signed_in(broker).post("/api/v1/propose/", {"text": "short"}, format="json").status_code == 400
    assert (Need.objects.count(), Match.objects.count()) == (needs, matches)
