"""To whom names go over, and that they go again."""

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation
from catalog.models import Offer
from matchmaking.codes import MatchState
from matchmaking.erasure import erase
from matchmaking.models import Accord, Handing
from matchmaking.personal_data import data_of
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
    line.status = 410  # whoever had the name and does not know of it now may come to know of it again
    assert line.words == ["accepted", "introduced", "introduced"]
    line.sent.pop()
    line.status = 204
    Accord.objects.update(not_before=timezone.now())
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


def test_names_in_mails_break_no_header(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    evil = THEM | {"people": [{"name": "Nora\r\nBcc: all@x.example", "email": "nora@firma.nord.example"}]}
    assert line.say("introduced", identity=evil) == 204
    (mail,) = introduction_mails()
    assert mail.message()["Bcc"] is None
    assert "Nora Bcc: all@x.example" in mail.message()["Reply-To"]
