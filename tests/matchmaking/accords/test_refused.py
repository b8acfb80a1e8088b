"""What another installation may not say."""

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Offer
from matchmaking import federation
from matchmaking.codes import MatchState, Word
from matchmaking.models import Accord, Match
from tests.factories import make_case
from tests.matchmaking.accords.speaking import THEM, Line, agreed, answer, state

pytestmark = pytest.mark.django_db


def test_only_pairs_that_both_know_are_opened(asked, line, monkeypatch):
    offer = asked.match.offer
    hidden = make_case(offer={"visibility": "network"}).match.offer
    ours = asked.match.need
    for wrong in ({"offer": hidden.pk}, {"offer": 10**9}, {"need": 8}, {"need": ours.pk}, {"side": "offer"}):
        assert line.post(asked.opening | wrong).status_code == 410
    assert line.post(asked.opening | {"word": "yes"}).status_code == 410
    offer.pause()
    assert line.post(asked.opening).status_code == 410
    Offer.objects.filter(pk=offer.pk).update(state="published")
    with monkeypatch.context() as full:
        full.setattr("matchmaking.accords.MOST_UNSETTLED", 0)
        assert line.post(asked.opening).status_code == 409
    asked.cluster.brokerships.all().delete()
    assert line.post(asked.opening).status_code == 409  # nobody here would decide
    assert not Accord.objects.exists()
    assert not Match.objects.filter(need__external_id="7").exists()


def test_another_installation_says_nothing_about_a_match_that_is_not_its_own(case, line):
    match = agreed(case, line)
    accord = Accord.objects.get()
    third, third.key = federation.link("Sud", "https://sud.example", "FR", "desk@sud.example")
    foreign = Line(third.key)
    for word in ("yes", "ended", "introduced"):
        assert foreign.say(word, accord) == 410
    assert line.say("yes", need=10**6) == 410
    assert line.say("yes", case=10**6) == 410
    assert line.say("yes", side="need") == 410
    assert APIClient().post(reverse("api-federation-matches"), {}, format="json").status_code == 401
    assert (state(match), Accord.objects.get().heard) == (MatchState.ACCEPTED, Word.ACCEPTED)
    assert not match.asks.exclude(answer="")


WRONG = {
    "names before the last yes": {"word": "yes", "identity": THEM},
    "an introduction without names": {"word": "introduced", "identity": None},
    "a reason without an end": {"word": "yes", "reason": "too_far"},
    "no such word": {"word": "no"},
    "no such reason": {"word": "ended", "reason": "Call Nora"},
    "a number too large": {"case": 2**63},
    "a huge name": {"word": "introduced", "identity": THEM | {"organisation": "x" * 201}},
    "a thousand people": {"word": "introduced", "identity": THEM | {"people": THEM["people"] * 1000}},
    "no address": {"word": "introduced", "identity": THEM | {"people": [{"name": "N", "email": "n\r\nBcc: all@x"}]}},
    "no ASCII": {"word": "introduced", "identity": THEM | {"people": [{"name": "N", "email": "nö@firma.example"}]}},
    "a script as website": {"word": "introduced", "identity": THEM | {"website": "javascript:alert(1)"}},
    "NUL": {"word": "introduced", "identity": THEM | {"organisation": "a\x00b"}},
}


def test_what_is_no_word_is_refused_and_nothing_of_it_is_kept(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    taken = {name: line.say(**{"word": "yes"} | wrong) for name, wrong in WRONG.items()}
    assert taken == dict.fromkeys(WRONG, 400)
    accord = Accord.objects.get()
    assert (accord.heard, accord.identity, state(match)) == (Word.ACCEPTED, {}, MatchState.ACCEPTED)
