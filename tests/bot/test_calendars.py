from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.calendars import calendar_for, countries, country
from conversations.people import Person, Preferences

CHRISTMAS = date(2026, 12, 25)


BERLIN = ZoneInfo("Europe/Berlin")


def person(zone: str | None) -> Person:
    return Person(
        platform="slack", tenant="T1", id="U1", name="Dana", zone=zone, read_at=datetime(2026, 11, 23, tzinfo=UTC)
    )


def test_nobody_has_said_anything() -> None:
    calendar = calendar_for(BERLIN, None)(None, Preferences())
    assert (str(calendar.zone), calendar.begins, calendar.ends) == ("Europe/Berlin", time(9, 30), time(16, 30))
    assert calendar.days == frozenset(range(5))
    assert calendar.works_on(CHRISTMAS)


@pytest.mark.parametrize(
    ("said", "told", "zone"),
    [
        ("Asia/Tokyo", "America/New_York", "Asia/Tokyo"),
        (None, "America/New_York", "America/New_York"),
        (None, None, "Europe/Berlin"),
        (None, "Mars/Olympus", "Europe/Berlin"),
        (None, "../etc/passwd", "Europe/Berlin"),
        ("Mars/Olympus", "America/New_York", "America/New_York"),
    ],
)
def test_the_zone_is_as_somebody_said_else_as_the_platform_tells_else_the_settings(
    said: str | None, told: str | None, zone: str
) -> None:
    calendar = calendar_for(BERLIN, None)(person(told), Preferences(zone=said))
    assert str(calendar.zone) == zone


def test_holidays_are_of_ones_country_else_of_the_settings() -> None:
    of = calendar_for(BERLIN, "DE-BY")
    epiphany = date(2026, 1, 6)  # in Bavaria, not in Berlin
    assert not of(None, Preferences()).works_on(epiphany)
    assert of(None, Preferences(country="DE-BE")).works_on(epiphany)
    assert of(None, Preferences(country="")).works_on(CHRISTMAS)


def test_the_weekend_is_the_country_s_unless_somebody_said_their_days() -> None:
    of = calendar_for(BERLIN, "IL")
    friday, sunday = date(2026, 11, 27), date(2026, 11, 29)
    assert (of(None, Preferences()).works_on(friday), of(None, Preferences()).works_on(sunday)) == (False, True)
    assert of(None, Preferences(days=(4,))).works_on(friday)


def test_a_country_that_nobody_knows_has_no_holidays() -> None:
    assert country("XX") == country("")
    assert {"DE", "DE-BY", "US"} <= countries()
