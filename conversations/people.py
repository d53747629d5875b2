"""People: what a platform tells of them, and how they want to be written to.

The first is kept, so that names, zones and rights are known without asking again; the second is theirs to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

WORKDAY_BEGINS = time(9, 30)
WORKDAY_ENDS = time(16, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    platform: str
    tenant: str
    id: str
    name: str  # as colleagues see it; it can be copied and proves nothing
    zone: str | None = None  # an IANA name
    email: str | None = None
    here: bool = True  # False: deactivated
    bot: bool = False
    admin: bool = False
    guest: bool = False
    outsider: bool = False  # of another organisation, in a shared channel
    read_at: datetime  # when the platform said so


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody on one platform; what is kept of a person is kept of their account."""

    platform: str
    tenant: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """How somebody wants to be written to, as they said it. What they did not say is None, and the settings' counts."""

    begins: time = WORKDAY_BEGINS
    ends: time = WORKDAY_ENDS
    days: tuple[int, ...] | None = None  # weekdays that are worked on, 0 for Monday; None: as their country does
    zone: str | None = None  # an IANA name; None: as the platform tells it
    country: str | None = None  # `DE` or `DE-BY`; "" for none
    away_until: date | None = None  # the day of their return: the first on which they are here again
    nudges: bool = True
    nudges_from: date | None = None  # paused until that day
    digest: bool = True
    digest_day: int = 0  # a weekday, 0 for Monday
    digest_at: time = WORKDAY_BEGINS
    digest_since: datetime | None = None  # when they last said something about it: it comes after that
