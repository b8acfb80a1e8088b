"""The doors by which the author of a need says that a suggestion interests it, and by which brokers read it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Consent
from matchmaking.models import Match
from matchmaking.queue import listed
from matchmaking.reviewing import accept, park
from tests.factories import make_case, make_match
from tests.matchmaking.digests import old_case, told
from tests.matchmaking.mail_reading import html_of, text_of
from tests.matchmaking.test_wanting import MARK, again, page_of, yes

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def test_of_two_that_are_worth_the_same_the_wanted_one_comes_first_in_the_queue(client, case):
    at = {"cluster": case.cluster, "score": 1.0, "created_at": case.match.created_at}
    others = [make_match(**at) for _each in range(2)]
    Match.objects.filter(pk=others[1].pk).update(wanted_at=timezone.now())
    client.force_login(case.broker)
    rows = client.get(reverse("queue")).context["rows"]
    assert [seen.pk for seen in rows] == [others[1].pk, case.match.pk, others[0].pk]
    narrowed = client.get(reverse("queue"), {"wanted": "true"}).context["rows"]
    assert [seen.pk for seen in narrowed] == [others[1].pk]


def test_one_tap_in_the_list_says_it_and_another_takes_it_back(client, case):
    need = case.match.need.get_absolute_url()
    client.force_login(case.seeker)
    button = f'formaction="{reverse("match-want", args=[case.match.pk])}" name="in_list"'
    back = f'formaction="{reverse("match-unwant", args=[case.match.pk])}" name="in_list"'
    page = client.get(need).text
    assert (button in page, back in page) == (True, False)
    page = client.post(reverse("match-want", args=[case.match.pk]), {"in_list": ""}, follow=True)
    assert page.redirect_chain == [(f"{need}#match-{case.match.pk}", 302)]
    assert "Your broker sees that you are interested when deciding on this suggestion." in page.text
    assert (button in page.text, back in page.text) == (False, True)
    client.post(reverse("match-unwant", args=[case.match.pk]), {"in_list": ""})
    assert button in client.get(need).text


def test_a_long_shot_that_is_wanted_stands_among_what_fits(client):
    case = make_case(probability=0.05)
    client.force_login(case.seeker)
    need = case.match.need.get_absolute_url()
    assert [seen.pk for seen in client.get(need).context["long_shots"]] == [case.match.pk]
    yes(case)
    assert [seen.pk for seen in client.get(need).context["fitting"]] == [case.match.pk]


def test_on_the_page_of_the_match_it_is_said_too_late_once_a_broker_has_decided(client, case):
    assert reverse("match-want", args=[case.match.pk]) in page_of(client, case.seeker, case).text
    accept(again(case), by=case.broker)
    page = client.post(reverse("match-want", args=[case.match.pk]), follow=True)
    assert page.redirect_chain == [(reverse("match-detail", args=[case.match.pk]), 302)]
    assert "A broker decided this before you." in page.text


def test_opening_the_address_changes_nothing(client, case):
    client.force_login(case.seeker)
    assert client.get(reverse("match-want", args=[case.match.pk])).status_code == 405
    page_of(client, case.seeker, case)
    assert again(case).wanted_at is None


def test_the_digest_leads_to_the_button_until_it_was_pressed(client):
    case = old_case()
    link = f"/matches/{case.match.pk}/#want"
    message = told(case.seeker)
    assert link in text_of(message)
    assert link in html_of(message)
    assert 'id="want"' in page_of(client, case.seeker, case).text
    yes(case)
    case.match.offer.title = "Another title"
    case.match.offer.save()
    message = html_of(told(case.seeker, "2026-12-01"))
    assert (link in message, "You said you are interested" in message) == (False, True)


def test_the_digest_of_a_broker_tells_a_match_again_once_it_is_wanted():
    case = old_case()
    assert MARK not in html_of(told(case.broker))
    assert told(case.broker, "2026-12-01") is None
    yes(case)
    assert MARK in html_of(told(case.broker, "2026-12-08"))
    assert told(case.broker, "2026-12-15") is None


def test_the_digest_of_a_broker_tells_of_a_parked_match_once_it_is_wanted():
    case = old_case()
    park(case.match, by=case.broker, until=timezone.localdate() + timedelta(days=30))
    assert told(case.broker) is None
    yes(case)
    message = told(case.broker, "2026-12-01")
    assert MARK in html_of(message)
    assert "0 matches" not in text_of(message)
    assert told(case.broker, "2026-12-08") is None
    assert list(listed(case.broker, "parked")) == [case.match]


def test_what_was_wanted_before_it_was_parked_is_no_news():
    case = old_case()
    yes(case)
    park(again(case), by=case.broker, until=timezone.localdate() + timedelta(days=30))
    assert told(case.broker) is None


def test_over_the_api_it_is_said_seen_by_brokers_and_taken_back(client, case):
    client.force_login(case.seeker)
    address = f"/api/v1/matches/{case.match.pk}/"
    assert client.get(address).json()["is_wanted"] is False
    assert client.post(f"{address}want/").json()["is_wanted"] is True
    assert Consent.objects.get().door == "api"
    client.force_login(case.broker)
    seen = client.get(address).json()
    assert (seen["is_wanted"], seen["deciding"]["said_yes"]) == (True, True)
    assert [row["is_wanted"] for row in client.get("/api/v1/queue/").json()["results"]] == [True]
    client.force_login(case.seeker)
    assert client.post(f"{address}unwant/").json()["is_wanted"] is False
    accept(again(case), by=case.broker)
    assert [client.post(f"{address}{verb}/").status_code for verb in ("want", "unwant")] == [409, 409]
