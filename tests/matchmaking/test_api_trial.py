"""Trying without an account over the API: understood and corrected as on the first page, unnamed, and not kept."""

from types import SimpleNamespace

import pytest
from rest_framework.test import APIClient

from catalog import in_their_words
from catalog.encoder.failures import EncoderError
from catalog.models import Need, OfferConcept
from matchmaking import correcting, trial
from matchmaking.explaining import Proposal
from tests.factories import make_concept, make_offer, make_organisation

pytestmark = pytest.mark.django_db
TEXT = "We throw away a third of our dough every evening."


@pytest.fixture
def engine(monkeypatch):
    """`offers` is what the engine finds, `ideas` what is understood, and `asked` what it was last asked for."""
    state = SimpleNamespace(offers=[], ideas=[], asked=None)

    def propose(*asked):
        state.asked = asked
        return [Proposal(offer, 1.0, {}, [], [], probability=0.5) for offer in state.offers][: asked[1]]

    def understood(text, language):
        return [SimpleNamespace(concept=one.pk) for one in state.ideas]

    monkeypatch.setattr(correcting, "propose", propose)
    for module in (correcting, in_their_words):
        monkeypatch.setattr(module, "understood", understood)
    return state


def asked(path="try", **body):
    return APIClient().post(f"/api/v1/{path}/", {"text": TEXT} | body, format="json")


def test_a_visitor_reads_teasers_without_names_as_on_the_page_and_nothing_is_stored(engine, client):
    maker = make_organisation(name="Mehlwerk AG", country="AT", kind="sme", website="https://mehlwerk.example")
    engine.offers = [make_offer(organisation=maker, title=f"Mehlwerk {how}", visibility=how) for how in
                     ("public", "anonymous", "network")]  # fmt: skip
    answer = asked()
    told = answer.json()["suggestions"]
    assert [one["title"] for one in told] == ["[…] public", "[…] anonymous"]
    assert told[0]["organisation"] == {
        "name": None, "origin": "", "website": "", "country": "AT", "kind": "sme", "size": "small",
    }  # fmt: skip
    assert "ehlwerk" not in answer.text
    page = client.post("/try/", {"text": TEXT}).text
    assert all(one["title"] in page and one["likelihood"] in page for one in told)
    assert not Need.objects.exists()


def test_what_was_understood_is_told_and_corrected(engine):
    heat, waste = make_concept("waste heat", green_aims=["energy"]), make_concept("food waste")
    engine.ideas, engine.offers = [heat, waste], [make_offer(), make_offer()]
    OfferConcept.objects.create(document=engine.offers[0], concept=heat, weight=0.9, found_by="words")
    told = asked().json()
    assert told["reading"]["ideas"][0] == {"concept": heat.pk, "label": "waste heat", "facet": "", "aims": ["energy"]}
    assert len(told["suggestions"]) == 2
    told = asked(without=[heat.pk], language="da", ecosystem="agri_food").json()
    assert [one["label"] for one in told["reading"]["removed"]] == ["waste heat"]
    assert (told["reading"]["language"], told["reading"]["detected"]) == ("da", "en")
    assert len(told["suggestions"]) == 1
    assert engine.asked[2:] == ("da", ["agri_food"])


def test_how_providers_say_it_is_told_with_a_trial_and_for_a_text_alone(engine):
    engine.ideas = [make_concept("food waste", "demand forecasting")]
    saying = {"concept": engine.ideas[0].pk, "label": "food waste", "words": ["demand forecasting"], "language": "en"}
    assert asked().json()["sayings"] == [saying]
    assert asked("words", kind="need").json() == {"understood": [saying]}
    assert asked("words", kind="offer").json()["understood"][0]["words"] == []


def test_nothing_that_fits_is_an_answer(engine):
    assert asked().json()["suggestions"] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": "short"}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"aim": "gold"}, "aim"),
        ({"without": ["x"]}, "without.0"),
    ],
)
def test_what_is_wrong_is_named_and_costs_no_try(engine, monkeypatch, wrong, field):
    monkeypatch.setattr(trial, "TRIALS_AN_HOUR", 1)
    answer = asked(**wrong)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert asked().status_code == 200


def test_an_address_has_its_tries_on_the_page_and_here_together_and_is_told_when_to_come_back(
    engine, client, monkeypatch
):
    monkeypatch.setattr(trial, "TRIALS_AN_HOUR", 2)
    assert [client.post("/try/", {"text": TEXT}).status_code, asked().status_code] == [200, 200]
    refused = asked()
    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (429, "throttled", "3600")
    assert client.post("/try/", {"text": TEXT}).status_code == 422


def test_words_are_looked_up_so_often_a_minute(engine, monkeypatch):
    monkeypatch.setattr("catalog.writing_api.ASKS_A_MINUTE", 1)
    assert asked("words", kind="need").status_code == 200
    refused = asked("words", kind="need")
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")


def test_while_the_encoder_is_away_that_is_said(engine, monkeypatch):
    def fail(*args):
        raise EncoderError("away")

    monkeypatch.setattr(correcting, "propose", fail)
    answer = asked()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
