"""Rows out of and into PostgreSQL by COPY in its binary format: the only way to bring a hundred thousand vectors
there quickly, and a row can be copied without knowing what its columns mean.

`seed_rows` and `copy_rows` move rows, each a dict of bytes by column; the other functions make the bytes of a value.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from django.db import models
from django.db.backends.utils import CursorWrapper

Row = dict[str, bytes | None]  # by column
HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
END = struct.pack(">h", -1)
INT4 = 23  # PostgreSQL's number of the type


def columns(model: type[models.Model]) -> list[str]:
    """Those that can be written."""
    return [field.column for field in model._meta.concrete_fields if not field.generated]


def seed_rows(cursor: CursorWrapper, model: type[models.Model], pks: Sequence[int]) -> list[Row]:
    """Rows of these primary keys, in their order."""
    names = ", ".join(f'"{name}"' for name in columns(model))
    table, key = model._meta.db_table, model._meta.pk.column
    ids = ", ".join(map(str, pks))
    query = f'SELECT {names} FROM {table} WHERE "{key}" IN ({ids}) ORDER BY "{key}"'  # noqa: S608 - numbers, own names
    with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as copy:
        data = b"".join(copy)
    return [dict(zip(columns(model), values, strict=True)) for values in _parsed(data)]


def _parsed(data: bytes) -> Iterator[list[bytes | None]]:
    at = len(HEADER)
    while (count := struct.unpack_from(">h", data, at)[0]) >= 0:
        at += 2
        values = []
        for _ in range(count):
            (length,) = struct.unpack_from(">i", data, at)
            at += 4
            values.append(data[at : at + length] if length >= 0 else None)
            at += max(length, 0)
        yield values


def copy_rows(cursor: CursorWrapper, model: type[models.Model], rows: Iterable[Row]) -> None:
    names = columns(model)
    listed = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f"COPY {model._meta.db_table} ({listed}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(HEADER)
        for row in rows:
            copy.write(struct.pack(">h", len(names)) + b"".join(_field(row[name]) for name in names))
        copy.write(END)


def _field(value: bytes | None) -> bytes:
    return struct.pack(">i", -1) if value is None else struct.pack(">i", len(value)) + value


def number(value: int) -> bytes:
    """For a bigint."""
    return struct.pack(">q", value)


def vector(values: np.ndarray) -> bytes:
    return struct.pack(">hh", len(values), 0) + values.astype(">f4").tobytes()


def sparse(indices: np.ndarray, values: np.ndarray, dimension: int) -> bytes:
    """A sparsevec; `indices` ascending, counted from 0."""
    head = struct.pack(">iii", dimension, len(indices), 0)
    return head + indices.astype(">i4").tobytes() + values.astype(">f4").tobytes()


def integers(values: np.ndarray) -> bytes:
    """An integer[]."""
    if not len(values):
        return struct.pack(">iii", 0, 0, INT4)
    pairs = np.empty((len(values), 2), ">i4")
    pairs[:, 0], pairs[:, 1] = 4, values
    return struct.pack(">iiiii", 1, 0, INT4, len(values), 1) + pairs.tobytes()
