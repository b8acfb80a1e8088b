"""The tasks, run as a worker runs them, and the schedule that wakes them."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as project_settings
from django.utils import timezone

from matchmaking import tasks
from matchmaking.codes import MatchState
from matchmaking.models import Ask, Mail, MailKind, MailState
from matchmaking.reviewing import accept
from tests.factories import make_case, make_need, make_organisation, make_user
from tests.matchmaking.mail_server import mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_once():
    """Tasks that a task sends run at once, in this process."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


def test_what_is_due_is_sent_by_one_task_a_mail(settings, at_once):
    case = make_case()
    accept(case.match, by=case.broker)
    with mail_server(settings, refused=[case.seeker.email]) as server:
        assert tasks.send_due_mails.apply().get() == 2
        assert tasks.send_due_mails.apply().get() == 1  # the broker hears of the address that is refused
        assert tasks.send_due_mails.apply().get() == 0
    assert server.recipients == {case.provider.email: 1, case.broker.email: 1}
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT, MailState.FAILED}


def test_due_digests_are_opened_once():
    make_organisation(people=(make_user(date_joined=timezone.now() - timedelta(days=60)),))
    assert [tasks.send_due_digests.apply().get() for _ in range(2)] == [1, 0]


def test_silent_sides_are_reminded_and_then_lapse():
    case = make_case()
    accept(case.match, by=case.broker)
    Ask.objects.update(remind_at=timezone.now())
    assert tasks.remind_silent_sides.apply().get() == (2, 0)
    Ask.objects.update(reminded_at=timezone.now() - timedelta(days=30))
    tasks.remind_silent_sides.apply()
    case.match.refresh_from_db()
    assert case.match.state == MatchState.LAPSED


def test_ends_to_come_are_announced():
    make_need(
        organisation=make_organisation(people=(make_user(),)), valid_until=timezone.localdate() + timedelta(days=3)
    )
    assert tasks.announce_expiry.apply().get() == 1
    assert Mail.objects.get().kind == MailKind.EXPIRY


def test_the_schedule_wakes_the_tasks_of_mail_and_cases():
    scheduled = {entry["task"] for entry in project_settings.CELERY_BEAT_SCHEDULE.values()}
    current_app.loader.import_default_modules()
    ours = {"send_due_digests", "send_due_mails", "remind_silent_sides", "announce_expiry"}
    assert {f"matchmaking.tasks.{name}" for name in ours} <= scheduled & set(current_app.tasks)
