"""What the tests of matches across two installations share: the line between them, and the steps to a yes."""

import json

from django.urls import reverse
from rest_framework.test import APIClient

from catalog.models import Offer
from matchmaking import introductions, reviewing, telling
from matchmaking.codes import Answer
from matchmaking.composing import compose
from matchmaking.models import Accord, Mail, MailKind, Match

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


def make_match_of(case):
    return Match.objects.create(need=case.match.need, offer=Offer.objects.get(external_id="7"), cluster=case.cluster)


def reread(match):
    return Match.objects.get(pk=match.pk)


def state(match):
    return reread(match).state


def answer(match, side, person, said=Answer.YES, **why):
    return introductions.answer(match.asks.get(side=side), said, by=person, **why)


def introduction_mails():
    return [compose(mail) for mail in Mail.objects.filter(kind=MailKind.INTRODUCTION)]


def agreed(case, line):
    """Both brokers have accepted."""
    assert reviewing.accept(case.match, by=case.broker)
    assert line.words == ["accepted"]
    assert line.say("accepted") == 204
    return reread(case.match)


def introduced(case, line):
    match = agreed(case, line)
    answer(match, "need", case.seeker)
    line.say("introduced")
    assert line.words == ["accepted", "introduced"]
    return reread(match)
