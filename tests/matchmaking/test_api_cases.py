"""Cases, hand-over, drafts of introductions and how it went, over the API: the same functions as on the pages."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Consent
from matchmaking.models import Achievement, CaseEvent, FollowUp, Introduction, Mail
from matchmaking.reviewing import accept
from tests.factories import APPROVED, Brokership, make_case, make_cluster, make_user
from tests.matchmaking.test_cases import introduced

pytestmark = pytest.mark.django_db


def signed_in(person) -> APIClient:
    api = APIClient()
    api.force_authenticate(person)
    return api


@pytest.fixture
def scene():
    return introduced()


def send(person, path, body=None, **headers):
    return signed_in(person).post(f"/api/v1/{path}/", body or {}, format="json", headers=headers)


def test_cases_of_nobody_are_found(scene):
    address = "/api/v1/cases/?without_owner=true"
    assert signed_in(scene.broker).get(address).json()["results"] == []
    scene.case.change(seen=0, owner=None)
    assert [one["id"] for one in signed_in(scene.broker).get(address).json()["results"]] == [scene.case.pk]


def test_a_case_is_planned_moved_and_noted_with_its_history(scene, django_assert_max_num_queries):
    at = f"cases/{scene.case.pk}"
    with django_assert_max_num_queries(12):
        listed = signed_in(scene.broker).get("/api/v1/cases/?mine=true&without_next_step=true").json()["results"]
    assert [one["id"] for one in listed] == [scene.case.pk]
    planned = send(scene.broker, f"{at}/plan", {"next_step": "Call both", "on": "2030-01-02"})
    assert (planned.json()["next_step"], planned.json()["next_step_on"]) == ("Call both", "2030-01-02")
    assert send(scene.broker, f"{at}/note", {"text": "Both are keen"}).status_code == 200
    assert send(scene.broker, f"{at}/move", {"state": "no_agreement"}).json()["errors"].keys() == {"reason"}
    moved = send(scene.broker, f"{at}/move", {"state": "agreement", "note": "Signed"})
    assert moved.json()["state"] == "agreement"
    assert [one["what"] for one in moved.json()["events"]] == ["taken", "planned", "noted", "moved"]
    assert signed_in(scene.seeker).get(f"/api/v1/{at}/").status_code == 404
    assert send(scene.provider, f"{at}/note", {"text": "Hello"}).status_code == 404


def test_whoever_saw_an_old_version_of_a_case_changes_nothing(scene):
    at = f"cases/{scene.case.pk}"
    seen = signed_in(scene.broker).get(f"/api/v1/{at}/")["ETag"]
    assert send(scene.broker, f"{at}/plan", {"next_step": "Call"}, **{"if-match": seen}).status_code == 200
    late = send(scene.broker, f"{at}/move", {"state": "agreement"}, **{"if-match": seen})
    assert (late.status_code, CaseEvent.objects.filter(kind="moved").count()) == (412, 0)


def test_a_case_is_handed_to_a_colleague_and_to_another_cluster_and_nowhere_else(scene):
    at, colleague = f"cases/{scene.case.pk}", make_user()
    Brokership.objects.create(user=colleague, cluster=scene.cluster, state=APPROVED)
    other = make_cluster(brokers=(make_user(),))
    scene.cluster.linked.add(other)
    receivers = signed_in(scene.broker).get(f"/api/v1/{at}/receivers/").json()
    assert [[one["id"] for one in receivers[kind]] for kind in ("brokers", "clusters")] == [
        [colleague.pk],
        [other.pk],
    ]
    for refused in ({}, {"broker": colleague.pk, "cluster": other.pk}, {"broker": scene.seeker.pk}):
        assert send(scene.broker, f"{at}/hand-over", refused).status_code == 400
    given = send(scene.broker, f"{at}/hand-over", {"broker": colleague.pk, "note": "On holiday"})
    assert given.json()["owner"] == colleague.pk
    assert Mail.objects.filter(kind="handover", recipient=colleague).exists()
    assert send(scene.broker, f"{at}/take").json()["owner"] == scene.broker.pk
    given = send(scene.broker, f"{at}/hand-over", {"cluster": other.pk})
    assert (given.status_code, given.json()["cluster"], given.json()["owner"]) == (200, other.pk, None)
    assert signed_in(scene.broker).get(f"/api/v1/{at}/").status_code == 404


def test_a_side_tells_how_it_went_and_only_itself_agrees_to_publish(scene):
    question = FollowUp.objects.create(case=scene.case, side="need", months=6)
    at = f"follow-ups/{question.pk}/answer"
    assert send(scene.seeker, at, {"progress": "nothing"}).json()["errors"].keys() == {"reason"}
    achieved = {"jobs": 2, "quote": "Do it.", "may_publish": True}
    told = send(scene.seeker, at, {"progress": "together", "achieved": achieved})
    assert told.json()["achievement"].items() >= achieved.items()
    assert Consent.objects.filter(person=scene.seeker, subject="publication", door="api").exists()
    assert (send(scene.broker, at, {"progress": "talking"}).status_code, FollowUp.objects.get().progress) == (
        403,
        "together",
    )
    assert send(scene.provider, at, {"progress": "talking"}).status_code == 404
    heard = send(scene.broker, f"cases/{scene.case.pk}/record", {"side": "need", "jobs": 3})
    assert [(one["jobs"], one["may_publish"]) for one in heard.json()["achievements"]] == [(3, False)]
    too_many = send(scene.broker, f"cases/{scene.case.pk}/record", {"side": "need", "jobs": 2**31})
    assert (too_many.status_code, Achievement.objects.get().jobs) == (400, 3)


def test_a_broker_changes_the_draft_of_an_introduction_until_it_is_sent():
    case = make_case()
    accept(case.match, by=case.broker)
    draft = Introduction.objects.get()
    path, api = f"/api/v1/introductions/{draft.pk}/", signed_in(case.broker)
    body = {"message": "You should meet."}
    assert api.patch(path, body, format="json").status_code == 428
    changed = api.patch(path, body, format="json", headers={"if-match": api.get(path)["ETag"]})
    assert (changed.status_code, changed.json()["message"]) == (200, "You should meet.")
    assert signed_in(case.seeker).patch(path, body, format="json", headers={"if-match": "*"}).status_code == 404
    Introduction.objects.update(introduced_at="2026-01-01T00:00:00Z")
    sent = {"if-match": "*"}
    assert api.patch(path, {"message": "Too late"}, format="json", headers=sent).status_code == 409
    assert signed_in(case.seeker).patch(path, body, format="json", headers=sent).status_code in (403, 404)
