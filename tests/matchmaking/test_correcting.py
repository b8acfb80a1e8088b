"""Correcting what was understood of a text that is only tried: each click, and the suggestions that follow."""

import re
from types import SimpleNamespace

import pytest
from django.urls import reverse

from catalog.encoder.failures import EncoderError
from catalog.models import Need, OfferConcept
from matchmaking import correcting
from matchmaking.correcting import Corrections, follow, read
from matchmaking.explaining import Proposal
from tests.factories import make_concept, make_offer

pytestmark = pytest.mark.django_db

TEXT = "We throw away a third of our dough every evening."


@pytest.fixture
def engine(monkeypatch):
    """`offers` is what the engine finds, `ideas` what is understood, and `asked` what it was last asked for."""
    state = SimpleNamespace(offers=[], ideas=[], asked=None)

    def propose(*asked):
        state.asked = asked
        return [Proposal(offer, 1.0, {}, [], []) for offer in state.offers][: asked[1]]

    monkeypatch.setattr(correcting, "propose", propose)

    def understood(text, language):
        return [SimpleNamespace(concept=one.pk) for one in state.ideas]

    monkeypatch.setattr(correcting, "understood", understood)
    return state


def make_offer_about(*concepts, **fields):
    offer = make_offer(**fields)
    for concept in concepts:
        OfferConcept.objects.create(document=offer, concept=concept, weight=0.9, found_by="words")
    return offer


def followed(engine, **corrected):
    corrections = Corrections(**corrected)
    found = follow(TEXT, corrections, read(TEXT, corrections, "en"), top=2)
    return [proposal.offer for proposal in found]


def test_an_offer_about_nothing_but_what_was_taken_off_is_left_out_and_the_next_takes_its_place(engine):
    heat, waste = make_concept("waste heat"), make_concept("food waste")
    beside, both, other = make_offer_about(heat), make_offer_about(heat, waste), make_offer()
    engine.ideas, engine.offers = [heat, waste], [beside, both, other]
    assert followed(engine) == [beside, both]
    assert followed(engine, without=frozenset([heat.pk])) == [both, other]


def test_what_serves_the_chosen_green_aim_stands_first(engine):
    wet = make_offer_about(make_concept("rinsing", green_aims=["water"]))
    engine.offers = [make_offer(), make_offer(), wet]
    assert followed(engine, aim="water") == [wet, engine.offers[0]]


def test_language_and_sector_are_what_the_engine_is_asked_with(engine):
    followed(engine, language="da", ecosystem="agri_food")
    assert engine.asked[2:] == ("da", ["agri_food"])


def test_while_the_encoder_is_busy_suggestions_come_without_concepts(engine, monkeypatch):
    def fail(*args):
        raise EncoderError("busy")

    monkeypatch.setattr(correcting, "understood", fail)
    engine.offers = [make_offer()]
    assert read(TEXT, Corrections(), "en").ideas == []
    assert followed(engine) == engine.offers


def test_each_click_corrects_one_thing_without_javascript_and_stores_nothing(client, engine):
    heat = make_concept("waste heat", green_aims=["energy"])
    engine.ideas = [heat]
    page = client.post(reverse("try"), {"text": TEXT})
    assert re.search(r'<option value="" selected>\s*English', page.text)
    assert "Good for the environment: energy" in page.text
    assert f'name="drop" value="{heat.pk}"' in page.text
    page = client.post(reverse("try"), {"text": TEXT, "drop": heat.pk, "language": "de"})
    assert "Undo: waste heat" in page.text
    assert "Good for the environment" not in page.text
    assert re.search(r'value="de"\s+selected', page.text)
    kept = re.findall(r'name="without" value="(\d+)"', page.text)
    assert kept == [str(heat.pk)]
    page = client.post(reverse("try"), {"text": TEXT, "without": kept, "back": heat.pk})
    assert "Undo: waste heat" not in page.text
    assert not Need.objects.exists()
    assert not client.session.keys()


@pytest.mark.parametrize(
    "nonsense", [{"language": "xx"}, {"aim": "gold"}, {"without": ["-1", "x", "9" * 40]}, {"drop": "999999999"}]
)
def test_nonsense_corrects_nothing(client, engine, nonsense):
    engine.offers = [make_offer(title="Forecasts", visibility="public")]
    page = client.post(reverse("try"), {"text": TEXT} | nonsense)
    assert page.status_code == 200
    assert "Forecasts" in page.text
