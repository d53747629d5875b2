"""What happened, as somebody outside the bot could have written it down: people, their acts, and messages that left.

The judge of `etiquette.py` is told these and nothing else. Moments are aware UTC datetimes, days are the local days
of the person who said them. Nothing here is imported from the product, so that nothing of it is believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody the bot could write to; `country` as the `holidays` library names it, with a `-` before a region."""

    name: str
    zone: str = "UTC"
    country: str | None = None
    outside: bool = False  # of another organisation: never written to directly
    reachable: bool = True  # else the thread is the only place to write to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What the pack says of an item, as far as the etiquette depends on it."""

    key: str
    type: str = "text"
    critical: bool = False
    confirm: bool = False  # the named person is asked to confirm
    review_days: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    at: datetime
    review: str
    owner: str
    items: tuple[Item, ...]
    lead: str | None = None
    sponsor: str | None = None
    decision: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The walk reached an item: the question card in the thread asks it."""

    at: datetime
    review: str
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegated:
    at: datetime
    review: str
    item: str
    by: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """`named` is the person in the answer; `day` the date in it; `clears` is False for "in review"."""

    at: datetime
    review: str
    item: str
    by: str
    verdict: str = "complete"  # complete, vague or missing
    named: str | None = None
    day: date | None = None
    clears: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    at: datetime
    review: str
    item: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """Somebody says that an answer which came up again holds."""

    at: datetime
    review: str
    item: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The named person says no to being named, or somebody who was asked says "not me"; `to` is whom they name."""

    at: datetime
    review: str
    item: str
    by: str
    to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    at: datetime
    review: str
    item: str
    by: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """Kept as is, "does not apply" (waiting or accepted), or in conflict: nobody is to be nudged about it."""

    at: datetime
    review: str
    item: str
    by: str
    how: str = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """An answer was taken back or refused: the item is asked anew."""

    at: datetime
    review: str
    item: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    at: datetime
    by: str
    items: tuple[tuple[str, str], ...]  # (review, item) of each line that was snoozed
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSet:
    """`until` is the day on which a pause ends, or has ended."""

    at: datetime
    review: str
    by: str
    phase: str  # open, paused, done or cancelled
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    at: datetime
    review: str
    by: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Informed:
    """The intake: who leads, who sponsors, when the decision is due; None leaves as it is."""

    at: datetime
    review: str
    by: str
    lead: str | None = None
    sponsor: str | None = None
    decision: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoke:
    """An act in the thread that changes nothing the etiquette looks at, but ends a quiet time."""

    at: datetime
    review: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a person may be written to, from a moment on."""

    hours: tuple[time, time] = (time(9, 30), time(16, 30))
    away_until: date | None = None  # back on that day
    nudges: bool = True
    nudges_until: date | None = None  # paused until that day
    digest: tuple[int, time] | None = (0, time(9, 30))  # weekday and time, or off


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferred:
    at: datetime
    person: str
    habits: Habits


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotDisturb:
    """A time that the platform lets the bot read; `at` is when it began to be readable."""

    at: datetime
    person: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    at: datetime
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """The bot did not run from `at` to `end`."""

    at: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a message says of one item, or (without an item) of a whole review; `kind` as `interfaces.md` §5 has it."""

    kind: str
    review: str
    item: str = ""

    @property
    def about(self) -> tuple[str, str]:
        return self.review, self.item


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the bot's own accord, as it left."""

    at: datetime
    to: str
    lines: tuple[Line, ...] = ()
    weekly: str = ""  # digest or roll_up
    place: str = "person"  # or thread
    names: tuple[str, ...] = ()  # whom a post in a thread names

    @property
    def kinds(self) -> str:
        return " and ".join(dict.fromkeys(line.kind for line in self.lines)) or self.weekly or "message"

    @property
    def reviews(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.review for line in self.lines))

    def speaks_of(self, about: tuple[str, str]) -> bool:
        return any(line.about == about for line in self.lines)


Act = (
    Asked | Delegated | Answered | Confirmed | Renewed | Declined | Deferred | SetAside | Reopened | PhaseSet
    | HandedOver | Informed | Spoke
)  # fmt: skip
Fact = Act | Started | Snoozed | Preferred | DoNotDisturb | Left | Down | Message
