"""The figures of the overview, against numbers worked out by hand, and who may see them."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from catalog.codes import State
from catalog.models import NeedConcept
from matchmaking.cases import move
from matchmaking.codes import Answer, MatchState, Reason, Side, Verdict
from matchmaking.models import Ask, Case, Match, Review, Scouting
from matchmaking.overview import Scope, course, noes, unmet_by_concept, unmet_by_region, waiting
from matchmaking.overview_charts import charts_of, duration
from tests.factories import make_case, make_cluster, make_concept, make_match, make_need, make_organisation, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ago(**time: float):
    return NOW - timedelta(**time)


@pytest.fixture
def broker() -> User:
    return make_user()


@pytest.fixture
def cluster(broker):
    return make_cluster(brokers=(broker,))


@pytest.fixture
def scope(cluster) -> Scope:
    return Scope([cluster], ago(days=90))


def match_of(cluster, state=MatchState.PROPOSED, *, days: float = 10, decided_after: float | None = None) -> Match:
    match = make_match(cluster=cluster, state=state, created_at=ago(days=days))
    if decided_after is not None:
        verdict, reason = (Verdict.REJECT, Reason.TOO_FAR) if state == MatchState.REJECTED else (Verdict.ACCEPT, "")
        at = ago(days=days - decided_after)
        Review.objects.create(match=match, verdict=verdict, reason=reason, created_at=at)
    return match


def ask_both(match: Match, need: str = "", offer: str = "", *, days: float = 8, after: float = 1, reason: str = ""):
    for side, answer in {Side.NEED: need, Side.OFFER: offer}.items():
        said = {"answer": answer, "answered_at": ago(days=days - after)} if answer else {}
        said |= {"reason": reason} if answer == Answer.NO else {}
        Ask.objects.create(match=match, side=side, asked_at=ago(days=days), **said)


@pytest.fixture
def worked(cluster, broker) -> None:
    """Ten matches in the period, one before it, one withdrawn, one of another cluster."""
    for _ in range(3):
        match_of(cluster)
    match_of(cluster, MatchState.REJECTED, decided_after=0.5)
    ask_both(match_of(cluster, MatchState.ACCEPTED, decided_after=2), need=Answer.YES, after=2)
    declined = match_of(cluster, MatchState.DECLINED, decided_after=2)
    ask_both(declined, need=Answer.YES, offer=Answer.NO, after=1, reason=Reason.TOO_FAR)
    reached = (MatchState.INTRODUCED, MatchState.NEGOTIATING, MatchState.AGREEMENT, MatchState.INTRODUCED)
    for number, state in enumerate(reached):
        match = match_of(cluster, state, decided_after=4)
        ask_both(match, Answer.YES, Answer.YES, after=3)
        case = Case.objects.create(match=match, touched_at=ago(days=20))
        if number == 3:  # talked, and then agreed on nothing
            move(case, MatchState.IN_CONTACT, by=broker, seen=0)
            move(case, MatchState.NO_AGREEMENT, by=broker, seen=1, reason=Reason.TOO_EXPENSIVE)
    match_of(cluster, MatchState.AGREEMENT, days=100)
    match_of(cluster, MatchState.WITHDRAWN)
    match_of(make_cluster(), MatchState.AGREEMENT)


def test_matches_of_the_period_count_for_every_step_they_have_reached(worked, scope):
    found = course(scope)
    steps = ("proposed", "accepted", "asked", "both_yes", "introduced", "contact", "agreement")
    assert [found[step] for step in steps] == [10, 6, 6, 4, 4, 3, 1]
    assert course(Scope(scope.clusters, None))["proposed"] == 11


def test_first_answers_are_sorted_by_how_long_they_took(worked, scope):
    found = course(scope)
    decided = [found[f"decided_{span}"] for span in ("day", "days", "week", "weeks", "all")]
    assert decided == [1, 3, 7, 7, 7]  # after 0.5, 2, 2 and four times 4 days
    assert found["decided_median"] == timedelta(days=4)
    answered = [found[f"answered_{span}"] for span in ("day", "days", "week", "weeks", "all")]
    assert answered == [1, 6, 6, 6, 6]  # after 1, 2 and four times 3 days
    assert found["answered_median"] == timedelta(days=3)


def test_the_first_decision_on_a_match_is_looked_up_once_for_all_its_figures(scope):
    with CaptureQueriesContext(connection) as asked, connection.cursor() as cursor:
        course(scope)
        cursor.execute(f"EXPLAIN {asked[-1]['sql']}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert plan.count("on matchmaking_review") == 1


def test_what_waits_is_counted_by_its_age(worked, cluster, scope):
    for days in (20, 40):
        match_of(cluster, days=days)
    Scouting.objects.create(need=make_need(), cluster=cluster, text_hash="x", created_at=ago(days=8))
    found = waiting(scope)
    ages = {what: [row[name] for name in ("all", "week", "fortnight", "month")] for what, row in found.items()}
    # one side of the accepted match has not answered, the other has said yes
    assert ages == {"review": [5, 5, 2, 1], "answer": [1, 1, 0, 0], "scouting": [1, 1, 0, 0], "case": [2, 2, 2, 0]}
    assert found["review"]["oldest"] == ago(days=40)


def test_a_no_is_counted_by_its_reason_and_by_who_said_it(worked, scope):
    found = {reason: dict(counts) for reason, counts in noes(scope).items() if counts}
    assert found == {Reason.TOO_FAR: {"broker": 1, "side": 1}, Reason.TOO_EXPENSIVE: {"case": 1}}
    assert not any(noes(Scope(scope.clusters, NOW + timedelta(days=1))).values())


def test_a_need_is_unmet_while_nothing_is_on_its_way(cluster, scope):
    member = make_organisation(clusters=(cluster,), country="DE", region="DE600")
    waste, heat = make_concept("waste"), make_concept("heat")
    unmet = [make_need(organisation=member), make_need(organisation=member, state=State.UNMET, closed_at=NOW)]
    unmet.append(make_need(organisation=make_organisation(clusters=(cluster,), country="FR")))
    make_match(need=unmet[0], state=MatchState.REJECTED)
    make_match(need=make_need(organisation=member))
    make_need(organisation=member, state=State.UNMET, closed_at=ago(days=100))
    make_need(organisation=make_organisation())
    for need, concept in ((unmet[0], waste), (unmet[1], waste), (unmet[2], heat)):
        NeedConcept.objects.create(document=need, concept=concept, weight=1)
    assert unmet_by_region(scope) == {("DE", "DE60"): 2, ("FR", ""): 1}
    assert unmet_by_concept(scope, 5) == [(waste, 2), (heat, 1)]
    assert unmet_by_concept(scope, 1) == [(waste, 2)]


def test_the_cluster_that_takes_the_others_counts_organisations_without_one():
    default = make_cluster(is_default=True)
    make_need(organisation=make_organisation(country="PL"))
    make_need(organisation=make_organisation(country="PT", clusters=(make_cluster(),)))
    assert unmet_by_region(Scope([default], None)) == {("PL", ""): 1}


def test_numbers_hold_and_questions_stay_few_over_many_rows(cluster, scope, django_assert_max_num_queries):
    needs = [make_need() for _ in range(40)]
    offers = [make_match().offer for _ in range(15)]
    states = [MatchState.PROPOSED, MatchState.REJECTED, MatchState.INTRODUCED]
    pairs = [(need, offer) for need in needs for offer in offers]
    rows = [
        Match(need=need, offer=offer, cluster=cluster, state=states[number % 3])
        for number, (need, offer) in enumerate(pairs)
    ]
    Match.objects.bulk_create(rows)
    with django_assert_max_num_queries(7):
        funnel = next(iter(charts := list(charts_of(scope))))
    assert [bar.count for bar in funnel.bars] == [600, 200, 0, 0, 200, 0, 0]
    assert [list(row)[2:] for row in funnel.rows][:3] == [[100, 100], [33, 33], [0, 0]]
    assert len(charts) == 7


def test_the_page_shows_each_number_in_words_and_in_a_table(worked, broker, django_assert_max_num_queries):
    client = Client()
    client.force_login(broker)
    with django_assert_max_num_queries(12):
        page = client.get("/overview/").content.decode().replace("\xa0", " ")
    assert "60 % of the step before" in page
    assert "Half of them took at most 4 days." in page
    assert "too far away or wrong region" in page
    assert page.count("The numbers as a table") == 5  # concepts and regions are empty, which needs no table
    assert "No need is unmet." in page


def test_the_file_holds_the_numbers_of_the_page(worked, broker):
    client = Client()
    client.force_login(broker)
    rows = list(csv.reader(StringIO(client.get("/overview.csv?period=all").content.decode("utf-8-sig"))))
    assert rows[1:5] == [
        ["From proposal to agreement", "Proposed", "Matches", "11"],
        ["From proposal to agreement", "Proposed", "% of those proposed", "100"],
        ["From proposal to agreement", "Proposed", "% of the step before", "100"],
        ["From proposal to agreement", "Accepted by a broker", "Matches", "7"],
    ]
    assert ["Reasons for a no", "too expensive", "After an introduction", "1"] in rows


def test_a_broker_of_two_clusters_can_look_at_one(worked, broker, cluster):
    other = make_cluster(brokers=(broker,))
    match_of(other)
    client = Client()
    client.force_login(broker)
    counts = [
        client.get("/overview/", {"cluster": chosen}).context["charts"][0].bars[0].count
        for chosen in ("", other.pk, make_cluster().pk)
    ]
    assert counts == [11, 1, 11]  # somebody else's cluster is no choice


@pytest.mark.parametrize("path", ["/overview/", "/overview.csv"])
def test_whoever_is_no_broker_sees_no_overview(path: str):
    client = Client()
    client.force_login(make_case().seeker)
    assert client.get(path).status_code == 403
    assert Client().get(path).status_code == 302


def test_a_time_is_told_in_days_and_hours():
    assert duration(timedelta(days=2, hours=3)).replace("\xa0", " ") == "2 days, 3 hours"
