"""What a broker's decision does, and that two brokers never both decide."""

from datetime import timedelta

import pytest
from celery import Celery
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from catalog.codes import State
from matchmaking import waking
from matchmaking.codes import MatchState, Reason, Side
from matchmaking.models import Mail, MailKind, Match
from matchmaking.reviewing import accept, park, reject
from tests.factories import make_case, make_user

pytestmark = pytest.mark.django_db


def tomorrow():
    return timezone.localdate() + timedelta(days=1)


def test_accepting_asks_each_side_once_and_owes_one_mail_to_each_person_who_may_answer():
    case = make_case()
    assert accept(case.match, by=case.broker)
    case.match.refresh_from_db()
    assert case.match.state == MatchState.ACCEPTED
    assert {ask.side for ask in case.match.asks.all()} == set(Side)
    asked = Mail.objects.filter(kind=MailKind.ASK)
    assert {(mail.recipient, mail.ask.side) for mail in asked} == {
        (case.seeker, Side.NEED),
        (case.provider, Side.OFFER),
    }


def test_accepting_leaves_a_draft_of_the_introduction_that_names_nobody():
    case = make_case()
    accept(case.match, by=case.broker)
    draft = case.match.introduction
    assert draft.introduced_at is None
    assert case.match.need.reference in draft.message
    assert case.match.offer.reference in draft.message
    assert case.match.offer.organisation.name not in draft.message


def test_a_draft_in_two_languages_is_written_once_where_both_sides_read_the_same():
    case = make_case()
    accept(case.match, by=case.broker)
    assert case.match.introduction.message.count(case.match.need.reference) == 1


@pytest.mark.parametrize("second", ["accept", "reject", "park"])
@pytest.mark.parametrize("first", ["accept", "reject", "park"])
def test_of_two_brokers_who_saw_the_same_match_only_the_first_decides(first, second):
    decide = {
        "accept": lambda match, by: accept(match, by=by),
        "reject": lambda match, by: reject(match, by=by, reason=Reason.TOO_FAR),
        "park": lambda match, by: park(match, by=by, until=tomorrow()),
    }
    case = make_case()
    seen_by_one, seen_by_another = (Match.objects.get(pk=case.match.pk) for _ in range(2))
    assert decide[first](seen_by_one, case.broker)
    assert not decide[second](seen_by_another, case.broker)
    assert case.match.reviews.get().verdict == first


def test_a_rejection_needs_a_reason():
    case = make_case()
    with pytest.raises(ValidationError, match="reason"):
        reject(case.match, by=case.broker, reason="")
    case.match.refresh_from_db()
    assert case.match.state == MatchState.PROPOSED


def test_a_match_is_parked_until_a_day_to_come_and_waits_again_on_that_day():
    case = make_case()
    with pytest.raises(ValidationError):
        park(case.match, by=case.broker, until=timezone.localdate())
    assert park(case.match, by=case.broker, until=tomorrow())
    assert not Match.objects.awaiting_review().exists()
    Match.objects.update(parked_until=timezone.localdate())
    assert accept(Match.objects.awaiting_review().get(), by=case.broker)


def test_a_match_whose_offer_was_closed_meanwhile_cannot_be_accepted():
    case = make_case(offer={"state": State.WITHDRAWN})
    with pytest.raises(ValidationError, match="not open"):
        accept(case.match, by=case.broker)
    assert not case.match.asks.exists()


def test_only_brokers_of_the_cluster_decide():
    case = make_case()
    for person in (case.seeker, case.provider, make_user()):
        with pytest.raises(PermissionDenied):
            accept(case.match, by=person)


@pytest.mark.django_db(transaction=True)
def test_a_decision_stands_when_the_message_broker_is_down(settings, monkeypatch, caplog):
    case = make_case()
    nobody_listens = Celery("down", broker="redis://127.0.0.1:1/0", set_as_current=False)
    nobody_listens.conf.task_publish_retry = settings.CELERY_TASK_PUBLISH_RETRY
    nobody_listens.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    monkeypatch.setattr(waking, "current_app", nobody_listens)
    with transaction.atomic():
        assert accept(case.match, by=case.broker)
    assert "the schedule will find the work" in caplog.text
    assert Mail.objects.due().count() == 2
