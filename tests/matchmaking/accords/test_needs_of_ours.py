"""A need here, an offer of another installation: who decides when, and what follows."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import Need
from matchmaking import reviewing
from matchmaking.codes import Answer, MatchState, Reason
from matchmaking.composing import compose
from matchmaking.disclosure import needs_visible_to
from matchmaking.dismissing import bring_back, dismiss
from matchmaking.links import answer_url
from matchmaking.models import Accord, Ask, Introduction, Mail, MailKind, Peer, Review
from matchmaking.undoing import TooLate, undo, undoable_by
from matchmaking.wanting import want
from tests.factories import make_user
from tests.matchmaking.accords.speaking import SECRETS, agreed, answer, introduction_mails, reread, state

pytestmark = pytest.mark.django_db


def test_both_brokers_and_both_sides_agree_before_a_name_goes_over_and_each_writes_to_its_own_side(case, line):
    match = agreed(case, line)
    assert match.state == MatchState.ACCEPTED
    assert {mail.recipient for mail in Mail.objects.filter(kind=MailKind.ASK)} == {case.seeker}
    assert answer(match, "need", case.seeker)
    assert line.words == ["accepted", "yes"]
    assert line.say("later") == 204
    assert line.words == ["accepted", "yes"]
    assert not any(secret in json.dumps(line.sent) for secret in SECRETS)
    assert line.say("yes") == 204
    assert line.words == ["accepted", "yes", "introduced"]
    us = {"name": "Sasha Seeker", "email": "seeker@dough.example"}
    named = {"organisation": "Dough Demo", "website": "https://dough.example", "people": [us]}
    assert line.sent[-1]["identity"] == named
    assert "Broker" not in json.dumps(line.sent)
    assert state(match) == MatchState.ACCEPTED  # until the names of the other side are here
    assert line.say("introduced") == 204
    assert state(match) == MatchState.INTRODUCED
    assert line.words == ["accepted", "yes", "introduced"]
    (mail,) = introduction_mails()
    assert (mail.to, mail.cc) == (["Sasha Seeker <seeker@dough.example>"], ["Brook Broker <broker@ours.example>"])
    assert {"Nora Nord <nora@firma.nord.example>", "Nord <desk@nord.example>"} <= set(mail.reply_to)
    assert "Firma Nord" in mail.body
    assert "nora@firma.nord.example" in mail.body


def test_words_that_come_twice_or_late_double_nothing(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    for word in ("accepted", "yes", "introduced", "accepted", "yes", "introduced", "introduced"):
        assert line.say(word) == 204
    assert state(match) == MatchState.INTRODUCED
    rows = [model.objects.filter(match=match).count() for model in (Introduction, Ask, Review)]
    assert rows == [1, 2, 2]
    assert len(introduction_mails()) == 1


def test_the_broker_reads_on_the_page_who_decides_and_after_the_introduction_who_the_other_side_is(
    case, line, client, django_assert_max_num_queries
):
    client.force_login(case.broker)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert "Accept and tell Nord" in page
    accepting = 'name="verdict" value="accept" data-key="a"'  # of the row
    assert accepting in client.get(reverse("queue")).text
    said = client.post(reverse("match-accept", args=[case.match.pk]), follow=True).text
    assert "Now a broker of Nord decides" in said
    line.status = 409
    assert line.words == ["accepted"]
    page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert "With Nord" in page
    assert "cluster decides" not in page
    assert "could not be told of the latest step yet" in page
    assert Accord.objects.get().error not in page  # in English, for the operator
    assert reverse("match-accept", args=[case.match.pk]) not in page
    line.say("accepted")
    answer(reread(case.match), "need", case.seeker)
    assert "nora@firma" not in client.get(reverse("match-detail", args=[case.match.pk])).text
    line.say("introduced")
    for person in (case.broker, case.seeker):
        client.force_login(person)
        with django_assert_max_num_queries(12):
            assert "nora@firma.nord.example" in client.get(reverse("match-detail", args=[case.match.pk])).text


def test_a_decision_is_taken_back_as_long_as_the_other_one_was_not_told(case, line):
    reviewing.accept(case.match, by=case.broker)
    match = undo(undoable_by(case.broker).get(), by=case.broker)
    assert (match.state, match.second_cluster, Accord.objects.count()) == (MatchState.PROPOSED, None, 0)
    assert line.words == []
    reviewing.accept(match, by=case.broker)
    assert line.words == ["accepted"]
    with pytest.raises(TooLate, match="told already"):
        undo(Review.objects.get(match=match), by=case.broker)
    with pytest.raises(ValidationError, match="Nord has it now"):
        reviewing.park(reread(match), by=case.broker, until=timezone.localdate() + timedelta(days=3))
    assert reviewing.reject(reread(match), by=case.broker, reason=Reason.TOO_FAR)
    assert line.words == ["accepted", "ended"]


def test_what_our_author_turns_down_meanwhile_ends_over_there_for_its_reason_and_for_good(case, line):
    reviewing.accept(case.match, by=case.broker)
    assert line.words == ["accepted"]
    assert dismiss(reread(case.match), by=case.seeker, reason=Reason.HAVE_IT, note="Sasha bought one")
    assert line.words == ["accepted", "ended"]
    assert line.sent[-1]["reason"] == Reason.HAVE_IT
    assert "Sasha" not in json.dumps(line.sent)
    assert not bring_back(reread(case.match), by=case.seeker)


def test_what_our_author_is_interested_in_is_not_told_and_our_side_is_asked_as_usual(case, line):
    assert want(reread(case.match), by=case.seeker)
    match = agreed(case, line)
    assert line.words == ["accepted"]
    assert "want" not in json.dumps(line.sent)
    assert match.asks.get(side="need").answer == ""
    assert {mail.recipient for mail in Mail.objects.filter(kind=MailKind.ASK)} == {case.seeker}
    assert answer(match, "need", case.seeker)
    assert line.words == ["accepted", "yes"]


def test_a_rejection_that_is_taken_back_leaves_the_acceptance_before_it_to_be_told(case, line):
    reviewing.accept(case.match, by=case.broker)
    reviewing.reject(reread(case.match), by=case.broker, reason=Reason.TOO_FAR)
    undo(undoable_by(case.broker).first(), by=case.broker)
    assert line.words == ["accepted"]


def test_nothing_is_accepted_that_could_not_be_told(case, line, peer):
    Need.objects.filter(pk=case.match.need_id).update(visibility="network")
    with pytest.raises(ValidationError, match="is not shown to Nord"):
        reviewing.accept(reread(case.match), by=case.broker)
    Need.objects.filter(pk=case.match.need_id).update(visibility="public")
    Peer.objects.update(token="")
    with pytest.raises(ValidationError, match="Nothing can be told to Nord"):
        reviewing.accept(reread(case.match), by=case.broker)
    assert (state(case.match), Accord.objects.count()) == (MatchState.PROPOSED, 0)
    staff = make_user(is_staff=True)
    Peer.objects.update(token="theirs")
    assert reviewing.accept(reread(case.match), by=staff)
    assert reread(case.match).second_cluster == peer.cluster
    assert not reviewing.accept(reread(case.match), by=staff)  # nobody here decides for the brokers there


def test_whoever_is_asked_reads_to_which_platform_the_name_would_go(case, line, client):
    match = agreed(case, line)
    said = "your name and your e-mail address go to that platform"
    client.force_login(case.seeker)
    ask = match.asks.get(side="need")
    pages = [reverse("match-detail", args=[match.pk]), answer_url(ask, case.seeker, Answer.YES)]
    (mail,) = Mail.objects.filter(kind=MailKind.ASK)
    for text in (*(client.get(page).text for page in pages), compose(mail).body.replace("\n", " ")):
        assert f"The other side is with Nord: if you both say yes, your organisation, {said}" in text


def test_no_page_offers_a_question_to_a_side_of_another_installation(case, line, client):
    match = agreed(case, line)
    client.force_login(case.seeker)
    ask = match.asks.get(side="need")
    for page in (reverse("match-detail", args=[match.pk]), answer_url(ask, case.seeker, Answer.YES)):
        assert "#questions" not in client.get(page).text


def test_no_time_to_meet_is_proposed_across_two_installations(case, line):
    draft = agreed(case, line).introduction
    api = APIClient()
    api.force_authenticate(case.broker)
    changes = {"message": "You should meet.", "meeting_at": "2030-01-01T09:00:00Z"}
    path, version = f"/api/v1/introductions/{draft.pk}/", {"if-match": "*"}
    assert api.patch(path, changes, format="json", headers=version).json()["errors"].keys() == {"meeting_at"}
    changes["meeting_at"] = None
    assert api.patch(path, changes, format="json", headers=version).status_code == 200


def test_the_page_of_such_a_match_costs_its_broker_few_queries(case, line, client, django_assert_max_num_queries):
    client.force_login(case.broker)
    page = reverse("match-detail", args=[case.match.pk])
    client.get(page)
    with django_assert_max_num_queries(12):
        client.get(page)
    agreed(case, line)
    with django_assert_max_num_queries(12):
        client.get(page)


def test_a_match_opens_nothing_to_the_other_installation_but_what_is_said(case, line, peer):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    line.say("introduced")
    (need,) = needs_visible_to(peer.account).filter(pk=match.need_id)
    assert need.disclosure == 1
    Need.objects.filter(pk=match.need_id).update(visibility="network")
    assert not needs_visible_to(peer.account).filter(pk=match.need_id).exists()
