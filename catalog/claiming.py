"""Claiming rows for work that takes longer than anybody should hold a row lock.

PostgreSQL's advisory locks: nobody who edits a row waits, and the claim ends with the connection at the latest, so
a killed process leaves nothing behind. A connection pooler that shares sessions between clients cannot be used.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, models

CLAIM = """
    SELECT id FROM unnest(%s::bigint[]) AS id
    WHERE pg_try_advisory_lock(%s::regclass::oid::int, (id & 2147483647)::int) LIMIT %s
"""
RELEASE = """
    SELECT pg_advisory_unlock(%s::regclass::oid::int, (id & 2147483647)::int) FROM unnest(%s::bigint[]) AS id
"""


@contextmanager
def claimed(model: type[models.Model], pks: Sequence[int], limit: int) -> Iterator[list[int]]:
    """Those of the rows, up to `limit`, that no other process has claimed. Whoever had them may be done with them
    by now: ask again whether there is still something to do."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [list(pks), table, limit])
        own = [pk for (pk,) in cursor.fetchall()]
    try:
        yield own
    finally:
        _release(table, own)


def _release(table: str, pks: list[int]) -> None:
    if connection.is_usable():  # otherwise the server has released them already
        with connection.cursor() as cursor:
            cursor.execute(RELEASE, [table, pks])
