"""The queue of a broker and what is known of its matches, read and changed over the API as on the pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matchmaking import reviewing
from matchmaking.codes import MatchState, Reason
from matchmaking.models import Mail, Match, Review
from tests.factories import make_case, make_cluster, make_match, make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
QUEUE = "/api/v1/queue/"


@pytest.fixture
def waiting(client):
    """A broker signed in, with a cluster in which matches wait that are worth more, the same, and less."""
    broker = make_user()
    cluster, now = make_cluster(brokers=(broker,)), timezone.now()
    client.force_login(broker)
    days = [(0.3, 28), (0.9, 0), (0.9, 0), (None, 0), (0.2, 1)]
    made = [
        make_match(cluster=cluster, probability=chance, score=0.0, created_at=now - timedelta(days=ago))
        for chance, ago in days
    ]
    Match.objects.filter(pk=made[2].pk).update(created_at=made[1].created_at)
    return made


def ids(rows):
    return [row["id"] for row in rows]


def read(client, address):
    """The rows of all pages, forwards and then backwards from the last."""
    forwards, backwards = [], []
    while address:
        page = client.get(address).json()
        forwards += page["results"]
        address, last = page["next"], page
    address = last["previous"]
    while address:
        page = client.get(address).json()
        backwards = page["results"] + backwards
        address = page["previous"]
    return forwards, backwards


@pytest.mark.parametrize(("ordering", "order"), [("", ""), ("&ordering=-score", "best"),
                                                 ("&ordering=created_at", "oldest")])  # fmt: skip
def test_what_waits_is_read_page_by_page_in_the_order_of_the_page(client, waiting, ordering, order):
    page = client.get("/queue/", {"order": order}).context["rows"]
    forwards, backwards = read(client, f"{QUEUE}?limit=2{ordering}")
    assert ids(forwards) == [seen.pk for seen in page]
    assert ids(backwards) == ids(forwards)[:4]


def test_a_row_of_the_queue_says_what_it_is_worth_and_what_it_waits_for(client, waiting):
    rows = {row["id"]: row for row in client.get(QUEUE).json()["results"]}
    oldest, logistic = rows[waiting[0].pk], rows[waiting[3].pk]
    assert (oldest["worth"], logistic["worth"]) == (pytest.approx(1.2), pytest.approx(0.5))
    assert (oldest["status"], oldest["next"]) == ("Waiting for your decision", "Accept, reject or park it.")
    assert (oldest["likelihood"], logistic["likelihood"]) == ("Worth a look", "")
    assert oldest["waiting_since"] == oldest["created_at"]
    assert (oldest["cluster"], oldest["is_suggested"], oldest["agreement"]) == (waiting[0].cluster_id, False, None)


def test_the_second_broker_reads_who_agreed_before(client, waiting):
    first, second = waiting[0].cluster, make_cluster()
    match, broker = waiting[0], make_user(name="Rui")
    match.reviews.create(broker=broker, verdict="accept")
    Match.objects.filter(pk=match.pk).update(cluster=second, second_cluster=first)
    row = next(row for row in client.get(QUEUE).json()["results"] if row["id"] == match.pk)
    assert (row["agreement"]["by"], row["agreement"]["cluster"]) == ("Rui", str(second))


def test_the_queue_is_narrowed_and_counted_as_on_the_page(client, waiting):
    home = make_organisation(country="PL", region="PL22", clusters=(waiting[0].cluster,))
    polish = make_need(organisation=home, language="pl", ecosystems=["textiles"])
    match = make_match(cluster=waiting[0].cluster, need=polish, probability=0.5)
    parked = make_match(cluster=waiting[0].cluster, state="parked", parked_until=timezone.localdate() + timedelta(9))
    wanted = make_match(cluster=waiting[0].cluster, wanted_at=timezone.now())
    wishes = ["country=PL", "region=pl2", "language=pl", "sector=textiles", "confidence=possible", "age=14",
              "list=parked", "wanted=true", "list=parked&country=PL"]  # fmt: skip
    found = {wish: (ids(read(client, f"{QUEUE}?{wish}")[0]), read_page(client, wish)) for wish in wishes}
    assert {wish for wish, (api, page) in found.items() if api != page} == set()
    assert [found[wish][0] for wish in wishes] == [[match.pk]] * 5 + [[waiting[0].pk], [parked.pk], [wanted.pk], []]
    told = client.get(f"{QUEUE}extent/?age=14").json()
    assert (told["count"], told["oldest"][:10]) == (1, waiting[0].created_at.date().isoformat())
    assert client.get(f"{QUEUE}extent/?list=asked").json() == {"count": 0, "oldest": None}
    refused = [
        client.get(f"{QUEUE}?{wish}").json()["errors"].keys() for wish in ("list=secret", "age=0", "age=99999")
    ]
    assert refused == [{"list"}, {"age"}, {"age"}]


def read_page(client, wish):
    return [seen.pk for seen in client.get(f"/queue/?{wish}").context["rows"]]


def test_a_full_page_of_the_queue_costs_as_many_queries_as_a_short_one(
    client, waiting, django_assert_max_num_queries
):
    for _ in range(20):
        make_match(cluster=waiting[0].cluster)
    with django_assert_max_num_queries(14) as captured:
        assert len(client.get(QUEUE).json()["results"]) == 25
    assert not [query for query in captured.captured_queries if '"embedding"' in query["sql"]]


@pytest.mark.parametrize("cursor", ["WyItd29ydGgiLCJ4IiwxLGZhbHNlXQ==", "WyItd29ydGgiLG51bGwsMSxmYWxzZV0=",
                                    "WyItc2NvcmUiLDEsMSxmYWxzZV0="])  # fmt: skip
def test_a_cursor_that_is_none_of_this_order_is_refused(client, waiting, cursor):
    assert client.get(f"{QUEUE}?cursor={cursor}").json()["errors"].keys() == {"cursor"}


# Taking back


@pytest.fixture
def decided(client):
    """A broker signed in who has accepted, rejected and parked a match each."""
    case = make_case()
    cases = [case, *(make_case(cluster=case.cluster) for _ in range(2))]
    accepted, rejected, parked = (one.match for one in cases)
    reviewing.accept(accepted, by=case.broker)
    reviewing.reject(rejected, by=case.broker, reason=Reason.TOO_FAR)
    reviewing.park(parked, by=case.broker, until=timezone.localdate() + timedelta(9))
    client.force_login(case.broker)
    return {match.pk: match.reviews.get().pk for match in (accepted, rejected, parked)}


def undo(client, **asked):
    return client.post("/api/v1/reviews/undo/", asked, content_type="application/json")


def test_a_broker_takes_back_all_decisions_in_one_call(client, decided):
    page = client.get("/queue/").context["undoable"]
    undoable = client.get("/api/v1/reviews/?undoable=true").json()["results"]
    assert {row["id"] for row in undoable} == {review.pk for review in page} == {*decided.values()}
    assert undo(client).json() == {"undone": sorted(decided.values()), "refused": []}
    assert set(Match.objects.values_list("state", flat=True)) == {MatchState.PROPOSED}
    assert not Review.objects.exists()
    assert undo(client).json() == {"undone": [], "refused": []}


def test_those_decisions_stand_that_reached_somebody_and_each_says_why(client, decided):
    accepted, rejected, parked = decided.values()
    Mail.objects.update(attempts=1)
    foreign, colleague = make_case(cluster=Match.objects.first().cluster).match, make_user(is_staff=True)
    reviewing.reject(foreign, by=colleague, reason=Reason.TOO_FAR)
    others = foreign.reviews.get().pk
    assert {row["id"] for row in client.get("/api/v1/reviews/?undoable=false").json()["results"]} == {
        accepted,
        others,
    }
    told = undo(client, reviews=[accepted, rejected, others, 10**9]).json()
    assert told["undone"] == [rejected]
    reasons = {one["review"]: one["reason"] for one in told["refused"]}
    assert reasons.keys() == {accepted, others, 10**9}
    assert "One side has been asked already" in reasons[accepted]
    assert {*Review.objects.values_list("pk", flat=True)} == {accepted, parked, others}


def test_of_two_decisions_on_one_match_both_are_taken_back(client, decided):
    parked = Match.objects.get(state=MatchState.PARKED)
    reviewing.reject(parked, by=parked.reviews.get().broker, reason=Reason.TOO_FAR)
    both = sorted(parked.reviews.values_list("pk", flat=True))
    assert undo(client, reviews=both).json() == {"undone": both, "refused": []}
    parked.refresh_from_db()
    assert parked.state == MatchState.PROPOSED
