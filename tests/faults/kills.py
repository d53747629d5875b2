"""Processes that are killed: at each named point of a turn, a delivery and a tick, at random moments, and migrating."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from random import Random
from signal import SIGKILL
from tempfile import TemporaryDirectory
from typing import Any

from tests.faults.scene import newcomer, until
from tests.faults.world import Act, World
from tests.journeys.dying import DELIVERY, TICK, TURN
from tests.storage.revisions import COLUMN, NEWEST, migrating, scripts_with

ANY_MOMENT = "any moment"
MIGRATION = "statement of a migration"
PLAN = ("plan_begun", "letter_written")  # of what a tick keeps
SELDOM = ("called_back", "relay_told")  # of a delivery; each in rounds of its own
_PASSINGS = {  # in a round there are at least so many
    **dict.fromkeys(TURN, 6),
    **dict.fromkeys(DELIVERY, 12),
    **dict.fromkeys((*TICK, *PLAN, *SELDOM), 1),
}
POINTS = (*_PASSINGS, ANY_MOMENT, MIGRATION)
# The terminal's own, and those of erasing somebody: `test_crashes.py` and `test_erasing_people.py` pass them.
ELSEWHERE = ("acked", "letters_forgotten", "review_forgotten", "account_forgotten")
_ROUND_SECONDS = 0.8  # about
_LETTER_WAITS = "SELECT 1 FROM outbox WHERE state = 'pending' AND kind = 'post' AND message_key LIKE 'letter/%'"
_REVISION = "SELECT version_num FROM alembic_version"


def killed(point: str, times: int, seed: object) -> Act:
    """So often, each time in another round; where its point was not passed in one, it may die in the next."""
    rng = Random(f"{seed}/{point}")
    if point == MIGRATION:
        return _migrates(times, rng)

    async def act(world: World) -> None:
        await _begins(world, point, rng)
        await world.scene.opens()
        armed = False
        for n in range(rounds_for(times)):
            if not armed:
                await _arms(world, point, rng)
            armed = not await _died_in_round(world, n, point, rng)
            if world.played.times == times:
                return

    return act


def rounds_for(kills: int) -> int:
    return 3 * kills


async def _begins(world: World, point: str, rng: Random) -> None:
    await world.bot.begins(point, rng.randint(1, _PASSINGS.get(point, 1)))


async def _arms(world: World, point: str, rng: Random) -> None:
    if point != ANY_MOMENT:
        await world.bot.process.arm()
    else:
        asyncio.get_running_loop().call_later(rng.uniform(0, _ROUND_SECONDS), world.bot.process.kill)


async def _died_in_round(world: World, n: int, point: str, rng: Random) -> bool:
    bot = world.bot
    async with asyncio.TaskGroup() as tasks:
        busy = tasks.create_task(_ROUNDS.get(point, _usual)(world, n))
        await asyncio.wait({busy, bot.end}, return_when=asyncio.FIRST_COMPLETED)
        died = bot.end.done()
        if died:
            assert bot.end.result() < 0, "it has ended by itself"
            died_at = asyncio.get_running_loop().time()
            await _begins(world, point, rng)
            await _recovers(world, died_at)
    return died


async def _recovers(world: World, died_at: float) -> None:
    await world.scene.recovers()
    world.played.recoveries.append(asyncio.get_running_loop().time() - died_at)
    world.played.times += 1


# --- rounds in which something seldom is passed ----------------------------------------------------------------------


async def _usual(world: World, n: int) -> None:
    await world.scene.round(n)


async def _a_letter_comes_late(world: World, n: int) -> None:
    """The platform lets nothing through until its day is over: it is called back, and written anew."""
    who, project = newcomer(n)
    await world.scene.starts(project)
    world.town.asks_to_wait()
    await world.scene.names(who, project)
    await until(lambda: world.scene.has(_LETTER_WAITS))
    world.goes_to_next_working_day()
    world.town.fake.heals()
    await until(lambda: world.town.letter(who))
    await asyncio.sleep(_ROUND_SECONDS)  # all others who are written to on that day


async def _somebody_is_shut_out(world: World, n: int) -> None:
    await world.scene.names_in_vain(*newcomer(n))


_ROUNDS: Mapping[str, Callable[[World, int], Coroutine[Any, Any, None]]] = {
    "called_back": _a_letter_comes_late,
    "relay_told": _somebody_is_shut_out,
}


# --- a migration -----------------------------------------------------------------------------------------------------


def _migrates(times: int, rng: Random) -> Act:
    """One by one before its first statements, as many as it has or so `times`; then it is done, and work goes on."""

    async def act(world: World) -> None:
        await world.bot.begins()
        await world.scene.opens()
        with TemporaryDirectory() as folder:
            scripts = scripts_with(Path(folder), ("additive", COLUMN))
            with migrating(world.url, scripts) as migrates:
                for n in range(times):
                    if not await _died_migrating(world, n, partial(migrates, n + 1), rng):
                        break
                else:
                    assert not await _died_migrating(world, times, partial(migrates, 0), rng)

    return act


async def _died_migrating(world: World, n: int, migrates: Callable[[], int], rng: Random) -> bool:
    """While people are busy; on SQLite nobody else may be at work on the file."""
    alone = world.base.name == "sqlite"
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_usual(world, n))
        await asyncio.sleep(rng.uniform(0, _ROUND_SECONDS))
        if alone:
            await world.bot.stops()
        code = await asyncio.to_thread(migrates)
        ended_at = asyncio.get_running_loop().time()
        if code:
            assert code == -SIGKILL
            assert world.base.rows(world.url, _REVISION) == [{"version_num": NEWEST}], "it is not as it was"
        if alone:
            await world.bot.begins()
        if code:
            await _recovers(world, ended_at)
    return code != 0
