"""What happens between the moment a digest is owed and the moment it is sent, and on clocks that are not ours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.utils import timezone

from accounts.models import User
from catalog.codes import State
from matchmaking.codes import MatchState
from matchmaking.consent import silence
from matchmaking.digest import due_people, open_due_digests
from matchmaking.mailing import send
from matchmaking.models import Mail, MailKind, MailState, Match
from tests.factories import make_case, make_match
from tests.matchmaking.mail_reading import text_of
from tests.matchmaking.mail_server import mail_server
from tests.sampling import sampled

pytestmark = pytest.mark.django_db

JOINED = datetime(2025, 1, 1, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


def queued(moment=WEDNESDAY, **person):
    """A case whose seeker has a digest waiting to be sent."""
    case = make_case()
    User.objects.update(date_joined=JOINED)
    if person:
        User.objects.filter(pk=case.seeker.pk).update(**person)
    open_due_digests(moment)
    return case, Mail.objects.get(kind=MailKind.DIGEST, recipient=case.seeker)


def sent(settings, mail):
    """(state afterwards, messages the server got)"""
    with mail_server(settings) as server:
        return send(mail.pk), server.received


# Withdrawn, changed, gone


@pytest.mark.parametrize(
    "cause", ["need closed", "offer closed", "offer hidden", "match rejected", "left", "silenced"]
)
def test_what_is_withdrawn_between_selection_and_sending_is_not_sent(settings, cause):
    case, mail = queued()
    if cause == "need closed":
        case.match.need.close(State.MET_ELSEWHERE)
    elif cause == "offer closed":
        case.match.offer.close(State.WITHDRAWN)
    elif cause == "offer hidden":
        type(case.match.offer).objects.update(visibility="network")
    elif cause == "match rejected":
        Match.objects.update(state=MatchState.REJECTED)
    elif cause == "left":
        case.seeker.memberships.all().delete()
    else:
        silence(case.seeker.email, "complaint")
    assert sent(settings, mail) == (MailState.DROPPED, [])


def test_of_two_suggestions_the_one_withdrawn_meanwhile_is_missing(settings):
    case, mail = queued()
    other = make_match(need=case.match.need)
    type(other.offer).objects.filter(pk=case.match.offer_id).update(title="Gone by then", state=State.PAUSED)
    type(other.offer).objects.filter(pk=other.offer_id).update(title="Still there")
    state, [(message, _to)] = sent(settings, mail)
    assert state == MailState.SENT
    assert "Still there" in text_of(message)
    assert "Gone by then" not in text_of(message)


def test_consent_withdrawn_while_it_waits_counts(settings):
    case, mail = queued()
    case.seeker.change_digest("never")
    assert sent(settings, mail) == (MailState.DROPPED, [])


def test_a_frequency_changed_while_it_waits_sends_the_one_that_was_owed_and_none_twice(settings):
    case, mail = queued()
    case.seeker.change_digest("daily")
    state, received = sent(settings, mail)
    assert (state, len(received)) == (MailState.SENT, 1)
    open_due_digests(WEDNESDAY)
    again = Mail.objects.filter(kind=MailKind.DIGEST, recipient=case.seeker).exclude(pk=mail.pk).get()
    assert sent(settings, again) == (MailState.DROPPED, [])


def test_a_language_changed_while_it_waits_counts(settings):
    settings.LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français")]
    case, mail = queued()
    User.objects.filter(pk=case.seeker.pk).update(language="fr")
    _state, [(message, _to)] = sent(settings, mail)
    assert message["Content-Language"] == "fr"


def test_an_address_changed_while_it_waits_gets_the_mail(settings):
    case, mail = queued()
    User.objects.filter(pk=case.seeker.pk).update(email="new@firm.example")
    _state, [(_message, to)] = sent(settings, mail)
    assert to == ["new@firm.example"]


def test_an_account_deleted_while_it_waits_takes_its_mail_along(settings):
    case, mail = queued()
    case.seeker.delete()
    assert sent(settings, mail) == ("", [])


def test_an_account_switched_off_while_it_waits_gets_nothing(settings):
    case, mail = queued()
    User.objects.filter(pk=case.seeker.pk).update(is_active=False)
    assert sent(settings, mail) == (MailState.DROPPED, [])


def test_one_slow_or_refused_reader_holds_nobody_up(settings):
    case, mail = queued()
    others = Mail.objects.filter(kind=MailKind.DIGEST).exclude(pk=mail.pk)
    with mail_server(settings, refused=[case.seeker.email], seconds=0.2) as server:
        states = [send(one.pk) for one in [mail, *others]]
    assert states[0] == MailState.FAILED
    assert case.broker.email in server.recipients


def test_a_server_too_slow_to_answer_leaves_the_mail_in_doubt_and_it_is_not_sent_again(settings):
    _case, mail = queued()
    with mail_server(settings, seconds=1.5):
        settings.EMAIL_TIMEOUT = 0.5
        assert send(mail.pk) == MailState.IN_DOUBT
        assert send(mail.pk) == MailState.IN_DOUBT


# Clocks


def daily(case_zone, hour=8):
    case = make_case()
    User.objects.update(date_joined=JOINED, digest_frequency="never")
    changes = {"time_zone": case_zone, "digest_frequency": "daily", "digest_hour": hour}
    User.objects.filter(pk=case.seeker.pk).update(**changes)
    return case.seeker


def opened(first, hours, step=60):
    """The moments, asked every `step` minutes, at which a digest was opened."""
    moments = [first + timedelta(minutes=step * n) for n in range(60 * hours // step)]
    return [moment for moment in moments if due_people(moment).exists() and open_due_digests(moment)]


@pytest.mark.parametrize(
    "zone",
    sampled(
        [
            "Pacific/Pago_Pago",
            "Pacific/Kiritimati",
            "America/St_Johns",
            "Asia/Kathmandu",
            "Australia/Lord_Howe",
            "UTC",
        ],
        2,
    ),
)
def test_from_minus_eleven_to_plus_fourteen_the_digest_comes_at_the_person_s_own_hour(zone):
    daily(zone)
    _old, first = opened(datetime(2026, 11, 24, 0, 0, tzinfo=UTC), 24, step=15)
    assert first.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "08:00"


@pytest.mark.parametrize("hour", sampled([1, 2, 3], 1))
@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_where_an_hour_is_missing_or_comes_twice_there_is_one_digest_a_day(day, hour):
    daily("Europe/Berlin", hour)
    moments = opened(day - timedelta(days=1, hours=12), 72)
    days = [moment.astimezone(ZoneInfo("Europe/Berlin")).date() for moment in moments[1:]]
    assert len(days) == len(set(days)) == 3


def test_the_29th_of_february_has_a_digest_and_the_month_one():
    person = daily("Europe/Warsaw")
    days = [moment.date() for moment in opened(datetime(2028, 2, 28, tzinfo=UTC), 60)[1:]]
    assert datetime(2028, 2, 29, tzinfo=UTC).date() in days
    User.objects.filter(pk=person.pk).update(digest_frequency="monthly", digest_weekday=1)
    assert not due_people(datetime(2028, 2, 29, 23, tzinfo=UTC)).exists()
    assert due_people(datetime(2028, 3, 7, 12, tzinfo=UTC)).exists()


def test_after_five_missed_weeks_one_digest_comes_and_not_five(settings):
    case, mail = queued(WEDNESDAY - timedelta(weeks=5))
    sent(settings, mail)
    make_match(need=case.match.need)
    assert open_due_digests(WEDNESDAY) == 3
    assert open_due_digests(WEDNESDAY) == 0
    assert Mail.objects.filter(recipient=case.seeker, state=MailState.DUE).count() == 1


def test_times_in_a_mail_are_the_reader_s(settings):
    assert project.TIME_ZONE == "UTC"
    case, mail = queued(time_zone="Pacific/Kiritimati")
    User.objects.filter(pk=case.seeker.pk).update(time_zone="Pacific/Kiritimati")
    type(case.match.need).objects.update(valid_until=timezone.localdate() + timedelta(days=3))
    _state, [(message, _to)] = sent(settings, mail)
    assert "valid until" in text_of(message)
