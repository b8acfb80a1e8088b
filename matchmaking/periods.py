"""When a person's digest is due: the latest moment of their choosing that has come, in their own time zone.

A period is named by the local date of that moment. A pure module but for `latest_period_in_sql`, which says the
same to the database for all people at once.
"""

from datetime import date, datetime, timedelta
from functools import cache

from django.db import connection
from django.db.models import DateField, F, Value
from django.db.models.expressions import Case, Combinable, Func, When

from accounts.codes import Frequency


def latest_period(local: datetime, frequency: str, weekday: int, hour: int) -> date:
    """The date of the latest digest moment at or before `local`, a person's wall-clock time.

    Daily: at `hour`. Weekly: on `weekday` (0 is Monday). Monthly: on the month's first such weekday. Counting on
    the wall clock makes each local date one period, also where an hour is missing or comes twice.
    """
    day = (local.replace(tzinfo=None) - timedelta(hours=hour)).date()
    if frequency == Frequency.DAILY:
        return day
    day -= timedelta(days=(day.weekday() - weekday) % 7)
    return day if frequency == Frequency.WEEKLY else day - timedelta(days=(day.day - 1) // 7 * 7)


class LatestPeriod(Func):
    """`latest_period` in PostgreSQL, of columns."""

    arity = 5  # moment, time zone, frequency, weekday, hour
    output_field = DateField()
    template = """(
        SELECT CASE WHEN frequency = 'daily' THEN day
                    WHEN frequency = 'weekly' THEN weekly
                    ELSE weekly - (extract(day FROM weekly)::int - 1) / 7 * 7 END
        FROM (SELECT %(expressions)s) AS chosen (moment, zone, frequency, weekday, hour),
             LATERAL (SELECT ((moment AT TIME ZONE zone) - make_interval(hours => hour))::date) AS daily (day),
             LATERAL (SELECT day - (extract(isodow FROM day)::int - 1 - weekday + 7) %%%% 7) AS counted (weekly)
    )"""


def latest_period_in_sql(now: datetime, *, person: str = "", frequency: str = "digest_frequency") -> Combinable:
    """For a QuerySet of people, or of rows that lead to one by `person`: the period of each at `now`."""
    known = When(**{f"{person}time_zone__in": zones_of_database()}, then=F(f"{person}time_zone"))
    zone = Case(known, default=Value("UTC"))
    moment = Func(Value(now), template="%(expressions)s::timestamptz")
    return LatestPeriod(moment, zone, F(frequency), F(f"{person}digest_weekday"), F(f"{person}digest_hour"))


@cache
def zones_of_database() -> tuple[str, ...]:
    """Time zones that the server knows: one unknown name must not stop everybody's mail."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return tuple(sorted(name for (name,) in cursor.fetchall()))
