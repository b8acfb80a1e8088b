"""SQL that is the same for everybody but for who asks, compiled once a process.

What reaches a person is cut to what that person may see. Such rules stay where they are, in the querysets; but to
build their expressions and turn them into SQL takes longer than the database needs for the rows: 12 to 25 ms for the
offers or needs somebody sees, and half a millisecond for what is compiled.
"""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from .models.user import User

WHOEVER = -(2**62)  # stands for the person in what is kept


def put_in(person: User, values: Sequence[Any]) -> tuple[Any, ...]:
    """The values with this person in the place of WHOEVER; an anonymous one is nobody's equal in SQL."""
    return tuple(person.pk if value == WHOEVER else value for value in values)


def keys_for(find: Callable[[User], QuerySet]) -> Callable[[User], RawSQL]:
    """For `…__in=`: the one column of the rows that `find(user)` gives, in place of them.

    What `find` does may depend on nothing of the person but the primary key, and not on the day.
    """

    @cache
    def compiled() -> tuple[str, tuple]:
        return find(User(pk=WHOEVER)).query.sql_with_params()

    @wraps(find)
    def keys(user: User) -> RawSQL:
        sql, values = compiled()
        return RawSQL(sql, put_in(user, values))  # noqa: S611 - written by Django itself

    return keys
