"""Variety of what is proposed, in a real database with the real encoder, and where it is shown."""

import pytest
from django.test import Client

from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from matchmaking.codes import MatchState, Reason, Verdict
from matchmaking.exposure import proposals_of
from matchmaking.models import Match, Review
from matchmaking.pipeline import match_need
from tests.factories import make_case, make_match, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db

WATER = {
    "title": "Rinse water smells",
    "description": "Our rinse water smells and the authority complains about the load we discharge.",
}
TREATMENTS = [
    ("Treatment of rinse water", "We treat rinse water of dairies on site, so that the authority is content."),
    ("Membranes against smell", "Membrane plants that take organic load and smell out of process water."),
    ("Advice on discharge", "Engineers who measure what you discharge and talk to the water authority."),
]


@pytest.fixture(autouse=True)
def everything_above_zero(settings):
    settings.LEAST_PROBABILITY = 0.0


def proposed_for(need: Need) -> list[Match]:
    while embed_stale_documents():
        pass
    refresh_if_grown()
    need.refresh_from_db()
    match_need(need)
    return list(Match.objects.filter(need=need, state=MatchState.PROPOSED).order_by("rank"))


def test_a_need_is_proposed_no_more_than_so_many_offers_of_one_provider(settings):
    settings.OFFERS_A_PROVIDER = 2
    provider = make_organisation()
    for title, description in TREATMENTS:
        make_offer(organisation=provider, title=title, description=description)
    other = make_offer(title="Bread", description="Software that tells how many rolls a branch will sell.")
    matches = proposed_for(make_need(**WATER))
    assert [match.offer.organisation_id for match in matches].count(provider.pk) == 2
    assert matches[-1].offer == other


def test_of_a_text_that_two_providers_copied_one_is_proposed_and_names_the_other():
    (title, description), *_rest = TREATMENTS
    twins = {make_offer(title=title, description=description).pk for _ in range(2)}
    (match,) = proposed_for(make_need(**WATER))
    assert {match.offer_id, *match.similar} == twins
    assert len(match.similar) == 1


def test_the_twin_of_an_offer_that_was_turned_down_is_not_proposed_but_that_of_a_closed_one_is():
    (title, description), *_rest = TREATMENTS
    need, offers = make_need(**WATER), [make_offer(title=title, description=description) for _ in range(2)]
    (match,) = proposed_for(need)
    broker = make_user()
    Match.objects.filter(pk=match.pk).update(state=MatchState.REJECTED)
    review = Review.objects.create(match=match, broker=broker, verdict=Verdict.REJECT, reason=Reason.NOT_RELEVANT)
    assert proposed_for(need) == []
    Review.objects.filter(pk=review.pk).update(reason=Reason.EXPIRED)
    assert [one.offer_id for one in proposed_for(need)] == [one.pk for one in offers if one.pk != match.offer_id]


def test_with_a_pull_a_provider_that_is_never_proposed_passes_one_that_always_is(settings):
    settings.EXPOSURE_PULL = 5.0
    (title, description), (other_title, other), *_rest = TREATMENTS
    famous = make_offer(title=title, description=description)
    unknown = make_offer(title=other_title, description=other)
    need = make_need(**WATER)
    assert [match.offer for match in proposed_for(need)] == [famous, unknown]
    for _ in range(3):
        make_match(offer=famous)
    assert [match.offer for match in proposed_for(need)] == [unknown, famous]


def test_a_providers_exposure_is_counted_by_other_needs_and_not_by_what_was_withdrawn():
    provider, need = make_organisation(), make_need()
    first, second = make_offer(organisation=provider), make_offer(organisation=provider)
    elsewhere = make_need()
    make_match(need=need, offer=first)
    make_match(need=elsewhere, offer=first)
    make_match(need=elsewhere, offer=second)
    make_match(offer=first, state=MatchState.WITHDRAWN)
    assert proposals_of([provider.pk], apart_from=need) == {provider.pk: 1}


def page_of(user, match: Match) -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/matches/{match.pk}/").content.decode()


def test_similar_offers_are_named_as_far_as_the_reader_may_see_them():
    public = make_offer(title="A public twin", organisation=make_organisation(name="Blue Twin Ltd (demo)"))
    hidden = make_offer(title="A twin of the network", visibility="network")
    quiet = make_offer(
        title="A quiet twin", visibility="anonymous", organisation=make_organisation(name="Shy Ltd (demo)")
    )
    case = make_case(similar=[public.pk, hidden.pk, quiet.pk])
    page = page_of(case.broker, case.match)
    assert "A public twin" in page
    assert "Blue Twin Ltd" in page
    assert "A quiet twin" in page
    assert "Shy Ltd" not in page
    assert "A twin of the network" not in page
    Offer.objects.all().exclude(pk=case.match.offer_id).delete()
    assert "Almost the same text" not in page_of(case.broker, case.match)
