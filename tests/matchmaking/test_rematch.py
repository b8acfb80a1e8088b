"""Many needs at once are matched as each alone."""

import pytest
from django.db.models import F

from catalog.codes import State
from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from catalog.placing import query_of
from matchmaking import due, pipeline, rematch
from matchmaking.models import Match
from tests.factories import make_need, make_offer, make_organisation

pytestmark = pytest.mark.django_db
TITLES = ("Rinse water treatment", "Forecasts for bakeries", "Heat pumps", "Packing of dough")


@pytest.fixture
def corpus() -> None:
    both = make_organisation()
    for title in TITLES:
        make_offer(title=title, description=f"{title} for small firms, on site and at a fixed price.")
        make_need(title=f"Who knows about {title.lower()}?", description=f"We look for {title.lower()}.")
    make_offer(title="Heat pumps of our own", description="Heat pumps for ourselves.", organisation=both)
    make_need(title="Heat pumps", description="We look for heat pumps.", organisation=both)
    make_offer(title="Heat pumps, withdrawn", description="Heat pumps no longer.", state=State.WITHDRAWN)
    while embed_stale_documents():
        pass
    refresh()


def proposed() -> list[tuple]:
    return list(Match.objects.order_by("need", "rank").values_list("need", "offer", "rank", "score", "state"))


def test_many_needs_at_once_get_the_matches_that_each_alone_gets(corpus: None, monkeypatch, settings):
    settings.LEAST_RELEVANCE, settings.CANDIDATES = 0.0, 2
    due.match_due_needs()
    alone = proposed()
    Match.objects.all().delete()
    Need.objects.first().runs.model.objects.all().delete()
    monkeypatch.setattr(rematch, "MANY", 2)
    due.match_due_needs()
    assert len(alone) > len(TITLES)
    assert proposed() == alone


def test_the_nearest_offers_are_open_ones_in_the_order_of_their_cosines(corpus: None, monkeypatch):
    monkeypatch.setattr(rematch, "MANY", 2)
    needs = list(Need.objects.all())
    nearest = rematch.nearest_offers(needs)
    for need in needs:
        exact = Offer.objects.open().nearest(query_of(need).vector, 10, exact=True)
        assert nearest[need.pk] == list(exact.values_list("pk", flat=True))


def test_few_needs_are_left_to_the_index(corpus: None):
    assert rematch.nearest_offers(list(Need.objects.all())) == {}


def test_known_nearest_offers_that_may_not_be_proposed_are_no_candidates(corpus: None, settings):
    settings.LEAST_RELEVANCE, settings.CANDIDATES = 0.0, 2
    need = Need.objects.order_by("pk").last()
    run = pipeline.match_need(need, list(Offer.objects.order_by(F("pk").desc()).values_list("pk", flat=True)))
    offers = {match.offer for match in Match.objects.filter(run=run)}
    assert offers
    assert all(offer.organisation_id != need.organisation_id and offer.state == State.PUBLISHED for offer in offers)
