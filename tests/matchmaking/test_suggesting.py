"""Another offer that a broker finds by search: a match like the engine's own, marked, and never a second one."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from rest_framework.test import APIClient

from catalog.encoder.failures import EncoderError
from catalog.models import Need, Offer
from matchmaking.codes import MatchState
from matchmaking.models import Match
from matchmaking.pipeline import match_need
from matchmaking.suggesting import suggest
from tests.factories import make_cluster, make_match, make_need, make_offer, make_organisation, make_user
from tests.matchmaking.matching import (  # noqa: F401 - a fixture
    BAKING,
    TREATMENT,
    WATER,
    bring_up_to_date,
    everything_above_zero,
)

pytestmark = pytest.mark.django_db


class Scene:
    """A need of which the engine proposed one offer, and two more that it did not."""

    def __init__(self):
        self.broker, self.seeker = make_user(name="Bea Broker"), make_user()
        cluster = make_cluster(brokers=(self.broker,))
        home = make_organisation(people=(self.seeker,), clusters=(cluster,))
        need, proposed = make_need(**WATER, organisation=home), make_offer(**TREATMENT)
        other = make_offer(**BAKING)
        bring_up_to_date()
        self.need, self.other = Need.objects.get(pk=need.pk), Offer.objects.get(pk=other.pk)
        self.match = make_match(need=self.need, offer=proposed, cluster=cluster)

    def suggest(self, offer=None, by=None):
        return suggest(self.match, offer or self.other, by=by or self.broker)


@pytest.fixture
def scene():
    return Scene()


def test_a_suggested_offer_has_the_figures_and_reasons_the_engine_would_give_it(scene):
    made = scene.suggest().match
    made.refresh_from_db()
    assert (made.state, made.suggested_by, made.run, made.cluster) == (
        MatchState.PROPOSED, scene.broker, None, scene.match.cluster,
    )  # fmt: skip
    match_need(scene.need)
    found = Match.objects.get(need=scene.need, offer=scene.other)
    assert found.pk == made.pk
    assert found.rank > 0
    told = ("score", "components", "reasons", "bridge", "probability")
    assert [getattr(found, name) for name in told] == [getattr(made, name) for name in told]


def test_no_run_takes_a_suggestion_back(scene, settings):
    scene.suggest()
    settings.LEAST_PROBABILITY = 1.1
    match_need(scene.need)
    assert Match.objects.get(offer=scene.other).state == MatchState.PROPOSED
    assert Match.objects.exclude(offer=scene.other).get().state == MatchState.WITHDRAWN


def test_a_pair_is_one_match_however_often_it_is_suggested_and_whatever_was_decided(scene):
    first, again = scene.suggest(), scene.suggest()
    assert (first.is_new, again.is_new, again.match) == (True, False, first.match)
    Match.objects.update(state=MatchState.REJECTED)
    assert not scene.suggest().is_new
    Match.objects.filter(pk=first.match.pk).update(state=MatchState.WITHDRAWN)
    revived = scene.suggest()
    assert (revived.is_new, revived.match.pk, revived.match.state) == (True, first.match.pk, MatchState.PROPOSED)
    assert Match.objects.filter(need=scene.need).count() == 2


def test_only_offers_that_may_be_proposed_and_only_by_a_broker_of_the_need(scene):
    own = make_offer(organisation=scene.need.organisation)
    closed = make_offer(state="paused")
    for offer in (own, closed):
        with pytest.raises(ValidationError):
            scene.suggest(offer)
    for stranger in (scene.seeker, make_user()):
        with pytest.raises(PermissionDenied):
            scene.suggest(by=stranger)
    assert Match.objects.count() == 1


def test_a_broker_searches_and_suggests_on_the_pages(client, scene, django_assert_max_num_queries):
    client.force_login(scene.broker)
    page = f"/matches/{scene.match.pk}/others/"
    assert "Suggest another offer" in client.get(f"/matches/{scene.match.pk}/").text
    with django_assert_max_num_queries(25):
        hits = client.get(page, {"text": "forecasts for bakeries"}).text
    assert BAKING["title"] in hits
    made = client.post(f"/matches/{scene.match.pk}/suggest/", {"offer": scene.other.pk}, follow=True)
    assert "Suggested by a broker" in made.text
    assert "Bea Broker" in made.text
    assert "Waiting for your decision" in client.get(page, {"text": "forecasts for bakeries"}).text
    client.post(f"/matches/{scene.match.pk}/suggest/", {"offer": scene.other.pk})
    assert Match.objects.filter(offer=scene.other).count() == 1
    assert client.post(f"/matches/{scene.match.pk}/suggest/", {"offer": "0"}).status_code == 404
    client.force_login(scene.seeker)
    suggestion = client.get(f"/matches/{Match.objects.get(offer=scene.other).pk}/").text
    assert "Suggested by a broker" in suggestion
    assert "Bea Broker" not in suggestion
    assert client.get(page).status_code == 403


def send(person, scene, offer):
    api = APIClient()
    api.force_authenticate(person)
    return api.post(f"/api/v1/matches/{scene.match.pk}/suggest/", {"offer": offer}, format="json")


def test_a_broker_searches_and_suggests_over_the_api(scene, django_assert_max_num_queries):
    api, path = APIClient(), f"/api/v1/matches/{scene.match.pk}/others/"
    api.force_authenticate(scene.broker)
    with django_assert_max_num_queries(25):
        (hit,) = api.get(path, {"text": "forecasts for bakeries"}).json()["results"]
    assert (hit["offer"]["id"], hit["match"], hit["status"]) == (scene.other.pk, None, "")
    assert [one["match"] for one in api.get(path).json()["results"]] == [None, scene.match.pk]
    assert api.get(path, {"country": "XX"}).json()["errors"].keys() == {"country"}
    made, again = send(scene.broker, scene, scene.other.pk), send(scene.broker, scene, scene.other.pk)
    assert (made.status_code, again.status_code, again.json()) == (201, 200, made.json())
    assert made["Location"] == f"/api/v1/matches/{made.json()['id']}/"
    assert made.json()["may_review"]
    assert Match.objects.get(offer=scene.other).suggested_by == scene.broker
    (hit,) = api.get(path, {"text": "forecasts for bakeries"}).json()["results"]
    assert (hit["match"], hit["status"]) == (made.json()["id"], "Waiting for your decision")
    api.force_authenticate(scene.seeker)
    assert api.get(path).status_code == 403


def test_over_the_api_nothing_is_suggested_that_may_not_be_or_cannot_be_read(scene, monkeypatch):
    closed, unseen = make_offer(state="paused", organisation=scene.need.organisation), make_offer(state="draft")
    assert "non_field_errors" in send(scene.broker, scene, closed.pk).json()["errors"]
    assert send(scene.broker, scene, unseen.pk).json()["errors"].keys() == {"offer"}
    assert send(scene.seeker, scene, scene.other.pk).status_code == 403
    assert send(make_user(), scene, scene.other.pk).status_code == 404

    def down(*asked):
        raise EncoderError

    monkeypatch.setattr("matchmaking.suggesting.look", down)
    answer = send(scene.broker, scene, scene.other.pk)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert Match.objects.count() == 1
