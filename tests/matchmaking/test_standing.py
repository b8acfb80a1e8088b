"""Where one's needs and offers stand: in whose hands they are, what comes next and when."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from catalog.codes import State
from catalog.models import Need, Offer
from catalog.rewording import propose
from matchmaking.codes import MatchState
from matchmaking.follow_ups import next_question
from matchmaking.models import Ask, Case, Introduction, Run, Scouting
from matchmaking.progress import match_status
from matchmaking.queue import listed
from matchmaking.reviewing import accept
from matchmaking.standing import need_status, offer_status, with_demand, with_progress
from tests.factories import make_case, make_need, make_user

pytestmark = pytest.mark.django_db


def need_of(case, person=None):
    person = person or case.seeker
    return need_status(with_progress(Need.objects.filter(pk=case.match.need.pk), person).get())


def offer_of(case, person=None):
    return offer_status(with_demand(Offer.objects.filter(pk=case.match.offer.pk), person or case.provider).get())


def in_days(days):
    return date_format(timezone.localdate() + timedelta(days=days))


def make_introduced(**fields):
    case = make_case(state=MatchState.INTRODUCED)
    case.broker.name = "Robin Broker"
    case.broker.save()
    Case.objects.create(match=case.match, owner=case.broker)
    fields = {"introduced_at": timezone.now(), "message": "Hello"} | fields
    Introduction.objects.create(match=case.match, broker=case.broker, **fields)
    return case


def test_a_suggestion_is_with_the_brokers_of_the_cluster_and_none_of_them_is_named():
    case = make_case()
    status = need_of(case)
    assert status.who == f"the brokers of {case.cluster}"
    assert in_days(0) in status.when
    assert case.broker.name not in str(status)
    assert (offer_of(case).words, offer_of(case).who) == ("Published", "")


def test_the_author_of_a_text_to_which_a_broker_proposes_a_change_is_to_compare_both():
    case = make_case()
    propose(case.match.need, {"title": "Less dough", "description": "We throw dough away."}, by=case.broker)
    assert (need_of(case).words, need_of(case).who) == ("A broker proposes a change of this text", "you")
    assert need_of(case, case.broker).who == str(case.match.need.organisation)
    assert offer_of(case).words == "Published"
    Need.objects.update(description="Another text.")  # nothing is left to decide
    assert need_of(case).words == "1 suggestion"


def test_who_is_asked_knows_until_when_and_who_has_answered_knows_until_when_the_others_may():
    case = make_case()
    accept(case.match, by=case.broker)
    assert need_of(case).who == offer_of(case).who == "you"
    assert in_days(21) in need_of(case).when
    Ask.objects.filter(side="need").update(answer="yes", answered_at=timezone.now())
    Ask.objects.filter(side="offer").update(reminded_at=timezone.now())
    assert (need_of(case).who, offer_of(case).who) == ("the other side", "you")
    assert in_days(14) in need_of(case).when
    assert in_days(14) in offer_of(case).when


def test_who_said_yes_waits_no_longer_once_the_other_text_is_closed(client):
    case = make_case()
    accept(case.match, by=case.broker)
    Ask.objects.filter(side="offer").update(answer="yes", answered_at=timezone.now())
    assert offer_of(case).words == "The other side is being asked"
    case.match.need.close(State.WITHDRAWN)
    assert offer_of(case).words == "Published"
    assert not listed(case.broker, "asked").exists()
    client.force_login(case.provider)
    page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert "The need is not open any more" in page
    assert "are being asked" not in page


def test_of_a_paused_offer_is_said_that_the_questions_go_on():
    case = make_case(state=MatchState.ACCEPTED, offer={"state": State.PAUSED})
    status = match_status(case.match, decides=True)
    assert status.words == "The offer is not open any more"
    assert status.next == "If it is published again, the questions go on."


def test_a_broker_reads_whose_answer_is_missing():
    case = make_case()
    accept(case.match, by=case.broker)
    status = need_of(case, case.broker)
    assert (status.words, status.who) == ("1 answer wanted", case.match.need.organisation.name)


def test_after_an_introduction_both_sides_read_who_takes_care_and_when_they_are_asked_how_it_went():
    case = make_introduced()
    asked_on = date_format(timezone.localtime(next_question(timezone.now())))
    for status in (need_of(case), offer_of(case)):
        assert status.who == f"Robin Broker, {case.cluster}"
        assert asked_on in status.when


def test_a_broker_who_left_is_named_to_nobody():
    case = make_introduced()
    case.cluster.brokerships.all().delete()
    for status in (need_of(case), offer_of(case)):
        assert status.who == f"the brokers of {case.cluster}"


def test_a_proposed_talk_is_named_while_it_lies_ahead():
    case = make_introduced(meeting_at=timezone.now() + timedelta(days=3))
    assert "first talk" in need_of(case).when
    Introduction.objects.update(meeting_at=timezone.now() - timedelta(days=1))
    assert "first talk" not in need_of(case).when


def test_a_need_that_nothing_fits_is_with_those_who_look_around():
    case = make_case(state=MatchState.REJECTED)
    Run.objects.create(need=case.match.need, fingerprint="now", candidates=0, proposed=0)
    assert (need_of(case).words, need_of(case).who) == ("Nothing fits yet", "")
    Scouting.objects.create(need=case.match.need, cluster=case.cluster, text_hash="x")
    assert need_of(case).who == f"the brokers of {case.cluster}"


def test_an_end_that_is_near_is_said_whatever_else_happens():
    case = make_case(need={"valid_until": timezone.localdate() + timedelta(days=5)})
    assert f"It ends on {in_days(5)} unless it is kept." in need_of(case).when


def test_an_offer_of_a_resting_organisation_says_from_when_on_it_is_proposed_again():
    case = make_case()
    case.match.offer.organisation.no_introductions_until = timezone.localdate() + timedelta(days=9)
    case.match.offer.organisation.save()
    assert offer_of(case).words == "Published, resting"
    assert in_days(9) in offer_of(case).when


def test_after_an_agreement_the_need_can_be_closed_by_its_people():
    case = make_case(state=MatchState.AGREEMENT)
    assert (need_of(case).words, need_of(case).who) == ("Agreement reached", "you")


@pytest.mark.parametrize(("ago", "then"), [(0, 6), (7, 12), (13, None)])
def test_how_it_went_is_asked_twice(ago, then):
    introduced_at = timezone.now() - timedelta(days=30.5 * ago)
    asked_at = next_question(introduced_at)
    if then is None:
        assert asked_at is None
    else:
        assert 30 * then <= (asked_at - introduced_at).days <= 31 * then


@pytest.mark.parametrize("kind", ["need", "offer"])
def test_list_and_page_say_whose_turn_it_is_until_when_and_who_looks_after_each_match(client, kind):
    case = make_case()
    accept(case.match, by=case.broker)
    person, document = {
        "need": (case.seeker, case.match.need),
        "offer": (case.provider, case.match.offer),
    }[kind]
    client.force_login(person)
    for address in (reverse(f"{kind}-list"), reverse(f"{kind}-detail", args=[document.pk]), "/"):
        page = client.get(address).text
        assert "Who has it: <strong>you</strong>" in page
        with timezone.override(person.time_zone):  # late in the evening it is another day there than on the server
            assert f"By {in_days(21)}; after that" in page
    assert f"looked after by {case.cluster}" in client.get(reverse(f"{kind}-detail", args=[document.pk])).text


def test_a_draft_is_with_whoever_writes_it_and_a_visitor_reads_nothing_of_all_this(client):
    need = make_need(visibility="public")
    assert "Who has it" not in client.get(reverse("need-detail", args=[need.pk])).text
    draft = make_need(state="draft", author=make_user())
    assert need_status(with_progress(Need.objects.filter(pk=draft.pk), draft.author).get()).who == "you"


def test_over_the_api_its_editors_read_the_words_of_the_page_and_nobody_else_does(client):
    case = make_case()
    accept(case.match, by=case.broker)
    for person, kind, document in (
        (case.seeker, "need", case.match.need),
        (case.provider, "offer", case.match.offer),
        (case.broker, "need", case.match.need),
    ):
        client.force_login(person)
        told = client.get(f"/api/v1/{kind}s/{document.pk}/status/").json()
        assert told == (need_of if kind == "need" else offer_of)(case, person)._asdict()
        page = client.get(reverse(f"{kind}-detail", args=[document.pk])).text
        assert told["next"] in page
        assert told["who"] in page
    for stranger in (case.provider, make_user()):
        client.force_login(stranger)
        assert client.get(f"/api/v1/needs/{case.match.need.pk}/status/").status_code == 404
