"""To whom names go over, and that they go again."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, User
from catalog.models import Need, Offer
from matchmaking import federation
from matchmaking.codes import MatchState
from matchmaking.erasure import erase
from matchmaking.models import Accord, Handing, Peer
from matchmaking.personal_data import data_of
from tests.factories import make_user
from tests.matchmaking.accords.speaking import THEM, agreed, answer, introduced, introduction_mails, state
from tests.matchmaking.test_federation import TEASER, synced

pytestmark = pytest.mark.django_db


def test_the_case_of_two_who_know_each_other_outlives_the_text_that_goes_there(case, line, peer, told, client):
    match = introduced(case, line)
    told.tell(("offer", 7, None, ""))
    assert synced(peer)
    assert state(match) == MatchState.INTRODUCED
    offer = Offer.objects.get(pk=match.offer_id)
    assert (offer.title, offer.description, offer.external_id) == ("Erased", "", "")
    assert Organisation.objects.get(pk=offer.organisation_id).name.startswith("Erased")
    client.force_login(case.broker)
    for page in (reverse("match-detail", args=[match.pk]), offer.get_absolute_url()):
        assert client.get(page).status_code == 200
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


def test_names_are_told_to_go_until_that_is_taken_or_nobody_there_knows_of_them(case, line):
    match = introduced(case, line)
    erase(case.seeker)
    for line.status, attempts in ((503, 1), (404, 2), (410, 0)):
        Accord.objects.update(not_before=timezone.now())
        assert line.words[-1] == "introduced"
        assert Accord.objects.get().attempts == attempts
    assert len(line.sent) == 5
    Accord.objects.update(not_before=timezone.now())
    assert len(line.words) == 5
    assert (state(match), Accord.objects.get().identity) == (MatchState.INTRODUCED, THEM)


def test_names_go_also_from_what_is_left_of_a_match_that_was_deleted_here(case, line):
    introduced(case, line).delete()
    accord = Accord.objects.get()
    told = {"need": 0, "offer": 0, "case": accord.number, "side": "offer", "word": "introduced", "reason": ""}
    assert line.post(told | {"identity": THEM | {"people": []}}).status_code == 204
    assert Accord.objects.get().identity["people"] == []


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


def test_no_name_goes_over_or_is_taken_after_a_text_was_closed(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    assert line.say("yes") == 204
    match.need.pause()
    assert line.words == ["accepted", "yes"]
    assert line.say("introduced") == 409
    assert not Handing.objects.exists()
    Need.objects.filter(pk=match.need_id).update(state="published")
    assert line.words == ["accepted", "yes", "introduced"]
    match.need.pause()
    assert line.words == ["accepted", "yes", "introduced"]


def test_without_anybody_to_name_nothing_is_introduced_on_either_side(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    assert line.say("introduced", identity=THEM | {"people": []}) == 409
    assert (state(match), Accord.objects.get().identity) == (MatchState.ACCEPTED, {})
    assert line.say("introduced") == 204
    case.seeker.memberships.all().delete()
    assert line.words == ["accepted"]
    assert Accord.objects.get().error == "Nobody is left on our side who could be named."


def test_whoever_changes_the_name_there_is_not_taken_for_erased(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    (nora,) = THEM["people"]
    two = THEM | {"people": [nora, {"name": "Nils", "email": "nils@firma.nord.example"}]}
    assert line.say("introduced", identity=two) == 204
    renamed = THEM | {"people": [nora | {"name": "Nora Sund"}]}
    assert line.say("introduced", identity=renamed) == 204
    assert Accord.objects.get().identity == renamed


def test_what_was_given_is_not_deleted_by_hand(case, line, client):
    introduced(case, line)
    client.force_login(make_user(is_staff=True, is_superuser=True))
    for row in (Accord.objects.get(), Handing.objects.get()):
        label = f"admin:matchmaking_{row._meta.model_name}"
        assert client.get(reverse(f"{label}_change", args=[row.pk])).status_code == 200
        assert client.post(reverse(f"{label}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_an_address_at_a_domain_with_other_letters_goes_over_and_comes_as_mail_programs_write_it(case, line):
    User.objects.filter(pk=case.seeker.pk).update(email="sasha@bäckerei.example")
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    theirs = THEM | {"people": [{"name": "Nora", "email": "nora@müller.example"}]}
    assert line.say("introduced", identity=theirs) == 204
    assert line.words == ["accepted", "introduced"]
    (ours,) = line.sent[-1]["identity"]["people"]
    assert ours["email"] == "sasha@xn--bckerei-5wa.example"
    assert Accord.objects.get().identity["people"][0]["email"] == "nora@xn--mller-kva.example"


def test_a_link_that_is_ended_takes_the_names_along(case, line, peer, client):
    match = introduced(case, line)
    federation.end(Peer.objects.select_related("cluster__organisation").get(pk=peer.pk))
    assert (state(match), Accord.objects.get().identity) == (MatchState.INTRODUCED, {})
    client.force_login(case.broker)
    assert client.get(reverse("match-detail", args=[match.pk])).status_code == 200


def test_names_in_mails_break_no_header(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    evil = THEM | {"people": [{"name": "Nora\r\nBcc: all@x.example", "email": "nora@firma.nord.example"}]}
    assert line.say("introduced", identity=evil) == 204
    (mail,) = introduction_mails()
    assert mail.message()["Bcc"] is None
    assert "Nora Bcc: all@x.example" in mail.message()["Reply-To"]
