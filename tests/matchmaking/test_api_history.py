"""What happened with a match and what was decided before it, over the API as on its page."""

from html import unescape

import pytest
from django.utils import timezone

from matchmaking import introductions, reviewing
from matchmaking.cases import note, plan
from matchmaking.codes import Answer, MatchState, Reason
from tests.factories import make_case, make_match, make_offer
from tests.matchmaking.test_precedents import decided, lying

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    """One that was accepted and answered by both sides, with what brokers wrote down and plan."""
    case = make_case()
    reviewing.accept(case.match, by=case.broker)
    introductions.answer(case.match.asks.get(side="offer"), Answer.LATER, by=case.provider, note="In May.")
    introductions.answer(case.match.asks.get(side="offer"), Answer.YES, by=case.provider)
    introductions.answer(case.match.asks.get(side="need"), Answer.YES, by=case.seeker, note="Gladly.")
    case.match.refresh_from_db()
    opened = case.match.case
    note(opened, "Both are keen.", by=case.broker)
    plan(opened, "Call both", timezone.localdate(), by=case.broker, seen=opened.version)
    return case


def read(client, case, what):
    return client.get(f"/api/v1/matches/{case.match.pk}/{what}/")


@pytest.mark.parametrize("role", ["seeker", "provider", "broker"])
def test_each_role_reads_of_the_course_what_its_page_tells(client, case, role):
    client.force_login(getattr(case, role))
    page = client.get(f"/matches/{case.match.pk}/")
    told = read(client, case, "history").json()
    shown = [(event.words, event.who, event.note) for event in page.context["course"]]
    assert [(event["words"], event["who"], event["note"]) for event in told["events"]] == shown
    assert len(shown) >= 4
    assert told["next"] in unescape(page.text)
    is_broker = role == "broker"
    assert ("Both are keen." in str(told)) == is_broker
    assert (told["next"] == "Call both", told["next_on"] is not None) == (is_broker, is_broker)


def test_the_course_of_a_match_costs_few_queries(client, case, django_assert_max_num_queries):
    client.force_login(case.broker)
    with django_assert_max_num_queries(12):
        assert read(client, case, "history").status_code == 200


def test_whoever_decides_reads_the_precedents_of_the_page(client):
    case = make_case(need={"title": "Dough"})
    near = lying(1, 1, title="Bread")
    match = decided(case, MatchState.PROPOSED, need=lying(1, 0))
    refused = decided(case, MatchState.PROPOSED, need=match.need, offer=make_offer())
    reviewing.reject(refused, by=case.broker, reason=Reason.TOO_FAR)
    decided(case, MatchState.AGREEMENT, need=near, offer=make_offer())
    client.force_login(case.broker)
    page = client.get(f"/matches/{match.pk}/").context["precedents"]
    told = client.get(f"/api/v1/matches/{match.pk}/precedents/").json()
    assert (
        [(one["match"], one["reason"]) for one in told["earlier"]]
        == [(refused.pk, "too far away or wrong region")]
        == [(one.match.pk, one.reason) for one in page.earlier]
    )
    (alike,) = told["alike"]
    assert (alike["title"], alike["state"], alike["status"]) == ("Bread", "agreement", "Agreement reached")
    assert alike["match"] == page.alike[0].match.pk
    assert told["earlier"][0]["is_of_need"] is True


def test_neither_side_reads_over_the_api_what_was_decided_before(client):
    case = make_case()
    decided(case, need=case.match.need, offer=make_offer())
    reviewing.accept(case.match, by=case.broker)
    for person in (case.seeker, case.provider):
        client.force_login(person)
        assert read(client, case, "precedents").status_code == 403


def test_a_match_that_one_may_not_see_has_neither(client):
    case, other = make_case(), make_match()
    client.force_login(case.broker)
    assert [client.get(f"/api/v1/matches/{other.pk}/{what}/").status_code for what in ("history", "precedents")] == [
        404,
        404,
    ]
