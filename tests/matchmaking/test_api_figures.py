"""Concepts of a text, several decisions at once, decisions taken back, and figures, over the API."""

import pytest

from catalog.models import NeedConcept
from matchmaking.models import Match, Review
from tests.factories import (
    make_cluster,
    make_concept,
    make_match,
    make_need,
    make_offer,
    make_organisation,
    make_user,
)
from tests.matchmaking.test_api_doors import client_of

pytestmark = pytest.mark.django_db


def test_an_author_says_what_a_need_is_about_and_takes_it_back():
    author = make_user()
    need = make_need(author=author, organisation=make_organisation(people=(author,)), title="Smelly rinse water")
    concept = make_concept("waste water")
    api, address = client_of(author), f"/api/v1/needs/{need.pk}/concepts/"

    def say(decision, concept=concept.pk):
        sent = {"decision": decision, "concept": concept, "words": "rinse water"}
        return api.post(address, sent, format="json")

    (told,) = say("add").json()["concepts"]
    assert (told["concept"], told["sentence"], told["is_confirmed"]) == (concept.pk, "Smelly rinse water", True)
    assert [one["concept"] for one in say("remove").json()["removed"]] == [concept.pk]
    assert client_of(make_user()).get(address).json() == {"concepts": [], "removed": []}
    assert say("forget").json() == {"concepts": [], "removed": []}
    assert not NeedConcept.objects.exists()
    assert (say("add", 999_999).status_code, say("praise").status_code) == (400, 400)


def test_a_broker_decides_on_several_matches_and_takes_one_decision_back():
    broker = make_user()
    cluster = make_cluster(brokers=(broker,))
    matches = [make_match(cluster=cluster) for _each in range(2)]
    api, numbers = client_of(broker), [match.pk for match in matches]
    rejected = {"verdict": "reject", "reason": "not_relevant", "matches": numbers}

    def decide(sent):
        return api.post("/api/v1/matches/decide/", sent, format="json")

    foreign = decide(rejected | {"matches": [*numbers, make_match(cluster=make_cluster()).pk]})
    assert (foreign.status_code, Review.objects.count()) == (400, 0)
    assert decide({"verdict": "reject", "matches": numbers}).status_code == 400
    assert decide(rejected).json() == {"decided": numbers, "faster": [], "refused": []}
    assert decide(rejected).json()["faster"] == numbers
    review = Review.objects.get(match=matches[0])
    assert api.post(f"/api/v1/reviews/{review.pk}/undo/").status_code == 204
    assert [Match.objects.get(pk=pk).state for pk in numbers] == ["proposed", "rejected"]


def test_a_decision_is_taken_back_only_by_whoever_made_it_and_in_time(settings):
    broker, colleague = make_user(), make_user()
    match = make_match(cluster=make_cluster(brokers=(broker, colleague)))
    client_of(broker).post(f"/api/v1/matches/{match.pk}/review/", {"verdict": "accept"}, format="json")
    address = f"/api/v1/reviews/{match.reviews.get().pk}/undo/"
    assert client_of(colleague).post(address).status_code == 403
    settings.UNDO_MINUTES = 0
    late = client_of(broker).post(address)
    assert (late.status_code, late.json()["code"]) == (409, "conflict")


def test_a_broker_reads_the_figures_of_the_own_clusters_and_nobody_else_does(django_assert_max_num_queries):
    broker = make_user()
    make_match(cluster=make_cluster(brokers=(broker,)))
    api = client_of(broker)
    with django_assert_max_num_queries(12):
        figures = api.get("/api/v1/overview/?period=30").json()["figures"]
    assert {len(figure["head"]) == len(row) for figure in figures for row in figure["rows"]} == {True}
    assert client_of(make_user()).get("/api/v1/overview/").status_code == 403


def test_a_provider_reads_which_needs_the_own_offers_could_serve(django_assert_max_num_queries):
    person = make_user()
    offer = make_offer(organisation=make_organisation(people=(person,)))
    match = make_match(offer=offer, need=make_need(visibility="anonymous"))
    api = client_of(person)
    with django_assert_max_num_queries(12):
        told = api.get("/api/v1/demand/").json()
    assert [(one["need"]["id"], one["offer"]) for one in told["servable"]] == [(match.need.pk, offer.pk)]
    assert told["servable"][0]["need"]["organisation"]["name"] is None
    assert [(one["opened"], one["proposed"]) for one in told["offers"]] == [(0, 1)]
    nothing = {"servable": [], "gaps": [], "offers": [], "declines": []}
    assert client_of(make_user()).get("/api/v1/demand/").json() == nothing


def test_a_broker_reads_how_evenly_providers_are_proposed(django_assert_max_num_queries):
    broker = make_user()
    cluster = make_cluster(brokers=(broker,))
    small = make_organisation(name="Small", size="micro", clusters=(cluster,))
    make_match(offer=make_offer(organisation=small), cluster=cluster)
    make_offer(organisation=make_organisation(name="Idle", size="micro", clusters=(cluster,)))
    make_match()
    with django_assert_max_num_queries(12):
        told = client_of(broker).get("/api/v1/exposure/").json()
    assert [(one["name"], one["proposed"]) for one in told["providers"]] == [("Small", 1), ("Idle", 0)]
    assert [(one["size"], one["providers"], one["proposed"]) for one in told["sizes"]] == [("micro", 2, 1)]
    assert told["gini"] == 0.5
    assert client_of(make_user()).get("/api/v1/exposure/").status_code == 403


def test_the_lists_and_filters_of_the_queue_narrow_the_list_of_matches(client):
    broker, foreign = make_user(), make_user()
    cluster, other = make_cluster(brokers=(broker,)), make_cluster(brokers=(foreign,))
    home = make_organisation(country="PT", region="PT16", clusters=(cluster,))
    first = make_match(cluster=cluster, need=make_need(organisation=home, language="pt"), probability=0.9)
    second = make_match(cluster=cluster, need=make_need(ecosystems=["textiles"], language="en"), probability=0.1)
    lapsed = make_match(cluster=cluster, state="lapsed")
    make_match(cluster=other)
    client.force_login(broker)
    asked = {
        "queue=waiting": [first, second], "queue=silent": [lapsed], "queue=parked": [], "region=pt1": [first],
        "queue=waiting&country=PT": [first], "sector=textiles": [second], "language=pt": [first],
        "confidence=likely": [first], "confidence=look": [second], "confidence=far": [], f"cluster={other.pk}": [],
    }  # fmt: skip
    for wishes, matches in asked.items():
        told = client.get(f"/api/v1/matches/?ordering=id&{wishes}").json()["results"]
        assert [one["id"] for one in told] == [match.pk for match in matches], wishes
    page = client.get("/queue/?list=waiting&country=PT").context["rows"]
    assert [one.pk for one in page] == [first.pk]
    assert client.get("/api/v1/matches/?queue=secret").json()["errors"].keys() == {"queue"}
