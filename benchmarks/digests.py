"""What a weekly digest costs over the least that could be read and said, and what turns feel of it meanwhile.

The floor is one statement that groups the answers of all who are due by review, and a few lines for each owner.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import Connection, func, select

from benchmarks.due import BEGUN, NEXT_MONDAY, begin_one, copy, databases, filling, make_due, saying, tell, wait
from benchmarks.figures import Figure, spread
from benchmarks.load import NotMeasured, Round
from benchmarks.reviews import begin
from benchmarks.slack import SLACK
from bot.bootstrap import Application, running
from bot.settings import Settings
from conversations.activities import Activity
from storage.models import act, reminder, review

REVIEWS, ITEMS = 3, 21  # of each owner; all items of each review are answered
_ROUNDS, _OWNERS = 5, 200  # a thousand owners; one more round warms up
_MANY = 2_000  # in one tick, for its rate, on SQLite only
_BESIDE, _TURNS = 60, 100  # digests of a tick that turns are taken beside, and turns before it
_THREADS = 128  # whose reviews these turns answer in rotation
_TOLD_AT = BEGUN + timedelta(hours=1)  # the digest before
_TURNS_AT = NEXT_MONDAY + timedelta(days=3)  # whom a turn would have looked at is not due yet
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Turns, one after the other: on their own, and while a tick went on."""

    alone: Round
    ticking: Round


async def digests(store: str, where: Path | str) -> list[Figure]:
    """Raises `NotMeasured`."""
    (url,) = await asyncio.to_thread(databases, where, "weekly")
    original = await begin_one(url, answered=ITEMS)
    said = await begin(SLACK, url, _THREADS, clock=lambda: _TURNS_AT)
    many = _MANY if store == "SQLite" else 0
    owners = {f"{number}": _OWNERS for number in range(1 + _ROUNDS)}
    owners |= {f"beside{number}": _BESIDE for number in range(1 + _ROUNDS)} | ({"many": many} if many else {})
    with filling(url) as connection:
        wait(connection, 1_000)
        for batch, number in owners.items():
            copy(connection, original, number, each=REVIEWS, batch=batch)
            tell(connection, number, batch=batch, at=_TOLD_AT)
    async with running(Settings(database_url=url), {}, command="make bench", clock=lambda: NEXT_MONDAY) as application:
        written = [await _written(application, number) for number in range(1 + _ROUNDS)][1:]
        turns = _answering(said)
        beside = [await _beside(application, number, turns) for number in range(1 + _ROUNDS)][1:]
        print(*_lines(store, written, beside), sep="\n", flush=True)
        if many:
            seconds = await _ticked(application, many, "many")
            print(f"{store}, {many:,} digests in one tick: {many / seconds:.0f} a second", flush=True)
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


async def _ticked(application: Application, many: int, batch: str) -> float:
    await application.database.units(make_due, many, each=REVIEWS, batch=batch, at=NEXT_MONDAY)
    return await _tick(application, many)


async def _tick(application: Application, many: int) -> float:
    """A whole one, but for the sending."""
    begun = perf_counter()
    lines = await application.ticker.tick()
    if (sent := sum(line.send for line in lines)) != many:
        raise NotMeasured(f"{many} were due, and {sent} were written to")
    return perf_counter() - begun


# --- turns beside it -----------------------------------------------------------------------------------------------


def _answering(said: list[str]) -> Iterator[Activity]:
    """An answer to each item of each review, in rotation."""
    for n, words in enumerate(said):
        for number in range(_THREADS):
            yield saying(number, n, words, now=_TURNS_AT)


async def _beside(application: Application, number: int, turns: Iterator[Activity]) -> Beside:
    alone = await _round(application, (next(turns) for _ in range(_TURNS)))
    ticking = asyncio.create_task(_ticked(application, _BESIDE, f"beside{number}"))
    meanwhile = await _round(application, _while(ticking, turns))
    await ticking
    return Beside(alone=alone, ticking=meanwhile)


def _while(going_on: asyncio.Task[float], turns: Iterator[Activity]) -> Iterator[Activity]:
    while not going_on.done():
        yield next(turns)


async def _round(application: Application, turns: Iterator[Activity]) -> Round:
    taken, begun = list[float](), perf_counter()
    for activity in turns:
        before = perf_counter()
        turn = await application.runner.run(activity)
        taken.append(perf_counter() - before)
        if turn is None or turn.review is None or not turn.review.acts:
            raise NotMeasured(f"{activity.keys[0]} has answered nothing")
    return Round(taken=tuple(sorted(taken)), lasted=perf_counter() - begun, cpu=0)


# --- figures -------------------------------------------------------------------------------------------------------


def _figures(store: str, written: list[tuple[float, float]], beside: list[Beside]) -> list[Figure]:
    itself = "the same turns while nothing ticks"
    middle = [each.ticking.p50 / each.alone.p50 for each in beside]
    worst = [each.ticking.p99 / each.alone.p99 for each in beside]
    return [
        spread(f"{store}: digests", "one grouped query and a text each", [ours / floor for floor, ours in written], 3),
        spread(f"{store}: turns while digests are written, p50", itself, middle, 2),
        spread(f"{store}: turns while digests are written, p99", itself, worst, 3),
    ]


def _lines(store: str, written: list[tuple[float, float]], beside: list[Beside]) -> Iterator[str]:
    """For orientation."""
    floor, ours = (median(seconds) / _OWNERS * 1000 for seconds in zip(*written, strict=True))
    yield f"{store}, a digest of {REVIEWS} reviews: {ours:.1f} ms; the floor's {floor:.2f} ms"
    for name, rounds in (("alone", [b.alone for b in beside]), ("while it ticks", [b.ticking for b in beside])):
        p50, p99 = (median(of) * 1000 for of in ([r.p50 for r in rounds], [r.p99 for r in rounds]))
        yield f"{store}, turns {name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {len(rounds[0].taken)} in a round"
