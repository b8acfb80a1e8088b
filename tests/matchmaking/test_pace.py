"""How fast the server as a whole sends: counted in the database, the same for all workers."""

import threading
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone

from matchmaking.mailing import queue_due_mails, send
from matchmaking.models import Mail, MailState, Pace
from matchmaking.reviewing import accept
from tests.factories import make_case
from tests.matchmaking.mail_server import mail_server


def seconds_pass(seconds):
    Pace.objects.update(at=F("at") - timedelta(seconds=seconds))


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 7, 60, 300])
def test_no_sixty_seconds_see_more_mails_than_the_limit(settings, limit):
    settings.MAILS_A_MINUTE = limit
    taken, passed = 0, 0.0
    while passed < 60:
        began = monotonic()
        taken += Pace.take()
        seconds_pass(0.1)  # asking about ten times a second
        passed += 0.1 + monotonic() - began
    assert limit * 0.8 - 1 <= taken <= limit + 1


@pytest.mark.django_db
def test_without_a_limit_nobody_waits(settings):
    settings.MAILS_A_MINUTE = 0
    assert all(Pace.take() for _ in range(50))
    assert not Pace.objects.exists()


@pytest.mark.django_db
def test_a_mail_that_has_to_wait_for_its_turn_has_not_been_tried(settings):
    settings.MAILS_A_MINUTE = 10
    case = make_case()
    accept(case.match, by=case.broker)
    first, second = Mail.objects.order_by("pk")
    with mail_server(settings) as server:
        assert [send(first.pk), send(second.pk)] == [MailState.SENT, MailState.DUE]
        second.refresh_from_db()
        assert (second.attempts, second.first_claimed_at) == (0, None)
        assert second.not_before > timezone.now()
        seconds_pass(10)
        Mail.objects.update(not_before=timezone.now())
        assert send(second.pk) == MailState.SENT
    assert len(server.received) == 2


@pytest.mark.django_db
def test_no_more_mails_are_handed_out_than_can_go_soon(settings):
    settings.MAILS_A_MINUTE = 1
    for _ in range(3):
        case = make_case()
        accept(case.match, by=case.broker)
    assert [len(queue_due_mails()) for _ in range(3)] == [2, 0, 0]
    Mail.objects.update(state=MailState.SENT)
    Mail.objects.filter(queued_at=None).update(state=MailState.DUE)
    assert len(queue_due_mails()) == 2  # the next, when those are gone


@pytest.mark.django_db(transaction=True)
def test_workers_share_one_pace(settings):
    settings.MAILS_A_MINUTE = 100
    taken = []

    def worker():
        taken.extend(Pace.take() for _ in range(20))
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 10 <= sum(taken) <= 20  # ten at once, and what leaks meanwhile
