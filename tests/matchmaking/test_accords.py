"""A match of a local text with one of another installation: who decides when, what is told, and what never is."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Organisation
from catalog.models import Need, Offer
from matchmaking import federation, introductions, retention, reviewing, telling
from matchmaking.codes import Answer, MatchState, Reason, Word
from matchmaking.composing import compose
from matchmaking.disclosure import needs_visible_to
from matchmaking.erasure import erase
from matchmaking.models import Accord, Ask, Handing, Introduction, Mail, MailKind, Match, Peer, Review
from matchmaking.personal_data import data_of
from matchmaking.undoing import TooLate, undo, undoable_by
from tests.factories import make_case, make_user
from tests.matchmaking.test_federation import TEASER, peer, synced, told  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
THEM = {
    "organisation": "Firma Nord", "website": "https://firma.nord.example",
    "people": [{"name": "Nora Nord", "email": "nora@firma.nord.example"}],
}  # fmt: skip
SECRETS = (
    "Dough Demo",
    "Sasha Seeker",
    "seeker@dough.example",
    "dough.example",
    "Brook Broker",
    "broker@ours.example",
)


class Line:
    """The line to the other installation: what was told there, and what it says here."""

    def __init__(self, key):
        self.key, self.sent, self.status = key, [], 204

    def __call__(self, url, body, headers):
        assert (url, headers["Authorization"]) == ("https://nord.example/api/v1/federation/matches/", "Peer theirs")
        self.sent.append(json.loads(body))
        return self.status

    @property
    def words(self):
        telling.tell_due(10)
        return [message["word"] for message in self.sent]

    def say(self, word, accord=None, **changes):
        """The status with which it is taken here."""
        accord = accord or Accord.objects.get()
        identity = THEM if word == "introduced" else None
        message = {"case": accord.number, "side": accord.other_side, "word": word, "reason": "", "identity": identity}
        message |= dict(zip(("need", "offer"), numbers(accord), strict=True))
        return self.post(message | changes).status_code

    def post(self, message):
        client = APIClient(headers={"Authorization": f"Peer {self.key}"})
        return client.post(reverse("api-federation-matches"), message, format="json")


def numbers(accord):
    need, offer = accord.match.need, accord.match.offer
    return int(need.external_id or need.pk), int(offer.external_id or offer.pk)


@pytest.fixture
def line(peer, monkeypatch):  # noqa: F811
    made = Line(peer.key)
    monkeypatch.setattr(telling, "post", made)
    return made


@pytest.fixture
def case(peer, told):  # noqa: F811
    """A need here, and the offer 7 of the other installation that was proposed for it."""
    told.tell(("offer", 7, TEASER, "anonymous"))
    assert synced(peer)
    case = make_case(need={"visibility": "anonymous"})
    case.match.need.organisation.name = "Dough Demo"
    case.match.need.organisation.website = "https://dough.example"
    case.match.need.organisation.save()
    for person, name, email in ((case.seeker, *SECRETS[1:3]), (case.broker, *SECRETS[4:])):
        person.name, person.email = name, email
        person.save()
    case.match = make_match_of(case)
    return case


def make_match_of(case):
    return Match.objects.create(need=case.match.need, offer=Offer.objects.get(external_id="7"), cluster=case.cluster)


@pytest.fixture
def asked(peer, told):  # noqa: F811
    """An offer here; the need 7 is the other installation's."""
    told.tell(("need", 7, TEASER, "anonymous"))
    assert synced(peer)
    case = make_case(offer={"visibility": "anonymous"})
    case.match.offer.organisation.cluster_memberships.create(cluster=case.cluster, state="approved")
    case.opening = {
        "case": 41, "need": 7, "offer": case.match.offer_id, "side": "need", "word": "accepted", "reason": "",
        "identity": None,
    }  # fmt: skip
    return case


def reread(match):
    return Match.objects.get(pk=match.pk)


