"""What a tick costs among few who wait and among many: the claims alone, and all of it with letters.

The databases differ in how many wait, and in nothing else. In each round as many are due in each, one right after
the other; who that is differs from round to round.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, update

from benchmarks.due import FRIDAY, ROWS_EACH, begin_one, copy, databases, filling, later, make_due, wait, waiting_one
from benchmarks.figures import Figure, spread
from benchmarks.load import NotMeasured
from benchmarks.setting import Setting
from bot.bootstrap import Application, running
from bot.plans import TOGETHER
from bot.settings import Settings
from conversations.letters import Plan
from conversations.people import Account
from storage.models import reminder
from storage.reminders import claim_due, keep_plan

Taken: TypeAlias = dict[int, list[float]]  # seconds of each round, by how many rows wait

SIZES = (10_000, 100_000, 1_000_000)
DUE = 1_000  # people of a sweep
_SWEEPS, _TICKS, _LETTERS = 7, 5, 200  # rounds of each, and letters of a tick; one more round warms up
_ANSWERED = 10  # items: the next one has waited for an answer since then
_TARGETS = {"SQLite": 1.3, "PostgreSQL": 1.6}
_NOW_DUE = (
    update(reminder)
    .where(reminder.c.review_id == bindparam("of"), reminder.c.who == bindparam("person"))
    .values(due_at=FRIDAY)
)


async def sweeps(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    store, where = setting.store, setting.where
    async with AsyncExitStack() as stack:
        applications = {size: await stack.enter_async_context(_among(size, where)) for size in SIZES}
        swept = await _rounds(applications, _SWEEPS, sweep)
        ends = {size: applications[size] for size in (SIZES[0], SIZES[-1])}
        ticked = await _rounds(ends, _TICKS, tick)
    shown = ((f"sweep of {DUE:,} due", swept), (f"tick with {_LETTERS} letters", ticked))
    print(*(_line(store, name, taken) for name, taken in shown), sep="\n", flush=True)
    return [
        _figure(f"{store}, {DUE:,} due: sweep, 1M over 10k rows", swept, SIZES[-1], _TARGETS[store]),
        _figure(f"{store}, {DUE:,} due: sweep, 100k over 10k rows", swept, SIZES[1], _TARGETS[store]),
        _figure(f"{store}: tick with letters, 1M over 10k rows", ticked, SIZES[-1], 1.3),
    ]


@asynccontextmanager
async def _among(size: int, where: Path | str) -> AsyncIterator[Application]:
    """An application with so many rows that wait, and the reviews that letters will be about."""
    (url,) = await asyncio.to_thread(databases, where, f"waiting_{size}")
    original = await begin_one(url, answered=_ANSWERED)
    with filling(url) as connection:
        wait(connection, size)
        for number in range(1 + _TICKS):
            copy(connection, original, _LETTERS, each=1, batch=str(number))
    async with running(Settings(database_url=url), {}, command="make bench", clock=lambda: FRIDAY) as application:
        yield application


async def _rounds(
    applications: Mapping[int, Application], rounds: int, one: Callable[[Application, int, int], Awaitable[float]]
) -> Taken:
    taken: Taken = {size: [] for size in applications}
    for number in range(1 + rounds):  # the first one warms up
        for size, application in applications.items():
            seconds = await one(application, size, number)
            if number:
                taken[size].append(seconds)
    return taken


async def sweep(application: Application, size: int, number: int) -> float:
    """All who are due are claimed, and looked at again later, in a unit each, as where nothing is to be written."""
    people = random.Random(number).sample(range(size // ROWS_EACH), DUE)
    await application.database.units(_make_due, people)
    seen, begun = 0, perf_counter()
    while (claim := await application.database.units(claim_due, now=FRIDAY, limit=TOGETHER)).people:
        seen += len(claim.people)
        plans = (_looked_at(account) for account in claim.people)
        keeping = (application.database.units(keep_plan, plan, application.shelf, lease=claim.lease) for plan in plans)
        await asyncio.gather(*keeping)
    return _all_of(seen, DUE, perf_counter() - begun)


async def tick(application: Application, _size: int, number: int) -> float:
    """A whole one, but for the sending: each who is due has one review, and gets a letter about it."""
    await application.database.units(make_due, _LETTERS, each=1, batch=str(number), at=FRIDAY)
    begun = perf_counter()
    lines = await application.ticker.tick()
    return _all_of(sum(line.send for line in lines), _LETTERS, perf_counter() - begun)


def _make_due(connection: Connection, people: list[int]) -> None:
    """By the first of their rows; the others go with it."""
    those = map(waiting_one, people)
    connection.execute(_NOW_DUE, [{"of": reviews[0], "person": account.id} for account, reviews in those])


def _looked_at(account: Account) -> Plan:
    _, reviews = waiting_one(number := int(account.id.removeprefix("W")))
    return Plan(account=account, at=FRIDAY, look_at={of: later(number + i) for i, of in enumerate(reviews)})


def _all_of(seen: int, wanted: int, seconds: float) -> float:
    if seen != wanted:
        raise NotMeasured(f"{wanted} were due, and {seen} were seen to")
    return seconds


def _figure(name: str, taken: Taken, size: int, target: float) -> Figure:
    ratios = [many / few for many, few in zip(taken[size], taken[SIZES[0]], strict=True)]
    return spread(12, name, "the same among 10,000 rows", ratios, target)


def _line(store: str, name: str, taken: Taken) -> str:
    """For orientation."""
    of = (f"{min(seconds) * 1000:.0f} ms among {size:,}" for size, seconds in taken.items())
    return f"{store}, {name}, the fastest: {', '.join(of)}"
