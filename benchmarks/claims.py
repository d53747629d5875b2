"""What it costs to claim deliveries among few that were sent before, and among many."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Text, cast, func, insert, literal, select, text

from benchmarks.due import BEGUN, FRIDAY, begin_one, databases, filling, numbers
from benchmarks.due_shape import listening
from benchmarks.figures import Figure, counted, spread
from benchmarks.load import NotMeasured
from benchmarks.setting import Setting
from bot.bootstrap import Application, running
from bot.settings import Settings
from storage.models import DeliveryState, lane, outbox
from storage.outbox import claim, release_all

SIZES = (10_000, 1_000_000)
_PENDING, _CLAIMED = 1_000, 50
_ROUNDS, _TIMES = 7, 10  # claims in a round
_EACH = 10  # deliveries of a lane
_QUICK_SIZE = 5_000


async def claims(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    async with AsyncExitStack() as stack:
        applications = [await stack.enter_async_context(await _among(setting, size)) for size in SIZES]
        rounds = [[await _taken(application) for application in applications] for _ in range(1 + _ROUNDS)][1:]
    few, many = (min(one[which] for one in rounds) * 1000 for which in (0, 1))
    print(f"{setting.store}, a claim of {_CLAIMED}: {few:.1f} ms among 10k, {many:.1f} ms among 1M sent", flush=True)
    ratios = [many / few for few, many in rounds]
    name = f"{setting.store}: claim of {_CLAIMED}, 1M over 10k sent rows"
    return [spread(13, name, "the same among 10,000 rows", ratios, 1.2)]


async def claims_shape(setting: Setting) -> list[Figure]:
    """That no statement of a claim reads all that was sent."""
    async with await _among(setting, _QUICK_SIZE) as application:
        with listening() as asked:
            await _claim(application)
        plans = await application.database.units(_plans, [each for each in asked if "outbox" in each[0]])
    scans = sum(any(marks in plan for marks in ("Seq Scan on outbox", "SCAN outbox")) for plan in plans)
    return [counted(13, f"{setting.store}: statements of a claim that read all that was sent", scans, 0)]


async def _among(setting: Setting, size: int) -> Any:
    """An application with so many rows that were sent, and those that are to be."""
    (url,) = await asyncio.to_thread(databases, setting.where, f"sent_{size}")
    await begin_one(url, answered=1)
    with filling(url) as connection:
        _fill(connection, size, DeliveryState.SENT)
        _fill(connection, _PENDING, DeliveryState.PENDING)
    return running(Settings(database_url=url), {}, command="make bench", clock=lambda: FRIDAY)


def _fill(connection: Connection, many: int, state: DeliveryState) -> None:
    """Copies of one that was sent, and their lanes; each that is to be sent has its own, and they are due."""
    original = connection.execute(select(func.min(outbox.c.id))).scalar_one()
    sent, n = state is DeliveryState.SENT, numbers(many)
    name = f"{state}/" + cast(n.c.n // (_EACH if sent else 1), Text)
    own = {
        "delivery_id": f"{state}/{many}/" + cast(n.c.n, Text),
        "lane": name,
        "state": literal(state, outbox.c.state.type),
        "sent_at": literal(BEGUN if sent else None, outbox.c.sent_at.type),
    }
    columns = [column for column in outbox.c if column.name != "id"]
    copies = select(*(own.get(column.name, column) for column in columns)).select_from(
        outbox.join(n, outbox.c.id == original)
    )
    connection.execute(insert(outbox).from_select([column.name for column in columns], copies))
    lanes = select(name, literal(None if sent else BEGUN, lane.c.due_at.type), literal(None, Text)).distinct()
    connection.execute(insert(lane).from_select(["key", "due_at", "lease_by"], lanes))


async def _taken(application: Application) -> float:
    """Seconds of one claim; each takes others, and all are given back at the end."""
    begun = perf_counter()
    for _ in range(_TIMES):
        await _claim(application)
    taken = (perf_counter() - begun) / _TIMES
    await application.database.units(release_all)
    return taken


async def _claim(application: Application) -> None:
    claimed = await application.database.units(claim, now=FRIDAY, me="make bench", limit=_CLAIMED)
    if len(claimed) != _CLAIMED:
        raise NotMeasured(f"{_CLAIMED} were to be claimed, and {len(claimed)} were")


def _plans(connection: Connection, asked: list[tuple[str, Any]]) -> list[str]:
    how = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    found = (connection.exec_driver_sql(how + statement, given) for statement, given in asked)
    return ["\n".join(str(row[-1]) for row in rows) for rows in found]
