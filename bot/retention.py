"""What was kept long enough goes, by the clock: what was told and sent, and the words of reviews that are closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from adapters.filters import plural
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.errors import ReadinessError, StaleReview
from storage.database import open_database
from storage.forgetting import empty_review
from storage.retention import (
    DELIVERIES,
    INBOX,
    LEDGER,
    TOGETHER,
    Term,
    clear_ended,
    clear_inbox,
    clear_ledger,
    clear_sent,
    closed_reviews,
    drop_term,
    known_tenants,
    set_term,
    terms,
)
from storage.shelf import PackShelf
from storage.threads import Units


class NoSuchTenant(ReadinessError):
    """Nobody and no review is known there."""


_CLEARED = {clear_inbox: INBOX, clear_sent: DELIVERIES, clear_ended: DELIVERIES, clear_ledger: LEDGER}
_log = logging.getLogger(__name__)


class Retention:
    """`days` that closed reviews keep their words where a tenant has no term of its own; None: for ever."""

    def __init__(self, units: Units, shelf: PackShelf, *, days: int | None, clock: Callable[[], datetime]) -> None:
        self._units = units
        self._shelf = shelf
        self._days = days
        self._clock = clock

    async def look(self) -> None:
        """Clears until nothing old is left, a small transaction at a time. Raises `Busy` and `StorageDown`."""
        now = self._clock()
        for clear, kept in _CLEARED.items():
            while (gone := await self._units(clear, now - kept)) > 0:
                _log.info("rows_cleared", extra={"what": clear.__name__.removeprefix("clear_"), "rows": gone})
                if gone < TOGETHER:
                    break
        own = await self._units(terms)
        for place, days in own.items():
            if days is not None:
                await self._empty(now - timedelta(days=days), of=place)
        if self._days is not None:
            await self._empty(now - timedelta(days=self._days), but=tuple(own))

    async def _empty(
        self, before: datetime, of: tuple[str, str] | None = None, but: tuple[tuple[str, str], ...] = ()
    ) -> None:
        done: set[str] = set()
        while found := await self._units(closed_reviews, before, of=of, but=but):
            fresh = [(review, at) for review, at in found if review not in done]
            for review, at in fresh:
                done.add(review)
                with suppress(StaleReview):  # others are at work on it: the next look finds it again
                    await self._units(empty_review, self._lapse(review, at), self._shelf)
                    _log.info("review_emptied", extra={"review": review})
            if not fresh:
                return

    def _lapse(self, review: str, at: ConversationReference) -> Activity:
        now = self._clock()
        return Activity(
            keys=(f"kept/{review}/{now.isoformat()}",),
            kind=ActivityKind.LAPSE,
            actor=Actor(id="", name=""),
            reference=at,
            at=now,
            review=review,
        )


def as_lines(settings: Settings, tenant: str | None) -> list[str]:
    """For how long each tenant's closed reviews keep their words, and by whose word. Raises `NoSuchTenant`."""
    return asyncio.run(_as_lines(settings, tenant))


def keep_for(settings: Settings, tenant: str, days: Term) -> None:
    """From now on; None: for ever. On SQLite nobody else may be at work. Raises `NoSuchTenant`, `DatabaseInUse`."""
    asyncio.run(_with_each(settings, tenant, partial(set_term, days=days)))


def keep_as_usual(settings: Settings, tenant: str) -> None:
    """As where nobody has said anything of the tenant. Raises the same."""
    asyncio.run(_with_each(settings, tenant, drop_term))


async def _as_lines(settings: Settings, tenant: str | None) -> list[str]:
    database = open_database(settings.database_url, alone=False)
    try:
        own, usual = await database.read(terms), f"{_said(settings.retention_days)} (AI_READINESS_RETENTION_DAYS)"
        places = await _known(database.read, tenant)
    finally:
        database.close()
    return [f"{place[1]} on {place[0]}: {_said(own[place]) if place in own else usual}" for place in places] or [usual]


async def _with_each(settings: Settings, tenant: str, unit: Callable[..., None]) -> None:
    database = open_database(settings.database_url, command="ai-readiness retention")
    try:
        for platform, name in await _known(database.read, tenant):
            await database.units(unit, platform, name)
    finally:
        database.close()


async def _known(read: Units, tenant: str | None) -> list[tuple[str, str]]:
    places = await read(known_tenants)
    found = [place for place in places if tenant in (None, place[1])]
    if tenant is not None and not found:
        there = f" Known are {', '.join(name for _, name in places)}." if places else ""
        raise NoSuchTenant(f"Nobody is known in {tenant!r}.{there}")
    return found


def _said(days: Term) -> str:
    return "kept" if days is None else plural(days, "day")
