"""Candidates where there are very many offers, found by the indexes instead of one by one."""

import numpy as np
import pytest

from benchmarks.matching import setting
from catalog.codes import State
from catalog.corpus import refresh
from catalog.embedding import embed_stale_documents
from catalog.models import Need, Offer
from catalog.neutral import unit
from catalog.placing import query_of
from catalog.term_counts import query_terms
from catalog.words import term_id
from matchmaking import candidates
from matchmaking.pipeline import offers_for
from tests.factories import make_need, make_offer, make_organisation

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


def test_offers_that_may_not_be_proposed_take_no_place_from_those_that_the_index_finds():
    places = unit(np.random.default_rng(7).standard_normal((900, 384))).astype(np.float32)
    by_cosine = np.argsort(-places @ places[0], kind="stable")
    organisation = make_organisation()
    rows = [
        Offer(
            organisation=organisation, title=f"{rank}", external_id=f"{rank}",
            state=State.WITHDRAWN if rank < 400 else State.PUBLISHED,
            place=places[at], embedding_dimension=384,
        )
        for rank, at in enumerate(by_cosine)
    ]  # fmt: skip
    Offer.objects.bulk_create(rows)
    with setting("enable_seqscan", "off"), setting("enable_sort", "off"), setting("enable_bitmapscan", "off"):
        found = [int(offer.title) for offer in Offer.objects.open().nearest(places[0], 100)]
    assert len(found) == 100
    assert len({*found} & {*range(400, 500)}) >= 98


def test_a_rare_term_brings_only_an_offer_that_may_be_proposed(monkeypatch):
    withdrawn = make_offer(title="Welding to EN 1090", description="We weld to EN 1090.", state=State.WITHDRAWN)
    open_one = make_offer(title="Gates to EN 1090", description="We make gates to EN 1090.")
    need = make_need(title="Gates", description="Who builds to EN 1090?")
    while embed_stale_documents():
        pass
    refresh()
    monkeypatch.setattr(candidates, "EXACT_UP_TO", 0)
    monkeypatch.setattr(candidates, "SHORTLIST", 0)
    need = Need.objects.get(pk=need.pk)
    found = candidates.retrieve(need, query_of(need), offers_for(need).exclude(place=None), 1).candidates
    assert open_one.pk in {one.pk for one in found}
    assert withdrawn.pk not in {one.pk for one in found}


def test_a_standard_that_few_offers_name_brings_them_all_from_a_text_of_any_length():
    named = [make_offer(title="Gates", description="We make gates to EN 1090.") for _ in range(3)]
    for number in range(12):
        make_offer(title="Welding", description=f"Welding of gates and fences, number {number}.")
    words = " ".join(f"strange{chr(97 + n)}{chr(97 + m)}" for n in range(6) for m in range(6))
    while embed_stale_documents():
        pass
    refresh()
    terms = query_terms(f"Who builds gates to EN 1090? {words}", "en")
    assert term_id("=en-1090") in terms.rare
    assert {offer.pk for offer in named} <= set(Offer.objects.bearing(terms.rare))


def test_of_the_rare_words_exact_ones_are_looked_up_first_and_few_offers_come_by_all():
    for number in range(60):
        make_offer(title="Gates", description=f"Gates called alpha{chr(97 + number % 26)}{chr(97 + number // 10)}.")
    make_offer(title="Gates", description="Gates to EN 1090, zebra.")
    while embed_stale_documents():
        pass
    refresh()
    others = " ".join(f"alpha{chr(97 + n % 26)}{chr(97 + n // 10)}" for n in range(60))
    terms = query_terms(f"{others} zebra EN 1090", "en")
    assert term_id("=en-1090") in terms.rare
    assert len(Offer.objects.bearing(terms.rare)) <= 50


def test_the_offers_that_hold_the_most_telling_terms_are_listed_first():
    both = make_offer(title="Welding of dairy tanks", description="Welding and dairy tanks.")
    one = make_offer(title="Welding of gates", description="Welding and gates.")
    make_offer(title="Cheese", description="Cheese.")
    embed_stale_documents()
    terms = query_terms("welding dairy", "en")
    assert Offer.objects.holding_most(terms.weights, 5) == [both.pk, one.pk]
    assert Offer.objects.holding_most(terms.weights, 1) == [both.pk]
