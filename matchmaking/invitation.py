"""A meeting as a calendar file (iCalendar, RFC 5545): a pure module, words in, text out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
LINE_OCTETS = 75  # RFC 5545, 3.1
PERSON = 'CN="{name}"'


@dataclass(frozen=True)
class Meeting:
    """`people` are (name, address); `begins` is aware."""

    uid: str
    begins: datetime
    length: timedelta
    title: str
    text: str
    organiser: tuple[str, str] | None
    people: Iterable[tuple[str, str]]


def calendar_file(meeting: Meeting, *, now: datetime) -> str:
    """A request that calendars show with yes, maybe and no; the answers go to the organiser."""
    ends = meeting.begins + meeting.length
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//matchmaking//introduction//EN",
        "METHOD:REQUEST" if meeting.organiser else "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escaped(meeting.uid)}",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(meeting.begins)}",
        f"DTEND:{_moment(ends)}",
        f"SUMMARY:{_escaped(meeting.title)}",
        f"DESCRIPTION:{_escaped(meeting.text)}",
        "STATUS:TENTATIVE",
        *_people(meeting),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _people(meeting: Meeting) -> list[str]:
    attendees = [
        f"ATTENDEE;{_person(name)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{address}"
        for name, address in meeting.people
    ]
    if meeting.organiser is None:
        return attendees
    name, address = meeting.organiser
    return [f"ORGANIZER;{_person(name)}:mailto:{address}", *attendees]


def _person(name: str) -> str:
    """A quoted parameter holds anything but quotes and control characters (RFC 5545, 3.2)."""
    safe = "".join(" " if char == '"' or not char.isprintable() else char for char in name)
    return PERSON.format(name=safe)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    printable = "".join(char for char in text if char.isprintable() or char in "\r\n")
    return printable.translate(ESCAPED)


def _folded(line: str) -> str:
    """Cut into lines of at most 75 octets, never within a character; each but the first begins with a space."""
    rows, row = [], ""
    for char in line:
        if len((row + char).encode()) > LINE_OCTETS:
            rows.append(row)
            row = " "
        row += char
    return "\r\n".join([*rows, row])
