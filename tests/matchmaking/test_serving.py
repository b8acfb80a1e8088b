"""From an offer to the needs it could serve: the same scores as the other way round, and no more than may be seen."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from catalog.codes import State
from catalog.models import Need, Offer
from matchmaking.codes import MatchState
from matchmaking.models import Match
from matchmaking.pipeline import match_need
from matchmaking.serving import needs_for, needs_served_by
from tests.factories import make_cluster, make_match, make_need, make_offer, make_organisation, make_user
from tests.matchmaking.matching import TREATMENT, WATER, bring_up_to_date

pytestmark = pytest.mark.django_db

BREAD = {"title": "Too much bread", "description": "Every evening we throw away bread that nobody bought."}
FORECAST = {
    "title": "Forecasts for bakeries",
    "description": "Software that tells how much bread a branch will sell.",
}


@pytest.fixture(autouse=True)
def everything_above_zero(settings):
    settings.LEAST_PROBABILITY = 0.0


def fresh(offer: Offer) -> Offer:
    bring_up_to_date()
    return Offer.objects.get(pk=offer.pk)


def served(offer: Offer) -> list[Match]:
    offer = fresh(offer)
    return needs_served_by(offer, needs_for(offer), 10)


def test_the_need_that_fits_comes_first_with_the_score_it_has_the_other_way_round():
    make_offer(**FORECAST)
    offer = make_offer(**TREATMENT)
    bread, water = make_need(**BREAD), make_need(**WATER)
    first, *_rest = served(offer)
    assert first.need == water
    match_need(Need.objects.get(pk=water.pk))
    stored = Match.objects.get(need=water, offer=offer)
    assert (first.score, first.components, first.rank) == (stored.score, stored.components, stored.rank)
    assert first.reasons == stored.reasons
    assert first.bridge == stored.bridge
    assert first.pk is None
    assert not Match.objects.filter(need=bread).exists()


def test_needs_of_the_own_organisation_closed_ones_and_those_decided_on_are_left_out():
    provider = make_organisation()
    offer = make_offer(organisation=provider, **TREATMENT)
    make_need(organisation=provider, **WATER)
    make_need(state=State.PAUSED, **WATER)
    rejected, wanted = make_need(**WATER), make_need(**WATER)
    make_match(need=rejected, offer=offer, state=MatchState.REJECTED)
    assert [match.need for match in served(offer)] == [wanted]


def test_an_offer_for_the_network_serves_needs_of_its_network_only():
    home, stranger = make_cluster(), make_cluster()
    offer = make_offer(organisation=make_organisation(clusters=(home,)), visibility="network", **TREATMENT)
    inside = make_need(cluster=home, **WATER)
    make_need(cluster=stranger, **WATER)
    assert [match.need for match in served(offer)] == [inside]


def test_an_offer_that_is_not_open_serves_nobody():
    make_need(**WATER)
    assert served(make_offer(state=State.PAUSED, **TREATMENT)) == []


# The page


def page(user: User, offer: Offer) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/offers/{fresh(offer).pk}/needs/")
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def test_a_provider_sees_of_each_need_as_much_as_its_visibility_allows():
    provider = make_user()
    offer = make_offer(organisation=make_organisation(people=(provider,)), **TREATMENT)
    make_need(organisation=make_organisation(name="Open Dairy (demo)"), **WATER)
    quiet = {"title": "Water of Secret Dairy smells", "description": f"At Secret Dairy, {WATER['description']}"}
    make_need(organisation=make_organisation(name="Secret Dairy (demo)"), visibility="anonymous", **quiet)
    hidden = {"title": "A network's rinse water", "description": WATER["description"]}
    make_need(visibility="network", **hidden)
    shown = page(provider, offer)
    assert "Open Dairy" in shown
    assert "smells" in shown
    assert "Secret" not in shown
    assert "network&#x27;s rinse water" not in shown


def test_a_broker_of_a_linked_cluster_sees_needs_of_the_network_without_names():
    broker = make_user()
    home = make_cluster(brokers=(broker,))
    linked = make_cluster(linked=(home,))
    offer = make_offer(organisation=make_organisation(clusters=(home,)), **TREATMENT)
    seeker = make_organisation(name="Secret Dairy (demo)", clusters=(linked,))
    make_need(organisation=seeker, visibility="network", **WATER)
    shown = page(broker, offer)
    assert "Rinse water smells" in shown
    assert "Secret Dairy" not in shown


def test_only_who_may_edit_the_offer_sees_what_it_could_serve():
    offer = make_offer(**TREATMENT)
    make_need(**WATER)
    assert page(make_user(), offer) == "404"
    assert Client().get(f"/offers/{offer.pk}/needs/").status_code == 302


def test_a_provider_without_a_fitting_need_reads_what_helps(settings):
    settings.LEAST_PROBABILITY = 5.0
    provider = make_user()
    make_need(**BREAD)
    offer = make_offer(organisation=make_organisation(people=(provider,)), **TREATMENT)
    assert "No open need fits yet" in page(provider, offer)


# The command


def test_the_command_ranks_the_needs_for_an_offer():
    offer, need = make_offer(**TREATMENT), make_need(**WATER)
    reference = Offer.objects.get(pk=offer.pk).reference
    out = StringIO()
    call_command("propose", "--for-offer", reference, "--json", stdout=out, stderr=StringIO())
    (found,) = json.loads(out.getvalue())
    assert found["reference"] == Need.objects.get(pk=need.pk).reference
    assert found["place"] == 1
    call_command("propose", "--for-offer", reference, stdout=out, stderr=StringIO())
    assert "1. Rinse water smells" in out.getvalue()


def test_the_command_names_an_offer_it_does_not_know():
    with pytest.raises(CommandError, match="TO-XX-1"):
        call_command("propose", "--for-offer", "TO-XX-1")


def test_the_api_tells_a_provider_the_needs_of_the_page_as_far_as_they_may_be_seen(client):
    person = make_user()
    offer = make_offer(**TREATMENT, organisation=make_organisation(people=(person,)))
    water = make_need(**WATER, visibility="anonymous")
    make_need(**BREAD, visibility="network")
    bring_up_to_date()
    api = APIClient()
    api.force_authenticate(person)
    told = api.get(f"/api/v1/offers/{offer.pk}/needs/")
    client.force_login(person)
    page = client.get(f"/offers/{offer.pk}/needs/").context["rows"]
    (first,) = told.json()["results"]
    assert [(first["need"]["id"], first["score"])] == [(one.need.pk, one.match.score) for one in page]
    assert (first["need"]["id"], first["rank"], first["bridge"] != []) == (water.pk, 1, True)
    assert "components" not in first
    assert water.organisation.name not in told.content.decode()
    api.force_authenticate(make_user())
    assert api.get(f"/api/v1/offers/{offer.pk}/needs/").status_code == 404
