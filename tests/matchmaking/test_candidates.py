"""Candidates where there are very many offers, found by the indexes instead of one by one."""

import pytest

from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from catalog.placing import query_of
from catalog.term_counts import query_terms
from matchmaking import candidates
from matchmaking.pipeline import offers_for
from tests.factories import make_need, make_offer

pytestmark = pytest.mark.django_db
TITLES = ("Rinse water treatment", "Forecasts for bakeries", "Heat pumps", "Welding to EN 1090", "Packing of dough")


def test_the_indexes_find_what_comparing_one_by_one_finds(monkeypatch):
    for title in TITLES:
        make_offer(title=title, description=f"{title} for small firms, on site and at a fixed price.")
    make_need(title="Smelling rinse water", description="We need welding to EN 1090 and clean rinse water.")
    while embed_stale_documents():
        pass
    refresh()
    need = Need.objects.get()
    query, offers = query_of(need), offers_for(need)
    one_by_one = candidates.retrieve(need, query, offers, 3).candidates
    monkeypatch.setattr(candidates, "EXACT_UP_TO", 0)
    by_index = candidates.retrieve(need, query, offers, 3).candidates
    assert len(by_index) >= 3
    assert {one.pk: one.words for one in by_index} == {one.pk: one.words for one in one_by_one}


def test_the_offers_that_hold_the_most_telling_terms_are_listed_first():
    both = make_offer(title="Welding of dairy tanks", description="Welding and dairy tanks.")
    one = make_offer(title="Welding of gates", description="Welding and gates.")
    make_offer(title="Cheese", description="Cheese.")
    embed_stale_documents()
    terms = query_terms("welding dairy", "en")
    assert Offer.objects.holding_most(terms.weights, 5) == [both.pk, one.pk]
    assert Offer.objects.holding_most(terms.weights, 1) == [both.pk]
