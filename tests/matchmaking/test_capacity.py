"""“No new introductions until …”: a provider's offers are neither matched nor asked about before that day."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from matchmaking.models import Match
from matchmaking.pipeline import offers_for
from matchmaking.reviewing import accept
from tests.factories import make_case, make_cluster, make_offer
from tests.matchmaking.matching import bring_up_to_date

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case()


def rest(organisation, days):
    organisation.no_introductions_until = timezone.localdate() + timedelta(days=days)
    organisation.save()


def test_offers_of_a_resting_provider_are_no_candidates_until_the_day_has_come(case):
    offer = case.match.offer
    other = make_offer(organisation=offer.organisation)
    bring_up_to_date()
    need = case.match.need
    for days, found in ((7, False), (1, False), (0, True), (-1, True)):
        rest(offer.organisation, days)
        assert offers_for(need).filter(pk__in=[offer.pk, other.pk]).exists() == found


def test_a_match_of_a_resting_provider_neither_waits_nor_can_be_accepted_and_comes_back(case, client):
    rest(case.match.offer.organisation, 7)
    assert not Match.objects.awaiting_review().exists()
    with pytest.raises(ValidationError, match="no new introductions"):
        accept(Match.objects.get(), by=case.broker)
    client.force_login(case.broker)
    assert "The provider takes no new introductions until" in client.get(f"/matches/{case.match.pk}/").text
    rest(case.match.offer.organisation, 0)
    assert accept(Match.objects.awaiting_review().get(), by=case.broker)


def test_the_need_of_a_resting_organisation_is_still_served(case):
    rest(case.match.need.organisation, 7)
    assert accept(Match.objects.awaiting_review().get(), by=case.broker)


def test_an_owner_and_a_broker_set_the_day_and_both_see_it(case, client):
    provider, broker = case.match.offer.organisation, case.broker
    provider.cluster_memberships.create(cluster=make_cluster(brokers=(broker,)), state="approved")
    day = timezone.localdate() + timedelta(days=30)
    fields = {"name": provider.name, "kind": "sme", "country": "DE", "size": "small"}
    for person in (case.provider, broker):
        client.force_login(person)
        client.post(reverse("organisation-edit", args=[provider.pk]), fields | {"no_introductions_until": day})
        assert Organisation.objects.resting().get() == provider
        assert "Takes no new introductions until" in client.get(reverse("organisation", args=[provider.pk])).text
        client.post(reverse("organisation-edit", args=[provider.pk]), fields)
        assert not Organisation.objects.resting().exists()
    client.force_login(case.seeker)
    assert client.get(reverse("organisation-edit", args=[provider.pk])).status_code == 404


def test_the_page_of_demand_says_that_the_organisation_rests(case, client):
    rest(case.match.offer.organisation, 7)
    client.force_login(case.provider)
    assert "takes no new introductions until" in client.get(reverse("demand")).text
