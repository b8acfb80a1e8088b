"""Rows of a query in PostgreSQL's binary format: where a row holds kilobytes of bytes, writing them as hexadecimal
text and reading them back costs more than finding them. Thousands of rows of numbers come as one row of columns,
because making an object of each number does."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import psycopg
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value

from .neutral import Array


class _OneOf(Func):
    template, arg_joiner, output_field = "%(expressions)s)", " = ANY(", BooleanField()


def of_keys(found: QuerySet, keys: Iterable[int]) -> QuerySet:
    """`found.filter(pk__in=keys)`, with the keys as one value: each on its own, a thousand take 6 ms to be written
    into the statement."""
    return found.filter(_OneOf(F("pk"), Value(list(keys), ArrayField(BigIntegerField()))))


def binary_rows(found: QuerySet) -> list[tuple]:
    """What `list(found)` would give for a `values_list` of plain columns: bytes, numbers, texts."""
    return _fetched(found, "{}")


def binary_columns(found: QuerySet, key: str, numbers: Sequence[str]) -> tuple[Array, list[Array]]:
    """Of all rows in their order the keys (n,), whole numbers, and the columns of other numbers, each (n,) and NaN
    where a row has none."""
    sent = [f'int8send("{key}")', *(f"""float8send(coalesce("{name}", 'NaN'))""" for name in numbers)]
    collected = ", ".join(f"string_agg({one}, '')" for one in sent)
    around = f"SELECT {collected} FROM ({{}}) AS found"  # noqa: S608 - names from our own code
    rows = _fetched(found.values_list(key, *numbers), around)
    keys, *others = rows[0] if rows else [None] * len(sent)
    return np.frombuffer(keys or b"", ">i8").astype(int), [
        np.frombuffer(data or b"", ">f8").astype(float) for data in others
    ]


def _fetched(found: QuerySet, around: str) -> list[tuple[Any, ...]]:
    """`around` has braces where the query's own statement goes."""
    connection = connections[found.db]
    connection.ensure_connection()
    try:
        statement, values = found.query.sql_with_params()
    except EmptyResultSet:  # Django's way to say that the conditions exclude each other
        return []
    # Django's own cursors put the values into the statement themselves, and then can only read text.
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(around.format(statement), values, binary=True).fetchall()
