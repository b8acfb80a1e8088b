"""One mail, sent once: against a real SMTP server that behaves, refuses, is busy, or breaks off."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from catalog.codes import State
from matchmaking import mailing
from matchmaking.codes import Answer
from matchmaking.introductions import answer
from matchmaking.mailing import declare_doubts, delay, queue_due_mails, send
from matchmaking.models import Mail, MailKind, MailState
from matchmaking.reviewing import accept
from tests.factories import make_case
from tests.matchmaking.mail_server import mail_server

pytestmark = pytest.mark.django_db


def asked_case(**overrides):
    case = make_case(**overrides)
    accept(case.match, by=case.broker)
    return case


def mail_to(person, kind=MailKind.ASK):
    return Mail.objects.get(recipient=person, kind=kind)


def make_due():
    Mail.objects.filter(state=MailState.DUE).update(not_before=timezone.now())


def test_a_mail_arrives_once_however_often_it_is_sent(settings):
    case = asked_case()
    mail = mail_to(case.seeker)
    with mail_server(settings) as server:
        assert [send(mail.pk), send(mail.pk)] == [MailState.SENT, MailState.SENT]
    assert server.recipients == {case.seeker.email: 1}


def test_a_refused_address_fails_for_good_and_touches_nobody_else(settings):
    case = asked_case()
    with mail_server(settings, refused=[case.seeker.email]) as server:
        states = {person: send(mail_to(person).pk) for person in (case.seeker, case.provider)}
    assert states == {case.seeker: MailState.FAILED, case.provider: MailState.SENT}
    assert server.recipients == {case.provider.email: 1}
    assert "550" in mail_to(case.seeker).error


def test_a_busy_server_is_asked_again_later_and_then_gets_it_once(settings):
    case = asked_case()
    mail = mail_to(case.seeker)
    with mail_server(settings, busy=1) as server:
        assert send(mail.pk) == MailState.DUE
        assert send(mail.pk) == MailState.DUE  # not before its time
        assert not server.received
        make_due()
        assert send(mail.pk) == MailState.SENT
    assert server.recipients == {case.seeker.email: 1}
    assert mail_to(case.seeker).attempts == 2


def test_a_server_that_is_not_there_is_asked_again_later(settings):
    case = asked_case()
    with mail_server(settings):
        pass
    mail = mail_to(case.seeker)
    assert send(mail.pk) == MailState.DUE
    mail.refresh_from_db()
    assert mail.not_before > timezone.now()


def test_a_connection_lost_after_the_text_was_handed_over_is_in_doubt_and_not_sent_again(settings):
    case = asked_case()
    mail = mail_to(case.seeker)
    with mail_server(settings, drop=1) as server:
        assert send(mail.pk) == MailState.IN_DOUBT
        make_due()
        assert send(mail.pk) == MailState.IN_DOUBT
    assert not server.received


def test_a_text_refused_for_good_fails(settings):
    case = asked_case()
    with mail_server(settings, reply="554 5.7.1 Looks like spam"):
        assert send(mail_to(case.seeker).pk) == MailState.FAILED


def test_after_a_day_of_temporary_refusals_it_is_given_up(settings):
    case = asked_case()
    mail = mail_to(case.seeker)
    Mail.objects.filter(pk=mail.pk).update(
        first_claimed_at=timezone.now() - timedelta(hours=23, minutes=59), attempts=9
    )
    with mail_server(settings, busy=9):
        assert send(mail.pk) == MailState.FAILED


def test_waiting_times_double_and_stay_below_some_hours():
    waits = [delay(attempts) for attempts in (1, 2, 5, 12, 60_000)]
    assert waits[0] <= timedelta(minutes=1.5)
    assert timedelta(minutes=8) <= waits[2] <= timedelta(minutes=24)
    assert max(waits) <= timedelta(hours=6)


def test_an_introduction_reaches_whom_it_can_when_one_address_is_refused(settings):
    case = asked_case()
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    mail = Mail.objects.get(kind=MailKind.INTRODUCTION)
    with mail_server(settings, refused=[case.provider.email]) as server:
        assert send(mail.pk) == MailState.SENT
    assert server.recipients == {case.seeker.email: 1, case.broker.email: 1}
    mail.refresh_from_db()
    assert case.provider.email in mail.error


@pytest.mark.parametrize("cause", ["closed", "answered", "left", "withdrawn membership"])
def test_a_mail_whose_cause_is_gone_is_dropped_at_the_moment_of_sending(settings, cause):
    case = asked_case()
    mail = mail_to(case.provider)
    if cause == "closed":
        case.match.need.close(State.MET_ELSEWHERE)
    elif cause == "answered":
        answer(mail.ask, Answer.YES, by=case.provider)
    elif cause == "left":
        case.provider.is_active = False
        case.provider.save()
    else:
        case.provider.memberships.all().delete()
    with mail_server(settings) as server:
        assert send(mail.pk) == MailState.DROPPED
    assert not server.received


def test_a_mail_goes_to_the_address_the_person_has_now(settings):
    case = asked_case()
    case.seeker.email = "new@firm.example"
    case.seeker.save()
    with mail_server(settings) as server:
        send(mail_to(case.seeker).pk)
    assert server.recipients == {"new@firm.example": 1}


def test_a_mail_of_a_deleted_account_is_gone(settings):
    case = asked_case()
    mail = mail_to(case.seeker)
    case.seeker.delete()
    with mail_server(settings) as server:
        assert send(mail.pk) == ""
    assert not server.received


def test_a_mail_that_cannot_be_composed_is_tried_again_and_the_error_is_seen(settings, monkeypatch):
    case = asked_case()
    mail = mail_to(case.seeker)
    monkeypatch.setattr(mailing, "compose", lambda mail: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.error) == (MailState.DUE, "could not be composed: ZeroDivisionError")


def test_due_mails_are_handed_to_workers_once_until_the_message_must_be_lost():
    asked_case()
    assert len(queue_due_mails()) == 2
    assert queue_due_mails() == []
    Mail.objects.update(queued_at=timezone.now() - timedelta(minutes=11))
    assert len(queue_due_mails()) == 2


# In doubt


def doubtful_mail():
    case = asked_case()
    mail = mail_to(case.seeker)
    mail.claim()
    Mail.objects.filter(pk=mail.pk).update(claimed_at=timezone.now() - mailing.CLAIM_LASTS - timedelta(seconds=1))
    return mail


def test_a_claim_without_a_living_owner_is_in_doubt_and_listed(capsys):
    mail = doubtful_mail()
    assert declare_doubts() == 1
    assert send(mail.pk) == MailState.IN_DOUBT
    call_command("mails", in_doubt=True)
    assert mail.key in capsys.readouterr().out


def test_a_fresh_claim_is_left_alone():
    case = asked_case()
    mail_to(case.seeker).claim()
    assert declare_doubts() == 0


def test_the_operator_resends_what_did_not_arrive(settings):
    mail = doubtful_mail()
    call_command("mails", resend=mail.key)
    with mail_server(settings) as server:
        assert send(mail.pk) == MailState.SENT
    assert len(server.received) == 1


@pytest.mark.parametrize(("decision", "state"), [("drop", MailState.DROPPED), ("arrived", MailState.SENT)])
def test_the_operator_settles_what_needs_no_sending(decision, state):
    mail = doubtful_mail()
    call_command("mails", **{decision: mail.key})
    mail.refresh_from_db()
    assert mail.state == state


def test_the_operator_decides_on_all_whose_keys_begin_alike(capsys):
    Mail.objects.create(key="digest:1:2026-11-30", kind=MailKind.DIGEST, state=MailState.IN_DOUBT)
    Mail.objects.create(key="digest:2:2026-11-30", kind=MailKind.DIGEST, state=MailState.IN_DOUBT)
    Mail.objects.create(key="digest:3:2026-11-30", kind=MailKind.DIGEST, state=MailState.SENT)
    Mail.objects.create(key="ask:1:1", kind=MailKind.ASK, state=MailState.IN_DOUBT)
    call_command("mails", resend="digest:*")
    assert "2 due again" in capsys.readouterr().out
    states = list(Mail.objects.order_by("key").values_list("state", flat=True))
    assert states == [MailState.IN_DOUBT, MailState.DUE, MailState.DUE, MailState.SENT]
    with pytest.raises(CommandError, match="--in-doubt"):
        call_command("mails", drop="digest:*")


def test_only_a_mail_in_doubt_can_be_resent():
    case = asked_case()
    with pytest.raises(CommandError, match="--in-doubt"):
        call_command("mails", resend=mail_to(case.seeker).key)


def test_a_slow_process_may_still_write_the_end_of_its_own_claim():
    case = asked_case()
    mail = mail_to(case.seeker)
    mail.claim()
    Mail.objects.update(state=MailState.IN_DOUBT)
    assert mail.settle(MailState.SENT)
    assert not mail_to(case.seeker).claim()
