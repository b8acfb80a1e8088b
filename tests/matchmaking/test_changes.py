"""The feed of changes: complete, in order, and to each reader no more than the reader may know."""

import random
import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ClusterMembership, Organisation
from catalog.codes import State, Visibility
from catalog.models import Need, Offer
from matchmaking import changes
from matchmaking.codes import MatchState
from matchmaking.models import Change, ChangeLog, Match
from tests.factories import APPROVED, make_case, make_cluster, make_need, make_offer, make_organisation, make_user

pytestmark = pytest.mark.django_db(transaction=True)
VISITOR = AnonymousUser()


def settle():
    """The server's own housekeeping may have a transaction open for a moment."""
    while Change.objects.exclude(pk__in=Change.objects.settled().values("pk")).exists():
        time.sleep(0.01)


class Reader:
    """Keeps in step, and remembers what each page told."""

    def __init__(self, user=VISITOR, limit=200):
        self.user, self.limit, self.cursor, self.known = user, limit, "", {}

    def read(self, *, settled=True):
        if settled:
            settle()
        told, has_more = [], True
        while has_more:
            page = changes.read(self.user, self.cursor, self.limit)
            self.cursor, has_more = str(page.cursor), page.has_more
            told += page.entries
        for entry in told:
            if entry.record is None:
                self.known.pop((entry.kind, entry.pk), None)
            else:
                self.known[entry.kind, entry.pk] = str(entry.record)
        return [(entry.kind, entry.pk, str(entry.what)) for entry in told]


def test_whatever_way_a_record_is_written_the_feed_tells_it_and_tells_it_once():
    offer, reader = make_offer(), Reader()
    assert ("offer", offer.pk, "created") in reader.read()
    Offer.objects.filter(pk=offer.pk).update(summary="Another summary")
    assert reader.read() == [("offer", offer.pk, "changed")]
    assert reader.read() == []
    fields = {"organisation": offer.organisation, "state": State.PUBLISHED}
    more = Offer.objects.bulk_create([Offer(title=title, **fields) for title in "ab"])
    with transaction.atomic():
        offer.title = "A new title"
        offer.save()
        offer.pause()
    assert reader.read() == [*(("offer", one.pk, "created") for one in more), ("offer", offer.pk, "gone")]
    Organisation.objects.get(pk=offer.organisation_id).delete()
    assert sorted(reader.read()) == sorted(("offer", one.pk, "erased") for one in [*more, offer])


def test_where_a_text_lies_in_the_space_is_no_change():
    offer, reader = make_offer(), Reader()
    reader.read()
    Offer.objects.update(
        embedding=[0.5] * 384, embedding_dimension=384, embedded_from="a:b", place=[0.5] * 384,
        updated_at=timezone.now(),
    )  # fmt: skip
    assert reader.read() == []
    assert Change.objects.filter(kind="offer", record=offer.pk).count() == 1


def test_a_slow_transaction_is_waited_for_and_not_skipped():
    reader = Reader()
    started, may_end = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            make_offer(title="slow")
            started.set()
            may_end.wait(30)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    started.wait(30)
    fast = make_offer(title="fast")
    assert ("offer", fast.pk, "created") not in reader.read(settled=False)
    may_end.set()
    writer.join()
    assert [what for kind, _, what in reader.read() if kind == "offer"] == ["created", "created"]


