"""What is told to the other installation, what is told again, and how a match ends."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from matchmaking import federation, introductions, retention, reviewing, telling
from matchmaking.codes import Answer, MatchState, Reason, Word
from matchmaking.models import Accord, Match, Peer
from tests.matchmaking.accords.speaking import agreed, answer, reread, state

pytestmark = pytest.mark.django_db


def test_what_is_not_taken_is_told_again_later_until_it_is(case, line):
    reviewing.accept(case.match, by=case.broker)
    for line.status in (503, 410, 401):
        Accord.objects.update(not_before=timezone.now())
        assert telling.tell_due(10) == 0
    assert telling.tell_due(10) == 0  # not yet
    accord = Accord.objects.get()
    assert (len(line.sent), accord.attempts, accord.told) == (3, 3, "")
    assert accord.error == "It does not know our key."
    line.status = 204
    Accord.objects.update(not_before=timezone.now())
    assert line.words == ["accepted"] * 4
    assert line.words == ["accepted"] * 4


@pytest.mark.parametrize("status", [410, 404, 409, 503])
def test_a_match_that_the_other_one_never_gets_to_know_ends_after_a_week(case, line, status):
    reviewing.accept(case.match, by=case.broker)
    Accord.objects.update(opened_at=timezone.now() - timedelta(days=8), error="It answered with 503.")
    line.status = status
    assert line.words == ["accepted"]
    assert (state(case.match), Accord.objects.get().error) == (MatchState.REJECTED, "")


def test_a_match_ends_where_the_other_one_says_that_it_is_over_and_not_where_nobody_answers_for_it(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    for line.status, then in ((404, MatchState.ACCEPTED), (410, MatchState.DECLINED)):
        Accord.objects.update(not_before=timezone.now())
        assert line.words[-1] == "yes"
        assert state(match) == then


def test_later_there_lasts_until_the_other_one_ends_it(case, line, settings):
    match = agreed(case, line)
    assert line.say("later") == 204
    long_ago = timezone.now() - timedelta(days=settings.LAPSE_AFTER_DAYS + settings.LATER_DAYS)
    match.asks.update(reminded_at=long_ago, remind_at=long_ago)
    answer(match, "need", case.seeker)
    introductions.remind_silent_sides()
    assert state(match) == MatchState.ACCEPTED
    match.asks.filter(side="offer").update(answer="")
    introductions.remind_silent_sides()
    assert state(match) == MatchState.LAPSED


def test_an_end_of_what_the_other_one_never_knew_is_told_once(case, line):
    reviewing.accept(case.match, by=case.broker)
    reviewing.reject(reread(case.match), by=case.broker, reason=Reason.TOO_FAR)
    line.status = 410
    assert line.words == ["ended"]
    Accord.objects.update(not_before=timezone.now())
    assert line.words == ["ended"]


def test_an_installation_that_hangs_does_not_keep_the_others_waiting(peer, monkeypatch):
    sud, _key = federation.link("Sud", "https://sud.example", "FR", "desk@sud.example")
    Peer.objects.update(token="theirs")
    for number in (1, 2, 3):
        Accord.objects.create(peer=peer, side="need", number=number)
    Accord.objects.create(peer=sud, side="need", number=4)
    called, clock = [], [0]

    def hang(url, body, headers):
        called.append(url.split("/")[2])
        clock[0] += 30 if "nord" in url else 0
        return 503

    monkeypatch.setattr(telling, "post", hang)
    monkeypatch.setattr(telling, "monotonic", lambda: clock[0])
    assert telling.tell_due(50) == 0
    assert sorted(called) == ["nord.example", "sud.example"]


@pytest.mark.parametrize(
    ("reason", "ended", "was_agreed"),
    [
        ("too_far", MatchState.REJECTED, False), ("", MatchState.REJECTED, False),
        ("no_capacity", MatchState.DECLINED, True), ("", MatchState.LAPSED, True),
    ],
)  # fmt: skip
def test_a_no_there_ends_it_here(case, line, reason, ended, was_agreed):
    reviewing.accept(case.match, by=case.broker)
    if was_agreed:
        line.say("accepted")
    assert line.say("ended", reason=reason) == 204
    assert state(case.match) == ended
    assert line.words == []  # the other one knows
    assert line.say("accepted") == 410
    assert line.say("ended") == 410


def test_a_no_here_and_a_text_that_goes_are_told_there(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker, Answer.NO, reason=Reason.TOO_EXPENSIVE, note="Call me, Sasha")
    assert line.words == ["accepted", "ended"]
    assert line.sent[-1]["reason"] == "too_expensive"
    assert "Sasha" not in json.dumps(line.sent)
    accord = Accord.objects.get()
    match.delete()
    assert Accord.objects.due().count() == 0
    Accord.objects.update(heard=Word.ENDED)
    retention.apply()
    assert not Accord.objects.filter(pk=accord.pk).exists()


def test_a_need_that_is_erased_is_told_as_the_end_even_without_its_match(case, line):
    agreed(case, line)
    case.match.need.delete()
    assert line.words == ["accepted", "ended"]
    assert not Accord.objects.exists()


def test_a_link_that_is_ended_ends_what_was_not_introduced(case, line, peer):
    match = agreed(case, line)
    federation.end(Peer.objects.select_related("cluster__organisation").get(pk=peer.pk))
    assert not Match.objects.filter(pk=match.pk).exists()
    assert line.words == ["accepted"]
    retention.apply()
    assert not Accord.objects.exists()
