"""What goes wrong besides death: the database, the platform, the clock, and what nobody had thought of.

Each fault does harm to a world in which people are busy, and puts it right again; what is seen meanwhile it notes.
"""

from __future__ import annotations

import asyncio
import re
import resource
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGUSR2

import psycopg

from bot.parked import listed, retry
from conversations.errors import DatabaseInUse
from tests.fakes import Trouble
from tests.faults.inside import LEASE
from tests.faults.scene import HURRY, STANDING, WRITERS, until
from tests.faults.world import Act, World

GONE_SECONDS = 3.0  # instead of a minute
HOUR = 3600.0
ROUNDS = 40  # of people who are busy, at most
SQLITE, POSTGRES, SLACK, TEAMS = "sqlite", "postgres", "slack", "teams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    name: str
    does: Act
    bases: Iterable[str] = (SQLITE, POSTGRES)
    platforms: Iterable[str] = (SLACK,)
    prepared: tuple[str, ...] = (HURRY,)
    alone: bool = False  # it harms everybody's server


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


def restarted(how: str) -> Act:
    async def does(world: World) -> None:
        await asyncio.to_thread(world.postgres.goes, how)
        await asyncio.to_thread(world.postgres.comes)

    return does


async def gone(world: World) -> None:
    await asyncio.to_thread(world.postgres.goes, "fast")
    await world.says_so("database")
    await asyncio.sleep(GONE_SECONDS)
    await asyncio.to_thread(world.postgres.comes)


async def cut(world: World) -> None:
    for _ in range(5):
        await asyncio.to_thread(world.postgres.cuts, world.url)
        await asyncio.sleep(0.2)


async def out_of_connections(world: World) -> None:
    """All that there are are somebody else's, and ours are cut."""
    taken: list[psycopg.Connection] = []
    try:
        await asyncio.to_thread(_take_all, world, taken)
        await world.says_so("database")
        await asyncio.sleep(1)
    finally:
        for each in taken:
            each.close()


def _take_all(world: World, taken: list[psycopg.Connection]) -> None:
    last = psycopg.connect(world.postgres.url, autocommit=True)
    taken.append(last)
    name = psycopg.conninfo.conninfo_to_dict(world.url)["dbname"]
    for _ in range(200):
        last.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            while True:
                taken.append(psycopg.connect(world.postgres.url, connect_timeout=2))
        except psycopg.OperationalError:
            count = last.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [name]).fetchone()
            if count == (0,):
                return


