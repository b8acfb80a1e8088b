"""Rows of a query in PostgreSQL's binary format: where a row holds kilobytes of bytes, writing them as hexadecimal
text and reading them back costs more than finding them."""

import psycopg
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet


def binary_rows(found: QuerySet) -> list[tuple]:
    """What `list(found)` would give for a `values_list` of plain columns: bytes, numbers, texts."""
    connection = connections[found.db]
    connection.ensure_connection()
    try:
        statement, values = found.query.sql_with_params()
    except EmptyResultSet:  # Django's way to say that the conditions exclude each other
        return []
    # Django's own cursors put the values into the statement themselves, and then can only read text.
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, binary=True).fetchall()
