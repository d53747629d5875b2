"""People: what a platform tells of them, and how they want to be written to.

The first is kept, so that names, zones and rights are known without asking again; the second is theirs to say.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
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
    vouched: bool = False  # the platform has seen to it that the e-mail is theirs
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
class Address:
    """Where somebody or a channel can be spoken to, on a platform that is told it with what people do there."""

    platform: str
    tenant: str
    id: str  # the person's, or the channel's
    conversation: str | None = None  # a person's own with the bot, once there is one
    service_url: str
    directory: str | None = None  # a person's id in their organisation, the same for all bots
    team: str | None = None  # of a channel
    overheard: bool | None = None  # of a channel: what is said there without naming the bot is told too
    name: str | None = None
    lost: bool | None = None  # the platform takes nothing there any more
    told_at: datetime


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


_TOGETHER = (  # what is said as one thing
    ("begins", "ends", "days"),
    ("zone",),
    ("country",),
    ("away_until",),
    ("nudges", "nudges_from"),
    ("digest", "digest_day"),
    ("digest_at",),
    ("digest_since",),
)


def together(first: Preferences, second: Preferences) -> Preferences:
    """Those of one person with two accounts: what was said on either; where both said something, the first counts."""
    unsaid, left, right = (asdict(each) for each in (Preferences(), first, second))
    both = replace(first)
    for names in _TOGETHER:
        if all(left[name] == unsaid[name] for name in names):
            both = replace(both, **{name: right[name] for name in names})
    digest_at = both.digest_at if both.begins <= both.digest_at < both.ends else both.begins
    return replace(both, digest_at=digest_at)