def state(match):
    return reread(match).state


def answer(match, side, person, said=Answer.YES, **why):
    return introductions.answer(match.asks.get(side=side), said, by=person, **why)


def introduction_mails():
    return [compose(mail) for mail in Mail.objects.filter(kind=MailKind.INTRODUCTION)]


# From here: a need of ours


def agreed(case, line):
    """Both brokers have accepted."""
    assert reviewing.accept(case.match, by=case.broker)
    assert line.words == ["accepted"]
    assert line.say("accepted") == 204
    return reread(case.match)


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
    case, line, client
):
    client.force_login(case.broker)
    page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert "Accept and tell Nord" in page
    assert reverse("match-accept", args=[case.match.pk]) in client.get(reverse("queue")).text
    said = client.post(reverse("match-accept", args=[case.match.pk]), follow=True).text
    assert "Now a broker of Nord decides" in said
    line.status = 409
    assert line.words == ["accepted"]
    page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert "With the other cluster" in page
    assert "could not be told of the latest step yet" in page
    assert reverse("match-accept", args=[case.match.pk]) not in page
    line.say("accepted")
    answer(reread(case.match), "need", case.seeker)
    assert "nora@firma" not in client.get(reverse("match-detail", args=[case.match.pk])).text
    line.say("introduced")
    for person in (case.broker, case.seeker):
        client.force_login(person)
        assert "nora@firma.nord.example" in client.get(reverse("match-detail", args=[case.match.pk])).text


def test_what_is_not_taken_is_told_again_later_until_it_is(case, line):
    reviewing.accept(case.match, by=case.broker)
    for line.status in (503, 404, 401):
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


def test_a_match_that_the_other_one_never_gets_to_know_ends_after_a_week(case, line):
    reviewing.accept(case.match, by=case.broker)
    Accord.objects.update(opened_at=timezone.now() - timedelta(days=8))
    line.status = 404
    assert line.words == ["accepted"]
    assert state(case.match) == MatchState.REJECTED


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
    assert line.say("accepted") == 404
    assert line.say("ended") == 404


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


def test_nothing_is_accepted_that_could_not_be_told(case, line, peer):  # noqa: F811
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


def test_a_match_opens_nothing_to_the_other_installation_but_what_is_said(case, line, peer):  # noqa: F811
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    line.say("introduced")
    (need,) = needs_visible_to(peer.account).filter(pk=match.need_id)
    assert need.disclosure == 1
    Need.objects.filter(pk=match.need_id).update(visibility="network")
    assert not needs_visible_to(peer.account).filter(pk=match.need_id).exists()


