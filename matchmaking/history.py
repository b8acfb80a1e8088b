"""What people did about one match, in whichever table it stands: decided, asked, answered, wrote down. Read in one
query for the pages that tell all of it; how it is told, and to whom, is said in `course.py` and `questions.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet, Value
from django.db.models.functions import JSONObject

from .codes import INTRODUCED_STATES
from .models import Achievement, Ask, CaseEvent, FollowUp, Match, Question, Review

# What is read along of the rows that these point to: as much as a page shows.
PERSON, CLUSTER = ("id", "name", "email"), ("id", "organisation__id", "organisation__name")
ALONG: dict[type[Model], dict[str, tuple[str, ...]]] = {
    Review: {"broker": PERSON},
    Ask: {"answered_by": PERSON},
    Question: {"asked_by": PERSON, "answered_by": PERSON},
    CaseEvent: {"by": PERSON, "owner": PERSON, "cluster": CLUSTER},
    FollowUp: {"answered_by": PERSON},
    Achievement: {},
}
MODELS = {model.__name__: model for model in ALONG}


class History(NamedTuple):
    """The rows of each table, the oldest first."""

    reviews: list[Review]
    asks: list[Ask]
    questions: list[Question]
    events: list[CaseEvent]
    follow_ups: list[FollowUp]
    achievements: list[Achievement]


def history_of(match: Match) -> History:
    """There is a case with its events only after an introduction."""
    found: dict[str, list[Model]] = {name: [] for name in MODELS}
    first, *others = (_as_json(rows) for rows in _tables(match))
    for name, columns in first.union(*others, all=True):
        found[name].append(_row(MODELS[name], columns))
    return History(*(sorted(rows, key=_age) for rows in found.values()))


def _age(row: Model) -> tuple:
    """What brokers decided is ordered by when they did."""
    return (row.created_at, row.pk) if isinstance(row, Review) else (row.pk,)


def _tables(match: Match) -> Iterator[QuerySet]:
    for model in (Review, Ask, Question):
        yield model.objects.filter(match=match.pk)
    if match.state in INTRODUCED_STATES:
        for model in (CaseEvent, FollowUp, Achievement):
            yield model.objects.filter(case__match=match.pk)


def _as_json(rows: QuerySet) -> QuerySet:
    """(name of the model, {column: value}), also of what is read along: `broker__name`."""
    along = [f"{name}__{field}" for name, fields in ALONG[rows.model].items() for field in fields]
    columns = [field.attname for field in rows.model._meta.concrete_fields] + along
    return rows.order_by().values_list(Value(rows.model.__name__), JSONObject(**{each: each for each in columns}))


def _row(model: type[Model], columns: Mapping[str, Any]) -> Model | None:
    """As if read from its table, with the rows it points to: a column that was not read is when somebody asks."""
    if columns["id"] is None:
        return None
    own = [field for field in model._meta.concrete_fields if field.attname in columns]
    row = model.from_db(
        DEFAULT_DB_ALIAS, [field.attname for field in own], [field.to_python(columns[field.attname]) for field in own]
    )
    for name in {column.split("__")[0] for column in columns if "__" in column}:
        below = {each.removeprefix(f"{name}__"): columns[each] for each in columns if each.startswith(f"{name}__")}
        setattr(row, name, _row(model._meta.get_field(name).related_model, below))
    return row