async def refusing_writes(world: World) -> None:
    world.postgres.does("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    try:
        await asyncio.sleep(1.5)
    finally:
        with psycopg.connect(world.postgres.url, autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
            connection.execute("SELECT pg_reload_conf()")


# --- SQLite ----------------------------------------------------------------------------------------------------------


async def disk_full(world: World) -> None:
    """No file of the process may grow beyond what its log has now: each commit comes to an end of the disk."""
    limit = partial(resource.prlimit, world.bot.process.number, resource.RLIMIT_FSIZE)
    usual = limit()
    limit((_log_of(world).stat().st_size // 2, usual[1]))
    await asyncio.sleep(1.5)
    limit(usual)


def _log_of(world: World) -> Path:
    return Path(f"{world.url.removeprefix('sqlite:///')}-wal")


# --- the process -----------------------------------------------------------------------------------------------------


async def clock_ahead(world: World) -> None:
    """And right again. Who was named in the hour that it was not yet is written to when it comes."""
    world.steps(HOUR)
    await asyncio.sleep(1.5)
    world.steps(-HOUR)
    await world.scene.delivers()
    world.steps(HOUR)


async def clock_behind(world: World) -> None:
    world.steps(-HOUR)
    await asyncio.sleep(1.5)
    world.steps(HOUR)


async def blocked(world: World) -> None:
    world.bot.process.is_told(SIGUSR2)
    await asyncio.sleep(1.5 * LEASE.total_seconds())


# --- the platform ----------------------------------------------------------------------------------------------------


def answers(how: Trouble | int | str, seconds: float = 0.0, lasts: float = 1.5) -> Act:
    """All that the platform says to the bot is that, for a while."""

    async def does(world: World) -> None:
        world.town.fake.fail("*", how, times=None, **world.town.waiting(seconds))
        await asyncio.sleep(lasts)
        world.town.fake.heals()

    return does


async def asked_to_wait(world: World) -> None:
    world.town.asks_to_wait()
    await asyncio.sleep(0.5)
    world.town.fake.heals()


# --- poison ----------------------------------------------------------------------------------------------------------


async def poison_activity(world: World) -> None:
    """Its turn always breaks; the platform gives up after a few tries, and all others go on."""
    brought = await world.town.replies(WRITERS[0], STANDING[0], "poison")
    for _ in range(3):
        await world.town.again(brought)
    assert not brought.taken
    assert re.search(r'requests_total{.*outcome="broke".*} 4.0', await world.metrics())
    world.notes("told 500, and counted")


async def poison_delivery(world: World) -> None:
    """It is parked, seen, and sent by the mended program once somebody says so."""
    await world.scene.names("vic", "Poisoned")
    settings, bot = world.town.settings(world.url), world.bot
    await until(lambda: world.scene.has("SELECT 1 FROM outbox WHERE state = 'parked'"))
    assert 'ai_readiness_deliveries_waiting{state="parked"} 1.0' in await world.metrics()
    assert [one.trouble for one in await asyncio.to_thread(listed, settings)] == ["ZeroDivisionError"]
    if world.base.name == SQLITE:
        with suppress(DatabaseInUse):
            await asyncio.to_thread(retry, settings, (), again=False, clock=world.clock)
            raise AssertionError("it was put back beside a process that works on the file")
    await bot.stops()
    if world.base.name == POSTGRES:
        await bot.begins(prepared=(HURRY,))
    done = await asyncio.to_thread(retry, settings, (), again=False, clock=world.clock)
    assert done.again == 1
    if world.base.name == SQLITE:
        await bot.begins(prepared=(HURRY,))
    world.notes("parked, listed, retried")


FAULTS = (
    Fault(name="PostgreSQL restarted, fast", does=restarted("fast"), bases=(POSTGRES,), alone=True),
    Fault(name="PostgreSQL restarted, immediate", does=restarted("immediate"), bases=(POSTGRES,), alone=True),
    Fault(name="PostgreSQL gone for a while", does=gone, bases=(POSTGRES,), platforms=(SLACK, TEAMS), alone=True),
    Fault(name="all connections cut, five times", does=cut, bases=(POSTGRES,), platforms=(SLACK, TEAMS)),
    Fault(name="no connection left", does=out_of_connections, bases=(POSTGRES,), alone=True),
    Fault(name="PostgreSQL refuses writes", does=refusing_writes, bases=(POSTGRES,), alone=True),
    Fault(name="disk full", does=disk_full, bases=(SQLITE,), platforms=(SLACK, TEAMS)),
    Fault(name="clock an hour ahead, and back", does=clock_ahead),
    Fault(name="clock an hour behind, and right again", does=clock_behind),
    Fault(name="event loop blocked", does=blocked, prepared=(HURRY, "tests.faults.inside:can_be_blocked")),
    Fault(name="poison activity", does=poison_activity, prepared=(HURRY, "tests.faults.inside:poison_activity")),
    Fault(
        name="poison delivery",
        does=poison_delivery,
        platforms=(SLACK, TEAMS),
        prepared=(HURRY, "tests.faults.inside:poison_delivery"),
    ),
    Fault(name="platform silent", does=answers(Trouble.SLOW, 60.0), platforms=(SLACK, TEAMS)),
    Fault(name="platform slow", does=answers(Trouble.SLOW, 0.2), platforms=(SLACK, TEAMS)),
    Fault(name="platform's answers cut in their middle", does=answers(Trouble.HALF), platforms=(SLACK, TEAMS)),
    Fault(name="platform answers 503", does=answers(503), platforms=(SLACK, TEAMS)),
    Fault(name="platform asks to wait for long", does=asked_to_wait, platforms=(SLACK, TEAMS)),
)


def harmed(fault: Fault) -> Act:
    """While people are busy, who go on until it is over and everything has come about."""

    async def act(world: World) -> None:
        await world.bot.begins()
        await world.scene.opens()
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_is_busy(world, over))
            await asyncio.sleep(0.3)
            await fault.does(world)
            healed_at = loop.time()
            await world.is_well()
            await world.scene.recovers()
            world.played.recoveries.append(loop.time() - healed_at)
            world.played.times += 1
            over.set()

    return act


async def _is_busy(world: World, over: asyncio.Event) -> None:
    for n in range(ROUNDS):
        await world.scene.round(n)
        if over.is_set():
            return
