"""One match read over the API by itself: everybody reads of it what their page tells, and nobody more."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from accounts.models import Membership, Organisation
from matchmaking import introductions, reviewing
from matchmaking.codes import Answer
from matchmaking.models import Match
from tests.factories import make_user
from tests.matchmaking.test_match_queries import case  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
PEOPLE = ("broker", "other", "seeker", "provider")


def address(case):  # noqa: F811
    return f"/api/v1/matches/{case.match.pk}/"


def again(case):  # noqa: F811
    return Match.objects.with_documents().get(pk=case.match.pk)


def both(client, case, person):  # noqa: F811
    """The page and what the API tells the same person; None, where neither shows the match."""
    client.force_login(person)
    page, answer = client.get(f"/matches/{case.match.pk}/"), client.get(address(case))
    assert page.status_code == answer.status_code
    return (page, answer.json()) if page.status_code == 200 else None


def check_alike(page, told):
    """Every value of the page that is no form, against what the API tells."""
    shown = page.context
    assert [weight["value"] for weight in told["weights"]] == [weight.value for weight in shown["seen"].weights]
    assert [(one["means"], one["aim"], one["area"]) for one in told["twins"]] == [
        (twin.means._asdict(), twin.aim._asdict(), twin.area) for twin in shown["twins"]
    ]
    assert told["acquainted"] == {
        side: [{"name": one.name, "email": one.email} for one in people]
        for side, people in shown["acquainted"].items()
    }
    assert [one["id"] for one in told["similar_offers"]] == [offer.pk for offer in shown["seen"].similar]
    assert told["may_ask"] == (shown["question_form"] is not None)
    assert told["next"] == shown["coming"].words
    assert told["status"] == shown["seen"].status.words
    assert (told["deciding"] is None) == ("missing_in_need" not in shown)
    if told["deciding"]:
        names = ("missing_in_need", "missing_in_offer", "unanswerable", "rewordable", "hindrance", "is_untold")
        assert {name: told["deciding"][name] for name in names} == {name: shown[name] for name in names}
        parts = [(part.words, part.value) for part in shown["seen"].parts]
        assert [(part["words"], part["value"]) for part in told["deciding"]["parts"]] == parts


def test_page_and_api_tell_everybody_the_same_from_the_proposal_to_the_introduction(client, case):  # noqa: F811
    Match.objects.filter(pk=case.match.pk).update(components={"meaning": 0.5, "own": 0.25})
    seen = []
    steps = [
        lambda: reviewing.accept(again(case), by=case.broker),
        lambda: reviewing.accept(again(case), by=case.other),
        lambda: introductions.answer(case.match.asks.get(side="need"), Answer.YES, by=case.seeker),
        lambda: introductions.answer(case.match.asks.get(side="offer"), Answer.YES, by=case.provider),
    ]
    for step in (lambda: True, *steps):
        assert step()
        looks = {name: both(client, case, getattr(case, name)) for name in PEOPLE}
        for look in filter(None, looks.values()):
            check_alike(*look)
        seen.append([name for name in PEOPLE if looks[name]])
    assert seen == [["broker", "seeker"], ["broker", "other", "seeker"], *[list(PEOPLE)] * 3]
    told = {name: look[1] for name, look in looks.items()}
    assert {name: told[name]["deciding"] is not None for name in PEOPLE} == {
        "broker": True, "other": True, "seeker": False, "provider": False,
    }  # fmt: skip
    assert [one["email"] for one in told["seeker"]["acquainted"]["offer"]] == [case.provider.email]


def test_a_broker_reads_what_to_ask_how_the_score_is_made_up_and_who_decides_too(client, case):  # noqa: F811
    Match.objects.filter(pk=case.match.pk).update(
        components={"meaning": 0.5}, bridge=[case.match.bridge[0] | {"entry": 7}], suggested_at=timezone.now()
    )
    Membership.objects.filter(user=case.broker).delete()
    case.match.need.organisation.cluster_memberships.create(cluster=case.cluster, state="approved")
    page, told = both(client, case, case.broker)
    broker = told["deciding"]
    assert "Propose a change of this text" in page.text
    assert "What does a first project cost?" in broker["missing_in_offer"]
    assert broker["parts"] == [{"words": "Nearness in meaning", "value": 0.5}]
    assert (broker["taught_pairs"], broker["may_suggest"], told["is_suggested"]) == ([1], True, True)
    assert (broker["rewordable"], broker["unanswerable"]) == (["need"], [])
    assert f"The offer is of a member of {broker['decides_next']}." in unescape(page.text)
    assert [twin["aim"]["concept"] for twin in told["twins"]] == [twin.aim.concept for twin in page.context["twins"]]
    assert [one["title"] for one in told["similar_offers"]] == [page.context["seen"].similar[0].title]


def test_the_second_broker_reads_who_agreed_and_the_first_one_who_decides_now(client, case):  # noqa: F811
    reviewing.accept(again(case), by=case.broker)
    page, told = both(client, case, case.other)
    agreement = told["deciding"]["agreement"]
    assert f"{agreement['by']} of {agreement['cluster']} accepted it" in unescape(page.text)
    assert (told["deciding"]["may_suggest"], told["deciding"]["taught_pairs"]) == (False, [])
    page, told = both(client, case, case.broker)
    assert f"{told['deciding']['decides_now']} has it now." in unescape(page.text)
    assert told["deciding"]["agreement"] is None


def test_what_stands_in_the_way_is_told_as_a_warning_on_the_page(client, case):  # noqa: F811
    organisations = Organisation.objects.filter(pk=case.match.offer.organisation_id)
    day = timezone.localdate() + timedelta(days=9)
    organisations.update(no_introductions_until=day)
    Membership.objects.filter(organisation__in=organisations).delete()
    page, told = both(client, case, case.broker)
    assert told["deciding"]["resting_until"] == day.isoformat()
    assert told["deciding"]["unanswerable"] == ["offer"]
    assert "takes no new introductions until" in page.text
    assert "Nobody could answer for the offer." in page.text


def test_the_list_tells_no_more_than_before_and_one_match_costs_as_little_as_its_page(
    client,
    case,  # noqa: F811
    django_assert_max_num_queries,
):
    client.force_login(case.broker)
    (row,) = (row for row in client.get("/api/v1/matches/").json()["results"] if row["id"] == case.match.pk)
    for person in (case.broker, case.seeker):
        client.force_login(person)
        with django_assert_max_num_queries(12):
            told = client.get(address(case)).json()
        assert told.keys() - row.keys() == {
            "status", "next", "likelihood", "cluster", "is_suggested", "weights", "twins", "similar_offers",
            "acquainted", "may_ask", "identity", "deciding",
        }  # fmt: skip


def test_the_version_that_was_read_is_the_one_that_is_decided_on(client, case):  # noqa: F811
    client.force_login(case.broker)
    version = client.get(address(case))["ETag"]
    case.match.offer.organisation.memberships.create(user=make_user())
    Membership.objects.filter(organisation=case.match.offer.organisation_id).delete()
    sent = {"data": {"verdict": "accept"}, "content_type": "application/json"}
    stale = client.post(f"{address(case)}review/", **sent, headers={"If-Match": version})
    assert stale.status_code == 412
    version = client.get(address(case))["ETag"]
    answer = client.post(f"{address(case)}review/", **sent, headers={"If-Match": version})
    assert (answer.status_code, answer["ETag"]) == (200, client.get(address(case))["ETag"])


def test_only_fields_of_one_match_that_are_asked_for_are_told(client, case):  # noqa: F811
    client.force_login(case.broker)
    assert client.get(f"{address(case)}?fields=deciding,id").json().keys() == {"deciding", "id"}
    assert client.get("/api/v1/matches/?fields=deciding").status_code == 400


def test_a_broker_finds_in_the_glossary_what_was_taught_on_a_match(client, case):  # noqa: F811
    page, _told = both(client, case, case.broker)
    entries = client.get(f"/api/v1/glossary/?match={case.match.pk}&withdrawn=false").json()["results"]
    assert [entry["id"] for entry in entries] == [entry.pk for entry in page.context["taught"]] != []
    assert client.get("/api/v1/glossary/?match=999999").json()["results"] == []
