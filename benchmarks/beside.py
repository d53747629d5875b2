"""Turns, one after the other: on their own, and while a tick goes on. What people feel of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from time import perf_counter

from benchmarks.due import NEXT_MONDAY, saying
from benchmarks.load import NotMeasured, Round
from benchmarks.reviews import begin
from benchmarks.slack import SLACK
from bot.bootstrap import Application
from conversations.activities import Activity

THREADS = 128  # whose reviews these turns answer in rotation
_AT = NEXT_MONDAY + timedelta(days=3)  # whom a turn would have looked at is not due yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Turns on their own, and while a tick went on."""

    alone: Round
    ticking: Round

    @property
    def p50(self) -> float:
        return self.ticking.p50 / self.alone.p50

    @property
    def p99(self) -> float:
        return self.ticking.p99 / self.alone.p99

    def __str__(self) -> str:
        of = {"alone": self.alone, "beside the tick": self.ticking}
        return "; ".join(
            f"{name} p50 {one.p50 * 1000:.1f} ms, p99 {one.p99 * 1000:.1f} ms, {len(one.taken)} turns"
            for name, one in of.items()
        )


async def begin_threads(url: str, many: int = THREADS) -> list[str]:
    """The reviews that the turns answer; gives what answers each item."""
    return await begin(SLACK, url, many, clock=lambda: _AT)


def answering(said: list[str], many: int = THREADS) -> Iterator[Activity]:
    """An answer to each item of each of so many reviews, in rotation."""
    for n, words in enumerate(said):
        for number in range(many):
            yield saying(number, n, words, now=_AT)


def while_going_on(task: asyncio.Task[object], turns: Iterator[Activity]) -> Iterator[Activity]:
    return takewhile(lambda _: not task.done(), turns)


async def take(application: Application, turns: Iterator[Activity], *, pause: float = 0.0) -> Round:
    """Each of them so many seconds after the one before. Raises `NotMeasured`."""
    taken, begun = list[float](), perf_counter()
    for activity in turns:
        before = perf_counter()
        turn = await application.runner.run(activity)
        taken.append(perf_counter() - before)
        if turn is None or turn.review is None or not turn.review.acts:
            raise NotMeasured(f"{activity.keys[0]} has answered nothing")
        await asyncio.sleep(pause)
    return Round(taken=tuple(sorted(taken)), lasted=perf_counter() - begun, cpu=0)
