"""A year of people who answer nothing more: nudges, their ladder and weekly digests, by a clock of its own.

Everything is the product's own: the ticker claims, plans and keeps, the relay sends to one that takes everything. It
is played for a share of a thousand people, on one core, and told for all of them.
"""

from __future__ import annotations

import asyncio
import heapq
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from time import perf_counter, process_time

from sqlalchemy import Connection, func, select

from benchmarks.due import BEGUN, begin_one, copy, databases, filling, make_due
from benchmarks.figures import Figure, counted
from benchmarks.load import NotMeasured
from benchmarks.processes import cores
from benchmarks.profiling import Profile
from benchmarks.setting import Setting
from bot.bootstrap import Application, running
from bot.settings import Settings
from conversations.ports import Delivery
from storage.models import reminder

PEOPLE, OF = 10, 1_000
DAYS = 365
_ANSWERED = 17  # items; four are open
_HOUR = timedelta(hours=1)
_next = select(func.min(reminder.c.due_at))


@dataclass(slots=True)
class _Clock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class _Taking:
    """A `ports.Sender` that takes everything."""

    sent: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    async def deliver(self, _delivery: Delivery, _words: object) -> str:
        self.sent += 1
        return f"D0/{1_800_000_000 + next(self._numbers)}.000100"

    async def look_up(self, _delivery: Delivery) -> None:
        return None


async def year(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    (url,) = await asyncio.to_thread(databases, setting.where, "year")
    original = await begin_one(url, answered=_ANSWERED)
    with filling(url) as connection:
        copy(connection, original, PEOPLE, each=1, batch="year")
        make_due(connection, PEOPLE, each=1, batch="year", at=BEGUN + _HOUR)
    clock, taking = _Clock(BEGUN), _Taking()
    with _on_one_core(), Profile() as profile:
        async with running(
            Settings(database_url=url), {"slack": taking}, command="make bench", clock=clock
        ) as application:
            begun, used = perf_counter(), process_time()
            events = await _played(application, clock)
            lasted, used = perf_counter() - begun, process_time() - used
    if not events:
        raise NotMeasured("nobody was written to in a year")
    heap = _heap(events) * OF / PEOPLE
    seconds = used * OF / PEOPLE
    print(
        f"a year of {PEOPLE} people: {events} letters, {used:.1f} s of CPU, {lasted:.1f} s; the heap alone"
        f" {heap / OF * PEOPLE * 1000:.1f} ms",
        flush=True,
    )
    told = [
        counted(15, f"a year of {OF:,} people, CPU seconds (told from {PEOPLE})", round(seconds, 1), 60),
        counted(15, "the same over a heap of as many moments", round(seconds / heap), None, floor="heapq"),
    ]
    if not told[0].met:
        print(f"where the time of a year goes\n{profile}", flush=True)
    return told


async def _played(application: Application, clock: _Clock) -> int:
    """How many letters were written, an hour's together."""
    end, events = BEGUN + timedelta(days=DAYS), 0
    while (due := await application.database.read(_next_due)) is not None and due < end:
        clock.now = max(due, clock.now).replace(minute=0, second=0, microsecond=0) + _HOUR
        events += sum(line.send for line in await application.ticker.tick())
        await application.relay.drain()
    return events


def _next_due(connection: Connection) -> datetime | None:
    due: datetime | None = connection.execute(_next).scalar_one()
    return due


def _heap(events: int) -> float:
    """CPU seconds of as many moments, each taken from a heap and put back with the next one."""
    waiting = [(n % 97, n) for n in range(OF)]
    heapq.heapify(waiting)
    begun = process_time()
    for _ in range(events):
        at, who = waiting[0]
        heapq.heapreplace(waiting, (at + 97, who))
    return process_time() - begun or 1e-9


@contextmanager
def _on_one_core() -> Iterator[None]:
    everywhere = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores()[0]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, everywhere)
