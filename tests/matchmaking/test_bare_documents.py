"""Pages about needs and offers of which nothing is known but a text: every field that may be empty is."""

import pytest
from django.db.models import Model
from django.urls import reverse

from accounts.models import Organisation
from catalog.codes import CostBand
from catalog.models import Need, Offer
from matchmaking.codes import MatchState
from matchmaking.reviewing import accept
from tests.factories import make_case, make_match, make_offer

pytestmark = pytest.mark.django_db
TEXT = {"description": "Dough."}
KEPT = {"external_id", "name", "origin", "no_introductions_until"}  # who it is of, and whether it is there at all


def emptied(row: Model) -> None:
    """Take away what may be empty, as an import or another installation may leave it out."""
    may_be = [one for one in row._meta.concrete_fields if one.blank and one.editable and not one.primary_key]
    fields = [one for one in may_be if one.name not in KEPT]
    nothing = {one.name: None if one.null else one.get_default() for one in fields}
    type(row).objects.filter(pk=row.pk).update(**nothing)


@pytest.fixture
def scene():
    """A match that a broker still decides on, and one of which both sides are asked."""
    case = make_case(need=TEXT, offer=TEXT, state=MatchState.PROPOSED, score=0.0)
    case.asked = make_match(
        need=case.match.need,
        offer=make_offer(**TEXT, organisation=case.match.offer.organisation),
        cluster=case.cluster,
    )
    accept(case.asked, by=case.broker)
    for row in (*Need.objects.all(), *Offer.objects.all(), *Organisation.objects.all()):
        emptied(row)
    return case


def pages_about(case) -> list[str]:
    need, matches = case.match.need_id, (case.match, case.asked)
    chosen = "&".join(f"match={match.pk}" for match in matches)
    addresses = [
        f"{reverse('need-compare', args=[need])}?{chosen}",
        reverse("queue"),
        reverse("queue") + "?list=asked",
    ]
    addresses += [reverse(name, args=[need]) for name in ("need-detail", "need-edit", "need-reword")]
    for match in matches:
        addresses += [reverse(name, args=[match.pk]) for name in ("match-detail", "match-others")]
        addresses += [reverse(name, args=[match.offer_id]) for name in ("offer-detail", "offer-edit", "offer-reword")]
    return addresses


def shown_to(client, person, case) -> dict[str, int]:
    """{page: status} of the pages that the person may open."""
    client.force_login(person)
    statuses = {address: client.get(address).status_code for address in pages_about(case)}
    return {address: status for address, status in statuses.items() if status not in (302, 403, 404)}


@pytest.mark.parametrize("band", ["", CostBand.UNKNOWN])
def test_each_page_of_a_bare_need_and_a_bare_offer_opens_for_everybody(client, scene, band):
    Offer.objects.update(cost_band=band)
    Need.objects.update(budget_band=band)
    for person, count in ((scene.seeker, 6), (scene.provider, 5), (scene.broker, 12)):
        shown = shown_to(client, person, scene)
        assert set(shown.values()) == {200}
        assert len(shown) >= count


@pytest.mark.parametrize("band", ["", CostBand.UNKNOWN])
def test_what_a_bare_offer_does_not_say_is_asked_of_its_provider(client, scene, band):
    Offer.objects.update(cost_band=band)
    client.force_login(scene.seeker)
    page = client.get(reverse("match-detail", args=[scene.asked.pk])).text
    assert page.count("not said") == 5
    assert "?topic=cost#questions" in page
