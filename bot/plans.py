"""What would be done about people: they are found, then planned for. Nothing here writes.

A plan is worked out in a thread, one at a time, so that the loop goes on beside it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TypeAlias

from conversations.calendars import Calendar
from conversations.cards import PlanLine, PreferencesCard
from conversations.digests import is_told
from conversations.letters import Pending, Plan, Silence
from conversations.people import Account, Person, Preferences
from conversations.planning import plan
from conversations.ports import Quiet
from conversations.preferences import preferences_card
from conversations.standing import stand
from storage.reminders import next_due, read_pending, waiting
from storage.shelf import PackShelf
from storage.threads import Units

TOGETHER = 20  # people who are found at once: more would hold their thread for long

CalendarFor: TypeAlias = Callable[[Person | None, Preferences], Calendar]


class Planner:
    """Reviews count the days of `zone`; a person's own day is that of their calendar."""

    def __init__(self, read: Units, shelf: PackShelf, zone: tzinfo, calendar_for: CalendarFor) -> None:
        self.calendar_for = calendar_for
        self._read = read
        self._shelf = shelf
        self._zone = zone
        self._alone = asyncio.Lock()

    async def found(self, accounts: Iterable[Account]) -> Mapping[Account, Pending]:
        return await self._read(read_pending, self._shelf, tuple(accounts))

    async def plan(
        self, pending: Pending, now: datetime, silence: Silence | None, disturbed_until: datetime | None = None
    ) -> Plan:
        calendar, at = self.calendar_for(pending.person, pending.preferences), now.astimezone(self._zone)
        async with self._alone:
            return await asyncio.to_thread(
                plan, pending, calendar, at, silence=silence, disturbed_until=disturbed_until
            )

    async def preferences(self, account: Account, now: datetime) -> PreferencesCard:
        """How somebody may be written to, as it is now."""
        pending, at = (await self.found([account]))[account], now.astimezone(self._zone)
        calendar = self.calendar_for(pending.person, pending.preferences)
        weekly = any(is_told(stand(review, at), account.id) for review in pending.reviews)
        return preferences_card(pending.preferences, calendar, at, weekly=weekly)

    async def next_due(self) -> datetime | None:
        """When somebody, or a review, is to be looked at next."""
        return await self._read(next_due)

    async def preview(self, at: datetime) -> tuple[PlanLine, ...]:
        """What a tick would do then, and all that is held back; no platform is asked who must not be disturbed."""
        accounts, plans = await self._read(waiting, by=None), dict[Account, Plan]()
        for start in range(0, len(accounts), TOGETHER):
            found = await self.found(accounts[start : start + TOGETHER])
            for pending in found.values():
                plans[pending.account] = await self.plan(_after(pending, plans), at, None)
        return in_order(line for plan in plans.values() for line in plan.lines)


def _after(pending: Pending, plans: Mapping[Account, Plan]) -> Pending:
    """As it would be found after these, of which some may be for other accounts of the same person."""
    told = pending.told
    for done in (plans[each] for each in told.others if each in plans):
        if done.letter_on is not None:
            told = replace(told, letter_on=done.letter_on, letter_at=done.at, letter_here=False)
        if done.digest is not None:
            told = replace(told, digest_elsewhere_at=done.at)
    return replace(pending, told=told)


async def disturbed_until(quiets: Mapping[str, Quiet], accounts: Iterable[Account], now: datetime) -> datetime | None:
    """Until when a person with these accounts must not be disturbed, by any of their platforms that tells."""
    asked = [(quiet, each) for each in accounts if (quiet := quiets.get(each.platform)) is not None]
    known = [until for quiet, each in asked if (until := await quiet.until(each, now)) is not None]
    return max(known, default=None)


def in_order(lines: Iterable[PlanLine]) -> tuple[PlanLine, ...]:
    """What goes out first, then what is held back, each by its moment."""
    return tuple(sorted(lines, key=lambda line: (not line.send, line.at, line.platform, line.person)))
