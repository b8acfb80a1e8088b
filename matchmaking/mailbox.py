"""The development machine's outbox: every mail as a real .eml file under EMAIL_FILE_PATH, and reading them there."""

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage as Parsed
from email.policy import default
from pathlib import Path
from tempfile import NamedTemporaryFile
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


class EmlBackend(BaseEmailBackend):
    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        sendable = [message for message in email_messages if message.recipients()]
        for message in sendable:
            put(message.message().as_bytes(linesep="\r\n"))
        return len(sendable)


def folder() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def put(content: bytes) -> Path:
    """Write one mail; the file appears whole or not at all."""
    folder().mkdir(parents=True, exist_ok=True)
    path = folder() / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.eml"
    with NamedTemporaryFile(dir=folder(), prefix=".", delete=False) as file:
        file.write(content)
    return Path(file.name).replace(path)


def forget(address: str) -> None:
    """Delete the mails that went to this address."""
    for path in folder().glob("*.eml"):
        letter = read(path.stem)
        if letter and address in letter.recipients:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Letter:
    """One mail of the folder, read."""

    name: str
    message: Parsed

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def recipients(self) -> set[str]:
        fields = self.message.get_all("To", []) + self.message.get_all("Cc", [])
        return {one.addr_spec.lower() for field in fields for one in field.addresses}

    def part(self, subtype: str) -> str:
        body = self.message.get_body(preferencelist=(subtype,))
        return body.get_content() if body else ""


def newest(count: int = 100) -> list[Letter]:
    names = sorted((path.stem for path in folder().glob("*.eml")), reverse=True)
    return [letter for name in names[:count] if (letter := read(name))]


def read(name: str) -> Letter | None:
    """The mail of this name; None if there is none, or the name is not one of ours."""
    path = folder() / f"{name}.eml"
    if not NAME.fullmatch(name) or not path.exists():
        return None
    return Letter(name, email.message_from_bytes(path.read_bytes(), policy=default))
