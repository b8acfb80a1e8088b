"""Demand, as a provider sees it: needs the catalogue could serve, gaps, how offers fare, why companies said no."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaking.catalogue import Catalogue, declines, fared, gaps, servable
from matchmaking.models import Ask, Opening
from tests.factories import make_case, make_cluster, make_concept, make_match, make_need, make_offer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return make_case(probability=0.4)


@pytest.fixture
def catalogue(case):
    return Catalogue(case.provider, [case.match.offer.organisation])


def test_a_need_is_listed_once_with_the_offer_that_fits_it_best(case, catalogue):
    better = make_offer(organisation=case.match.offer.organisation)
    make_match(need=case.match.need, offer=better, score=2.0, probability=0.6)
    make_match(offer=better, state="rejected")
    make_match(offer=make_offer(), need=make_need())
    assert [(need.pk, need.offer) for need in servable(catalogue, 10)] == [(case.match.need.pk, better.pk)]


@pytest.mark.parametrize(("visibility", "shown"), [("public", True), ("anonymous", False), ("network", None)])
def test_a_need_shows_as_much_as_its_visibility_says(client, visibility, shown):
    case = make_case(need={"visibility": visibility, "title": "Less gas for our oven"})
    client.force_login(case.provider)
    page = client.get(reverse("demand")).text
    assert ("Less gas for our oven" in page) == (shown is not None)
    assert (str(case.match.need.organisation) in page) == bool(shown)


def test_closed_needs_paused_offers_and_decided_matches_are_no_demand(case, catalogue):
    for field, state in (("need", "paused"), ("offer", "paused")):
        document = getattr(case.match, field)
        type(document).objects.filter(pk=document.pk).update(state=state)
        assert servable(catalogue, 10) == []
        type(document).objects.filter(pk=document.pk).update(state="published")
    assert servable(catalogue, 10)
    case.match.state = "accepted"
    case.match.save()
    assert servable(catalogue, 10) == []


def about(concept, *documents):
    for document in documents:
        document.concept_uses.create(concept=concept)
    return concept


def test_what_several_needs_ask_for_and_the_catalogue_lacks_is_a_gap_the_nearest_first(case, catalogue):
    own = about(make_concept("forecasts"), case.match.offer, make_need(), make_need())
    far = about(make_concept("drying"), *(make_need() for _ in range(3)), make_offer())
    near = about(make_concept("food waste"), make_need(), make_need())
    near.broader.add(own)
    about(make_concept("secret"), *(make_need(visibility="network") for _ in range(3)))
    about(make_concept("asked once"), make_need())
    told = [(one.pk, one.needs, one.others, one.near) for one in gaps(catalogue, 10)]
    assert told == [(near.pk, 2, None, True), (far.pk, 3, 1, False)]


def test_how_an_offer_fares_is_counted_from_its_matches_with_the_never_proposed_last(case, catalogue):
    offer = case.match.offer
    for state in ("accepted", "introduced", "rejected", "withdrawn"):
        match = make_match(offer=offer, state=state)
        Ask.objects.create(match=match, side="need", answer="yes" if state in ("accepted", "introduced") else "")
        Ask.objects.create(match=match, side="offer", answer="yes")
    make_offer(organisation=offer.organisation, title="Never")
    make_offer(title="Of somebody else")
    assert fared(catalogue, 10) == [(offer.title, 0, 4, 2, 1, 1), ("Never", 0, 0, 0, 0, 0)]


def test_reasons_of_companies_are_counted_by_quarter_and_own_answers_are_not(client, case, catalogue):
    said = {"state": "declined", "offer": case.match.offer}
    for reason, side, days in (("too_far", "need", 0), ("too_far", "need", 0), ("too_expensive", "need", 95)):
        moment = timezone.now() - timedelta(days=days)
        Ask.objects.create(match=make_match(**said), side=side, answer="no", reason=reason, answered_at=moment)
    Ask.objects.create(
        match=make_match(**said), side="offer", answer="no", reason="other", answered_at=timezone.now()
    )
    turned_down = make_match(state="dismissed", offer=case.match.offer)
    Ask.objects.create(match=turned_down, side="need", answer="no", reason="too_far", answered_at=timezone.now())
    found = list(declines(catalogue).values())
    assert len(found) == 6
    assert found[-1] == {"too_far": 2}
    assert sum(counts["too_expensive"] for counts in found[:-1]) == 1
    assert sum(counts["other"] for counts in found) == 0
    client.force_login(case.provider)
    assert "too far away or wrong region" in client.get(reverse("demand")).text


def test_a_broker_chooses_a_client_and_nobody_reads_anothers_catalogue(client, case):
    broker, stranger = make_user(), make_user()
    organisation = case.match.offer.organisation
    organisation.cluster_memberships.create(cluster=make_cluster(brokers=(broker,)), state="approved")
    for person, titles in ((broker, 1), (stranger, 0), (case.provider, 1), (case.seeker, 0)):
        client.force_login(person)
        page = client.get(reverse("demand"), {"organisation": organisation.pk}).text
        assert (case.match.offer.title in page) == bool(titles)


def test_the_page_costs_the_same_for_a_long_catalogue(client, case, django_assert_max_num_queries):
    for _ in range(15):
        offer = make_offer(organisation=case.match.offer.organisation)
        make_match(offer=offer)
        about(make_concept("drying"), make_need(), make_need())
    client.force_login(case.provider)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("demand")).status_code == 200


def test_an_opening_by_others_counts_and_one_by_its_own_people_or_a_program_does_not(client, case, catalogue):
    offer = case.match.offer
    pages = [reverse("offer-detail", args=[offer.pk]), reverse("match-detail", args=[case.match.pk])]
    client.get(pages[0])
    client.get(pages[0], headers={"user-agent": "Examplebot/1.0"})
    for person in (case.seeker, case.provider, case.broker):
        client.force_login(person)
        for page in pages:
            client.get(page)
    assert Opening.objects.get().number == 4  # a visitor, the company twice, and a broker who brings others in
    assert fared(catalogue, 10)[0].opened == 4


def test_a_match_read_over_the_api_counts_like_its_page_once_for_each_version(client, case):
    path = f"/api/v1/matches/{case.match.pk}/"
    client.force_login(case.seeker)
    version = client.get(path)["ETag"]
    assert Opening.objects.get().number == 1
    client.head(path)
    client.get(path, headers={"If-None-Match": version})  # asks whether there is anything new
    client.get("/api/v1/matches/")
    for person in (case.provider, case.broker):
        client.force_login(person)
        client.get(path)
    assert Opening.objects.get().number == 1


def test_openings_are_counted_by_month_and_name_nobody():
    offer = make_offer()
    for _ in range(2):
        Opening.objects.add(offer.pk)
    assert list(Opening.objects.values_list("number", "month__day")) == [(2, 1)]
    assert {field.name for field in Opening._meta.get_fields()} == {"id", "offer", "month", "number"}


def test_the_list_of_offers_says_how_often_each_was_opened_proposed_and_accepted(client, case):
    Opening.objects.add(case.match.offer.pk)
    client.force_login(case.provider)
    page = client.get(reverse("offer-list")).text
    assert "Opened by others: 1" in page
    assert "Proposed: 1" in page
    assert "Accepted by a broker: 0" in page
