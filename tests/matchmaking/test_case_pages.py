"""The board of cases and the case on the page of its match."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaking import cases
from matchmaking.board import IN_A_COLUMN
from matchmaking.codes import MatchState
from matchmaking.models import Case
from tests.factories import APPROVED, make_cluster, make_match, make_user
from tests.matchmaking.test_cases import current, introduced

pytestmark = pytest.mark.django_db


def post(client, page, case, **form):
    return client.post(reverse(page, args=[case.pk]), form, follow=True)


def more_cases(scene, count, state=MatchState.INTRODUCED):
    for number in range(count):
        match = make_match(state=state, cluster=scene.cluster, score=number)
        Case.objects.create(match=match, next_step="Call", next_step_on=timezone.localdate() + timedelta(days=number))


def test_the_board_shows_each_case_in_its_column_the_most_urgent_first(client):
    scene = introduced(need={"title": "Less dough"})
    more_cases(scene, 2)
    more_cases(scene, 1, MatchState.AGREEMENT)
    client.force_login(scene.broker)
    page = client.get(reverse("case-board"))
    columns = {column.state: column for column in page.context["columns"]}
    assert columns["introduced"].cards[0].seen.need.title == "Less dough"
    assert [column.count for column in columns.values()] == [3, 0, 0, 1, 0]
    assert page.text.count("No next step") == 1
    assert reverse("match-detail", args=[scene.match.pk]) in page.text


def test_a_long_column_is_cut_and_read_page_by_page(client):
    scene = introduced()
    more_cases(scene, IN_A_COLUMN + 20)
    client.force_login(scene.broker)
    board = client.get(reverse("case-board"))
    assert len(board.context["columns"][0].cards) == IN_A_COLUMN
    assert f"See all {IN_A_COLUMN + 21}" in board.text
    column = client.get(reverse("case-board"), {"state": "introduced", "page": 2})
    assert len(column.context["cards"]) == IN_A_COLUMN + 21 - 25
    assert "Page 2 of 2" in column.text


def test_the_board_costs_the_same_queries_for_a_full_board(client, django_assert_max_num_queries):
    scene = introduced()
    for state in ("introduced", "in_contact", "negotiating", "agreement", "no_agreement"):
        more_cases(scene, 4, state)
    client.force_login(scene.broker)
    for address in ({}, {"state": "negotiating"}, {"whose": "stuck"}):
        with django_assert_max_num_queries(12):
            client.get(reverse("case-board"), address)


def test_the_board_is_narrowed_by_who_takes_care(client):
    scene = introduced()
    more_cases(scene, 2)
    client.force_login(scene.broker)
    counts = {whose: client.get(reverse("case-board"), {"whose": whose}).context["count"] for whose in FOUND}
    assert counts == FOUND


def test_the_cases_of_a_broker_who_left_are_among_those_of_nobody(client):
    scene = introduced()
    deputy = make_user()
    scene.cluster.brokerships.create(user=deputy, state=APPROVED)
    scene.cluster.brokerships.filter(user=scene.broker).delete()
    client.force_login(deputy)
    assert client.get(reverse("case-board"), {"whose": "nobody"}).context["count"] == 1


FOUND = {"": 3, "mine": 1, "nobody": 2, "stuck": 1, "nonsense": 3}


def test_a_broker_sees_the_cases_of_the_own_cluster_only(client):
    introduced()
    stranger = make_user()
    make_cluster(brokers=(stranger,))
    client.force_login(stranger)
    assert client.get(reverse("case-board")).context["count"] == 0
    client.force_login(make_user())
    assert client.get(reverse("case-board")).status_code == 403
    assert post(client, "case-take", Case.objects.get(), seen=0).status_code == 404


def test_a_broker_plans_moves_and_notes_on_the_page_of_the_match(client):
    scene = introduced()
    client.force_login(scene.broker)
    day = timezone.localdate() + timedelta(days=5)
    planned = post(client, "case-plan", scene.case, **{"plan-seen": 0, "plan-next_step": "Call both", "plan-on": day})
    assert "Call both" in planned.text
    moved = post(client, "case-move", scene.case, **{"move-seen": 1, "move-state": "negotiating"})
    assert "Negotiating" in moved.text
    noted = post(client, "case-note", scene.case, **{"note-text": "They like each other"})
    assert "They like each other" in noted.text
    case = current(scene)
    assert (case.next_step_on, case.match.state) == (day, MatchState.NEGOTIATING)


def test_what_is_said_of_the_reminder_holds_with_and_without_a_day(client):
    scene = introduced()
    client.force_login(scene.broker)
    plan = {"plan-seen": 0, "plan-next_step": "Call both"}
    undated = post(client, "case-plan", scene.case, **plan)
    assert "when nothing is heard of the case for 30 days" in undated.text
    dated = post(client, "case-plan", scene.case, **plan | {"plan-seen": 1, "plan-on": timezone.localdate()})
    assert "reminds you when it has passed" in dated.text


def test_what_is_missing_is_said_at_its_field(client):
    scene = introduced()
    client.force_login(scene.broker)
    page = post(client, "case-move", scene.case, **{"move-seen": 0, "move-state": "no_agreement"})
    assert page.status_code == 422
    assert 'href="#id_move-reason"' in page.text
    page = post(client, "case-plan", scene.case, **{"plan-seen": 0, "plan-on": timezone.localdate()})
    assert 'href="#id_plan-next_step"' in page.text


def test_the_second_broker_reads_that_somebody_was_faster(client):
    scene = introduced()
    cases.move(scene.case, MatchState.NEGOTIATING, by=scene.broker, seen=0)
    client.force_login(scene.broker)
    page = post(client, "case-move", scene.case, **{"move-seen": 0, "move-state": "negotiating"})
    assert page.status_code == 200
    assert "Somebody changed this case" in page.text


def test_a_side_sees_where_it_stands_but_no_note_of_the_brokers(client):
    scene = introduced()
    cases.plan(scene.case, "Call the slow one", None, by=scene.broker, seen=0)
    cases.move(current(scene), MatchState.NEGOTIATING, by=scene.broker, seen=1, note="They hesitate")
    client.force_login(scene.seeker)
    page = client.get(reverse("match-detail", args=[scene.match.pk])).text
    assert "Negotiating" in page
    assert "hesitate" not in page
    assert "slow one" not in page
    assert 'id="case"' not in page
