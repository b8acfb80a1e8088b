"""The digest: who is due, and what the operator asks for by hand."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, User
from matchmaking.digest import due_people, open_due_digests
from matchmaking.models import DigestItem, DigestRound, Mail, MailKind
from matchmaking.reviewing import accept
from tests.factories import make_organisation, make_user
from tests.matchmaking.digests import LONG_AGO, no_invalid_variable, old_case  # noqa: F401 - a fixture
from tests.matchmaking.mail_server import mail_server

pytestmark = pytest.mark.django_db

WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)  # people's default moment is Tuesday at eight


# Who is due


def emails(people):
    return {person.email for person in people}


def test_people_are_due_once_a_period():
    case = old_case()
    everybody = {case.seeker.email, case.provider.email, case.broker.email}
    assert emails(due_people(WEDNESDAY)) == everybody
    assert open_due_digests(WEDNESDAY) == 3
    assert open_due_digests(WEDNESDAY) == 0
    assert open_due_digests(WEDNESDAY + timedelta(days=5)) == 0
    assert open_due_digests(WEDNESDAY + timedelta(days=6)) == 3


def test_after_a_long_silence_each_person_is_caught_up_with_once():
    case = old_case()
    open_due_digests(WEDNESDAY - timedelta(weeks=5))
    assert open_due_digests(WEDNESDAY) == 3
    assert Mail.objects.filter(recipient=case.seeker, kind=MailKind.DIGEST).count() == 2


def test_whoever_wants_none_or_left_or_belongs_nowhere_is_not_due():
    case = old_case()
    case.seeker.change_digest("never")
    User.objects.filter(pk=case.provider.pk).update(is_active=False)
    make_user(date_joined=LONG_AGO)
    applicant = make_user(date_joined=LONG_AGO)
    Membership.objects.create(user=applicant, organisation=case.match.need.organisation)
    assert emails(due_people(WEDNESDAY)) == {case.broker.email}


def test_a_newcomer_waits_for_the_next_period():
    case = old_case()
    User.objects.filter(pk=case.seeker.pk).update(date_joined=WEDNESDAY - timedelta(hours=1))
    assert case.seeker.email not in emails(due_people(WEDNESDAY))
    assert case.seeker.email in emails(due_people(WEDNESDAY + timedelta(days=7)))


def test_a_person_who_changes_frequency_gets_neither_two_nor_none():
    case = old_case()
    open_due_digests(WEDNESDAY)
    case.seeker.change_digest("daily")
    assert emails(due_people(WEDNESDAY)) == {case.seeker.email}
    open_due_digests(WEDNESDAY)
    case.seeker.change_digest("weekly")
    assert not due_people(WEDNESDAY).exists()
    case.seeker.change_digest("monthly")
    assert not due_people(WEDNESDAY + timedelta(days=5)).exists()
    assert due_people(datetime(2026, 12, 2, tzinfo=UTC)).filter(pk=case.seeker.pk).exists()


def test_two_schedulers_at_once_owe_one_digest():
    case = old_case()
    people = list(due_people(WEDNESDAY))
    open_due_digests(WEDNESDAY)
    DigestRound.objects.all().delete()
    assert list(due_people(WEDNESDAY)) == people
    open_due_digests(WEDNESDAY)
    assert Mail.objects.filter(recipient=case.seeker, kind=MailKind.DIGEST).count() == 1


# By hand


def run(**options):
    out = StringIO()
    call_command("send_digests", stdout=out, **options)
    return out.getvalue()


def test_a_dry_run_shows_who_would_get_what_and_sends_nothing(settings):
    case = old_case()
    with mail_server(settings) as server:
        shown = run(dry_run=True)
    assert f"{case.seeker.email} (" in shown
    assert "1 possible partner" in shown
    assert not server.received
    assert not Mail.objects.exists()
    assert not DigestItem.objects.exists()


def test_one_person_s_digest_can_be_read_and_sent_by_hand(settings):
    case = old_case()
    assert case.match.offer.title in run(dry_run=True, to=case.seeker.email)
    with mail_server(settings) as server:
        assert run(to=case.seeker.email).startswith("1 sent")
        assert run(to=case.seeker.email).startswith("0 sent")
    assert server.recipients == {case.seeker.email: 1}


def test_sending_by_hand_reaches_everybody_who_is_due(settings):
    case = old_case()
    accept(case.match, by=case.broker)
    make_organisation(people=(make_user(date_joined=LONG_AGO),))
    with mail_server(settings) as server:
        said = run()
    assert server.recipients == {case.seeker.email: 1, case.provider.email: 1}
    assert said.startswith("2 sent, 2 had nothing new")


def test_a_digest_for_nobody_says_why():
    with pytest.raises(CommandError, match="no account"):
        run(to="nobody@firm.example")
    case = old_case()
    case.seeker.change_digest("never")
    with pytest.raises(CommandError, match="wants no digests"):
        run(to=case.seeker.email)
