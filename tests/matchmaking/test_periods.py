"""Which digest period has begun: across time zones, daylight-saving changes, leap days; in Python and in SQL."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from matchmaking.periods import latest_period, latest_period_in_sql
from tests.factories import make_user

TUESDAY = 1
ZONES = ("Pacific/Pago_Pago", "Pacific/Kiritimati", "Europe/Berlin", "America/St_Johns", "Africa/Cairo", "UTC")


def at(text, zone="Europe/Berlin"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("moment", "frequency", "expected"),
    [
        ("2026-11-24T07:59", "daily", date(2026, 11, 23)),
        ("2026-11-24T08:00", "daily", date(2026, 11, 24)),
        ("2026-11-24T07:59", "weekly", date(2026, 11, 17)),  # a Tuesday, not yet eight
        ("2026-11-24T08:00", "weekly", date(2026, 11, 24)),
        ("2026-11-30T23:00", "weekly", date(2026, 11, 24)),
        ("2026-11-30T23:00", "monthly", date(2026, 11, 3)),  # the month's first Tuesday
        ("2026-12-01T07:00", "monthly", date(2026, 11, 3)),
        ("2026-12-01T08:00", "monthly", date(2026, 12, 1)),
        ("2028-02-29T09:00", "daily", date(2028, 2, 29)),
        ("2028-02-29T09:00", "weekly", date(2028, 2, 29)),  # a Tuesday
        ("2028-02-29T09:00", "monthly", date(2028, 2, 1)),
    ],
)
def test_a_period_begins_at_the_chosen_hour_of_the_chosen_day(moment, frequency, expected):
    assert latest_period(at(moment), frequency, TUESDAY, 8) == expected


def local_periods(first, hours, zone, hour):
    """The daily periods seen every ten minutes from `first` (UTC) on."""
    moments = (first + timedelta(minutes=10 * n) for n in range(6 * hours))
    return [latest_period(moment.astimezone(ZoneInfo(zone)), "daily", 0, hour) for moment in moments]


@pytest.mark.parametrize("hour", [0, 1, 2, 3])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
def test_each_day_is_one_period_where_an_hour_is_missing_or_comes_twice(day, hour):
    start = datetime.combine(day, datetime.min.time(), UTC) - timedelta(days=1)
    seen = local_periods(start, 72, "Europe/Berlin", hour)
    assert seen == sorted(seen)
    assert set(seen) == {seen[0] + timedelta(days=n) for n in range((seen[-1] - seen[0]).days + 1)}
    assert len(set(seen)) >= 3


def test_at_the_far_ends_of_the_world_the_same_moment_is_another_day():
    moment = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    days = [latest_period(moment.astimezone(ZoneInfo(zone)), "daily", 0, 0) for zone in ZONES[:2]]
    assert days == [date(2026, 11, 23), date(2026, 11, 25)]


@pytest.mark.django_db
def test_the_database_reckons_as_python_does():
    seeded = random.Random(7)
    people = [
        make_user(
            time_zone=seeded.choice(ZONES),
            digest_frequency=seeded.choice(["daily", "weekly", "monthly"]),
            digest_weekday=seeded.randrange(7),
            digest_hour=seeded.randrange(24),
        )
        for _ in range(60)
    ]
    for _ in range(60):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=seeded.randrange(3 * 366 * 24 * 60))
        reckoned = dict(User.objects.values_list("pk", latest_period_in_sql(moment)))
        for person in people:
            local = moment.astimezone(ZoneInfo(person.time_zone))
            expected = latest_period(local, person.digest_frequency, person.digest_weekday, person.digest_hour)
            assert reckoned[person.pk] == expected


@pytest.mark.django_db
def test_a_time_zone_the_server_does_not_know_counts_as_utc_and_stops_nobody():
    make_user(time_zone="Mars/Olympus", digest_frequency="daily", digest_hour=0)
    moment = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert User.objects.values_list(latest_period_in_sql(moment)).get() == (date(2026, 11, 24),)