def introduced(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    line.say("introduced")
    assert line.words == ["accepted", "introduced"]
    return reread(match)


def test_the_case_of_two_who_know_each_other_outlives_the_text_that_goes_there(case, line, peer, told):  # noqa: F811
    match = introduced(case, line)
    told.tell(("offer", 7, None, ""))
    assert synced(peer)
    assert state(match) == MatchState.INTRODUCED
    offer = Offer.objects.get(pk=match.offer_id)
    assert (offer.title, offer.description, offer.external_id) == ("Erased", "", "")
    assert Organisation.objects.get(pk=offer.organisation_id).name.startswith("Erased")
    told.tell(("offer", 7, TEASER, "anonymous"))
    assert synced(peer)
    assert Offer.objects.filter(external_id="7").exclude(pk=offer.pk).count() == 1
    assert line.words == ["accepted", "introduced"]


def test_whoever_is_erased_sees_before_to_whom_the_name_went_and_is_forgotten_there(case, line):
    introduced(case, line)
    (given,) = data_of(case.seeker)["tables"]["matchmaking.Handing.person"]
    assert given["accord_id"] == Accord.objects.get().pk
    erase(case.seeker)
    assert not Handing.objects.exists()
    assert line.words == ["accepted", "introduced", "introduced"]
    assert line.sent[-1]["identity"]["people"] == []
    assert "Dough" not in json.dumps(line.sent[-1])
    assert line.words == ["accepted", "introduced", "introduced"]


def test_whoever_is_erased_there_is_forgotten_here_and_nobody_is_put_in_the_place(case, line):
    introduced(case, line)
    other = {"name": "Mallory", "email": "mallory@example.com"}
    assert line.say("introduced", identity=THEM | {"people": [*THEM["people"], other]}) == 204
    assert Accord.objects.get().identity == THEM
    assert line.say("introduced", identity=THEM | {"organisation": "Erased", "people": [other]}) == 204
    assert Accord.objects.get().identity == THEM | {"organisation": "Erased", "people": []}
    assert line.say("ended", reason="expired") == 204
    assert Accord.objects.get().identity == {}
    assert state(case.match) == MatchState.INTRODUCED


# From there: an offer of ours


def test_a_broker_here_decides_on_an_offer_of_ours_and_only_then_its_side_is_asked(asked, line, client):
    for _ in range(2):
        assert line.post(asked.opening).status_code == 204
    match = Match.objects.exclude(pk=asked.match.pk).get()
    assert (match.need.external_id, match.state, line.words) == ("7", MatchState.PROPOSED, [])
    client.force_login(asked.broker)
    assert "from Nord" in client.get(reverse("queue")).text
    page = client.get(reverse("match-detail", args=[match.pk])).text
    assert "Nord (linked installation) accepted it on" in page
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


def test_a_pair_that_comes_anew_begins_anew_and_an_old_message_changes_nothing(asked, line):
    line.post(asked.opening)
    first = Match.objects.exclude(pk=asked.match.pk).get()
    reviewing.reject(first, by=asked.broker, reason=Reason.NO_CAPACITY)
    assert line.post(asked.opening).status_code == 404
    assert line.post(asked.opening | {"case": 40}).status_code == 404
    assert state(first) == MatchState.REJECTED
    assert line.post(asked.opening | {"case": 42}).status_code == 204
    assert not Match.objects.filter(pk=first.pk).exists()
    assert Accord.objects.get(number=42).match.state == MatchState.PROPOSED


# What is refused


def test_only_pairs_that_both_know_are_opened(asked, line, monkeypatch):
    offer = asked.match.offer
    hidden = make_case(offer={"visibility": "network"}).match.offer
    ours = asked.match.need
    for wrong in ({"offer": hidden.pk}, {"offer": 10**9}, {"need": 8}, {"need": ours.pk}, {"side": "offer"}):
        assert line.post(asked.opening | wrong).status_code == 404
    assert line.post(asked.opening | {"word": "yes"}).status_code == 404
    offer.pause()
    assert line.post(asked.opening).status_code == 404
    Offer.objects.filter(pk=offer.pk).update(state="published")
    with monkeypatch.context() as full:
        full.setattr("matchmaking.accords.MOST_UNDECIDED", 0)
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
        assert foreign.say(word, accord) == 404
    assert line.say("yes", need=10**6) == 404
    assert line.say("yes", case=10**6) == 404
    assert line.say("yes", side="need") == 404
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


def test_names_in_mails_break_no_header(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    evil = THEM | {"people": [{"name": "Nora\r\nBcc: all@x.example", "email": "nora@firma.nord.example"}]}
    assert line.say("introduced", identity=evil) == 204
    (mail,) = introduction_mails()
    assert mail.message()["Bcc"] is None
    assert "Nora Bcc: all@x.example" in mail.message()["Reply-To"]


def test_a_link_that_is_ended_ends_what_was_not_introduced(case, line, peer):  # noqa: F811
    match = agreed(case, line)
    federation.end(Peer.objects.select_related("cluster__organisation").get(pk=peer.pk))
    assert not Match.objects.filter(pk=match.pk).exists()
    assert line.words == ["accepted"]
    retention.apply()
    assert not Accord.objects.exists()
