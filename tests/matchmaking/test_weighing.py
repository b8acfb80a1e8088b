"""The card of cost, benefit and risk of an offer, and several suggestions side by side."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Offer
from catalog.presenting import Shown
from matchmaking.weighing import weights_of
from tests.factories import make_case, make_match, make_offer, make_user

pytestmark = pytest.mark.django_db

SAID = {
    "cost_band": "5k_25k", "payback": "under_1", "evidence": "customers", "stage": "lab_tested",
    "reversibility": "easy",
}  # fmt: skip


@pytest.fixture
def scene():
    """A need with six suggestions; the first offer says everything, the others nothing."""
    found = make_case(offer=SAID | {"visibility": "anonymous"})
    need, rest = found.match.need, {"cluster": found.cluster, "score": 0.5}
    found.others = [make_match(need=need, offer=make_offer(title=f"Offer {n}"), **rest) for n in range(5)]
    return found


def compared(client, scene, *matches):
    client.force_login(scene.seeker)
    address = reverse("need-compare", args=[scene.match.need_id])
    return client.get(address, {"match": [match.pk for match in matches]})


def test_the_card_says_what_the_offer_says_and_keeps_its_order(scene):
    offer = Offer.objects.select_related("organisation").get(pk=scene.match.offer_id)
    assert [weight.value for weight in weights_of(Shown(offer, 1))] == [
        "€5,000 to €25,000",
        "within one year",
        "measured at several customers",
        "lab tested (TRL 4–5)",
        "can be tried and ended at any time",
    ]
    assert [weight.value for weight in weights_of(Shown(offer, 0))] == [""] * 5


def test_what_is_not_said_leads_to_the_question_for_the_side_of_the_need_only(client, scene):
    other = scene.others[0]
    address, question = reverse("match-detail", args=[other.pk]), f"/matches/{other.pk}/?topic=payback#questions"
    client.force_login(scene.seeker)
    assert question in client.get(address).text
    assert '<option value="payback" selected>' in client.get(address, {"topic": "payback"}).text
    client.force_login(scene.broker)
    page = client.get(address).text
    assert "not said" in page
    assert question not in page


def test_the_chosen_suggestions_stand_side_by_side_without_names_that_may_not_be_known(client, scene):
    page = compared(client, scene, scene.match, scene.others[3]).text
    assert "Measured at several customers" in page
    assert "Offer 3" in page
    assert "Offer 1" not in page
    assert scene.match.offer.organisation.name not in page


def test_at_most_four_are_compared_and_without_a_choice_the_best(client, scene, django_assert_max_num_queries):
    page = compared(client, scene, scene.match, *scene.others)
    assert page.text.count('scope="col"') == 4
    assert "Four fit side by side" in page.text
    with django_assert_max_num_queries(12):
        best = client.get(reverse("need-compare", args=[scene.match.need_id]))
    assert best.text.count('scope="col"') == 4
    assert "Four fit side by side" not in best.text


def test_nothing_is_compared_for_a_stranger_and_nonsense_is_no_error(client, scene):
    address = reverse("need-compare", args=[scene.match.need_id])
    client.force_login(make_user())
    assert "Offer 1" not in client.get(address).text
    client.force_login(scene.seeker)
    assert client.get(address, {"match": ["x", "9" * 30]}).status_code == 200


def told(person, scene, *matches):
    api = APIClient()
    api.force_authenticate(person)
    return api.get(f"/api/v1/needs/{scene.match.need_id}/compare/", {"match": [match.pk for match in matches]})


def test_the_api_tells_the_columns_and_lines_of_the_page(client, scene, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        answer = told(scene.seeker, scene, scene.match, scene.others[3])
    told_of, page = answer.json(), compared(client, scene, scene.match, scene.others[3])
    assert [one["match"]["id"] for one in told_of["suggestions"]] == [one.pk for one in page.context["seen"]]
    assert told_of["lines"][0] == {
        "topic": "cost", "label": "Cost to start with", "values": ["€5,000 to €25,000", ""],
    }  # fmt: skip
    assert [line["label"] for line in told_of["lines"]] == [line.label for line in page.context["compared"].lines]
    assert {one["may_ask"] for one in told_of["suggestions"]} == {True}
    assert told_of["suggestions"][0]["status"] in page.text
    assert scene.match.offer.organisation.name not in answer.content.decode()


def test_over_the_api_four_are_compared_too_and_others_see_what_they_may(scene):
    every = told(scene.seeker, scene, scene.match, *scene.others).json()
    best = told(scene.seeker, scene).json()
    assert [one["match"]["id"] for one in every["suggestions"]] == [one["match"]["id"] for one in best["suggestions"]]
    assert (len(every["suggestions"]), every["is_cut"], best["is_cut"]) == (4, True, False)
    assert told(make_user(), scene).json()["suggestions"] == []
    api = APIClient()
    assert api.get(f"/api/v1/needs/{scene.match.need_id}/compare/").status_code == 401
    api.force_authenticate(scene.seeker)
    assert api.get(f"/api/v1/needs/{scene.match.need_id}/compare/?match=x").json()["errors"].keys() == {"match.0"}
    assert api.get("/api/v1/needs/0/compare/").status_code == 404