def test_with_writers_at_work_nothing_is_missed_and_no_change_is_told_twice():
    """Writers edit, pause, publish and erase, in transactions of uneven length; a reader follows in small pages."""
    organisation = make_organisation()
    offers = [make_offer(organisation=organisation, title=f"offer {n}").pk for n in range(12)]
    reader, told = Reader(limit=3), []
    done = threading.Event()

    def write(seed):
        rng = random.Random(seed)
        for step in range(25):
            with transaction.atomic():
                one = Offer.objects.select_for_update().filter(pk=rng.choice(offers))
                one.update(title=f"{seed}/{step}", state=rng.choice(["published", "published", "paused"]))
                if rng.random() < 0.2:
                    Offer.objects.create(organisation=organisation, title=f"new {seed}/{step}", state="published")
                if rng.random() < 0.1:
                    one.delete()
                done.wait(rng.random() / 200)
        connection.close()

    def follow():
        while not done.is_set():
            told.extend(reader.read(settled=False))
        connection.close()

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
    follower = threading.Thread(target=follow)
    for thread in [follower, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    follower.join()
    told.extend(reader.read())
    open_offers = Offer.objects.open().values_list("pk", "title")
    assert reader.known == {("offer", pk): title for pk, title in open_offers}
    assert len([one for one in told if one[2] == "created"]) == len({one for one in told if one[2] == "created"})
    assert not [pk for kind, pk, what in told if what == "erased" and (kind, pk) in reader.known]
    fresh = Reader()
    fresh.read()
    assert fresh.known == reader.known


def test_each_reader_is_told_what_it_may_know_and_gone_only_of_what_it_could_know():
    broker, linked = make_user(), make_user()
    cluster = make_cluster(brokers=(broker,))
    make_cluster(brokers=(linked,), linked=(cluster,))
    member, stranger = make_user(), make_user()
    organisation = make_organisation(people=(member,), clusters=(cluster,), name="Baker Ltd")
    readers = {user: Reader(user) for user in (member, broker, linked, stranger)}
    for reader in readers.values():
        reader.read()
    need = make_need(organisation=organisation, state=State.DRAFT, visibility=Visibility.NETWORK)

    def told():
        return {user: [what for kind, _, what in reader.read() if kind == "need"] for user, reader in readers.items()}

    assert told() == {member: ["created"], broker: [], linked: [], stranger: []}
    need.publish_for_a_term()
    assert told() == {member: ["changed"], broker: ["changed"], linked: ["changed"], stranger: []}
    need.close(State.MET_HERE)
    assert told() == {member: ["closed"], broker: ["closed"], linked: ["gone"], stranger: []}
    need.delete()
    assert told() == {member: ["erased"], broker: ["erased"], linked: ["erased"], stranger: []}


def test_a_teaser_stays_one_in_the_feed():
    organisation = make_organisation(name="Baker Ltd")
    make_offer(organisation=organisation, visibility="anonymous", description="Ask Baker Ltd, a@baker.example")
    settle()
    answer = APIClient().get("/api/v1/changes/?kind=offer")
    assert [entry["change"] for entry in answer.json()["results"]] == ["created"]
    assert "Baker" not in answer.content.decode()
    assert "baker.example" not in answer.content.decode()


def test_an_accepted_match_opens_the_other_side_in_the_feed_and_a_proposed_one_is_kept_from_the_provider():
    case = make_case(need={"visibility": "network"})
    provider, seeker = Reader(case.provider), Reader(case.seeker)
    assert not [one for one in provider.read() if one[0] in ("match", "need")]
    assert ("match", case.match.pk, "created") in seeker.read()
    case.match.move(MatchState.ACCEPTED, expected=(MatchState.PROPOSED,))
    assert {("match", case.match.pk, "changed"), ("need", case.match.need_id, "changed")} <= set(provider.read())
    Match.objects.all().delete()
    assert ("match", case.match.pk, "erased") in provider.read()
    assert ("need", case.match.need_id) not in provider.known


def test_a_cursor_ends_with_the_rights_it_was_made_for_with_its_time_and_with_the_log(settings):
    user, organisation = make_user(), make_organisation()
    cluster = make_cluster()
    api = APIClient()
    api.force_authenticate(user)

    def ask(cursor):
        settle()
        return api.get("/api/v1/changes/", {"since": cursor})

    first = ask("").json()["next"]
    assert ask(first).status_code == 200
    cluster.brokerships.create(user=user, state=APPROVED)
    assert ask(first).status_code == 410
    second = ask("").json()["next"]
    ClusterMembership.objects.create(organisation=organisation, cluster=cluster, state=APPROVED)
    answer = ask(second).json()
    assert [(entry["kind"], entry["id"]) for entry in answer["results"]] == [("organisation", organisation.pk)]
    ChangeLog.begin_anew()
    assert ask(answer["next"]).status_code == 410
    third = ask("").json()["next"]
    settings.CHANGES_DAYS = -1
    assert ask(third).status_code == 410
    assert ask("x" + third).status_code == 400


def test_compacting_loses_no_reader_anything(settings):
    kept, erased, reader = make_offer(), make_offer(), Reader()
    erased_pk = erased.pk
    reader.read()
    for title in ("b", "c"):
        Offer.objects.filter(pk=kept.pk).update(title=title)
    erased.delete()
    late = Reader()
    settle()
    assert changes.compact() >= 3
    assert set(reader.read()) == {("offer", kept.pk, "changed"), ("offer", erased_pk, "erased")}
    late.read()
    assert late.known["offer", kept.pk] == "c"
    Change.objects.filter(is_erased=True).update(at=timezone.now() - timedelta(days=settings.CHANGES_DAYS + 2))
    assert changes.compact() == 1
    assert Change.objects.filter(kind="offer").count() == Offer.objects.count()


def test_rows_of_another_server_begin_a_new_log():
    offer, reader = make_offer(), Reader()
    reader.read()
    Change.objects.update(transaction=2**60)  # as after a restore into a younger server
    with pytest.raises(changes.CursorEnded):
        reader.read(settled=False)
    reader.cursor = ""
    assert ("offer", offer.pk) in {(kind, pk) for kind, pk, _ in reader.read()}


def test_what_is_written_at_once_is_noted_without_reading_the_log_for_each_row():
    """Whatever the planner knows of the log: here that it is small, has been larger, and tells of one record."""
    offer = make_offer()
    for number in range(10):
        Offer.objects.filter(pk=offer.pk).update(summary=f"Summary {number}")
    with transaction.atomic():
        Change.objects.bulk_create(Change(kind="offer", record=offer.pk, born=1, transaction=1) for _ in range(300))
        transaction.set_rollback(True)
    Change.objects.exclude(kind="offer").delete()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {Change._meta.db_table}")
        Offer.objects.bulk_create(Offer(title="A", organisation=offer.organisation) for _ in range(400))
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = %s",
            [Change._meta.db_table],
        )
        (rows_read,) = cursor.fetchone()
    assert Change.objects.filter(kind="offer").count() == 411
    assert rows_read < 2 * 400


def test_a_page_asks_the_database_a_bounded_number_of_times(django_assert_max_num_queries):
    for _ in range(8):
        make_case(state=MatchState.ACCEPTED)
    settle()
    with django_assert_max_num_queries(24):
        page = changes.read(make_user(is_staff=True))
    assert len([entry for entry in page.entries if entry.kind == "match"]) == 8
    assert Need.objects.count() == 8
