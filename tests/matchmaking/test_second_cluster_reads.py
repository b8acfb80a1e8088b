"""What a broker of the offer's cluster does not learn of an anonymous need before both sides agreed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Organisation, User
from catalog.models import Need
from matchmaking import glossary, introductions, reviewing
from matchmaking.codes import Answer
from matchmaking.models import Ask, Match
from matchmaking.suggesting import suggest
from tests.factories import make_case, make_cluster, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

NAME = "Nordlicht GmbH"


@pytest.fixture
def other():
    return make_user(name="Olga Other")


@pytest.fixture
def case(other):
    """Put aside with a note, then accepted by the need's broker."""
    theirs = make_cluster(brokers=(other,))
    case = make_case(
        need={"visibility": "anonymous", "title": f"{NAME} throws away dough"},
        offer={"organisation": make_organisation(people=(make_user(),), clusters=(theirs,))},
    )
    Organisation.objects.filter(pk=case.match.need.organisation_id).update(name=NAME)
    day = timezone.localdate() + timedelta(days=3)
    assert reviewing.park(again(case), by=case.broker, until=day, note=f"{NAME} wants to wait")
    assert reviewing.accept(again(case), by=case.broker)
    return case


def again(case):
    return Match.objects.with_documents().get(pk=case.match.pk)


def page(client, person, case):
    client.force_login(person)
    return client.get(reverse("match-detail", args=[case.match.pk])).text


def rows(person, kind):
    api = APIClient()
    api.force_login(person)
    return api.get(f"/api/v1/{kind}/").json()["results"]


def test_a_note_of_the_first_broker_comes_without_names(client, case, other):
    assert "wants to wait" in page(client, other, case)
    assert NAME not in page(client, other, case)
    assert f"{NAME} wants to wait" in page(client, case.broker, case)
    assert {row["note"] for row in rows(other, "reviews")} == {""}
    assert f"{NAME} wants to wait" in {row["note"] for row in rows(case.broker, "reviews")}


def test_the_draft_of_the_introduction_and_an_answer_come_without_names(client, case, other):
    assert reviewing.accept(again(case), by=other)
    assert NAME not in rows(other, "introductions")[0]["message"]
    assert "throws away dough" in rows(other, "introductions")[0]["message"]
    User.objects.filter(pk=case.seeker.pk).update(name="Sonja Suchend")
    introductions.answer(Ask.objects.get(side="need"), Answer.YES, by=case.seeker, note=f"{NAME} would like to")
    assert NAME not in page(client, other, case)
    assert "Sonja Suchend" not in page(client, other, case)
    assert {row["note"] for row in rows(other, "answers")} == {""}
    assert f"{NAME} would like to" in page(client, case.broker, case)


def test_the_glossary_and_other_offers_are_the_first_clusters_matter(client, case, other):
    client.force_login(other)
    assert client.get(reverse("match-others", args=[case.match.pk])).status_code == 403
    assert reverse("match-join", args=[case.match.pk]) not in page(client, other, case)
    with pytest.raises(PermissionDenied):
        glossary.join(again(case), "dough", "surplus", by=other)
    with pytest.raises(PermissionDenied):
        suggest(again(case), make_offer(), by=other)


def test_after_the_introduction_both_brokers_know_both(client, case, other):
    assert reviewing.accept(again(case), by=other)
    for ask in Ask.objects.all():
        side = case.seeker if ask.side == "need" else ask.document.organisation.memberships.get().user
        introductions.answer(ask, Answer.YES, by=side)
    assert f"{NAME} wants to wait" in page(client, other, case)
    assert Need.objects.get().title in page(client, other, case)
