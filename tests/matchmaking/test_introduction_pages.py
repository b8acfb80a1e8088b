"""The draft of an introduction on the page of its match, where two brokers may write at the same time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaking import reviewing
from matchmaking.models import Introduction
from tests.factories import make_case

pytestmark = pytest.mark.django_db
OUTDATED = "changed while you wrote"


@pytest.fixture
def case(client):
    case = make_case()
    reviewing.accept(case.match, by=case.broker)
    client.force_login(case.broker)
    return case


def seen_by(client, case):
    page = client.get(reverse("match-detail", args=[case.match.pk]))
    return page.context["introduction_form"]["seen"].value()


def save(client, case, message, seen, **more):
    form = {"message": message, "seen": seen} | more
    return client.post(reverse("match-introduction", args=[case.match.pk]), form, follow=True)


def test_what_a_colleague_wrote_meanwhile_is_shown_beside_what_was_typed_and_goes_only_on_purpose(client, case):
    seen = seen_by(client, case)
    assert "is saved" in save(client, case, "Meet at the fair.", seen).text
    page = save(client, case, "Meet online.", seen)
    assert (page.status_code, page.context["introduction_form"]["message"].value()) == (422, "Meet online.")
    assert OUTDATED in page.text
    assert "Meet at the fair." in page.text
    assert Introduction.objects.get().message == "Meet at the fair."
    assert "is saved" in save(client, case, "Meet online.", page.context["introduction_form"]["seen"].value()).text
    assert Introduction.objects.get().message == "Meet online."


def test_a_talk_that_a_colleague_proposed_meanwhile_is_not_taken_away_unawares(client, case):
    seen = seen_by(client, case)
    Introduction.objects.update(meeting_at=timezone.now() + timedelta(days=3))
    assert OUTDATED in save(client, case, Introduction.objects.get().message, seen).text
    assert Introduction.objects.get().meeting_at


def test_saving_the_same_twice_is_no_conflict(client, case):
    seen = seen_by(client, case)
    for _ in range(2):
        assert "is saved" in save(client, case, "Meet at the fair.", seen).text


def test_what_was_sent_meanwhile_is_said_to_be_so(client, case):
    seen = seen_by(client, case)
    Introduction.objects.update(message="Meet at the fair.", introduced_at=timezone.now())
    assert "Nothing was changed" in save(client, case, "Meet online.", seen).text


def test_before_a_broker_accepted_there_is_no_introduction_to_write(client):
    case = make_case(state="proposed")
    client.force_login(case.broker)
    assert save(client, case, "Hello", "").status_code == 404
