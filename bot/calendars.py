"""Calendars of people, from what the platform tells, what they said, and what the settings assume."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from conversations.calendars import Calendar
from conversations.people import Person, Preferences

_WORKWEEK = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Country:
    """What is not worked there."""

    holidays: Container[date]
    days: frozenset[int]  # weekdays that are worked on


def calendar_for(zone: ZoneInfo, code: str | None) -> Callable[[Person | None, Preferences], Calendar]:
    """What somebody did not say is as their platform tells, else as in this zone and this country."""

    def calendar(person: Person | None, said: Preferences) -> Calendar:
        there = country(said.country if said.country is not None else code or "")
        return Calendar(
            zone=_zone(said.zone, person.zone if person else None) or zone,
            begins=said.begins,
            ends=said.ends,
            days=there.days if said.days is None else frozenset(said.days),
            holidays=there.holidays,
            away_until=said.away_until,
        )

    return calendar


@cache
def country(code: str) -> Country:
    """By a code like `DE` or `DE-BY`; nowhere, where nobody knows it."""
    if not code or code not in countries():
        return Country((), _WORKWEEK)
    import holidays  # noqa: PLC0415  # a large library, and most people are nowhere

    name, _, part = code.partition("-")
    known = holidays.country_holidays(name, subdiv=part or None)
    return Country(known, frozenset(range(7)) - known.weekend)


@cache
def countries() -> frozenset[str]:
    """All codes that are known."""
    import holidays  # noqa: PLC0415  # only a form and the settings ask for all

    parts = holidays.list_supported_countries()
    return frozenset({*parts, *(f"{name}-{part}" for name, those in parts.items() for part in those)})


def _zone(*names: str | None) -> ZoneInfo | None:
    """The first that there is: platforms know zones that this machine may not."""
    for name in names:
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return None
