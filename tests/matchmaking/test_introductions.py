"""Asking, answering, reminding, introducing."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone

from accounts.models import Membership
from catalog.codes import State
from matchmaking.codes import Answer, MatchState, Reason, Side
from matchmaking.introductions import answer, broker_of, contacts, remind_silent_sides
from matchmaking.models import Ask, Introduction, Mail, MailKind
from matchmaking.reviewing import accept
from tests.factories import make_case, make_user

pytestmark = pytest.mark.django_db


def asked_case(**overrides):
    case = make_case(**overrides)
    accept(case.match, by=case.broker)
    case.of_need, case.of_offer = (case.match.asks.get(side=side) for side in (Side.NEED, Side.OFFER))
    return case


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def test_two_yes_introduce_both_sides_in_one_mail():
    case = asked_case()
    assert answer(case.of_need, Answer.YES, by=case.seeker)
    case.match.refresh_from_db()
    assert case.match.state == MatchState.ACCEPTED
    assert answer(case.of_offer, Answer.YES, by=case.provider)
    case.match.refresh_from_db()
    assert case.match.state == MatchState.INTRODUCED
    assert case.match.introduction.introduced_at
    assert Mail.objects.get(kind=MailKind.INTRODUCTION).introduction == case.match.introduction


def test_a_no_with_its_reason_ends_the_match():
    case = asked_case()
    assert answer(case.of_offer, Answer.NO, by=case.provider, reason=Reason.NO_CAPACITY, note="Until spring")
    case.match.refresh_from_db()
    assert case.match.state == MatchState.DECLINED
    assert Ask.objects.get(answer=Answer.NO).reason == Reason.NO_CAPACITY
    assert not answer(case.of_need, Answer.YES, by=case.seeker)


def test_a_no_needs_a_reason_and_an_answer_must_be_one():
    case = asked_case()
    with pytest.raises(ValidationError):
        answer(case.of_need, Answer.NO, by=case.seeker)
    with pytest.raises(ValidationError):
        answer(case.of_need, "maybe", by=case.seeker)


def test_an_answer_for_good_stays_and_later_does_not():
    case = asked_case()
    assert answer(case.of_need, Answer.LATER, by=case.seeker)
    assert answer(case.of_need, Answer.YES, by=case.seeker)
    assert not answer(case.of_need, Answer.NO, by=case.seeker, reason=Reason.OTHER)


def test_only_approved_people_of_a_side_answer_for_it():
    case = asked_case()
    applicant = make_user()
    Membership.objects.create(user=applicant, organisation=case.match.need.organisation)
    for person in (case.provider, case.broker, applicant):
        with pytest.raises(PermissionDenied):
            answer(case.of_need, Answer.YES, by=person)


def test_nothing_is_answered_once_the_need_is_closed():
    case = asked_case()
    case.match.need.close(State.MET_ELSEWHERE)
    assert not answer(case.of_offer, Answer.YES, by=case.provider)


@pytest.mark.django_db(transaction=True)
def test_two_yes_in_the_same_moment_introduce_exactly_once():
    case = asked_case()
    together = Barrier(2)
    answered = []

    def say_yes(ask, person):
        together.wait()
        answered.append(answer(ask, Answer.YES, by=person))
        connection.close()

    sides = [(case.of_need, case.seeker), (case.of_offer, case.provider)]
    threads = [Thread(target=say_yes, args=side) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    case.match.refresh_from_db()
    assert answered == [True, True]
    assert case.match.state == MatchState.INTRODUCED
    assert Mail.objects.filter(kind=MailKind.INTRODUCTION).count() == 1


def test_a_silent_side_is_reminded_once_and_lapses_after_that():
    case = asked_case()
    answer(case.of_need, Answer.YES, by=case.seeker)
    Ask.objects.update(remind_at=days_ago(1))
    assert remind_silent_sides() == (1, 0)
    assert remind_silent_sides() == (0, 0)
    assert Mail.objects.get(kind=MailKind.REMINDER).recipient == case.provider
    Ask.objects.filter(reminded_at__isnull=False).update(reminded_at=days_ago(14))
    assert remind_silent_sides() == (0, 1)
    case.match.refresh_from_db()
    assert case.match.state == MatchState.LAPSED
    assert not answer(case.of_offer, Answer.YES, by=case.provider)


def test_later_leaves_a_side_in_peace_and_then_reminds_it_again(settings):
    case = asked_case()
    Ask.objects.update(remind_at=days_ago(1))
    remind_silent_sides()
    answer(case.of_need, Answer.LATER, by=case.seeker)
    answer(case.of_offer, Answer.YES, by=case.provider)
    assert remind_silent_sides() == (0, 0)
    waiting = Ask.objects.get(pk=case.of_need.pk)
    assert waiting.remind_at - timezone.now() > timedelta(days=settings.LATER_DAYS - 1)
    Ask.objects.filter(pk=waiting.pk).update(remind_at=days_ago(0))
    assert remind_silent_sides() == (1, 0)
    assert Mail.objects.filter(kind=MailKind.REMINDER, recipient=case.seeker).count() == 2


def test_nobody_is_reminded_of_a_closed_need():
    case = asked_case()
    Ask.objects.update(remind_at=days_ago(1))
    case.match.need.close(State.MET_HERE)
    assert remind_silent_sides() == (0, 0)


def test_the_time_in_which_a_need_is_paused_is_nobody_s_silence():
    case = asked_case()
    Ask.objects.update(remind_at=days_ago(18), reminded_at=days_ago(18))
    case.match.need.pause()
    assert remind_silent_sides() == (0, 0)
    case.match.need.publish_for_a_term()
    assert remind_silent_sides() == (0, 0)
    Ask.objects.update(remind_at=days_ago(0))
    assert remind_silent_sides() == (2, 0)


def test_the_person_who_said_yes_is_the_one_who_is_introduced():
    case = asked_case()
    colleague = make_user()
    Membership.objects.create(user=colleague, organisation=case.match.need.organisation, state="approved")
    answer(case.of_need, Answer.YES, by=colleague)
    assert contacts(case.of_need) == [colleague]
    assert contacts(case.of_offer) == [case.provider]


def test_another_broker_of_the_cluster_stands_in_for_one_who_left():
    case = asked_case()
    case.broker.is_active = False
    case.broker.save()
    deputy = make_user()
    case.cluster.brokerships.create(user=deputy, state="approved")
    assert broker_of(case.match.introduction) == deputy


def test_who_is_no_longer_a_broker_of_the_cluster_has_no_case_of_it():
    case = asked_case()
    deputy = make_user()
    case.cluster.brokerships.create(user=deputy, state="approved")
    case.cluster.brokerships.filter(user=case.broker).delete()
    assert broker_of(case.match.introduction) == deputy


def test_the_draft_can_be_rewritten_until_it_is_sent():
    case = asked_case()
    draft = case.match.introduction
    assert draft.rewrite("Meet at the fair.")
    answer(case.of_need, Answer.YES, by=case.seeker)
    answer(case.of_offer, Answer.YES, by=case.provider)
    assert not draft.rewrite("Too late.")
    draft.refresh_from_db()
    assert draft.message == "Meet at the fair."


def test_of_two_brokers_who_rewrite_the_same_draft_the_second_does_not_win_unawares():
    asked_case()
    hers, his = Introduction.objects.get(), Introduction.objects.get()
    assert hers.rewrite("Meet at the fair.")
    assert not his.rewrite("Meet online.")
    assert hers.rewrite("Meet at the fair, hall 4.")
    assert Introduction.objects.get().message == "Meet at the fair, hall 4."
