"""How much of a document somebody may see, compiled once: see `accounts.compiled`."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache, wraps
from typing import Any, Self

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, SmallIntegerField
from django.db.models.expressions import RawSQL
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from accounts.compiled import WHOEVER, put_in
from accounts.models import User

NAME = "disclosure"
ITS_TABLE = "the_document_itself"  # stands for the name that a query gives the table


class Disclosed(RawSQL):
    """Says `disclosure` of the rows of a table, by whatever name a query calls that."""

    def __init__(self, sql: str, values: tuple, table: str) -> None:
        super().__init__(sql, values, SmallIntegerField())
        self.table = table

    def relabeled_clone(self, change_map: dict[str, str]) -> Self:
        return type(self)(self.sql, self.params, change_map.get(self.table, self.table))

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple]:
        name = compiler.quote_name_unless_alias(self.table)
        return f"({self.sql.replace(ITS_TABLE, name)})", self.params


def disclosed(rule: Callable[[QuerySet, User], QuerySet]) -> Callable[[QuerySet, User], QuerySet]:
    """For a rule that annotates documents with `disclosure`: by who asks, whether that is staff, and the day."""

    @lru_cache(maxsize=16)
    def compiled(model: Any, is_staff: bool, day: date) -> tuple[str, tuple]:
        """`day` is among the values, so another day is compiled anew."""
        query = rule(model.objects.all(), User(pk=WHOEVER, is_staff=is_staff)).query
        query.change_aliases({query.get_initial_alias(): ITS_TABLE})
        sql, values = query.get_compiler(DEFAULT_DB_ALIAS).compile(query.annotations[NAME])
        return sql.replace(f'"{ITS_TABLE}"', ITS_TABLE), tuple(values)

    @wraps(rule)
    def annotated(documents: QuerySet, user: User) -> QuerySet:
        if not user.is_authenticated:
            return rule(documents, user)
        sql, values = compiled(documents.model, user.is_staff, timezone.localdate())
        table = documents.model._meta.db_table
        return documents.annotate(**{NAME: Disclosed(sql, put_in(user, values), table)})

    return annotated
