"""The card of cost, benefit and risk of an offer, and several suggestions side by side."""

import pytest
from django.urls import reverse

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
