"""Linked installations: what one is told, what is kept of what another tells, and what may never happen with it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.joining import join_organisation
from accounts.models import Membership, Organisation
from catalog.models import Need, Offer
from catalog.presenting import Shown
from matchmaking import changes, federation, health, outgoing, questions
from matchmaking.disclosure import offers_visible_to
from matchmaking.due import due_needs
from matchmaking.models import Match, Peer
from tests.factories import make_case, make_cluster, make_match, make_need, make_offer, make_organisation, make_user
from tests.matchmaking.matching import (  # noqa: F401 - a fixture
    TREATMENT,
    WATER,
    bring_up_to_date,
    everything_above_zero,
    matched,
    offers_proposed_for,
)
from tests.matchmaking.test_changes import settle

pytestmark = pytest.mark.django_db
COMMITTED = pytest.mark.django_db(transaction=True)  # only then does the feed tell of it
RECORD = {
    "language": "en", "title": "Drying of textiles", "summary": "", "description": "We dry with waste heat.",
    "advantages": "", "expertise_sought": "", "partner_role": "", "technology_keywords": [], "market_keywords": [],
    "disclosure": "full", "state": "published",
    "organisation": {"name": "Firma Nord", "website": "", "country": "DE", "kind": "sme", "size": "small"},
}  # fmt: skip
NAMELESS = RECORD["organisation"] | {"name": None}
TEASER = RECORD | {"disclosure": "teaser", "organisation": NAMELESS}


@pytest.fixture
def peer():
    made, made.key = federation.link("Nord", "https://nord.example", "DE", "desk@nord.example")
    made.token = "theirs"
    made.save()
    return made


class Told:
    """Stands for the other installation: what it answers, page after page, and what it was asked."""

    def __init__(self, monkeypatch):
        self.answers, self.asked = [], []
        monkeypatch.setattr(federation, "get", self)

    def __call__(self, url, headers, most):
        self.asked.append(url)
        return self.answers.pop(0)

    def tell(self, *entries, next="c", has_more=False):
        results = [
            {"kind": kind, "id": pk, "record": record, "visibility": visibility}
            for kind, pk, record, visibility in entries
        ]
        self.answers.append((200, json.dumps({"results": results, "next": next, "has_more": has_more}).encode()))


@pytest.fixture
def told(monkeypatch):
    return Told(monkeypatch)


def synced(peer):
    return federation.sync(Peer.objects.select_related("cluster__organisation").get(pk=peer.pk))


def feed_of(peer, since=""):
    settle()
    client = APIClient(headers={"Authorization": f"Peer {peer.key}"})
    answer = client.get(reverse("api-federation"), {"since": since})
    assert answer.status_code == 200
    return answer.json()


# What it is told


@COMMITTED
def test_a_peer_is_told_public_texts_whole_others_as_teasers_and_the_networks_where_it_is_linked(peer):
    owner = make_organisation(name="Secretive Dyers GmbH", website="https://dyers.example")
    cluster = make_cluster()
    inside = make_organisation(name="Hidden Bakers", clusters=(cluster,))
    text = {"description": "Secretive Dyers and Hidden Bakers want it: info@dyers.example"}
    make_offer(organisation=owner, title="A public offer", **text)
    make_offer(organisation=owner, title="An anonymous offer", visibility="anonymous", **text)
    make_need(organisation=inside, title="A need of the network", visibility="network", **text)
    make_offer(organisation=owner, title="A draft", state="draft")
    rows = {row["record"]["title"]: row for row in feed_of(peer)["results"]}
    assert set(rows) == {"A public offer", "An anonymous offer"}
    assert rows["A public offer"]["record"]["organisation"]["name"] == "Secretive Dyers GmbH"
    teaser = json.dumps(rows["An anonymous offer"])
    assert "Dyers" not in teaser
    assert "dyers.example" not in teaser
    peer.cluster.linked.add(cluster)
    rows = {row["record"]["title"]: row for row in feed_of(peer)["results"]}
    assert rows["A need of the network"]["visibility"] == "network"
    assert rows["A need of the network"]["record"]["organisation"]["name"] is None
    assert "embedding" not in json.dumps(rows)


@COMMITTED
def test_what_is_closed_or_shown_to_fewer_people_is_told_as_gone(peer):
    narrowed, closed = make_offer(), make_offer()
    seen = feed_of(peer)["next"]
    Offer.objects.filter(pk=narrowed.pk).update(visibility="network")
    closed.pause()
    rows = feed_of(peer, seen)["results"]
    assert [(row["id"], row["record"]) for row in rows] == [(narrowed.pk, None), (closed.pk, None)]


def test_the_key_opens_the_feed_and_nothing_else_and_ends_with_the_link(peer):
    client = APIClient(headers={"Authorization": f"Peer {peer.key}"})
    assert client.get(reverse("api-federation")).status_code == 200
    assert client.get("/api/v1/matches/").status_code == 401
    assert client.post("/api/v1/needs/", {"description": "x"}).status_code == 401
    assert APIClient().get(reverse("api-federation")).status_code == 401
    assert peer.key not in json.dumps(list(Peer.objects.values()), default=str)
    federation.end(peer)
    assert client.get(reverse("api-federation")).status_code == 401


@COMMITTED
def test_what_came_from_a_peer_is_told_to_no_other_peer(peer, told):
    told.tell(("offer", 7, RECORD, "public"))
    assert synced(peer)
    third, third.key = federation.link("Sud", "https://sud.example", "FR", "desk@sud.example")
    third.cluster.linked.add(peer.cluster)
    make_offer(title="Our own")
    assert [row["record"]["title"] for row in feed_of(third)["results"] if row["record"]] == ["Our own"]


# What is kept of what it tells


def test_records_are_kept_with_their_origin_and_go_within_one_sync(peer, told):
    told.tell(("offer", 7, RECORD, "public"), ("need", 7, TEASER, "anonymous"), next="one", has_more=True)
    told.tell(("offer", 8, TEASER, "network"), next="two")
    assert synced(peer)
    offer, need, network = Offer.objects.get(external_id="7"), Need.objects.get(), Offer.objects.get(external_id="8")
    assert Shown(offer, 2).organisation == "Firma Nord (from Nord)"
    assert Shown(need, 2).organisation == "SME, 10 to 49 people, Germany (from Nord)"
    assert (network.visibility, network.organisation.name) == ("network", "offer 8")
    assert not offers_visible_to(AnonymousUser()).filter(pk=network.pk)
    told.tell(("offer", 7, None, ""), ("offer", 8, RECORD, "public"), next="three")
    assert synced(peer)
    assert "since=two" in told.asked[-1]
    assert list(Offer.objects.values_list("external_id", "visibility")) == [("8", "public")]
    assert Peer.objects.get().cursor == "three"
    assert sorted(Organisation.objects.filter(origin="Nord").values_list("name", flat=True)) == [
        "Firma Nord", "Nord (linked installation)", "need 7",
    ]  # fmt: skip


def test_a_text_that_is_shown_to_fewer_people_begins_anew_without_what_was_made_from_the_longer_one(peer, told):
    told.tell(("offer", 7, RECORD, "public"))
    synced(peer)
    match = make_match(
        offer=Offer.objects.get(), bridge=[{"need": "a", "offer": "We dry with waste heat.", "score": 1}]
    )
    told.tell(("offer", 7, TEASER | {"description": "We dry."}, "anonymous"))
    synced(peer)
    assert Offer.objects.get().description == "We dry."
    assert not Match.objects.filter(pk=match.pk)
    assert not Organisation.objects.filter(name="Firma Nord")


def test_where_the_cursor_has_ended_everything_is_read_anew_and_what_did_not_come_goes(peer, told):
    told.tell(("offer", 7, RECORD, "public"), ("offer", 8, RECORD, "public"))
    synced(peer)
    told.answers.append((410, b""))
    told.tell(("offer", 8, RECORD, "public"), next="anew")
    assert synced(peer)
    assert list(Offer.objects.values_list("external_id", flat=True)) == ["8"]
    assert Peer.objects.get().cursor == "anew"


WRONG = {
    "a long title": RECORD | {"title": "x" * 257},
    "no such language": RECORD | {"language": "xx"},
    "a draft": RECORD | {"state": "draft"},
    "NUL": RECORD | {"description": "a\x00b"},
    "a lone surrogate": RECORD | {"description": "a\ud800b"},
    "a script as website": RECORD | {"organisation": RECORD["organisation"] | {"website": "javascript:alert(1)"}},
    "no such country": RECORD | {"organisation": RECORD["organisation"] | {"country": "XX"}},
    "six keywords": RECORD | {"technology_keywords": list("abcdef")},
    "a public text without a name": RECORD | {"organisation": NAMELESS},
    "a name on a teaser": TEASER | {"organisation": RECORD["organisation"]},
    "no organisation": RECORD | {"organisation": None},
    "not a number": RECORD | {"sdgs": [float("nan")]},
}


@pytest.mark.parametrize("record", WRONG.values(), ids=WRONG)
def test_a_record_that_is_not_as_it_must_be_is_refused_with_its_former_version(peer, told, record):
    told.tell(("offer", 7, RECORD, "public"))
    synced(peer)
    told.tell(("offer", 7, record, "public"), ("offer", 8, RECORD, "public"))
    assert synced(peer)
    assert list(Offer.objects.values_list("external_id", flat=True)) == ["8"]
    assert Peer.objects.get().refused == 1


PAGES = {
    "no JSON": b"<html>",
    "a list": b"[]",
    "deep nesting": b"[" * 100_000,
    "another table": b'{"results": [{"kind": "match", "id": 1, "record": null}], "next": "c", "has_more": false}',
    "no number": b'{"results": [{"kind": "offer", "id": true, "record": null}], "next": "c", "has_more": false}',
    "a number too large": b'{"results":[{"kind":"offer","id":1e30,"record":null}],"next":"c","has_more":false}',
    "too many": json.dumps(
        {"results": [{"kind": "offer", "id": 1, "record": None}] * 101, "next": "c", "has_more": False}
    ).encode(),
    "a cursor with NUL": b'{"results": [], "next": "\\u0000", "has_more": false}',
    "a long cursor": json.dumps({"results": [], "next": "c" * 401, "has_more": False}).encode(),
}


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES)
def test_what_is_no_page_of_the_feed_changes_nothing_and_is_asked_for_again_later(peer, told, body):
    told.tell(("offer", 7, RECORD, "public"))
    synced(peer)
    told.answers.append((200, body))
    assert not synced(peer)
    assert Offer.objects.count() == 1
    peer.refresh_from_db()
    assert (peer.failures, peer.cursor) == (1, "c")
    assert peer.not_before > timezone.now()
    assert federation.sync_due() == 0


def test_a_peer_that_takes_its_key_back_or_is_silent_for_long_is_not_shown_any_more(peer, told):
    told.tell(("offer", 7, RECORD, "public"))
    synced(peer)
    told.answers += [(503, b""), (403, b""), (401, b"")]  # a 403 may be some proxy's
    for _ in range(2):
        synced(peer)
        assert Offer.objects.exists()
    synced(peer)
    assert not Offer.objects.exists()
    told.tell(("offer", 7, RECORD, "public"))
    assert synced(peer)
    Peer.objects.update(synced_at=timezone.now() - timedelta(days=8))
    told.answers.append((503, b""))
    synced(peer)
    assert not Offer.objects.exists()
    assert not Organisation.objects.filter(origin="Nord", cluster__isnull=True).exists()


def test_no_peer_leads_into_the_own_network(peer):
    Peer.objects.update(url="http://127.0.0.1:1/")
    assert not synced(peer)
    assert Peer.objects.get().error == "Forbidden: Only https is allowed."


def test_an_answer_without_end_is_broken_off(settings, monkeypatch):
    class Endless:
        status = 200

        def read1(self, size):
            return b"x" * size

    monkeypatch.setattr(outgoing.Checked, "request", lambda *args: None)
    monkeypatch.setattr(outgoing.Checked, "getresponse", lambda self: Endless())
    with pytest.raises(OSError, match="more than"):
        outgoing.get("https://endless.example/", {}, 1 << 20)
    monkeypatch.setattr(outgoing, "LONGEST", -1)
    with pytest.raises(TimeoutError):
        outgoing.get("https://endless.example/", {}, 1 << 30)


# What is done with it here


def test_a_pulled_offer_is_matched_like_a_local_one_and_a_pulled_need_is_left_to_its_own_brokers(peer, told):
    told.tell(
        ("offer", 7, TEASER | TREATMENT, "anonymous"), ("offer", 8, TEASER | TREATMENT, "network"),
        ("need", 7, TEASER | WATER, "anonymous"),
    )  # fmt: skip
    synced(peer)
    linked = make_cluster()
    peer.cluster.linked.add(linked)
    near = make_need(**WATER, organisation=make_organisation(clusters=(linked,)))
    far = make_need(**WATER, organisation=make_organisation(clusters=(make_cluster(),)))
    bring_up_to_date()
    assert set(due_needs()) == {near, far}
    matched(near)
    matched(far)
    assert {offer.external_id for offer in offers_proposed_for(near)} == {"7", "8"}
    assert {offer.external_id for offer in offers_proposed_for(far)} == {"7"}


def test_the_broker_of_such_a_match_is_told_whom_to_write_to_and_the_sides_ask_nothing(peer, told, client):
    told.tell(("offer", 7, TEASER, "anonymous"))
    synced(peer)
    case = make_case()
    match = make_match(need=case.match.need, offer=Offer.objects.get(external_id="7"), cluster=case.cluster)
    client.force_login(case.broker)
    page = client.get(reverse("match-detail", args=[match.pk])).content.decode()
    assert "mailto:desk@nord.example" in page
    assert "https://nord.example/offers/7/" in page
    assert "from Nord" in client.get(reverse("queue")).content.decode()
    assert not questions.may_ask(match, "need")


def test_what_was_pulled_is_shown_with_its_origin_and_nobody_here_changes_it_or_joins_it(peer, told, client):
    told.tell(("offer", 7, RECORD, "public"))
    synced(peer)
    offer, staff = Offer.objects.get(), make_user(is_staff=True, is_superuser=True)
    make_organisation(name="firma nord")  # another one, here
    page = client.get(offer.get_absolute_url()).content.decode()
    assert "Firma Nord (from Nord)" in page
    assert "https://nord.example/offers/7/" in page
    assert "application/ld+json" not in page
    assert client.get(f"/offers/{offer.pk}/data.jsonld").status_code == 404
    assert "Firma Nord" not in client.get(reverse("widget"), {"kind": "offer"}).content.decode()
    told_by_api = client.get(f"/api/v1/offers/{offer.pk}/").json()["organisation"]
    assert (told_by_api["name"], told_by_api["origin"]) == ("Firma Nord", "Nord")
    assert not Offer.objects.editable_by(staff).exists()
    assert not Organisation.objects.managed_by(staff).filter(origin="Nord").exists()
    client.force_login(staff)
    assert client.post(f"/admin/catalog/offer/{offer.pk}/change/", {"title": "Mine"}).status_code == 403
    joined = join_organisation(make_user(), name="Firma Nord", country="DE", kind="sme")
    assert joined.organisation.origin == ""
    assert not Membership.objects.filter(organisation__origin="Nord").exists()


@COMMITTED
def test_readers_of_the_api_follow_what_was_pulled_like_all_else(peer, told):
    told.tell(("offer", 7, RECORD, "public"))
    synced(peer)
    settle()
    (entry,) = [entry for entry in changes.read(AnonymousUser()).entries if entry.kind == "offer"]
    assert entry.record.origin == "Nord"


# The operator


def test_the_operator_links_an_installation_by_command_and_ends_it(monkeypatch):
    said = StringIO()
    make_cluster(slug="ours")
    options = {"country": "DE", "contact": "desk@nord.example", "cluster": ["ours"], "stdout": said}
    with pytest.raises(CommandError, match="https"):
        call_command("add_peer", "Nord", "http://10.0.0.1/", **options)
    with pytest.raises(CommandError, match="No such cluster"):
        call_command("add_peer", "Nord", "https://nord.example", **options | {"cluster": ["theirs"]})
    call_command("add_peer", "Nord", "https://nord.example", **options)
    key = said.getvalue().split()[-1]
    peer = Peer.objects.known_by(key)
    assert (peer.name, [cluster.slug for cluster in peer.cluster.linked.all()]) == ("Nord", ["ours"])
    monkeypatch.setattr("sys.stdin", StringIO("their-key\n"))
    call_command("add_peer", "Nord", "--token", stdout=said)
    assert Peer.objects.due().get().token == "their-key"
    call_command("add_peer", "Nord", "--new-key", stdout=said)
    assert Peer.objects.known_by(key) is None
    assert Peer.objects.known_by(said.getvalue().split()[-1]) == peer
    call_command("add_peer", "Nord", "--end", stdout=said)
    assert not Peer.objects.live().exists()


def test_the_operator_links_an_installation_in_the_administration(client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    wanted = {"name": "Nord", "country": "DE", "url": "https://nord.example", "contact": "desk@nord.example"}
    assert (
        client.post("/admin/matchmaking/peer/add/", wanted | {"url": "https://user@nord.example"}).status_code == 200
    )
    answer = client.post("/admin/matchmaking/peer/add/", wanted | {"token": "theirs"}, follow=True)
    peer = Peer.objects.get()
    assert Peer.objects.known_by(str(next(iter(answer.context["messages"]))).split()[-1]) == peer
    assert "theirs" not in client.get(f"/admin/matchmaking/peer/{peer.pk}/change/").content.decode()
    client.post(f"/admin/matchmaking/peer/{peer.pk}/change/", {"url": "https://n.example", "contact": "a@n.example"})
    peer.refresh_from_db()
    assert (peer.url, peer.token) == ("https://n.example", "theirs")
    for action in ("new_key", "end"):
        client.post("/admin/matchmaking/peer/", {"action": action, "_selected_action": [peer.pk]})
    assert not Peer.objects.live().exists()


def test_the_state_of_health_says_when_each_peer_was_last_in_step(peer, told):
    assert health.examine(["peers"])["parts"]["peers"] == {"ok": True, "last_sync": {"Nord": None}}
    told.tell()
    synced(peer)
    assert health.examine(["peers"])["parts"]["peers"]["last_sync"]["Nord"] < 60
