"""Several offers changed at once, and taken back."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.bulk import sealed
from catalog.codes import State, Visibility
from catalog.models import Offer
from tests.factories import make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def offers(client):
    """A published one, a draft and one that has expired, of somebody who is signed in."""
    person = make_user()
    organisation = make_organisation(people=(person,))
    client.force_login(person)
    yesterday = timezone.localdate() - timedelta(days=1)
    return [
        make_offer(organisation=organisation, valid_until=yesterday + timedelta(days=9)),
        make_offer(organisation=organisation, state=State.DRAFT),
        make_offer(organisation=organisation, state=State.EXPIRED, valid_until=yesterday),
    ]


def change(client, offers, action):
    fields = {"offer": [offer.pk for offer in offers], "action": action}
    return client.post(reverse("offer-bulk"), fields, follow=True).text


def undo(client):
    return client.post(reverse("offer-bulk-undo"), follow=True).text


def values(name):
    return list(Offer.objects.order_by("pk").values_list(name, flat=True))


@pytest.mark.parametrize(
    ("action", "states", "told"),
    [
        ("publish", ["published"] * 3, "2 offers changed. 1 stays as it is."),
        ("pause", ["paused", "draft", "expired"], "1 offer changed. 2 stay as they are."),
        ("extend", ["published", "draft", "published"], "2 offers changed. 1 stays as it is."),
    ],
)
def test_those_for_which_it_makes_sense_are_changed_and_taken_back(client, offers, action, states, told):
    before, terms = values("state"), values("valid_until")
    page = change(client, offers, action)
    assert told in page
    assert "Undo the change of" in page
    assert values("state") == states
    assert "as they were" in undo(client) or action == "pause"
    assert (values("state"), values("valid_until")) == (before, terms)
    assert "Undo the change of" not in client.get(reverse("offer-list")).text


def test_extending_gives_the_usual_term_from_today(client, offers, settings):
    change(client, offers[:1], "extend")
    assert values("valid_until")[0] == timezone.localdate() + timedelta(days=settings.VALID_DAYS)


def test_who_may_see_them_is_changed_for_several(client, offers):
    change(client, offers, "anonymous")
    assert set(values("visibility")) == {Visibility.ANONYMOUS}
    undo(client)
    assert set(values("visibility")) == {Visibility.PUBLIC}


def test_what_somebody_changed_since_is_not_taken_back(client, offers):
    change(client, offers, "publish")
    Offer.objects.get(pk=offers[1].pk).pause()
    assert "1 offer is as it was. What was changed since stays." in undo(client)
    assert values("state") == ["published", "paused", "expired"]


def test_offers_of_others_stay_as_they_are_whatever_is_sent(client, offers):
    foreign = make_offer()
    change(client, [foreign], "pause")
    assert Offer.objects.get(pk=foreign.pk).state == State.PUBLISHED
    assert "Select at least one offer" in change(client, [], "pause")
    assert "Select at least one offer" in change(client, offers, "delete")
    assert values("state")[:3] == ["published", "draft", "expired"]


def test_over_the_api_several_are_changed_and_those_of_others_stay(client, offers):
    other = make_offer()

    def told(action, *more):
        body = {"action": action, "offers": [offer.pk for offer in (*offers, *more)]}
        return client.post("/api/v1/offers/change/", body, content_type="application/json").json()

    published, draft, expired = (offer.pk for offer in offers)
    paused = told("pause", other)
    assert (paused["changed"], paused["unchanged"]) == ([published], [draft, expired, other.pk])
    assert told("pause")["undo"] == ""
    assert told("publish")["changed"] == [published, draft, expired]
    assert told("network", other)["unchanged"] == [other.pk]
    assert values("visibility") == [Visibility.NETWORK] * 3 + [other.visibility]
    assert values("state") == [State.PUBLISHED] * 4
    assert told("burn")["errors"].keys() == {"action"}


# Taken back over the API


def changed(client, offers, action):
    """What takes it back."""
    body = {"action": action, "offers": [offer.pk for offer in offers]}
    return client.post("/api/v1/offers/change/", body, content_type="application/json").json()["undo"]


def sent_back(client, seal):
    return client.post("/api/v1/offers/change/undo/", {"undo": seal}, content_type="application/json")


@pytest.mark.parametrize("action", ["publish", "pause", "extend", "network"])
def test_over_the_api_a_change_is_taken_back_as_on_the_page(client, offers, action):
    names = ("state", "visibility", "valid_until", "published_at", "closed_at")
    before = [values(name) for name in names]
    change(client, offers, action)
    undo(client)
    assert [values(name) for name in names] == before
    told = sent_back(client, changed(client, offers, action)).json()
    assert [values(name) for name in names] == before
    assert (told["undone"] != [], told["unchanged"]) == (True, [])


def test_over_the_api_it_is_told_which_offers_were_changed_since(client, offers):
    seal = changed(client, offers, "publish")
    Offer.objects.get(pk=offers[1].pk).pause()
    assert sent_back(client, seal).json() == {"undone": [offers[2].pk], "unchanged": [offers[1].pk]}
    assert sent_back(client, seal).json()["undone"] == []
    assert values("state") == ["published", "paused", "expired"]


def test_a_change_is_taken_back_by_whoever_made_it_and_for_ten_minutes(client, offers, monkeypatch):
    seal = changed(client, offers, "publish")
    assert sent_back(client, seal[:-1] + ("a" if seal[-1] != "a" else "b")).json()["errors"].keys() == {"undo"}
    colleague = make_user()
    offers[0].organisation.memberships.create(user=colleague, state="approved")
    client.force_login(colleague)
    assert sent_back(client, seal).status_code == 400
    client.force_login(offers[0].organisation.memberships.first().user)
    monkeypatch.setattr("catalog.bulk.UNDO_SECONDS", -1)
    late = sent_back(client, seal)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert values("state") == ["published"] * 3


def test_what_takes_back_a_thousand_offers_can_be_sent(client):
    now = timezone.now()
    before = {"published_at": now, "closed_at": now, "valid_until": now.date(), "state": "published"}
    rows = [{"pk": 10**6 + n, "at": now + timedelta(microseconds=n * 7919), "before": before} for n in range(1000)]
    person = make_user()
    client.force_login(person)
    rows = json.loads(json.dumps(rows, default=str))
    assert len(sent_back(client, sealed(rows, person)).json()["unchanged"]) == 1000
