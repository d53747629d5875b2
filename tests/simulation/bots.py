"""The bot of the simulation: the product's own application on a virtual clock, in one process that may die anywhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from bot.absences import Absences
from bot.bootstrap import Application, running
from bot.settings import Settings
from conversations.activities import Activity
from conversations.effects import Turn
from conversations.people import Account, Person
from storage import database
from storage.people import PeopleRows
from tests.simulation.diary import Span
from tests.simulation.platform import PLATFORM, Keeper, Platform

T = TypeVar("T")


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Died(Exception):
    """The process is dead; nothing of it goes on."""


class Mortal:
    """Dies at one of the named points of a turn, a tick or a delivery; from then on nothing more is done."""

    def __init__(self) -> None:
        self.points_left: int | None = None
        self.dead = False

    def __call__(self, _point: str = "") -> None:
        if self.points_left is not None:
            self.points_left -= 1
            self.dead = self.dead or self.points_left < 0
        self.alive()

    def alive(self) -> None:
        if self.dead:
            raise Died

    def revive(self) -> None:
        self.points_left, self.dead = None, False


class Undisturbed:
    """A `ports.Quiet`: the platform's own do-not-disturb."""

    def __init__(self, spans: Mapping[str, Sequence[Span]]) -> None:
        self._spans = spans

    async def until(self, account: Account, now: datetime) -> datetime | None:
        return next((end for start, end in self._spans.get(account.id, ()) if start <= now < end), None)


class Bot:
    """One process. `clock` is everybody's; what is said arrives at `keeper`."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        keeper: Keeper,
        disturbed: Mapping[str, Sequence[Span]],
        mortal: Mortal | None = None,
    ) -> None:
        self.mortal = mortal or Mortal()
        self.clock = clock
        self._settings = Settings(database_url=url)
        self._senders = {PLATFORM: Platform(keeper, clock, self.mortal.alive)}
        self._quiets = {PLATFORM: Undisturbed(disturbed)}
        self._stack = contextlib.AsyncExitStack()
        self._app: Application
        self._absences: Absences

    async def open(self) -> None:
        """Anew, where it was open: whatever was in memory is gone."""
        await self.close()
        self.mortal.revive()
        # A power cut is not what is tried here, so SQLite does not wait for the disk.
        database._SYNCHRONOUS = "OFF"
        self._app = await self._stack.enter_async_context(
            running(
                self._settings,
                self._senders,
                command="simulation",
                clock=self.clock,
                reach=self.mortal,
                quiets=self._quiets,
            )
        )
        planner, zone = self._app.ticker.planner, self._app.engine.zone
        self._absences = Absences(
            self._app.database.read, planner, self._app.runner, rolls={}, clock=self.clock, zone=zone
        )

    async def close(self) -> None:
        await self._stack.aclose()

    async def keep(self, people: Iterable[Person]) -> None:
        await PeopleRows(self._app.database.units).keep(people)

    async def run(self, activity: Activity) -> Turn | None:
        return await self._app.runner.run(activity)

    async def read(self, unit: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A query that takes the shelf of packs first."""
        return await self._app.database.read(unit, self._app.shelf, *args, **kwargs)

    async def next_due(self) -> datetime | None:
        return await self._app.ticker.planner.next_due()

    async def tick(self) -> None:
        """As `serve` does every few seconds."""
        await self._app.ticker.tick_if_due()
        await self._app.relay.drain()

    async def pulse(self) -> None:
        """As `serve` does every minute."""
        await self._app.ticker.pulse()

    async def look(self) -> None:
        """As `serve` does every hour."""
        await self._absences.look()
        await self._app.relay.drain()

    async def drain(self) -> None:
        await self._app.relay.drain()
