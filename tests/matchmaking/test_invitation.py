"""The calendar entry of an introduction: as calendars read it, whatever people have written."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from matchmaking.codes import Answer
from matchmaking.introduction_forms import IntroductionForm
from matchmaking.introductions import answer
from matchmaking.invitation import Meeting, calendar_file
from matchmaking.models import Mail, MailKind
from matchmaking.reviewing import accept
from tests.factories import make_case
from tests.matchmaking.mail_reading import read, text_of

NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)


def meeting(**overrides):
    fields = {
        "uid": "introduction-1@site.example",
        "begins": datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("Europe/Berlin")),
        "length": timedelta(minutes=30),
        "title": "First talk",
        "text": "Bring samples; both kinds, please.\nSee you",
        "organiser": ("Bea Broker", "bea@cluster.example"),
        "people": [("Sam", "sam@firm.example"), ("Pat", "pat@lab.example")],
    }
    return Meeting(**(fields | overrides))


def unfolded(calendar):
    return calendar.replace("\r\n ", "").split("\r\n")


def test_a_meeting_says_when_who_and_about_what():
    lines = unfolded(calendar_file(meeting(), now=NOW))
    assert "METHOD:REQUEST" in lines
    assert "DTSTART:20261201T083000Z" in lines
    assert "DTEND:20261201T090000Z" in lines
    assert "DESCRIPTION:Bring samples\\; both kinds\\, please.\\nSee you" in lines
    assert 'ORGANIZER;CN="Bea Broker":mailto:bea@cluster.example' in lines
    assert sum(line.startswith("ATTENDEE;") for line in lines) == 2


def test_without_a_broker_it_asks_for_no_answer():
    lines = unfolded(calendar_file(meeting(organiser=None), now=NOW))
    assert "METHOD:PUBLISH" in lines
    assert not any(line.startswith("ORGANIZER") for line in lines)


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=80))
def test_no_text_breaks_out_of_its_line(title, text, name):
    calendar = calendar_file(meeting(title=title, text=text, people=[(name, "sam@firm.example")]), now=NOW)
    names = [line.split(":")[0].split(";")[0] for line in unfolded(calendar)[:-1]]
    assert names == [
        "BEGIN", "VERSION", "PRODID", "METHOD", "BEGIN", "UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY",
        "DESCRIPTION", "STATUS", "ORGANIZER", "ATTENDEE", "END", "END",
    ]  # fmt: skip
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))


@pytest.mark.django_db
def test_a_proposal_of_the_broker_goes_along_with_the_introduction():
    case = make_case()
    User.objects.filter(pk=case.broker.pk).update(time_zone="Europe/Brussels")
    accept(case.match, by=case.broker)
    begins = timezone.now() + timedelta(days=3)
    case.match.introduction.rewrite("Meet soon.", begins)
    for ask in case.match.asks.all():
        answer(ask, Answer.YES, by=case.seeker if ask.side == "need" else case.provider)
    mail = Mail.objects.get(kind=MailKind.INTRODUCTION)
    message = read(mail)
    assert "(Europe/Brussels), half an hour" in text_of(message)
    (part,) = message.iter_attachments()
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == "REQUEST"
    assert part.get_filename() == "meeting.ics"
    assert f"DTSTART:{begins.astimezone(UTC):%Y%m%dT%H%M%SZ}" in part.get_content()
    case.match.introduction.__class__.objects.update(meeting_at=timezone.now() - timedelta(hours=1))
    assert list(read(Mail.objects.get(pk=mail.pk)).iter_attachments()) == []


@pytest.mark.django_db
def test_a_meeting_in_the_past_is_not_proposed():
    case = make_case()
    accept(case.match, by=case.broker)
    form = IntroductionForm({"message": "Hello", "meeting_at": "2020-01-01T09:00"}, draft=case.match.introduction)
    assert not form.is_valid()
    assert "meeting_at" in form.errors
