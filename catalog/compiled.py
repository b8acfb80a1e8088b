"""A rule of disclosure compiled once, for the lists and single rows that programs ask for many times a second.

The rule stays where it is, in the querysets. Building its expressions and turning them into SQL takes longer than
the database needs for the rows, and gives the same text for everybody of a kind, but for who asks.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any, NoReturn

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, SmallIntegerField
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User

from .codes import Disclosure
from .models.document import DocumentQuerySet

Rule = Callable[[User], DocumentQuerySet]
WHOEVER = -(2**62)  # stands for the person in what is kept
NAME = "disclosure"


class Compiled(RawSQL):
    """For the outermost query only: the SQL names its table as that one does."""

    def relabeled_clone(self, change_map: dict[str, str]) -> NoReturn:
        raise ValueError("What is compiled cannot be part of another query.")


def visible(rule: Rule, user: User) -> DocumentQuerySet:
    """The documents of `rule(user)` with the same `disclosure`; they can be filtered, but be in no other query."""
    if not user.is_authenticated:
        return rule(user)
    model, sql, values = _compiled(rule, user.is_staff, timezone.localdate())
    own = tuple(user.pk if value == WHOEVER else value for value in values)
    disclosed = model.objects.annotate(**{NAME: Compiled(sql, own, SmallIntegerField())})
    return disclosed.filter(disclosure__gt=Disclosure.NONE)


@lru_cache(maxsize=32)
def _compiled(rule: Rule, is_staff: bool, day: date) -> tuple[Any, str, tuple]:
    """Model, SQL and values; `day` is in the values, so that another day is compiled anew."""
    documents: QuerySet = rule(User(pk=WHOEVER, is_staff=is_staff))
    compiler = documents.query.get_compiler(DEFAULT_DB_ALIAS)
    sql, values = compiler.compile(documents.query.annotations[NAME])
    return documents.model, sql, tuple(values)
