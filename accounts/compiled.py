"""SQL that is the same for everybody but for who asks, compiled once a process.

What reaches a person is cut to what that person may see. Such rules stay where they are, in the querysets; but to
build their expressions and turn them into SQL takes longer than the database needs for the rows: 12 to 25 ms for the
offers or needs somebody sees, and half a millisecond for what is compiled.
"""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

from django.db.models import ForeignKey, Lookup, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler

from .models.user import User

WHOEVER = -(2**62)  # stands for the person in what is kept


def put_in(person: User, values: Sequence[Any]) -> tuple[Any, ...]:
    """The values with this person in the place of WHOEVER; an anonymous one is nobody's equal in SQL."""
    return tuple(person.pk if value == WHOEVER else value for value in values)


@ForeignKey.register_lookup
class Among(Lookup):
    """`…__among`: what `…__in` says of the keys of `keys_for`, in the form that finds rows by the index also where
    it is one of several conditions of which one has to hold."""

    lookup_name = "among"

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple]:
        column, of_column = self.process_lhs(compiler, connection)
        keys, of_keys = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{keys})", (*of_column, *of_keys)


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
