"""What `serve` does by the clock: a handful of ticks, each again after its interval.

A tick that takes longer than its interval is not begun twice; one that comes late is taken once. Whatever goes wrong
in one tick is noted, and the next one comes all the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler  # type: ignore[import-untyped]  # it has no types

from bot.logs import place_of
from bot.watching import Watch
from conversations.errors import Busy, StaleReview, StorageDown

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    name: str
    every: timedelta
    does: Callable[[], Awaitable[object]]


class Scheduler:
    """Begins all `ticks` at once; from then on each in its own time."""

    def __init__(self, ticks: Iterable[Tick], watch: Watch | None = None) -> None:
        self._ticks = tuple(ticks)
        self._watch = watch or Watch()
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._told_to_stop = asyncio.Event()

    def stop(self) -> None:
        """No tick is begun any more; `run` returns when those that run have ended."""
        self._told_to_stop.set()

    async def run(self) -> None:
        """Ticks until it is stopped."""
        scheduler = AsyncIOScheduler(timezone=UTC)
        for tick in self._ticks:
            scheduler.add_job(
                self._taken,
                "interval",
                args=[tick],
                id=tick.name,
                seconds=tick.every.total_seconds(),
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                next_run_time=datetime.now(UTC),
            )
        scheduler.start()
        await self._told_to_stop.wait()
        scheduler.pause()
        await asyncio.sleep(0)  # what was submitted before has begun now
        await self._idle.wait()
        scheduler.shutdown(wait=False)  # waiting would cancel what runs
        await asyncio.sleep(0)  # it shuts down in the loop's next round

    async def _taken(self, tick: Tick) -> None:
        self._running += 1
        self._idle.clear()
        try:
            with self._watch.over("tick", tick=tick.name):
                await tick.does()
        except (Busy, StaleReview, StorageDown) as error:
            _log.warning("tick_waits", extra={"tick": tick.name, "error": type(error).__name__})
        except Exception as error:  # noqa: BLE001  # the scheduler would log its text, which may repeat what people wrote
            _log.error("tick_broke", extra={"tick": tick.name, "error": type(error).__name__, "at": place_of(error)})
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()
