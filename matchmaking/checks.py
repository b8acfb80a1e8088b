"""System checks of what this installation runs on, with what to do about it."""

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

#: The oldest servers with everything that is used: hnsw.iterative_scan and halfvec came with pgvector 0.8.
POSTGRESQL, PGVECTOR = 15, (0, 8)

LEAST_CONTRAST = 4.5  # WCAG 2.1, success criterion 1.4.3


@register(Tags.database)
def check_database_server(databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
    """Whether PostgreSQL is new enough and has pgvector; asked by `check --database` and by `migrate`."""
    found = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute("SHOW server_version_num")
            server = int(cursor.fetchone()[0]) // 10_000
            cursor.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
            extension = cursor.fetchone()
        found += complaints(server, extension[0] if extension else None)
    return found


def complaints(server: int, extension: str | None) -> list[CheckMessage]:
    """What is wrong with a server of this major version with this version of pgvector."""
    found: list[CheckMessage] = []
    if server < POSTGRESQL:
        found.append(
            Error(
                f"The database server is PostgreSQL {server}; {POSTGRESQL} or newer is needed.",
                hint="Name a newer server in DATABASE_URL, or unset it to use the embedded one.",
                id="matchmaking.E001",
            )
        )
    if extension is None or tuple(map(int, extension.split(".")[:2])) < PGVECTOR:
        found.append(
            Error(
                f"The database server has {f'pgvector {extension}' if extension else 'no pgvector'}; "
                "0.8 or newer is needed.",
                hint="Install it on the database server (https://github.com/pgvector/pgvector#installation), "
                "or unset DATABASE_URL to use the embedded server.",
                id="matchmaking.E002",
            )
        )
    return found


@register(deploy=True)
def check_mail_leaves_the_house(**kwargs: Any) -> list[CheckMessage]:
    """A server whose mails end in files under var/ would tell nobody anything."""
    if settings.EMAIL_URL or settings.MAIL_PROVIDER:
        return []
    return [
        Error(
            "No mail leaves this machine: it is written to files in the development folder.",
            hint="Name your mail server in EMAIL_URL, for example submission://user:password@mail.example, "
            "or a provider in MAIL_PROVIDER.",
            id="matchmaking.E003",
        )
    ]


@register()
def check_accent(**kwargs: Any) -> list[CheckMessage]:
    """Whether SITE_ACCENT is a colour on which white text can be read."""
    colour = settings.SITE_ACCENT
    if not colour:
        return []
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        hint = "Write it as six hexadecimal digits, like #0a5a5c, or leave it empty."
        return [Error(f"SITE_ACCENT is {colour!r}, which is no colour.", hint=hint, id="matchmaking.E010")]
    if contrast_with_white(colour) < LEAST_CONTRAST:
        hint = "Choose a darker one: buttons carry white words."
        return [Error(f"White on {colour} cannot be read well enough.", hint=hint, id="matchmaking.E011")]
    return []


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of `#rrggbb` and white, 1 to 21 (WCAG 2.1, relative luminance)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
