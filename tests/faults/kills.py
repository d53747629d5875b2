"""Processes that are killed: at each named point of a turn, a delivery and a tick, and at random moments."""

from __future__ import annotations

import asyncio
from random import Random

from tests.faults.world import Act, World
from tests.journeys.dying import DELIVERY, TICK, TURN

ANY_MOMENT = "any moment"
PLAN = ("plan_begun", "letter_written")  # of what a tick keeps
_PASSINGS = {  # in a round there are at least so many
    **dict.fromkeys(TURN, 6),
    **dict.fromkeys(DELIVERY, 12),
    **dict.fromkeys((*TICK, *PLAN), 1),
}
POINTS = (*_PASSINGS, ANY_MOMENT)
_ROUND_SECONDS = 0.8  # about


def killed(point: str, times: int, seed: object) -> Act:
    """So often, each time in another round; where its point was not passed in one, it may die in the next."""
    rng = Random(f"{seed}/{point}")

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
    loop, bot = asyncio.get_running_loop(), world.bot
    busy = asyncio.create_task(world.scene.round(n))
    await asyncio.wait({busy, bot.end}, return_when=asyncio.FIRST_COMPLETED)
    died = bot.end.done()
    if died:
        assert bot.end.result() < 0, "it has ended by itself"
        died_at = loop.time()
        await _begins(world, point, rng)
        await world.scene.recovers()
        world.played.recoveries.append(loop.time() - died_at)
        world.played.times += 1
    await busy
    return died
