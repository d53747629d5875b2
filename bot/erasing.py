"""`ai-readiness people erase`: what somebody said, and who they are, goes from everywhere; what was done stays.

Everything is found by what stands in the database, and who is known is forgotten last. So it may be stopped anywhere,
and is done by being begun again.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from bot.bootstrap import machine_clock
from bot.library import load_engine
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.errors import StaleReview
from conversations.people import Account
from storage.database import open_database
from storage.forgetting import forget_account, forget_deliveries, forget_in_review, forget_letters, reviews_naming
from storage.shelf import PackShelf
from storage.threads import Units
from storage.unit_of_work import Reach, no_op

TRIES = 5
_PAUSE_SECONDS = 0.05
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was done."""

    reviews: int
    words: int  # answers and other acts whose words went
    revised: int  # messages that will be shown otherwise


def erase(
    settings: Settings,
    accounts: Sequence[Account],
    names: tuple[str, ...],
    *,
    clock: Callable[[], datetime] = machine_clock,
    reach: Reach = no_op,
) -> Erased:
    """Of all accounts of one person; on SQLite nobody else may be at work. Raises `DatabaseInUse` and `StorageDown`."""
    return asyncio.run(_erase(settings, accounts, names, clock, reach))


async def _erase(
    settings: Settings, accounts: Sequence[Account], names: tuple[str, ...], clock: Callable[[], datetime], reach: Reach
) -> Erased:
    engine, shelf = load_engine(settings), PackShelf()
    database = await asyncio.to_thread(open_database, settings.database_url, command="ai-readiness people erase")
    reviews, words, revised = 0, 0, 0
    try:
        for who in accounts:
            await again(database.units, forget_letters, who)
            reach("letters_forgotten")
            await _each_delivery(database.units, who, names)
            for review in await again(database.units, reviews_naming, who, names):
                activity = left(who, review, clock().astimezone(engine.zone))
                done = await again(database.units, forget_in_review, activity, names, engine.decide, shelf)
                reach("review_forgotten")
                if done is not None:
                    reviews, words, revised = reviews + 1, words + done.words, revised + done.revised
            await again(database.units, forget_account, who)
            reach("account_forgotten")
    finally:
        await asyncio.to_thread(database.close)
    return Erased(reviews=reviews, words=words, revised=revised)


async def _each_delivery(units: Units, who: Account, names: tuple[str, ...]) -> None:
    after: int | None = 0
    while after is not None:
        after = await again(units, forget_deliveries, who, names, after)


def left(who: Account, review: str, at: datetime) -> Activity:
    """They are here no longer, as far as this review knows."""
    return Activity(
        keys=(f"erased/{uuid4().hex}",),
        kind=ActivityKind.LEFT,
        actor=Actor(id=who.id, name=who.id),
        reference=ConversationReference(platform=who.platform, tenant=who.tenant, channel=""),
        at=at,
        review=review,
    )


async def again(units: Units, unit: Callable[..., T], *args: Any) -> T:
    """A unit, taken again where others were at work on the same. Raises `StaleReview` after the last try."""
    for attempt in range(1, TRIES + 1):
        try:
            return await units(unit, *args)
        except StaleReview:
            if attempt == TRIES:
                raise
            await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS * attempt))
    raise AssertionError("the last try returns or raises")
