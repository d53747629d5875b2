"""A process as `serve` runs one: the relay and the ticks beside the turns, put together by the product's own hands."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot import relay
from bot.bootstrap import Application
from conversations.activities import Activity
from conversations.errors import Busy, EventRefused, StaleReview, StorageDown
from storage.database import Database
from tests.turns.life import Life

relay.POLL_SECONDS = TICK_SECONDS = 5.0  # who has something to send is woken; what is left is seldom
_EXPECTED = ("Broke", "Died", "LaneLost", "StorageDown")
TURN_SECONDS = 2.5  # so long an endpoint waits for a turn


class Overheard(logging.Handler):
    """What the product logs as an error is one, unless the simulation has made it; and the database refuses nothing."""

    def __init__(self, breaks: Callable[[str], object]) -> None:
        super().__init__(logging.WARNING)
        self._breaks = breaks

    def emit(self, record: logging.LogRecord) -> None:
        error = getattr(record, "error", "")
        is_fault = record.levelno >= logging.ERROR or record.getMessage() == "storage_refused"
        if is_fault and error not in _EXPECTED:
            self._breaks(f"{record.getMessage()}: {error} at {getattr(record, 'at', '')}")


@dataclass(slots=True, kw_only=True)
class Process:
    life: Life
    slot: int
    app: Application
    database: Database
    _ticking: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_at_it(self) -> bool:
        """Whether a unit waits to be done."""
        return bool(getattr(self.database.units, "coming", False))

    async def work(self) -> None:
        """Until it dies; whatever else ends it is a fault."""
        relaying = asyncio.create_task(self.app.relay.run())
        while not relaying.done():
            await self.tick(self.app.ticker.tick_if_due)
            await asyncio.wait([relaying], timeout=TICK_SECONDS)
        await relaying

    async def tick(self, does: Callable[[], Awaitable[object]]) -> None:
        if self._ticking.locked():
            return
        async with self._ticking:
            with contextlib.suppress(Busy, StaleReview, StorageDown):
                await does()

    async def take(self, activity: Activity) -> bool:
        """Whether something of it is to be kept: not of what means nothing here, nor of a form with errors."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                turn = await self.app.runner.run(activity)
        except EventRefused:
            return False
        return turn is None or not turn.errors

    async def next_due(self) -> datetime | None:
        return await self.app.ticker.planner.next_due()
