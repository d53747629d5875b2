"""One person's calendar, read from the text: when they may be written to, and how working days are counted.

"Recipient's working hours (09:30-16:30 local), no weekends or set holidays, respect away/DND." Own arithmetic on
`zoneinfo` and `holidays`; intervals are half-open pairs of aware UTC moments.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

from tests.simulation.facts import Habits, Person

Span = tuple[datetime, datetime]

_DAY = timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)


@cache
def _calendar(country: str) -> holidays.HolidayBase:
    nation, _, region = country.partition("-")
    return holidays.country_holidays(nation, subdiv=region or None)


@lru_cache(maxsize=200_000)
def off(country: str | None, day: date) -> bool:
    """Whether `day` is a weekend or a public holiday there; nobody's country is known to have other weekends."""
    if country is None:
        return day.weekday() in (5, 6)
    calendar = _calendar(country)
    return day.weekday() in calendar.weekend or day in calendar


class Diary:
    """What is known of one person, over the whole story."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.zone = ZoneInfo(person.zone)
        self.left_at = _NEVER
        self._since = [_LONG_AGO]
        self._habits = [Habits()]
        self.disturbed: list[Span] = []

    def prefers(self, at: datetime, habits: Habits) -> None:
        self._since.append(at)
        self._habits.append(habits)

    def habits(self, at: datetime) -> Habits:
        return self._habits[bisect_right(self._since, at) - 1]

    def changed_between(self, start: datetime, end: datetime) -> bool:
        return any(start <= at < end for at in self._since[1:])

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def moment(self, day: date, clock: time = time()) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def off(self, day: date) -> bool:
        return off(self.person.country, day)

    def refuses(self, at: datetime) -> str | None:
        """Why this person may not be written to at this moment, or None."""
        local, habits = at.astimezone(self.zone), self.habits(at)
        if self.person.outside or at >= self.left_at:
            return "is not one of this organisation"
        if self.off(local.date()):
            return "has a day off (weekend or holiday)"
        if habits.away_until and local.date() < habits.away_until:
            return f"is away until {habits.away_until}"
        if any(start <= at < end for start, end in self.disturbed):
            return "is not to be disturbed"
        if not habits.hours[0] <= local.time() <= habits.hours[1]:
            return f"works from {habits.hours[0]:%H:%M} to {habits.hours[1]:%H:%M}"
        return None

    def after(self, day: date, working_days: int) -> date:
        """The soonest that "so many working days after" can mean: absences count as working days."""
        for _ in range(working_days):
            day = self._next(day + _DAY)
        return day

    def patiently_after(self, day: date, working_days: int, seen_from: datetime) -> date:
        """The latest that it can mean: a day off begins on the next working day, absences do not count."""
        back = self.habits(seen_from).away_until or day
        day = self._next(max(day, back))
        return self.after(day, working_days)

    def _next(self, day: date) -> date:
        while self.off(day):
            day += _DAY
        return day

    def openings(self, day: date, outages: Iterable[Span] = (), *, nudges: bool = False) -> list[Span]:
        """When on this day the person may be written to while the bot runs; `nudges`: and wants to be nudged."""
        if self.off(day) or self.person.outside:
            return []
        spans = [span for span in self._windows(day, nudges=nudges) if span[0] < span[1]]
        for outage in [*outages, *self.disturbed, (self.left_at, _NEVER)]:
            spans = [part for span in spans for part in _without(span, outage)]
        return spans

    def _windows(self, day: date, *, nudges: bool) -> Iterator[Span]:
        midnight, next_midnight = self.moment(day), self.moment(day + _DAY)
        first = max(bisect_right(self._since, midnight) - 1, 0)
        for n in range(first, len(self._since)):
            habits = self._habits[n]
            until = self._since[n + 1] if n + 1 < len(self._since) else _NEVER
            if self._since[n] >= next_midnight:
                return
            if (habits.away_until and day < habits.away_until) or (nudges and not wants_nudges(habits, day)):
                continue
            opens, closes = (self.moment(day, clock) for clock in habits.hours)
            yield max(opens, self._since[n]), min(closes, until)


def wants_nudges(habits: Habits, day: date) -> bool:
    return habits.nudges and not (habits.nudges_until and day < habits.nudges_until)


def _without(span: Span, hole: Span) -> Iterator[Span]:
    if hole[1] <= span[0] or span[1] <= hole[0]:
        yield span
        return
    if span[0] < hole[0]:
        yield span[0], hole[0]
    if hole[1] < span[1]:
        yield hole[1], span[1]
