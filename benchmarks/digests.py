"""What a weekly digest costs over the least that could be read and said, and what turns feel of it meanwhile.

The floor is one statement that groups the answers of all who are due by review, and a few lines for each owner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from statistics import median
from time import perf_counter

from sqlalchemy import Connection, func, select

from benchmarks.beside import Beside, answering, begin_threads, take, while_going_on
from benchmarks.due import BEGUN, NEXT_MONDAY, begin_one, copy, databases, filling, make_due, tell, wait
from benchmarks.figures import Figure, spread
from benchmarks.load import NotMeasured
from benchmarks.setting import Setting
from bot.bootstrap import Application, running
from bot.settings import Settings
from conversations.activities import Activity
from storage.models import act, reminder, review

REVIEWS, ITEMS = 3, 21  # of each owner; all items of each review are answered
_ROUNDS, _OWNERS = 5, 200  # a thousand owners; one more round warms up
_BESIDE, _TURNS = 60, 100  # digests of a tick that turns are taken beside, and turns before it
TOLD_AT = BEGUN + timedelta(hours=1)  # the digest before
_GROUPED = (
    select(
        review.c.owner,
        review.c.project,
        func.count(func.distinct(act.c.item)).label("answered"),
        func.max(act.c.at).label("newest"),
    )
    .select_from(reminder)
    .join(review, review.c.id == reminder.c.review_id)
    .join(act, act.c.review_id == review.c.id)
    .where(reminder.c.due_at <= NEXT_MONDAY)
    .group_by(review.c.owner, review.c.id)
    .order_by(review.c.owner)
)


async def digests(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    store, where = setting.store, setting.where
    (url,) = await asyncio.to_thread(databases, where, "weekly")
    original = await begin_one(url, answered=ITEMS)
    said = await begin_threads(url)
    owners = {f"{number}": _OWNERS for number in range(1 + _ROUNDS)}
    owners |= {f"beside{number}": _BESIDE for number in range(1 + _ROUNDS)}
    with filling(url) as connection:
        wait(connection, 1_000)
        for batch, number in owners.items():
            copy(connection, original, number, each=REVIEWS, batch=batch)
            tell(connection, number, batch=batch, at=TOLD_AT)
    async with running(Settings(database_url=url), {}, command="make bench", clock=lambda: NEXT_MONDAY) as application:
        written = [await _written(application, number) for number in range(1 + _ROUNDS)][1:]
        turns = answering(said)
        beside = [await _beside(application, number, turns) for number in range(1 + _ROUNDS)][1:]
        print(*_lines(store, written, beside), sep="\n", flush=True)
    return _figures(store, written, beside)


async def _written(application: Application, number: int) -> tuple[float, float]:
    """Seconds of the floor, then of the tick, for the same owners."""
    await application.database.units(make_due, _OWNERS, each=REVIEWS, batch=f"{number}", at=NEXT_MONDAY)
    begun = perf_counter()
    texts = await application.database.read(_grouped)
    floor = perf_counter() - begun
    if len(texts) != _OWNERS:
        raise NotMeasured(f"{_OWNERS} were due, and the floor has written to {len(texts)}")
    return floor, await _tick(application, _OWNERS)


def _grouped(connection: Connection) -> list[str]:
    rows = connection.execute(_GROUPED).all()
    return ["\n".join([f"{owner}:", *map(_said, theirs)]) for owner, theirs in groupby(rows, lambda row: row.owner)]


def _said(row: tuple[str, str, int, datetime]) -> str:
    _, project, answered, newest = row
    return f"*{project}*: {answered} of {ITEMS} answered, the newest on {newest:%d %B}"


async def _tick(application: Application, many: int) -> float:
    """A whole one, but for the sending."""
    begun = perf_counter()
    lines = await application.ticker.tick()
    if (sent := sum(line.send for line in lines)) != many:
        raise NotMeasured(f"{many} were due, and {sent} were written to")
    return perf_counter() - begun


# --- turns beside it -----------------------------------------------------------------------------------------------


async def _beside(application: Application, number: int, turns: Iterator[Activity]) -> Beside:
    alone = await take(application, islice(turns, _TURNS))
    ticking = asyncio.create_task(_ticked(application, number))
    meanwhile = await take(application, while_going_on(ticking, turns))
    await ticking
    return Beside(alone=alone, ticking=meanwhile)


async def _ticked(application: Application, number: int) -> float:
    await application.database.units(make_due, _BESIDE, each=REVIEWS, batch=f"beside{number}", at=NEXT_MONDAY)
    return await _tick(application, _BESIDE)


# --- figures -------------------------------------------------------------------------------------------------------


def _figures(store: str, written: list[tuple[float, float]], beside: list[Beside]) -> list[Figure]:
    itself = "the same turns while nothing ticks"
    return [
        spread(
            14, f"{store}: digests", "one grouped query and a text each", [ours / floor for floor, ours in written], 3
        ),
        spread(14, f"{store}: turns while digests are written, p50", itself, [each.p50 for each in beside], 2),
        spread(14, f"{store}: turns while digests are written, p99", itself, [each.p99 for each in beside], 3),
    ]


def _lines(store: str, written: list[tuple[float, float]], beside: list[Beside]) -> Iterator[str]:
    """For orientation."""
    floor, ours = (median(seconds) / _OWNERS * 1000 for seconds in zip(*written, strict=True))
    yield f"{store}, a digest of {REVIEWS} reviews: {ours:.1f} ms; the floor's {floor:.2f} ms"
    for name, rounds in (("alone", [b.alone for b in beside]), ("while it ticks", [b.ticking for b in beside])):
        p50, p99 = (median(of) * 1000 for of in ([r.p50 for r in rounds], [r.p99 for r in rounds]))
        yield f"{store}, turns {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {len(rounds[0].taken)} in a round"
