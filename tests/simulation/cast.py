"""The people of the simulated company: where they live, how they work, and how they take to being asked.

Everything comes from the seed and from names, never from the order in which it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from tests.simulation.diary import Diary
from tests.simulation.facts import Habits, Person

PLACES = (
    ("Europe/Berlin", "DE-BY"),
    ("Europe/London", "GB"),
    ("America/New_York", "US"),
    ("America/Los_Angeles", "US-CA"),
    ("America/Santiago", "CL"),
    ("America/Sao_Paulo", "BR"),
    ("Australia/Sydney", "AU-NSW"),
    ("Pacific/Auckland", "NZ"),
    ("Asia/Tokyo", "JP"),
    ("Asia/Kolkata", "IN"),
    ("Asia/Jerusalem", "IL"),
    ("Africa/Johannesburg", None),
)
"""Twelve zones on both hemispheres; eight of them change their clocks, twice a year and each way."""

_HOURS = ((time(8), time(16)), (time(9), time(17)), (time(7, 30), time(12, 30)), (time(11), time(19)))
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """`diligence` is how likely they are to react to a message, `delay` how soon."""

    person: Person
    diligence: float
    delay: timedelta

    @property
    def name(self) -> str:
        return self.person.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody says about how they are written to, and what holds from then on."""

    at: datetime
    name: str
    words: str
    change: tuple[tuple[str, object], ...]  # of their `Habits`


def company(seed: int, size: int) -> tuple[Colleague, ...]:
    return tuple(_colleague(seed, n) for n in range(size))


def _colleague(seed: int, n: int) -> Colleague:
    rng, (zone, country) = Random(f"{seed}/person/{n}"), PLACES[n % len(PLACES)]
    return Colleague(
        person=Person(name=f"u{n:03}", zone=zone, country=country),
        diligence=rng.choice((0.95, 0.75, 0.75, 0.4, 0.1)),
        delay=timedelta(minutes=rng.choice((15, 60, 240, 24 * 60))),
    )


def first_wish(colleague: Colleague, at: datetime, seed: int) -> Wish:
    """What everybody says first: their country, and some of them their hours. Who has no country says only hours."""
    rng, country = Random(f"{seed}/hours/{colleague.name}"), colleague.person.country
    own = rng.random() < 0.4 or country is None
    begins, ends = rng.choice(_HOURS) if own else Habits().hours
    return _hours(at, colleague.name, begins, ends, country)


def _hours(at: datetime, name: str, begins: time, ends: time, country: str | None = None) -> Wish:
    words = f"hours {begins.hour}:{begins.minute:02}-{ends.hour}:{ends.minute:02} {country or ''}".strip()
    return Wish(at=at, name=name, words=words, change=(("hours", (begins, ends)),))


def later_wishes(colleague: Colleague, seed: int, start: date, days: int) -> list[Wish]:
    """What they say in the course of the time: absences above all."""
    rng, diary = Random(f"{seed}/wishes/{colleague.name}"), Diary(colleague.person)
    found = []
    for make, a_year in ((_away, 2.0), (_new_hours, 0.2), (_digest_day, 0.3), (_pause, 0.2), (_off, 0.15)):
        for n in range(365):
            if n < days and rng.random() < a_year / 365:
                found += make(rng, colleague.name, diary, start + timedelta(days=n))
    return found


def _at(rng: Random, diary: Diary, day: date) -> datetime:
    return diary.moment(day, time(rng.randrange(9, 18), rng.randrange(60)))


def _away(rng: Random, name: str, diary: Diary, day: date) -> list[Wish]:
    back = day + timedelta(days=rng.choice((1, 2, 3, 7, 10, 14, 21)))
    words = f"away until {back.isoformat()}"
    return [Wish(at=_at(rng, diary, day), name=name, words=words, change=(("away_until", back),))]


def _new_hours(rng: Random, name: str, diary: Diary, day: date) -> list[Wish]:
    begins, ends = rng.choice(_HOURS)
    return [_hours(_at(rng, diary, day), name, begins, ends)]


def _digest_day(rng: Random, name: str, diary: Diary, day: date) -> list[Wish]:
    weekday = rng.randrange(5)
    words = f"digest {_WEEKDAYS[weekday]} 11:30"
    return [Wish(at=_at(rng, diary, day), name=name, words=words, change=(("digest", (weekday, time(11, 30))),))]


def _pause(rng: Random, name: str, diary: Diary, day: date) -> list[Wish]:
    until = day + timedelta(days=rng.randrange(2, 15))
    words = f"nudges pause until {until.isoformat()}"
    return [Wish(at=_at(rng, diary, day), name=name, words=words, change=(("nudges_until", until),))]


def _off(rng: Random, name: str, diary: Diary, day: date) -> list[Wish]:
    """Off, and on again some weeks later; nudges or the digest."""
    off, on = _at(rng, diary, day), _at(rng, diary, day + timedelta(days=rng.randrange(7, 40)))
    if rng.random() < 0.6:
        return [
            Wish(at=off, name=name, words="nudges off", change=(("nudges", False),)),
            Wish(at=on, name=name, words="nudges on", change=(("nudges", True), ("nudges_until", None))),
        ]
    return [
        Wish(at=off, name=name, words="digest off", change=(("digest", None),)),
        Wish(at=on, name=name, words="digest on", change=(("digest", "as before"),)),
    ]


def after_wish(habits: Habits, wish: Wish, digest_before: tuple[int, time]) -> Habits:
    """A digest that is no longer within the hours comes with them."""
    changed = dict(wish.change)
    if changed.get("digest") == "as before":
        changed["digest"] = digest_before
    habits = replace(habits, **changed)  # type: ignore[arg-type]  # fields of it, by name
    if habits.digest and not habits.hours[0] <= habits.digest[1] < habits.hours[1]:
        habits = replace(habits, digest=(habits.digest[0], habits.hours[0]))
    return habits
