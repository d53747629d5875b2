"""A town with its bot, in which something goes wrong, and what came of it: one row of the table."""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from bot.bootstrap import machine_clock
from tests.faults.databases import Base, PostgresBase
from tests.faults.ledger import Verdict, judge
from tests.faults.scene import HURRY, LONGEST_SECONDS, Bot, Scene, newcomers, until
from tests.faults.towns import TOWNS, Town
from tests.journeys.dying import AHEAD, Child


@dataclass(slots=True, kw_only=True)
class Played:
    """`recoveries` are in seconds: from the death, or the end of the fault, until everything had come about."""

    what: str
    platform: str
    base: str
    times: int = 0
    recoveries: list[float] = field(default_factory=list)
    verdict: Verdict = field(default_factory=Verdict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class World:
    bot: Bot
    scene: Scene
    town: Town
    base: Base
    url: str
    ahead: Path  # the file of what the bot's clock is ahead
    played: Played

    def clock(self) -> datetime:
        """The bot's."""
        return _clock(self.ahead)

    def steps(self, seconds: float) -> None:
        """The clock of the bot, and of its platform; read at any moment, the file is whole."""
        new = self.ahead.with_suffix(".new")
        new.write_text(str(float(self.ahead.read_text()) + seconds))
        new.replace(self.ahead)

    def goes_to_next_working_day(self) -> None:
        self.scene.ledger.notes_decided(self.base, self.scene.url)
        days = 3 if self.clock().weekday() == 4 else 1
        self.steps(timedelta(days=days).total_seconds())

    @property
    def postgres(self) -> PostgresBase:
        assert isinstance(self.base, PostgresBase)
        return self.base

    def notes(self, what: str) -> None:
        self.played.notes.append(what)

    async def metrics(self) -> str:
        async with self.town.http.get(f"{self.bot.process.address}/metrics") as answer:
            return await answer.text()

    async def wrong(self) -> dict[str, str]:
        """What `/readyz` complains of."""
        async with self.town.http.get(f"{self.bot.process.address}/readyz") as answer:
            wrong: dict[str, str] = (await answer.json())["wrong"]
            return wrong

    async def says_so(self, what: str) -> None:
        await until(lambda: self._is_wrong(what))
        self.notes(f"/readyz: {what}")

    async def is_well(self) -> None:
        await until(self._is_ready)

    async def _is_wrong(self, what: str) -> bool:
        return what in await self.wrong()

    async def _is_ready(self) -> bool:
        return not await self.wrong()


Act: TypeAlias = Callable[[World], Awaitable[object]]


async def played(
    act: Act,
    what: str,
    child: Child,
    platform: str,
    base: Base,
    folder: Path,
    *,
    rounds: int,
    prepared: Iterable[str] = (HURRY,),
    patience: float = LONGEST_SECONDS,
) -> Played:
    """`act` begins a bot, and leaves one that serves; there are people enough for so many `rounds`."""
    ahead = folder / f"{platform}-{base.name}-{what}.ahead".replace(" ", "-")
    url = await asyncio.to_thread(base.fresh)  # others are in the middle of their plays, and count seconds
    ahead.write_text(str(AHEAD.total_seconds()))
    row = Played(what=what, platform=platform, base=base.name)

    people = ("ana", "ben", "lee", "vic", *newcomers(rounds))
    async with TOWNS[platform](people, lambda: _clock(ahead)) as town:
        bot, scene = Bot(child, town, url, ahead, prepared), Scene(town, base, url, patience)
        world = World(bot=bot, scene=scene, town=town, base=base, url=url, ahead=ahead, played=row)
        try:
            await act(world)
            await scene.settles()
            await bot.stops()
            while scene.pending():  # the last tick has written something more
                await bot.begins()
                await scene.settles()
                await bot.stops()
        except Exception as error:  # noqa: BLE001  # something was not done: that is what is looked for
            row.verdict.lost.append(f"it did not come to that: {''.join(traceback.format_exception(error))}")
        finally:
            await bot.close()
        told = Counter(answer.status for each in town.fake.delivered for answer in each.answers if not answer.ok)
        row.notes += [f"{number} × {status or 'no answer'}" for status, number in sorted(told.items())]
        row.verdict.adds(await asyncio.to_thread(judge, scene.ledger, town, base, url))
    return row


def _clock(ahead: Path) -> datetime:
    return machine_clock() + timedelta(seconds=float(ahead.read_text()))
