"""When somebody may be written to: their working hours and days, in their own zone.

A calendar is a value; whoever makes it has settled what nobody said (zone, holidays). Moments are aware, days are
those of the person's zone. A window is what of a day is worked: clock changes move it in UTC and never on the wall.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """`days` holds at least one weekday, and `begins` comes before `ends`."""

    zone: tzinfo
    begins: time
    ends: time  # no longer worked
    days: frozenset[int]  # weekdays that are worked on, 0 for Monday
    holidays: Container[date] = ()
    away_until: date | None = None  # the day of their return

    def day_of(self, moment: datetime) -> date:
        """The day that it is for this person."""
        return moment.astimezone(self.zone).date()

    def is_away(self, day: date) -> bool:
        return self.away_until is not None and day < self.away_until

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.days and not self.is_away(day) and day not in self.holidays

    def is_open(self, moment: datetime) -> bool:
        return self.opens(moment) == moment

    def opens(self, moment: datetime) -> datetime:
        """The first moment, from then on, at which they may be written to; in UTC."""
        windows = (self._window(day) for day in self._worked(self.day_of(moment)))
        return next(max(begins, moment.astimezone(UTC)) for begins, ends in windows if max(begins, moment) < ends)

    def opens_on(self, day: date) -> datetime:
        """The first moment of `day`, or of the first worked day after it, at which they may be written to; in UTC."""
        return self.opens(datetime.combine(day, time(), self.zone))

    def after(self, day: date, days: int) -> date:
        """The worked day that is so many worked days later (0: the day itself, or the first worked one after it).

        Days away do not count as worked.
        """
        worked = self._worked(day if days == 0 else day + _DAY)
        for _ in range(days - 1):
            next(worked)
        return next(worked)

    def _worked(self, day: date) -> Iterator[date]:
        """Worked days, from that one on; they do not end. Of an absence no day is looked at."""
        if self.away_until is not None:
            day = max(day, self.away_until)
        while True:
            if self.works_on(day):
                yield day
            day += _DAY

    def _window(self, day: date) -> tuple[datetime, datetime]:
        """In UTC. One that a clock change swallows is empty."""
        begins, ends = (datetime.combine(day, at, self.zone).astimezone(UTC) for at in (self.begins, self.ends))
        return begins, ends
