"""How a mail is made: one template, two parts (HTML, and the text read out of it), headers, in its reader's language
and time zone.

What a mail says is written in `composing` and `digest`; when it is sent is decided in `mailing`.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.header import Header
from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import User

from .mail_look import look
from .models import Mail
from .plain_text import plain_text

ACCENT = "#0a5a5c"  # the site's own, where SITE_ACCENT is not set
SUBJECT_LENGTH = 150
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Message(EmailMultiAlternatives):
    """A long subject begins on the line of its name: the library leaves that one empty, and some programs then read
    a blank, or nothing."""

    def message(self, **options: Any) -> Any:
        message = super().message(**options)
        message.replace_header("Subject", Header(self.subject, header_name="Subject").encode())
        return message


class Reader(NamedTuple):
    """Somebody without an account."""

    name: str
    email: str


@dataclass(frozen=True)
class Letter:
    """`template` is matchmaking/mail/<template>.html."""

    template: str
    subject: str
    context: dict[str, Any]
    to: Sequence[User | Reader]
    copies: list[User] = field(default_factory=list)
    reply_to: list[User] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    leave_url: str = ""  # where the reader ends mails of this kind, with one click
    settings_url: str = ""  # where the reader says which mails come, and how often
    calendar: str = ""  # a proposal for a meeting (iCalendar)


@dataclass(frozen=True)
class Event:
    """One part of a mail over what happened; `template` is the body's, `why` says why its reader gets it."""

    template: str
    subject: str
    context: dict[str, Any]
    why: str
    preview: str


def interface_language(code: str) -> str:
    """`code` where the interface speaks it, else the installation's own language."""
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def zone_of(person: User) -> ZoneInfo:
    """The person's time zone; UTC for a name that this machine does not know."""
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


@contextmanager
def written_for(person: User) -> Iterator[None]:
    """Words in the person's language, times in the person's zone."""
    with translation.override(interface_language(person.language)), timezone.override(zone_of(person)):
        yield


def message_of(letter: Letter, mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes out, in the language that is active now."""
    subject = one_line(letter.subject, SUBJECT_LENGTH)
    html = rendered(letter, subject)
    message = Message(
        subject,
        plain_text(html),
        to=[address(person) for person in letter.to],
        cc=[address(person) for person in letter.copies],
        reply_to=[address(person) for person in letter.reply_to],
        headers=headers_of(mail) | leaving(letter) | letter.headers,
    )
    message.attach_alternative(html, "text/html")
    if letter.calendar:
        message.attach(calendar_part(letter.calendar))
    return message


def rendered(letter: Letter, subject: str) -> str:
    links = {"leave_url": letter.leave_url, "settings_url": letter.settings_url}
    return render_to_string(
        f"matchmaking/mail/{letter.template}.html", surroundings() | links | {"subject": subject} | letter.context
    )


def calendar_part(calendar: str) -> MIMEText:
    """With its method in the header, as calendars want it (RFC 6047)."""
    part = MIMEText(calendar, "calendar", "utf-8")
    method = "REQUEST" if "METHOD:REQUEST" in calendar else "PUBLISH"
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="meeting.ics")
    return part


def leaving(letter: Letter) -> dict[str, str]:
    """One-click unsubscribing (RFC 8058)."""
    if not letter.leave_url:
        return {}
    return {"List-Unsubscribe": f"<{letter.leave_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def surroundings() -> dict[str, Any]:
    """What every mail shows: who runs the site, and in which colour."""
    accent = settings.SITE_ACCENT or ACCENT
    return {
        "language": translation.get_language(),
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "site_imprint_url": settings.SITE_IMPRINT_URL,
        "accent": accent,
        "look": look(accent),
    }


def headers_of(mail: Mail) -> dict[str, str]:
    return {
        "Message-ID": message_id(mail),
        "Auto-Submitted": "auto-generated",  # RFC 3834: no holiday notice comes back
        "Content-Language": translation.get_language(),
    }


def message_id(mail: Mail) -> str:
    """The same for every attempt, so that a receiver who got two would know them for one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2]
    return f"<{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{domain}>"


def address(person: User | Reader) -> str:
    return formataddr((one_line(person.name, 80), person.email))


def one_line(text: str, length: int) -> str:
    """Text of users as it may stand in a header: no line break or control character, not endless, and nothing that a
    mail program would decode into one (RFC 2047)."""
    line = " ".join(CONTROL.sub(" ", text).replace("=?", "= ?").split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
