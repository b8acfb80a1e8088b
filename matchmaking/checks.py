"""System checks of what this installation runs on, with what to do about it."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

#: The oldest servers with everything that is used: hnsw.iterative_scan and halfvec came with pgvector 0.8.
POSTGRESQL, PGVECTOR = 15, (0, 8)


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
    if settings.EMAIL_URL:
        return []
    return [
        Error(
            "No mail leaves this machine: it is written to files in the development folder.",
            hint="Name your mail server in EMAIL_URL, for example submission://user:password@mail.example",
            id="matchmaking.E003",
        )
    ]
