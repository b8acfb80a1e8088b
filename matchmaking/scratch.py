"""A database beside the real one for work that must not touch it: made, used and dropped.

Each holds an advisory lock on the real database as long as it is in use. So whoever comes next can tell which ones a
killed process has left behind, and drops them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.core.management import call_command
from django.db import connection

LOCKS = 7_230_411  # our first key among the advisory locks
# Sessions of our own role in a database; each is given five seconds to end.
LEAVE = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"


@contextmanager
def scratch_database() -> Iterator[str]:
    """Django's default connection leads to an empty, migrated database meanwhile."""
    real = connection.settings_dict["NAME"]
    with _administration() as administration:
        _drop_abandoned(administration, real)
        name = _create(administration, real)
        try:
            _switch_to(name)
            call_command("migrate", verbosity=0)
            yield name
        finally:
            _switch_to(real)
            _drop(administration, name)


@contextmanager
def _administration() -> Iterator[psycopg.Cursor]:
    """A connection of its own to the real database; the locks last as long as it does."""
    connection.ensure_connection()  # starts the embedded server
    parameters = connection.get_connection_params()
    for unwanted in ("cursor_factory", "context"):
        parameters.pop(unwanted, None)
    with psycopg.connect(**parameters, autocommit=True) as own, own.cursor() as cursor:
        yield cursor


def _create(administration: psycopg.Cursor, real: str) -> str:
    key = os.getpid()
    administration.execute("SELECT pg_advisory_lock(%s, %s)", (LOCKS, key))
    name = f"{real}_scratch_{key}"
    _drop(administration, name)
    administration.execute(f'CREATE DATABASE "{name}"')
    return name


def _drop_abandoned(administration: psycopg.Cursor, real: str) -> None:
    administration.execute("SELECT datname FROM pg_database WHERE datname ~ %s", (f"^{real}_scratch_[0-9]+$",))
    for (name,) in administration.fetchall():
        key = int(name.rsplit("_", 1)[1])
        administration.execute("SELECT pg_try_advisory_lock(%s, %s)", (LOCKS, key))
        if administration.fetchone()[0]:
            _drop(administration, name)
            administration.execute("SELECT pg_advisory_unlock(%s, %s)", (LOCKS, key))


def _drop(administration: psycopg.Cursor, name: str) -> None:
    """What a killed process has left connected is sent away first. Not WITH (FORCE): that wants to end autovacuum's
    worker too, where there is one, and only a superuser may; a plain DROP makes the worker leave by itself."""
    administration.execute(LEAVE, (name,))
    with suppress(psycopg.errors.InvalidCatalogName):
        administration.execute(f'DROP DATABASE IF EXISTS "{name}"')


def _switch_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
