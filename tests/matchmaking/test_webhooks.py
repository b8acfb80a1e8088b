"""Webhooks: what is told, to whom, signed how, how often, and where nothing is ever sent."""

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
import time
from datetime import timedelta
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import KeptAnswer
from catalog.models import Need
from matchmaking import introductions, outgoing, retention, reviewing, webhooks
from matchmaking.codes import Answer, MatchState
from matchmaking.models import Ask, ChangeLog, Delivery, DeliveryState, Match, Webhook
from tests.factories import make_case, make_cluster, make_match, make_offer, make_organisation, make_user
from tests.matchmaking.test_changes import settle

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)  # changes are read once they stand
EVERYTHING = ["match", "answer", "introduction", "outcome"]


class Receiver(ThreadingHTTPServer):
    """Keeps what it gets; answers with `status`."""

    status = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook?from=pontis"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        """Silence."""


@pytest.fixture
def receiver(settings):
    with Receiver() as server:
        settings.WEBHOOK_HOSTS = [f"127.0.0.1:{server.server_port}"]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def listen(case, receiver, events=EVERYTHING):
    return Webhook.objects.create(
        owner=case.broker, cluster=case.cluster, url=receiver.url, events=events, created_at=case.match.created_at
    )


def deliver():
    settle()
    webhooks.queue_deliveries()
    return webhooks.send_due()


@committed
def test_a_match_is_told_from_proposal_to_outcome_signed_once_each_and_without_a_word_of_a_text(receiver):
    case = make_case(need={"title": "Secret dough"})
    hook = listen(case, receiver)
    reviewing.accept(case.match, by=case.broker)
    ask = Ask.objects.get(match=case.match, side="need")
    introductions.answer(ask, by=case.seeker, answer=Answer.NO, reason="too_expensive", note="private words")
    assert deliver() == 2
    assert deliver() == 0
    told = [json.loads(body) for _, _, body in receiver.got]
    assert [one["type"] for one in told] == ["match", "answer"]
    assert told[1]["data"]["reason"] == "too_expensive"
    assert told[0]["data"]["need"] == Need.objects.get(pk=case.match.need_id).reference
    everything = b"".join(body for _, _, body in receiver.got)
    assert b"dough" not in everything
    assert b"private" not in everything
    path, headers, body = receiver.got[0]
    assert path == "/hook?from=pontis"
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    signed = f"{headers['Webhook-Id']}.{headers['Webhook-Timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["Webhook-Signature"] == f"v1,{expected}"
    assert abs(int(headers["Webhook-Timestamp"]) - timezone.now().timestamp()) < 600


@committed
def test_an_introduction_and_an_outcome_are_told(receiver):
    case = make_case()
    listen(case, receiver, ["introduction", "outcome"])
    reviewing.accept(case.match, by=case.broker)
    for ask in Ask.objects.filter(match=case.match):
        introductions.answer(ask, by=case.seeker if ask.side == "need" else case.provider, answer=Answer.YES)
    assert deliver() == 1
    match = Match.objects.get(pk=case.match.pk)
    match.move(MatchState.AGREEMENT, expected=(MatchState.INTRODUCED,))
    assert deliver() == 1
    assert [json.loads(body)["type"] for _, _, body in receiver.got] == ["introduction", "outcome"]
    match.move(MatchState.NEGOTIATING, expected=(MatchState.AGREEMENT,))
    assert deliver() == 0
    match.move(MatchState.NO_AGREEMENT, expected=(MatchState.NEGOTIATING,))
    assert deliver() == 1
    assert deliver() == 0
    assert [json.loads(body)["data"].get("outcome") for *_, body in receiver.got[1:]] == ["agreement", "no_agreement"]


@committed
def test_what_fails_is_tried_again_later_and_later_then_given_up_and_replayed_on_demand(receiver):
    case = make_case()
    listen(case, receiver, ["match"])
    receiver.status = 302
    waits = []
    for _ in range(webhooks.ATTEMPTS):
        assert deliver() == 0
        one = Delivery.objects.get()
        waits.append((one.not_before - timezone.now()).total_seconds())
        Delivery.objects.update(not_before=timezone.now())
    assert waits[4] > 4 * waits[0] > 0
    assert len(receiver.got) == webhooks.ATTEMPTS
    assert Delivery.objects.dead().get().error == "answered with 302"
    assert deliver() == 0
    said = StringIO()
    call_command("webhooks", stdout=said)
    assert f"match:{case.match.pk}" in said.getvalue()
    receiver.status = 204
    call_command("webhooks", "--replay", stdout=said)
    assert webhooks.send_due() == 1
    assert not Delivery.objects.dead().exists()


def test_a_claim_is_taken_by_one_worker_and_one_without_an_owner_is_taken_over():
    case = make_case()
    hook = Webhook.objects.create(owner=case.broker, cluster=case.cluster, url="https://x.example/", events=["match"])
    fields = {"event": "match", "key": "match:1", "match": case.match, "happened_at": timezone.now()}
    Delivery.objects.create(webhook=hook, **fields)
    first, second = Delivery.objects.get(), Delivery.objects.get()
    assert first.claim()
    assert not second.claim()
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    third = Delivery.objects.get()
    assert third.claim()
    first.settle(DeliveryState.SENT)
    assert Delivery.objects.get().state == DeliveryState.SENDING


@committed
def test_who_is_no_broker_any_more_is_told_nothing(receiver):
    case = make_case()
    listen(case, receiver)
    case.cluster.brokerships.all().delete()
    assert deliver() == 0
    assert receiver.got == []
    assert Delivery.objects.get().state == DeliveryState.DROPPED


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.1", "100.64.0.1", "224.0.0.1", "::1",
        "fe80::1%1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    ],
)  # fmt: skip
def test_no_private_address_is_public(address):
    assert not outgoing.is_public(address)
    assert outgoing.is_public("9.9.9.9")
    assert outgoing.is_public("2620:fe::fe")


def test_a_name_that_leads_into_the_own_network_is_not_connected_to(receiver, settings, monkeypatch):
    settings.WEBHOOK_HOSTS = []
    for url in (receiver.url, "ftp://9.9.9.9/", "https://user@9.9.9.9/", "https://x.example:x/"):
        with pytest.raises(outgoing.Forbidden):
            outgoing.post(url, b"", {})
    found = [(2, 1, 6, "", ("9.9.9.9", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(outgoing.Forbidden, match="not public"):
        outgoing.post("https://rebound.example/", b"", {})
    assert receiver.got == []


def test_an_answer_that_comes_byte_by_byte_is_broken_off(settings, monkeypatch):
    def drip(server):
        accepted, _ = server.accept()
        with accepted, contextlib.suppress(OSError):
            while accepted.send(b"x"):
                time.sleep(0.01)

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        settings.WEBHOOK_HOSTS = [address]
        monkeypatch.setattr(outgoing, "PROMPT", 0.1)
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        with pytest.raises((OSError, HTTPException)):
            outgoing.post(f"http://{address}/", b"", {})
        thread.join()


def test_a_broker_registers_ends_and_replays_webhooks_of_the_own_cluster_only(receiver):
    case, stranger = make_case(), make_user()
    api = APIClient()
    api.force_authenticate(case.broker)
    wish = {"cluster": case.cluster.pk, "url": "https://crm.example/hook", "events": ["answer"]}
    made = api.post("/api/v1/webhooks/", wish, format="json")
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    assert api.post("/api/v1/webhooks/", wish | {"url": "http://crm.example/"}, format="json").status_code == 400
    here = f"/api/v1/webhooks/{made.json()['id']}/"
    assert api.get(f"{here}deliveries/?state=dead").json()["results"] == []
    assert api.post(f"{here}replay/").json() == {"replayed": 0}
    other = APIClient()
    other.force_authenticate(stranger)
    assert other.get(here).status_code == 404
    assert other.get("/api/v1/webhooks/").json()["results"] == []
    assert other.post("/api/v1/webhooks/", wish, format="json").status_code == 400
    assert api.delete(here).status_code == 204
    assert not Webhook.objects.live().exists()


def test_the_secret_of_a_webhook_is_told_when_it_is_made_and_on_demand_and_is_kept_nowhere(receiver):
    case = make_case()
    api = APIClient()
    api.force_authenticate(case.broker)
    wish = {"cluster": case.cluster.pk, "url": "https://crm.example/hook", "events": ["answer"]}
    once = {"format": "json", "headers": {"idempotency-key": "one"}}
    made, again = [api.post("/api/v1/webhooks/", wish, **once).json() for _ in range(2)]
    assert made == again | {"secret": Webhook.objects.get().secret}
    assert made["secret"] not in str(KeptAnswer.objects.values())
    here = f"/api/v1/webhooks/{made['id']}/"
    assert made["secret"] not in api.get(here).text + api.get("/api/v1/webhooks/").text
    assert api.post(f"{here}secret/").json() == {"secret": made["secret"]}


def test_the_operator_registers_a_webhook_in_the_administration_and_sees_the_secret(client):
    case, operator = make_case(), make_user(is_staff=True, is_superuser=True)
    client.force_login(operator)
    wish = {"cluster": case.cluster.pk, "url": "https://crm.example/hook", "events": ["match", "answer"]}
    assert client.post("/admin/matchmaking/webhook/add/", wish).status_code == 302
    hook = Webhook.objects.get()
    assert (hook.owner, hook.events) == (operator, ["match", "answer"])
    assert hook.secret in client.get(f"/admin/matchmaking/webhook/{hook.pk}/change/").content.decode()
    assert client.post("/admin/matchmaking/webhook/add/", wish | {"url": "http://10.0.0.1/"}).status_code == 200
    fields = {"event": "match", "key": "match:1", "match": case.match, "happened_at": timezone.now()}
    dead = Delivery.objects.create(webhook=hook, state=DeliveryState.DEAD, **fields)
    action = {"action": "replay", "_selected_action": [dead.pk]}
    client.post("/admin/matchmaking/delivery/", action)
    assert Delivery.objects.get().state == DeliveryState.DUE


@committed
def test_a_second_cluster_is_told_of_a_match_once_the_first_has_agreed(receiver):
    second, theirs = make_user(), make_organisation()
    cluster = make_cluster(brokers=(second,))
    cluster.memberships.create(organisation=theirs, state="approved")
    case = make_case(offer={"organisation": theirs})
    hook = Webhook.objects.create(owner=second, cluster=cluster, url=receiver.url, events=EVERYTHING)
    Match.objects.update(created_at=hook.created_at - timedelta(days=2))
    assert deliver() == 0
    reviewing.accept(Match.objects.get(), by=case.broker)
    assert deliver() == 1
    reviewing.accept(Match.objects.get(), by=second)
    introductions.answer(Ask.objects.get(side="need"), by=case.seeker, answer=Answer.NO, reason="too_expensive")
    assert deliver() == 1
    assert [json.loads(body)["type"] for _, _, body in receiver.got] == ["match", "answer"]


@committed
def test_a_match_that_is_handed_to_another_cluster_is_told_there(receiver):
    case, broker = make_case(), make_user()
    hook = Webhook.objects.create(
        owner=broker, cluster=make_cluster(brokers=(broker,)), url=receiver.url, events=["match"],
        created_at=case.match.created_at,
    )  # fmt: skip
    assert deliver() == 0
    Match.objects.update(cluster=hook.cluster)
    assert deliver() == 1
    assert deliver() == 0


@committed
def test_a_round_reads_what_changed_since_the_last_one_and_nothing_twice(receiver, monkeypatch):
    monkeypatch.setattr(webhooks, "AT_ONCE", 2)
    case = make_case()
    listen(case, receiver, ["match"])
    offers = [make_offer() for _ in range(4)]
    matches = [make_match(need=case.match.need, offer=offer, cluster=case.cluster) for offer in offers]
    settle()
    assert webhooks.queue_deliveries(seconds=0) == 0
    assert webhooks.queue_deliveries() == 5
    with CaptureQueriesContext(connection) as asked:
        assert webhooks.queue_deliveries() == 0
    assert not [query for query in asked if str(matches[0].pk) in query["sql"].partition(" IN (")[2]]
    Delivery.objects.all().delete()
    matches[1].move(MatchState.PARKED, expected=(MatchState.PROPOSED,))
    settle()
    assert webhooks.queue_deliveries() == 1
    assert Delivery.objects.get().match == matches[1]


@committed
def test_a_database_that_was_restored_is_read_from_the_beginning_and_nothing_is_told_twice(receiver):
    case = make_case()
    hook = listen(case, receiver, ["match"])
    assert deliver() == 1
    ChangeLog.begin_anew()
    make_match(need=case.match.need, offer=make_offer(), cluster=case.cluster)
    Webhook.objects.filter(pk=hook.pk).update(read_in=2**62)  # a number of the other server
    assert deliver() == 1
    Delivery.objects.all().delete()  # made after the backup
    assert deliver() == 0
    ChangeLog.begin_anew()
    Webhook.objects.filter(pk=hook.pk).update(read_in=2**62)
    assert deliver() == 2
    ids = [headers["Webhook-Id"] for _path, headers, _body in receiver.got]
    assert len(ids) == 4
    assert len(set(ids)) == 2


@committed
def test_what_was_delivered_is_forgotten_in_the_end_and_not_told_again(receiver, settings):
    case = make_case()
    hook = listen(case, receiver, ["match"])
    long_ago = timezone.now() - timedelta(days=settings.RETENTION_DAYS["deliveries"])
    Webhook.objects.update(created_at=long_ago - timedelta(days=30))
    Match.objects.update(created_at=long_ago + timedelta(minutes=1))
    assert deliver() == 1
    assert retention.apply()["deliveries deleted"] == 0
    assert Delivery.objects.update(happened_at=long_ago - timedelta(days=2)) == 1
    Match.objects.update(created_at=long_ago - timedelta(days=2))
    assert retention.apply()["deliveries deleted"] == 1
    Webhook.objects.filter(pk=hook.pk).update(log=None)
    assert deliver() == 0
    assert len(receiver.got) == 1
