"""Beside how probable a match is stands how many like it brokers of this installation accepted."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from matchmaking.models import Match
from matchmaking.progress import likelihood
from matchmaking.track_record import TrackRecord
from tests.factories import make_case, make_need, make_offer

pytestmark = pytest.mark.django_db

PARTS = {"text_probability": 0.4}


@pytest.fixture(autouse=True)
def forgotten():
    cache.delete("track-record")
    yield
    cache.delete("track-record")


def decided(accepted, rejected, probability=0.4, **overrides):
    offer = make_offer()
    states = ["introduced", "declined"] * (accepted // 2) + ["accepted"] * (accepted % 2) + ["rejected"] * rejected
    fields = {"offer": offer, "probability": probability, "components": PARTS} | overrides
    Match.objects.bulk_create(Match(need=make_need(), state=state, **fields) for state in states)


def said(probability):
    return TrackRecord().told(likelihood(probability).level)


@pytest.mark.parametrize(
    ("accepted", "rejected", "words"),
    [
        (14, 6, "brokers accepted about 7 in 10 like this"),
        (0, 20, "brokers accepted fewer than 1 in 10 like this"),
        (20, 0, "brokers accepted more than 9 in 10 like this"),
        (13, 6, ""),
    ],
)
def test_it_is_said_in_tenths_once_enough_were_decided(accepted, rejected, words):
    decided(accepted, rejected)
    assert said(0.5) == words


def test_each_word_of_probability_has_a_record_of_its_own():
    decided(20, 0, 0.9)
    decided(10, 10, 0.2)
    decided(2, 18, 0.05)
    assert [said(p) for p in (0.9, 0.5, 0.2, 0.05)] == [
        "brokers accepted more than 9 in 10 like this",
        "",
        "brokers accepted about 5 in 10 like this",
        "brokers accepted about 1 in 10 like this",
    ]


def test_what_the_engine_did_not_propose_and_what_brokers_did_not_decide_says_nothing():
    decided(20, 0, components={})
    Match.objects.bulk_create(
        Match(need=make_need(), offer=make_offer(), state=state, probability=0.4, components=PARTS)
        for state in ("proposed", "parked", "withdrawn", "dismissed")
        for _ in range(10)
    )
    assert said(0.4) == ""


def test_the_page_of_a_suggestion_says_it_and_that_of_a_decided_match_does_not(client):
    decided(14, 6)
    case = make_case(probability=0.4)
    client.force_login(case.seeker)
    address = reverse("match-detail", args=[case.match.pk])
    assert "Possible (brokers accepted about 7 in 10 like this)" in client.get(address).content.decode()
    assert "about 7 in 10" in client.get(case.match.need.get_absolute_url()).content.decode()
    Match.objects.filter(pk=case.match.pk).update(state="introduced")
    assert "about 7 in 10" not in client.get(address).content.decode()
