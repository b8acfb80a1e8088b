"""Several offers changed at once, and taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

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
    assert told("pause", other) == {"changed": [published], "unchanged": [draft, expired, other.pk]}
    assert told("publish")["changed"] == [published, draft, expired]
    assert told("network", other)["unchanged"] == [other.pk]
    assert values("visibility") == [Visibility.NETWORK] * 3 + [other.visibility]
    assert values("state") == [State.PUBLISHED] * 4
    assert told("burn")["errors"].keys() == {"action"}
