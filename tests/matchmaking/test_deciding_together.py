"""Several matches of the queue decided together, two brokers at the same list, and decisions taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts.models import Brokership
from matchmaking import introductions, questions, reviewing
from matchmaking.codes import Answer, MatchState, Reason, Topic
from matchmaking.mailing import send
from matchmaking.models import Ask, Introduction, Mail, MailKind, Match, Review
from matchmaking.undoing import TooLate, undo, undoable_by
from tests.factories import make_case, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(settings):
    settings.EVENT_MINUTES = 15
    return make_case()


@pytest.fixture
def others(case):
    return [make_case(cluster=case.cluster).match for _ in range(2)]


@pytest.fixture
def colleague(case):
    person = make_user(name="Second Broker")
    Brokership.objects.create(user=person, cluster=case.cluster, state="approved")
    return person


def ticked(*matches):
    return [f"{match.pk}:{match.stamp}" for match in matches]


def decide(client, matches, verdict, **form):
    return client.post(reverse("queue"), {"match": matches, "verdict": verdict, **form}, follow=True)


def states(*matches):
    return [Match.objects.get(pk=match.pk).state for match in matches]


def in_a_week():
    return (timezone.localdate() + timedelta(days=7)).isoformat()


@pytest.mark.parametrize(
    ("verdict", "form", "state"),
    [
        ("accept", {}, MatchState.ACCEPTED),
        ("reject", {"reject-reason": "too_far", "reject-note": "All overseas"}, MatchState.REJECTED),
        ("park", {"until": in_a_week()}, MatchState.PARKED),
    ],
)
def test_a_broker_decides_on_the_chosen_matches_and_on_no_other(client, case, others, verdict, form, state):
    client.force_login(case.broker)
    page = client.get(reverse("queue")).text
    assert f'value="{ticked(case.match)[0]}"' in page
    assert "2 match" in decide(client, ticked(case.match, others[0]), verdict, **form).text
    assert states(case.match, *others) == [state, state, MatchState.PROPOSED]
    assert [review.broker for review in Review.objects.all()] == [case.broker, case.broker]


def test_without_a_reason_nothing_is_rejected_and_what_was_chosen_stays_chosen(client, case, others):
    client.force_login(case.broker)
    page = decide(client, ticked(others[0]), "reject")
    assert page.status_code == 422
    assert 'href="#id_reject-reason"' in page.text
    assert page.text.count(" checked") == 1
    assert states(*others) == [MatchState.PROPOSED] * 2


def test_what_a_colleague_decided_since_the_list_was_shown_is_told_and_left_alone(client, case, others, colleague):
    chosen = ticked(case.match, *others)
    reviewing.reject(case.match, by=colleague, reason=Reason.TOO_FAR)
    reviewing.park(others[0], by=colleague, until=timezone.localdate() + timedelta(days=3))
    client.force_login(case.broker)
    page = decide(client, chosen, "accept").text
    assert f"{case.match} was rejected by {colleague} on" in page
    assert f"{others[0]} was parked by {colleague} on" in page
    assert "Accepted 1 match." in page
    assert states(case.match, *others) == [MatchState.REJECTED, MatchState.PARKED, MatchState.ACCEPTED]


def test_a_row_is_accepted_on_its_own_list_and_not_over_a_colleague_s_decision(client, case, others, colleague):
    client.force_login(case.broker)
    address = reverse("queue") + "?list=waiting&order=oldest"
    page = client.get(address).text
    assert page.count(f'<form method="post" action="{escape(address)}">') == 3
    shown = ticked(case.match, others[0])
    reviewing.park(others[0], by=colleague, until=timezone.localdate() + timedelta(days=3))
    for one in shown:
        assert client.post(address, {"match": one, "verdict": "accept"}).url == address
    assert states(case.match, *others) == [MatchState.ACCEPTED, MatchState.PARKED, MatchState.PROPOSED]


def test_taking_back_leads_to_the_same_list(client, case):
    reviewing.accept(case.match, by=case.broker)
    client.force_login(case.broker)
    query = "?list=waiting&order=oldest"
    page = client.get(reverse("queue") + query).text
    assert f'action="{escape(reverse("queue-undo") + query)}"' in page
    review = Review.objects.get()
    assert client.post(reverse("queue-undo") + query, {"reviews": str(review.pk)}).url == reverse("queue") + query


def test_what_cannot_be_accepted_is_named_and_does_not_hold_up_the_others(client, case, others):
    case.match.offer.pause()
    client.force_login(case.broker)
    assert "is not open any more" in decide(client, ticked(case.match, *others), "accept").text
    assert states(case.match, *others) == [MatchState.PROPOSED, MatchState.ACCEPTED, MatchState.ACCEPTED]


@pytest.mark.parametrize("ticks", [[], ["x"], ["1e3:"], ["99999999999999999999:"]])
def test_nothing_chosen_decides_nothing(client, case, ticks):
    client.force_login(case.broker)
    assert "Choose at least one match" in decide(client, ticks, "accept").text


def test_matches_of_other_clusters_cannot_be_chosen(client, case):
    foreign = make_case().match
    client.force_login(case.broker)
    decide(client, ticked(foreign), "accept")
    assert states(foreign) == [MatchState.PROPOSED]
    client.force_login(case.seeker)
    assert decide(client, ticked(case.match), "accept").status_code == 403


# Taking back


def test_decisions_are_taken_back_one_by_one_or_all_together(client, case, others):
    client.force_login(case.broker)
    decide(client, ticked(case.match, *others), "accept")
    page = client.get(reverse("queue")).text
    assert "take back 3 decisions" in page
    keys = {review.match_id: review.pk for review in Review.objects.all()}
    page = client.post(reverse("queue-undo"), {"reviews": keys.pop(case.match.pk)}, follow=True).text
    assert "1 decision is taken back" in page
    assert states(case.match, *others) == [MatchState.PROPOSED, MatchState.ACCEPTED, MatchState.ACCEPTED]
    client.post(reverse("queue-undo"), {"reviews": ",".join(str(pk) for pk in keys.values())})
    assert states(*others) == [MatchState.PROPOSED] * 2
    for model in (Ask, Mail, Introduction, Review):
        assert not model.objects.exists()


def test_after_an_undo_the_match_can_be_decided_anew(case):
    reviewing.accept(case.match, by=case.broker)
    match = undo(case.match.reviews.get(), by=case.broker)
    assert reviewing.accept(match, by=case.broker)
    assert match.asks.count() == 2
    assert Mail.objects.count() == 2


def test_a_match_goes_back_to_the_day_until_which_it_was_parked(case):
    day = timezone.localdate() + timedelta(days=20)
    reviewing.park(case.match, by=case.broker, until=day)
    reviewing.reject(case.match, by=case.broker, reason=Reason.TOO_FAR)
    match = undo(undoable_by(case.broker).get(), by=case.broker)
    assert (match.state, match.parked_until) == (MatchState.PARKED, day)
    assert undo(undoable_by(case.broker).get(), by=case.broker).state == MatchState.PROPOSED


def test_a_question_that_waited_for_the_acceptance_waits_again(case):
    questions.ask(case.match, "need", Topic.OTHER, "Does it work with our till?", by=case.seeker)
    reviewing.accept(case.match, by=case.broker)
    assert Mail.objects.filter(kind=MailKind.QUESTION).exists()
    match = undo(case.match.reviews.get(), by=case.broker)
    assert not Mail.objects.exists()
    reviewing.accept(match, by=case.broker)
    assert Mail.objects.filter(kind=MailKind.QUESTION).exists()


def refused(case):
    review = case.match.reviews.order_by("pk").first()
    assert not undoable_by(case.broker).filter(pk=review.pk).exists()
    with pytest.raises(TooLate):
        undo(review, by=case.broker)
    assert Review.objects.filter(pk=review.pk).exists()
    return True


def test_once_a_question_has_gone_out_an_acceptance_stands(client, case):
    reviewing.accept(case.match, by=case.broker)
    Mail.objects.update(not_before=timezone.now())
    send(Mail.objects.order_by("pk").first().pk)
    assert refused(case)
    client.force_login(case.broker)
    page = client.post(reverse("queue-undo"), {"reviews": case.match.reviews.get().pk}, follow=True).text
    assert "One side has been asked already" in page


def test_a_mail_that_was_put_off_with_others_in_it_is_not_deleted(case, others):
    reviewing.accept(case.match, by=case.broker)
    reviewing.accept(others[0], by=case.broker)
    carrier, carried = Mail.objects.order_by("pk")[:3:2]
    Mail.objects.filter(pk=carried.pk).update(carrier=carrier, state="bundled")
    assert refused(case)


def test_a_question_asked_since_makes_an_acceptance_stand(case):
    reviewing.accept(case.match, by=case.broker)
    questions.ask(case.match, "offer", Topic.OTHER, "How many shops have you?", by=case.provider)
    assert refused(case)


def test_an_answer_given_on_the_page_makes_an_acceptance_stand(case):
    reviewing.accept(case.match, by=case.broker)
    introductions.answer(case.match.asks.get(side="need"), Answer.LATER, by=case.seeker)
    assert refused(case)


def test_after_some_minutes_a_decision_stands(case, settings):
    settings.UNDO_MINUTES = 5
    reviewing.reject(case.match, by=case.broker, reason=Reason.TOO_FAR)
    Review.objects.update(created_at=timezone.now() - timedelta(minutes=6))
    assert refused(case)


def test_a_decision_that_somebody_replaced_stands(case, colleague):
    reviewing.park(case.match, by=case.broker, until=timezone.localdate() + timedelta(days=3))
    reviewing.reject(case.match, by=colleague, reason=Reason.TOO_FAR)
    assert refused(case)


def test_nobody_takes_back_what_another_decided(client, case, colleague):
    reviewing.reject(case.match, by=case.broker, reason=Reason.TOO_FAR)
    client.force_login(colleague)
    client.post(reverse("queue-undo"), {"reviews": case.match.reviews.get().pk})
    assert states(case.match) == [MatchState.REJECTED]
    with pytest.raises(TooLate):
        undo(case.match.reviews.get(), by=colleague)


def test_an_old_page_of_a_match_does_not_decide_over_a_colleague_who_parked_it_meanwhile(client, case, colleague):
    client.force_login(case.broker)
    page = client.get(reverse("match-detail", args=[case.match.pk])).text
    assert page.count('name="version" value=""') == 3
    assert reviewing.park(case.match, by=colleague, until=timezone.localdate() + timedelta(days=7))
    said = client.post(reverse("match-accept", args=[case.match.pk]), {"version": ""}, follow=True).text
    assert "Somebody else decided this before you" in said
    assert states(case.match) == [MatchState.PARKED]
