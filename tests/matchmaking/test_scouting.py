"""Nothing fits: who reads what, who looks around, and when the task ends."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.models import User
from catalog.codes import State
from catalog.models import Need
from matchmaking.codes import MatchState
from matchmaking.explaining import Proposal
from matchmaking.models import Mail, MailKind, Match, Scouting, ScoutingState
from matchmaking.pipeline import begun, cluster_of, save
from matchmaking.scouting import finish, take
from tests.factories import make_cluster, make_match, make_need, make_offer, make_organisation, make_user
from tests.matchmaking.mail_reading import read, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """A member with a need that nothing fits, and the broker of its cluster."""
    seeker, broker = make_user(), make_user()
    User.objects.update(date_joined=datetime(2026, 1, 1, tzinfo=UTC))
    cluster = make_cluster(brokers=(broker,))
    need = make_need(organisation=make_organisation(people=(seeker,), clusters=(cluster,)))
    return seeker, broker, need


def run(need: Need, *offers) -> None:
    """What a run of the engine that proposes these offers leaves."""
    need.refresh_from_db()
    proposals = [Proposal(offer, 1.0, {}, [], []) for offer in offers]
    save(begun(need), proposals, len(offers), cluster_of(need))


def only() -> Scouting:
    return Scouting.objects.get()


def test_a_need_that_nothing_fits_gives_its_brokers_one_task_however_often_it_is_run(people):
    _seeker, _broker, need = people
    run(need)
    run(need)
    assert (only().state, only().need) == (ScoutingState.OPEN, need)
    assert only().cluster == need.organisation.clusters.get()


def test_a_need_with_a_proposal_or_a_running_case_gives_no_task(people):
    _seeker, _broker, need = people
    run(need, make_offer())
    make_match(need=make_need(), state=MatchState.ACCEPTED)
    asked = make_match(need=make_need(), state=MatchState.ACCEPTED).need
    run(asked)
    assert not Scouting.objects.exists()


@pytest.mark.parametrize(
    ("state", "offer"),
    [
        (MatchState.NO_AGREEMENT, State.PUBLISHED),
        (MatchState.PARKED, State.WITHDRAWN),
        (MatchState.ACCEPTED, State.EXPIRED),
    ],
)
def test_what_came_to_nothing_or_is_not_offered_any_more_fits_nobody(people, state, offer):
    _seeker, _broker, need = people
    make_match(need=need, state=state, offer=make_offer(state=offer))
    run(need)
    assert only().state == ScoutingState.OPEN


def test_the_task_closes_by_itself_when_something_fits_and_comes_back_when_it_no_longer_does(people):
    _seeker, broker, need = people
    run(need)
    take(only(), by=broker)
    run(need, make_offer())
    assert (only().state, only().closed_by_itself) == (ScoutingState.DONE, True)
    run(need)
    assert Scouting.objects.live().count() == 1


def test_nobody_is_sent_out_twice_for_the_same_text(people):
    _seeker, broker, need = people
    run(need)
    finish(only(), by=broker, note="Asked three providers.")
    run(need)
    assert not Scouting.objects.live().exists()
    Need.objects.filter(pk=need.pk).update(description="Another text altogether, about something else.")
    run(need)
    assert Scouting.objects.live().count() == 1


def test_what_two_brokers_do_at_once_is_done_once(people):
    _seeker, broker, need = people
    run(need)
    seen_by_both = [only(), only()]
    assert [take(task, by=broker) for task in seen_by_both] == [True, False]
    assert [finish(task, by=broker) for task in seen_by_both] == [True, False]
    assert not take(only(), by=broker)


def test_only_brokers_of_the_cluster_see_and_take_the_task(people):
    seeker, _broker, need = people
    run(need)
    stranger = make_user()
    make_cluster(brokers=(stranger,))
    for person in (seeker, stranger):
        assert not Scouting.objects.visible_to(person).exists()
        with pytest.raises(PermissionDenied):
            take(only(), by=person)
        with pytest.raises(PermissionDenied):
            finish(only(), by=person)


def test_a_need_that_is_no_longer_open_waits_for_nobody(people):
    _seeker, _broker, need = people
    run(need)
    Need.objects.filter(pk=need.pk).update(state=State.WITHDRAWN)
    assert not Scouting.objects.live().exists()


def test_the_broker_finds_takes_and_finishes_the_task_on_the_page(client, people):
    _seeker, broker, need = people
    run(need)
    client.force_login(broker)
    page = client.get(reverse("scouting-list")).content.decode()
    assert need.title in page
    assert "1 need " in page
    client.post(reverse("scouting-take", args=[only().pk]))
    assert only().taken_by == broker
    assert f"{broker} looks around" in client.get(reverse("scouting-list")).content.decode()
    client.post(reverse("scouting-finish", args=[only().pk]), {"note": "Nobody makes that here."})
    assert (only().state, only().note) == (ScoutingState.DONE, "Nobody makes that here.")
    assert need.title not in client.get(reverse("scouting-list")).content.decode()


@pytest.mark.parametrize("action", ["scouting-take", "scouting-finish"])
def test_a_stranger_finds_no_task_and_a_link_changes_nothing(client, people, action):
    seeker, broker, need = people
    run(need)
    address = reverse(action, args=[only().pk])
    client.force_login(seeker)
    assert client.post(address).status_code == 404
    client.force_login(broker)
    assert client.get(address).status_code == 405
    assert only().state == ScoutingState.OPEN


def test_the_list_is_for_brokers_and_costs_the_same_queries_for_a_full_page(
    client, people, django_assert_max_num_queries
):
    seeker, broker, need = people
    client.force_login(seeker)
    assert client.get(reverse("scouting-list")).status_code == 403
    for _ in range(12):
        run(make_need(organisation=need.organisation))
    client.force_login(broker)
    with django_assert_max_num_queries(8):
        client.get(reverse("scouting-list"))


def test_the_author_reads_what_happens_now_and_the_broker_sees_the_need(client, people):
    seeker, broker, need = people
    run(need)
    client.force_login(seeker)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "Nothing fits yet" in page
    assert "the task of looking around" in page
    Need.objects.filter(pk=need.pk).update(visibility="network")
    client.force_login(broker)
    assert need.title in client.get(need.get_absolute_url()).content.decode()


def told(person, period: str):
    mail, _made = Mail.objects.get_or_create(
        key=f"digest:{person.pk}:{period}", defaults={"kind": MailKind.DIGEST, "recipient": person}
    )
    message = read(mail)
    Mail.objects.filter(pk=mail.pk).update(state="sent" if message else "dropped")
    return message


def test_author_and_broker_are_told_once_by_mail(people):
    seeker, broker, need = people
    run(need)
    to_author, to_broker = told(seeker, "2026-11-24"), told(broker, "2026-11-24")
    assert "Nothing fits yet" in text_of(to_author)
    assert "has the task of looking around" in text_of(to_author)
    assert need.title in text_of(to_broker)
    assert "please look around" in text_of(to_broker)
    assert "1 need to look around for" in to_broker["Subject"]
    run(need)
    assert told(seeker, "2026-12-01") is None
    assert told(broker, "2026-12-01") is None


def test_a_task_that_closed_before_the_mail_is_not_told(people):
    seeker, broker, need = people
    run(need)
    run(need, make_offer(visibility="network"))
    Match.objects.update(state=MatchState.REJECTED)
    assert told(seeker, "2026-11-24") is None
    assert told(broker, "2026-11-24") is None
