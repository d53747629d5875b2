from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.calendars import Calendar

BERLIN, AUCKLAND = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Auckland")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns")
MONDAY = date(2026, 11, 23)


def calendar(**fields: Any) -> Calendar:
    usual: dict[str, Any] = {"zone": BERLIN, "begins": time(9, 30), "ends": time(16, 30), "days": frozenset(range(5))}
    return Calendar(**usual | fields)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23 09:29", "2026-11-23 09:30"),
        ("2026-11-23 09:30", "2026-11-23 09:30"),
        ("2026-11-23 12:00", "2026-11-23 12:00"),
        ("2026-11-23 16:29:59", "2026-11-23 16:29:59"),
        ("2026-11-23 16:30", "2026-11-24 09:30"),
        ("2026-11-27 17:00", "2026-11-30 09:30"),
        ("2026-11-28 12:00", "2026-11-30 09:30"),
    ],
)
def test_the_hours_of_a_working_week(moment: str, opens: str) -> None:
    assert calendar().opens(at(moment)) == at(opens)
    assert calendar().is_open(at(moment)) is (moment == opens)


def test_the_week_of_another_country() -> None:
    sunday_to_thursday = calendar(days=frozenset({6, 0, 1, 2, 3}))
    assert sunday_to_thursday.opens(at("2026-11-27 12:00")) == at("2026-11-29 09:30")


def test_a_holiday_is_not_worked() -> None:
    christmas = calendar(holidays={date(2026, 12, 25)})
    assert christmas.opens(at("2026-12-24 17:00")) == at("2026-12-28 09:30")
    assert not christmas.works_on(date(2026, 12, 25))


def test_an_absence_ends_on_the_day_of_the_return() -> None:
    away = calendar(away_until=date(2027, 1, 4))
    assert away.opens(at("2026-11-23 12:00")) == at("2027-01-04 09:30")
    assert away.is_away(date(2027, 1, 3))
    assert not away.is_away(date(2027, 1, 4))


def test_an_absence_without_an_end_in_sight_is_no_long_look() -> None:
    away = calendar(away_until=date(9990, 1, 1))
    assert away.day_of(away.opens(at("2026-11-23 12:00"))) == date(9990, 1, 1)


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 1, date(2026, 11, 24)),
        (MONDAY, 5, date(2026, 11, 30)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 0, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
    ],
)
def test_working_days_later(day: date, days: int, expected: date) -> None:
    assert calendar().after(day, days) == expected


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        (BERLIN, "2027-03-26 09:30", "2027-03-29 09:30"),  # an hour less
        (BERLIN, "2026-10-23 09:30", "2026-10-26 09:30"),  # an hour more
        (AUCKLAND, "2026-04-03 09:30", "2026-04-06 09:30"),
        (AUCKLAND, "2026-09-25 09:30", "2026-09-28 09:30"),
    ],
)
def test_a_clock_change_moves_nothing_on_the_wall(zone: ZoneInfo, before: str, after: str) -> None:
    theirs = calendar(zone=zone)
    opens = theirs.opens(at(before, zone) + timedelta(days=1))
    assert opens.astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(after)


def test_hours_that_a_clock_change_swallows_are_not_worked() -> None:
    at_night = calendar(begins=time(2), ends=time(3), days=frozenset(range(7)))
    assert at_night.opens(at("2027-03-27 12:00")) == at("2027-03-29 02:00")


def test_a_day_begins_where_somebody_is() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert calendar().day_of(late) == MONDAY
    assert calendar().opens_on(MONDAY) == datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    assert calendar().opens_on(date(2026, 11, 28)) == at("2026-11-30 09:30")


calendars = st.builds(
    calendar,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    begins=st.times(max_value=time(11)).map(lambda each: each.replace(microsecond=0)),
    ends=st.times(min_value=time(12)).map(lambda each: each.replace(microsecond=0)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    holidays=st.sets(st.dates(date(2026, 1, 1), date(2027, 12, 31)), max_size=10),
    away_until=st.none() | st.dates(date(2026, 1, 1), date(2027, 12, 31)),
)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@given(calendars, moments)
def test_it_opens_within_the_hours_of_a_worked_day_and_no_later_than_it_must(
    theirs: Calendar, moment: datetime
) -> None:
    opens = theirs.opens(moment)
    wall = opens.astimezone(theirs.zone)
    assert opens >= moment
    assert theirs.works_on(wall.date())
    assert theirs.begins <= wall.time() < theirs.ends
    assert theirs.opens(opens) == opens
    between = (moment + (opens - moment) * k / 7 for k in range(7))
    assert opens == moment or not any(theirs.is_open(each) for each in between)
