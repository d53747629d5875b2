"""What is planned for a simulated time: how much, when the bot is down, when it dies, and who is not to be disturbed.

All of it comes from the seed, and from nothing that happens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from tests.simulation.diary import Diary, Span

START = date(2026, 1, 5)  # a Monday
_DISTURBED_A_DAY = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    seed: int = 1
    days: int = 365
    reviews: int = 300
    people: int = 900
    outage_count: int = 5
    restarts: int = 40
    pulse_minutes: int = 15

    @property
    def start(self) -> datetime:
        return datetime.combine(START, time(), UTC)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(days=self.days)

    def outages(self) -> list[Span]:
        """Spread over the time, of some hours to three days."""
        rng, part, found = Random(f"{self.seed}/outages"), self.days / max(self.outage_count, 1), list[Span]()
        for n in range(self.outage_count):
            start = self.start + timedelta(days=rng.uniform(n * part + 2, (n + 1) * part - 3.5))
            found.append((start, start + timedelta(days=rng.choice((0.2, 0.6, 1, 1.5, 2, 3)))))
        return found

    def deaths(self) -> list[datetime]:
        """From when on the process dies at some point, and is there again at once."""
        rng = Random(f"{self.seed}/restarts")
        return sorted(self.start + rng.random() * timedelta(days=self.days) for _ in range(self.restarts))

    def disturbances(self, diaries: Mapping[str, Diary]) -> dict[str, list[Span]]:
        """When the platform says of somebody that they are not to be disturbed."""
        return {name: self._disturbances(name, diary) for name, diary in diaries.items()}

    def _disturbances(self, name: str, diary: Diary) -> list[Span]:
        rng, found = Random(f"{self.seed}/disturbed/{name}"), list[Span]()
        for day in range(self.days):
            if rng.random() < _DISTURBED_A_DAY:
                start = diary.moment(START + timedelta(days=day), time(rng.randrange(7, 15)))
                found.append((start, start + timedelta(hours=rng.randrange(1, 6))))
        return found
