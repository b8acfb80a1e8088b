"""The API: what each door shows and does, for whom, and how it says no."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Membership
from catalog.codes import Disclosure, State
from catalog.models import Need, Offer
from matchmaking.codes import Answer, MatchState
from matchmaking.models import Match
from matchmaking.reviewing import accept
from tests.disclosure_table import ROWS, make_scene
from tests.factories import make_case, make_need, make_offer, make_organisation, make_user
from tests.sampling import sampled

pytestmark = pytest.mark.django_db
TEXT = "We throw away a third of the dough every evening and never know how much to bake."


def signed_in(person) -> APIClient:
    api = APIClient()
    if person.is_authenticated:
        api.force_authenticate(person)
    return api


@pytest.fixture
def author():
    person = make_user()
    make_organisation(people=(person,))
    return person


# Reading


@pytest.mark.parametrize(("kind", "visibility", "viewer", "level"), sampled(ROWS, 30))
def test_a_document_is_read_as_the_table_of_disclosure_says(kind, visibility, viewer, level):
    document, person = make_scene(kind, visibility, viewer)
    type(document).objects.filter(pk=document.pk).update(
        description=f"Ask {document.organisation.name} or write to info@bakery.example.",
        technology_keywords=[document.organisation.name, "ovens"],
    )
    answer = signed_in(person).get(f"/api/v1/{kind}s/{document.pk}/")
    told = answer.content.decode()
    assert answer.status_code == (404 if level == Disclosure.NONE else 200)
    assert (document.organisation.name in told) == (level == Disclosure.FULL)
    assert ("info@bakery.example" in told) == (level == Disclosure.FULL)
    if level != Disclosure.NONE:
        assert answer.json()["disclosure"] == level.name.lower()
        assert answer.json()["organisation"]["country"] == "DE"
    listed = signed_in(person).get(f"/api/v1/{kind}s/").json()["results"]
    assert [row["id"] for row in listed] == ([] if level == Disclosure.NONE else [document.pk])


@pytest.mark.parametrize("viewer", ["visitor", "stranger", "linked broker"])
def test_what_only_editors_need_is_shown_to_nobody_else(viewer):
    document, person = make_scene("offer", "public", viewer)
    Offer.objects.filter(pk=document.pk).update(external_id="ERP-77")
    answer = signed_in(person).get(f"/api/v1/offers/{document.pk}/").json()
    assert answer["editable"] is False
    assert answer.keys().isdisjoint({"external_id", "visibility"})


def test_lists_are_cut_into_pages_and_filtered(author):
    api = signed_in(author)
    mine = make_offer(organisation=author.memberships.get().organisation, state=State.DRAFT)
    others = [make_offer() for _ in range(3)]
    page = api.get("/api/v1/offers/", {"limit": 2}).json()
    assert (page["previous"], len(page["results"])) == (None, 2)
    following = api.get(page["next"]).json()
    assert [row["id"] for row in page["results"] + following["results"]] == [
        *sorted((row.pk for row in others), reverse=True),
        mine.pk,
    ]
    assert following["next"] is None
    assert api.get(following["previous"]).json()["results"] == page["results"]
    assert [row["id"] for row in api.get("/api/v1/offers/", {"mine": "true"}).json()["results"]] == [mine.pk]
    published = api.get("/api/v1/offers/", {"state": "published"}).json()["results"]
    assert {row["id"] for row in published} == {row.pk for row in others}
    refused = api.get("/api/v1/offers/", {"state": "sold"})
    assert (refused.status_code, refused.json()["errors"].keys()) == (400, {"state"})


@pytest.mark.parametrize("path", ["offers", "needs", "matches"])
def test_a_list_costs_the_same_however_long_it_is(path, django_assert_num_queries, django_assert_max_num_queries):
    case = make_case()
    api = signed_in(case.broker)
    with django_assert_max_num_queries(12) as asked:
        api.get(f"/api/v1/{path}/")
    for _ in range(4):
        make_case(need={"organisation": case.match.need.organisation}, cluster=case.cluster)
    with django_assert_num_queries(len(asked)):
        page = api.get(f"/api/v1/{path}/").json()
    assert len(page["results"]) == 5


# Writing


def test_a_text_alone_makes_a_draft_with_a_title_and_a_language(author):
    api = signed_in(author)
    answer = api.post("/api/v1/needs/", {"description": f"Wir werfen jeden Abend Teig weg. {TEXT}"}, format="json")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert told["state"] == "draft"
    assert told["title"] == "Wir werfen jeden Abend Teig weg"
    assert told["editable"] is True
    need = Need.objects.get(pk=told["id"])
    assert (need.author, need.organisation) == (author, author.memberships.get().organisation)
    assert need.language_is_detected


def test_every_field_that_is_written_is_read_again(author):
    given = {
        "title": "Forecasts", "summary": "Short.", "description": "It forecasts.", "advantages": "Less waste.",
        "partner_role": "Gives sales data.", "language": "en", "stage": "market", "ipr_status": "secret",
        "partnership_types": ["commercial"], "partner_kinds": ["sme_10", "sme_49"], "sdgs": [12], "countries": ["FR"],
        "technology_keywords": ["forecasting"], "market_keywords": ["bakeries"], "ecosystems": ["agri_food"],
        "visibility": "anonymous", "cost_band": "5k_25k", "external_id": "A-1", "expertise_sought": "None.",
        "valid_until": (timezone.localdate() + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    told = signed_in(author).post("/api/v1/offers/", given, format="json").json()
    assert {name: told[name] for name in given} == given
    assert told["language_is_detected"] is False


def test_it_is_published_changed_paused_and_closed(author):
    api = signed_in(author)
    need = make_need(organisation=author.memberships.get().organisation, state=State.DRAFT)
    path = f"/api/v1/needs/{need.pk}/"
    assert api.post(f"{path}publish/").json()["state"] == "published"
    text = {"description": "Nous jetons la pâte chaque soir, un tiers."}
    changed = api.patch(path, text, format="json", headers={"if-match": api.get(path)["ETag"]}).json()
    assert changed["description"].startswith("Nous jetons")
    assert changed["title"] == need.title
    assert api.post(f"{path}pause/").json()["state"] == "paused"
    assert api.post(f"{path}close/", {"end": "sold"}, format="json").json()["errors"].keys() == {"end"}
    assert api.post(f"{path}close/", {"end": "met_elsewhere"}, format="json").json()["state"] == "met_elsewhere"


@pytest.mark.parametrize(("action", "body"), [("pause", {}), ("close", {"end": "unmet"})])
def test_what_has_ended_keeps_its_end_until_it_is_published_again(author, action, body):
    need = make_need(organisation=author.memberships.get().organisation, state=State.MET_HERE)
    answer = signed_in(author).post(f"/api/v1/needs/{need.pk}/{action}/", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "met_here" in answer.json()["detail"]
    need.refresh_from_db()
    assert need.state == State.MET_HERE


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "description"),
        ({"description": " "}, "description"),
        ({"description": "x" * 4001}, "description"),
        ({"description": ["a"]}, "description"),
        ({"description": TEXT, "stage": "ripe"}, "stage"),
        ({"description": TEXT, "sdgs": [18]}, "sdgs"),
        ({"description": TEXT, "countries": ["XX"]}, "countries"),
        ({"description": TEXT, "technology_keywords": list("abcdef")}, "technology_keywords"),
        ({"description": TEXT, "valid_until": "2020-01-01"}, "valid_until"),
        ({"description": TEXT, "language": "tlh"}, "language"),
        ({"description": TEXT, "organisation": 999_999}, "organisation"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(author, wrong, field):
    answer = signed_in(author).post("/api/v1/needs/", wrong, format="json")
    assert answer.status_code == 400
    assert {name.split(".")[0] for name in answer.json()["errors"]} == {field}
    assert not Need.objects.exists()


def test_a_lone_surrogate_is_refused(author):
    body = '{"description": "half a character: \\ud800"}'
    answer = signed_in(author).post("/api/v1/needs/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")


def test_the_same_external_id_twice_is_refused(author):
    api, given = signed_in(author), {"description": TEXT, "external_id": "A-1"}
    assert api.post("/api/v1/needs/", given, format="json").status_code == 201
    assert api.post("/api/v1/needs/", given, format="json").json()["errors"].keys() == {"external_id"}


def test_who_writes_for_several_or_no_organisations_must_say_so(author):
    make_organisation(people=(author,))
    second = author.memberships.order_by("pk").last().organisation
    api = signed_in(author)
    assert api.post("/api/v1/needs/", {"description": TEXT}, format="json").json()["errors"].keys() == {
        "organisation"
    }
    given = {"description": TEXT, "organisation": second.pk}
    assert api.post("/api/v1/needs/", given, format="json").status_code == 201
    nobody = signed_in(make_user())
    assert nobody.post("/api/v1/needs/", {"description": TEXT}, format="json").json()["errors"].keys() == {
        "organisation"
    }


def test_reading_is_no_right_to_change_and_the_invisible_is_not_there():
    readable, hidden = make_need(), make_need(state=State.DRAFT)
    for api, refused in ((signed_in(make_user()), 403), (APIClient(), 401)):
        for path in ("publish", "pause", "close"):
            assert api.post(f"/api/v1/needs/{readable.pk}/{path}/").status_code == refused
        assert api.patch(f"/api/v1/needs/{readable.pk}/", {"title": "Mine"}, format="json").status_code == refused
    assert signed_in(make_user()).post(f"/api/v1/needs/{hidden.pk}/publish/").status_code == 404
    readable.refresh_from_db()
    assert readable.state == State.PUBLISHED


def test_state_author_and_reference_are_not_written_by_hand(author):
    given = {"description": TEXT, "state": "published", "author": 1, "reference": "NEED-1", "id": 1}
    told = signed_in(author).post("/api/v1/needs/", given, format="json").json()
    assert told["state"] == "draft"
    assert told["reference"] != "NEED-1"


# Matches


@pytest.fixture
def case():
    need = {"visibility": "anonymous", "description": TEXT}
    offer = {"visibility": "anonymous", "description": "Our software forecasts the demand of each branch."}
    made = make_case(need=need, offer=offer, components={"cosine": 0.7}, reasons=[])
    names = made.match.need.organisation.name, made.match.offer.organisation.name
    made.match.reasons = [
        {"code": "meaning", "params": {}, "weight": 0.5},
        {"code": "shared_words", "params": {"words": ["dough", names[1]]}, "weight": 0.25},
    ]
    made.match.bridge = [{"need": f"{names[0]}: dough", "offer": f"{names[1]}: demand", "score": 0.9}]
    made.match.save()
    return made


def test_a_side_sees_score_reasons_and_evidence_of_a_match_without_the_others_name(case):
    match = case.match
    told = signed_in(case.seeker).get(f"/api/v1/matches/{match.pk}/")
    assert told.status_code == 200
    assert match.offer.organisation.name not in told.content.decode()
    answer = told.json()
    assert answer["components"] == {}
    assert answer["reasons"] == [
        {"code": "meaning", "words": "The texts resemble each other in meaning.", "share": 1.0},
        {"code": "shared_words", "words": "Both use the words “dough” and “[…]”.", "share": 0.5},
    ]
    assert answer["bridge"] == [
        {"number": 1, "need": f"{match.need.organisation.name}: dough", "offer": "[…]: demand", "concept": ""}
    ]
    assert (answer["need"]["disclosure"], answer["offer"]["disclosure"]) == ("full", "teaser")
    assert (answer["may_review"], answer["may_answer"]) == (False, False)


def test_the_parts_of_a_score_are_told_to_whoever_decides_and_to_no_side(case):
    accept(case.match, by=case.broker)
    path = "/api/v1/matches/"
    for person, told in ((case.broker, {"cosine": 0.7}), (case.seeker, {}), (case.provider, {})):
        api = signed_in(person)
        (row,) = api.get(path).json()["results"]
        assert row["components"] == api.get(f"{path}{case.match.pk}/").json()["components"] == told


def test_matches_are_listed_to_the_broker_and_the_needs_side_until_one_is_accepted(case):
    def listed(person, **query):
        return len(signed_in(person).get("/api/v1/matches/", query).json()["results"])

    assert [listed(p) for p in (case.broker, case.seeker, case.provider, make_user())] == [1, 1, 0, 0]
    accept(case.match, by=case.broker)
    assert [listed(p) for p in (case.broker, case.seeker, case.provider, make_user())] == [1, 1, 1, 0]
    assert listed(case.broker, state="proposed") == 0
    assert APIClient().get("/api/v1/matches/").status_code == 401


def test_a_broker_accepts_both_sides_answer_and_everything_is_disclosed(case):
    path = f"/api/v1/matches/{case.match.pk}/"
    accepted = signed_in(case.broker).post(f"{path}review/", {"verdict": "accept"}, format="json")
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")
    for person, state in ((case.seeker, "accepted"), (case.provider, "introduced")):
        assert signed_in(person).get(path).json()["may_answer"] is True
        answer = signed_in(person).post(f"{path}answer/", {"answer": "yes"}, format="json").json()
        assert answer["state"] == state
    assert case.match.offer.organisation.name in signed_in(case.seeker).get(path).content.decode()
    again = signed_in(case.seeker).post(f"{path}answer/", {"answer": "no", "reason": "other"}, format="json")
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("decision", "fields"),
    [
        ({}, {"verdict"}),
        ({"verdict": "maybe"}, {"verdict"}),
        ({"verdict": "reject"}, {"reason"}),
        ({"verdict": "reject", "reason": "boring"}, {"reason"}),
        ({"verdict": "park"}, {"until"}),
        ({"verdict": "park", "until": "2020-01-01"}, {"until"}),
        ({"verdict": "accept", "reason": "other"}, {"reason"}),
    ],
)
def test_an_incomplete_decision_is_answered_by_its_field(case, decision, fields):
    answer = signed_in(case.broker).post(f"/api/v1/matches/{case.match.pk}/review/", decision, format="json")
    assert (answer.status_code, answer.json()["errors"].keys()) == (400, fields)
    case.match.refresh_from_db()
    assert case.match.state == MatchState.PROPOSED


def test_a_broker_rejects_parks_and_is_told_when_somebody_was_faster(case):
    path, api = f"/api/v1/matches/{case.match.pk}/review/", signed_in(case.broker)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    parked = api.post(path, {"verdict": "park", "until": tomorrow, "note": "call"}, format="json").json()
    assert (parked["state"], parked["parked_until"]) == ("parked", tomorrow)
    rejected = api.post(path, {"verdict": "reject", "reason": "too_far"}, format="json")
    assert rejected.json()["state"] == "rejected"
    late = api.post(path, {"verdict": "accept"}, format="json")
    assert late.status_code == 409
    assert "faster" in late.json()["detail"]


def test_sides_do_not_review_and_the_others_do_not_answer(case):
    path = f"/api/v1/matches/{case.match.pk}/"
    review = {"verdict": "accept"}
    assert signed_in(case.seeker).post(f"{path}review/", review, format="json").status_code == 403
    assert signed_in(case.provider).post(f"{path}review/", review, format="json").status_code == 404
    accept(case.match, by=case.broker)
    assert signed_in(case.broker).post(f"{path}answer/", {"answer": "yes"}, format="json").status_code == 403
    assert signed_in(make_user()).post(f"{path}answer/", {"answer": "yes"}, format="json").status_code == 404
    no_reason = signed_in(case.seeker).post(f"{path}answer/", {"answer": "no"}, format="json")
    assert (no_reason.status_code, no_reason.json()["errors"].keys()) == (400, {"reason"})


def test_somebody_on_both_sides_says_for_which(case):
    Membership.objects.create(user=case.seeker, organisation=case.match.offer.organisation, state="approved")
    accept(case.match, by=case.broker)
    path, api = f"/api/v1/matches/{case.match.pk}/answer/", signed_in(case.seeker)
    assert api.post(path, {"answer": "later"}, format="json").json()["errors"].keys() == {"side"}
    assert api.post(path, {"answer": "later", "side": "offer"}, format="json").status_code == 200
    assert Match.objects.get().asks.get(side="offer").answer == Answer.LATER


# Tokens, limits, bodies


def test_visitors_are_throttled_and_told_how_long(monkeypatch):
    monkeypatch.setattr("rest_framework.throttling.AnonRateThrottle.rate", "2/min", raising=False)
    answers = [APIClient().get("/api/v1/offers/", headers={"x-forwarded-for": f"10.0.0.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_a_session_writes_only_with_its_csrf_token(author):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(author)
    body = json.dumps({"description": TEXT})
    assert strict.post("/api/v1/needs/", body, content_type="application/json").status_code == 403


BODIES = {
    "half": ("{", 400),
    "deep": ("[" * 100_000, 400),
    "list": ("[]", 400),
    "text": ('"text"', 400),
    "null": ("null", 400),
    "nested": (json.dumps({"description": [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}), 400),
    "nul": (json.dumps({"description": "a\x00b"}), 400),
    "nul in a name": (json.dumps({"descri\x00ption": "ab"}), 400),
    "a number without end": ('{"organisation": ' + "9" * 10_000 + "}", 400),
    "a number for a text": ('{"description": [1], "sdgs": "twelve"}', 400),
    "a text for a list": ('{"description": "Dough", "technology_keywords": {"a": 1}}', 400),
    "a text of 10 MB": (json.dumps({"description": "dough " * 1_700_000}), 413),
    "not utf-8": (b"\xff\xfe{", 400),
    "large": (" " * 3_000_000, 413),
}


@pytest.mark.parametrize(("body", "status"), BODIES.values(), ids=BODIES)
def test_a_body_that_cannot_be_read_is_answered_clearly(author, body, status):
    answer = signed_in(author).post("/api/v1/needs/", body, content_type="application/json")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert not Need.objects.exists()


def test_a_match_of_which_one_side_was_closed_is_still_read_by_its_broker(case):
    Offer.objects.update(state=State.WITHDRAWN)
    answer = signed_in(case.broker).get(f"/api/v1/matches/{case.match.pk}/")
    assert answer.status_code == 200
    assert (answer.json()["offer"]["disclosure"], answer.json()["offer"]["title"]) == ("none", "")
    assert answer.json()["offer"]["organisation"] == {"name": None, "website": "", "origin": ""}
