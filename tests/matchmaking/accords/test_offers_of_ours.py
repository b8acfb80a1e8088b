"""An offer here, a need of another installation: a broker here decides second."""

import json
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matchmaking import reviewing
from matchmaking.codes import MatchState, Reason
from matchmaking.models import Accord, Mail, MailKind, Match, Peer
from matchmaking.undoing import undo, undoable_by
from tests.matchmaking.accords.speaking import answer, introduction_mails, reread, state

pytestmark = pytest.mark.django_db


def test_a_broker_here_decides_on_an_offer_of_ours_and_only_then_its_side_is_asked(asked, line, client):
    for _ in range(2):
        assert line.post(asked.opening).status_code == 204
    match = Match.objects.exclude(pk=asked.match.pk).get()
    assert (match.need.external_id, match.state, line.words) == ("7", MatchState.PROPOSED, [])
    client.force_login(asked.broker)
    assert "from Nord" in client.get(reverse("queue")).text
    page = client.get(reverse("match-detail", args=[match.pk])).text
    assert "Nord accepted it on" in page
    assert "Accept and ask your side" in page
    assert line.say("yes") == 409
    assert reviewing.accept(match, by=asked.broker)
    assert line.words == ["accepted"]
    assert {mail.recipient for mail in Mail.objects.filter(kind=MailKind.ASK)} == {asked.provider}
    assert match.introduction.broker == asked.broker
    assert line.say("introduced") == 409  # names before this side has said yes: nothing of them is kept
    assert "Nora" not in json.dumps(list(Accord.objects.values()), default=str)
    assert line.say("yes") == 204
    answer(match, "offer", asked.provider)
    assert line.words == ["accepted", "introduced"]
    assert line.say("introduced") == 204
    assert state(match) == MatchState.INTRODUCED
    assert reread(match).case.owner == asked.broker
    (mail,) = introduction_mails()
    assert mail.to == [f"{asked.provider.name} <{asked.provider.email}>"]
    assert "nora@firma.nord.example" in mail.body
    assert client.get(reverse("match-detail", args=[match.pk])).status_code == 200


def test_of_several_accepted_together_the_broker_reads_that_another_installation_asks_one_side(asked, line, client):
    line.post(asked.opening)
    match = Match.objects.exclude(pk=asked.match.pk).get()
    client.force_login(asked.broker)
    chosen = [f"{one.pk}:{one.stamp}" for one in (asked.match, match)]
    done = client.post(reverse("queue"), {"match": chosen, "verdict": "accept"}, follow=True).text
    assert "Accepted 1 match. Both sides are being asked by mail." in done
    assert "Accepted 1 match. Your side is being asked by mail, the other one by its own platform." in done


def test_the_reason_of_a_broker_here_is_told_and_a_parked_match_waits(asked, line):
    line.post(asked.opening)
    match = Match.objects.exclude(pk=asked.match.pk).get()
    reviewing.park(match, by=asked.broker, until=timezone.localdate() + timedelta(days=3))
    assert line.words == []
    reviewing.reject(match, by=asked.broker, reason=Reason.NO_CAPACITY, note="Sasha is on holiday")
    undo(undoable_by(asked.broker).first(), by=asked.broker)
    assert line.words == []
    reviewing.reject(reread(match), by=asked.broker, reason=Reason.NO_CAPACITY, note="Sasha is on holiday")
    assert line.words == ["ended"]
    assert (line.sent[0]["reason"], "Sasha" in json.dumps(line.sent)) == ("no_capacity", False)


def test_a_pair_that_was_ended_there_begins_anew_and_an_old_message_changes_nothing(asked, line):
    line.post(asked.opening)
    first = Match.objects.exclude(pk=asked.match.pk).get()
    assert line.post(asked.opening | {"case": 42}).status_code == 410
    assert line.say("ended") == 204
    assert line.post(asked.opening).status_code == 410
    assert line.post(asked.opening | {"case": 40}).status_code == 410
    assert state(first) == MatchState.REJECTED
    assert line.post(asked.opening | {"case": 42}).status_code == 204
    assert not Match.objects.filter(pk=first.pk).exists()
    assert Accord.objects.get().match.state == MatchState.PROPOSED


def test_a_no_from_here_stands_whatever_the_other_installation_says_after_it(asked, line):
    line.post(asked.opening)
    match = Match.objects.exclude(pk=asked.match.pk).get()
    reviewing.reject(match, by=asked.broker, reason=Reason.NO_CAPACITY)
    assert line.post(asked.opening | {"case": 42}).status_code == 410
    assert line.words == ["ended"]
    assert line.say("ended") == 204
    assert line.post(asked.opening | {"case": 42}).status_code == 410
    assert (state(match), match.reviews.filter(broker=asked.broker).count()) == (MatchState.REJECTED, 1)


def test_nothing_is_accepted_that_was_ended_there_or_could_not_be_told(asked, line):
    line.post(asked.opening)
    match = Match.objects.exclude(pk=asked.match.pk).get()
    Peer.objects.update(token="")
    with pytest.raises(ValidationError, match="Nothing can be told to Nord"):
        reviewing.accept(match, by=asked.broker)
    Peer.objects.update(token="theirs")
    reviewing.reject(match, by=asked.broker, reason=Reason.NO_CAPACITY)
    assert line.say("ended") == 204
    undo(undoable_by(asked.broker).get(), by=asked.broker)
    with pytest.raises(ValidationError, match="have to accept it first"):
        reviewing.accept(reread(match), by=asked.broker)


def test_whoever_changes_both_waits_for_the_match_first(asked, line):
    line.post(asked.opening)
    match = Match.objects.exclude(pk=asked.match.pk).get()
    reviewing.reject(match, by=asked.broker, reason=Reason.NO_CAPACITY)
    for change in (lambda: line.say("yes"), lambda: undo(undoable_by(asked.broker).get(), by=asked.broker)):
        with CaptureQueriesContext(connection) as asked_for:
            change()
        locking = [query["sql"] for query in asked_for.captured_queries if "FOR UPDATE" in query["sql"]]
        locked = [re.search(r'FROM "matchmaking_(\w+)"', query)[1] for query in locking]
        assert locked[:2] == ["match", "accord"]


def test_cases_whose_match_is_gone_count_among_those_that_wait_here(asked, line, monkeypatch):
    monkeypatch.setattr("matchmaking.accords.MOST_UNSETTLED", 1)
    line.post(asked.opening)
    Match.objects.exclude(pk=asked.match.pk).delete()
    assert line.post(asked.opening | {"case": 42}).status_code == 409
