"""The hour in which everybody's weekly digest is due: ten thousand owners in one tick, and some of their digests sent.

The first half is written while nobody says anything, the second one beside turns that come one after the other. What
is sent then goes through the relay and the senders that ship, to what stands for Slack and for Microsoft.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from time import perf_counter

from benchmarks.beside import THREADS, Beside, answering, begin_threads, take, while_going_on
from benchmarks.digests import ITEMS, TOLD_AT
from benchmarks.due import NEXT_MONDAY, begin_one, copy, databases, filling, make_due, tell, wait
from benchmarks.figures import Figure, counted, spread
from benchmarks.load import NotMeasured, Round
from benchmarks.sending import Sent, send, serving
from benchmarks.setting import Setting
from benchmarks.shape import counting
from benchmarks.slack import SLACK
from benchmarks.teams import TEAMS
from bot.bootstrap import Application
from conversations.activities import Activity

_BATCH = "monday"
_TOGETHER = 100  # digests that one duration is measured of
_EDGE = 10  # of these durations, at the beginning and at the end of what is written while nobody says anything
_PAUSE = 0.05  # seconds between two turns
_LONGEST_SECONDS = 60.0  # of each half: on a busy machine fewer are written
_TO_WRITE, _TO_SEND = 10, 15  # statements for each digest, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    owners: int  # who are due
    sent: int  # of their digests, on each platform
    turns: int  # before the tick, and as many after it
    threads: int  # in which these are


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    moments: tuple[float, ...]  # at which each digest was kept, in seconds from the beginning of the tick
    undisturbed: int  # digests before the first turn
    statements: float  # for each of these
    beside: Beside


FULL = Hour(owners=10_000, sent=500, turns=100, threads=THREADS)
QUICK = Hour(owners=100, sent=20, turns=5, threads=16)


async def monday(setting: Setting) -> list[Figure]:
    """Raises `NotMeasured`."""
    store, where = setting.store, setting.where
    written, sent = await _played(where, setting.folder, FULL)
    print(*_lines(store, written, sent), sep="\n", flush=True)
    name, itself = f"{store}, 10,000 digests", "the same turns while nothing ticks"
    return [
        spread(14, f"{name}: the 5,000th", "the first ones of the same tick", _growth(written), 1.3),
        counted(14, f"{name}: turns meanwhile, p50", round(written.beside.p50, 2), 2, floor=itself),
        counted(14, f"{name}: turns meanwhile, p99", round(written.beside.p99, 2), 3, floor=itself),
    ]


async def monday_shape(setting: Setting) -> list[Figure]:
    """No time is looked at: that all digests were written, and those of both platforms sent, was to be seen."""
    store, where = setting.store, setting.where
    written, sent = await _played(where, setting.folder, QUICK)
    return [
        counted(14, f"{store}: statements of a tick for each digest", written.statements, _TO_WRITE),
        *(
            counted(14, f"{store}, {title}: statements to send a digest", one.statements, _TO_SEND)
            for title, one in sent.items()
        ),
    ]


async def _played(where: Path | str, folder: Path, hour: Hour) -> tuple[Written, dict[str, Sent]]:
    (url,) = await asyncio.to_thread(databases, where, _BATCH)
    original = await begin_one(url, answered=ITEMS)
    said = await begin_threads(url, hour.threads)
    with filling(url) as connection:
        wait(connection, 1_000)
        copy(connection, original, hour.owners, each=1, batch=_BATCH)
        tell(connection, hour.owners, batch=_BATCH, at=TOLD_AT)
        make_due(connection, hour.owners, each=1, batch=_BATCH, at=NEXT_MONDAY)
    kept = list[float]()
    async with serving(url, folder, kept) as application:
        written = await _written(application, hour, answering(said, hour.threads), kept)
        return written, {on.title: await send(application, on, hour.sent) for on in (SLACK, TEAMS)}


# --- writing -------------------------------------------------------------------------------------------------------


async def _written(application: Application, hour: Hour, turns: Iterator[Activity], kept: list[float]) -> Written:
    before, begun = await take(application, islice(turns, hour.turns), pause=_PAUSE), perf_counter()
    with counting() as happened:
        ticking = asyncio.create_task(application.ticker.tick())
        await _half(hour, kept, ticking)
        undisturbed, statements = len(kept), happened["statement"] + happened["look"]
        stopping = asyncio.get_running_loop().call_later(_LONGEST_SECONDS, application.ticker.stop)
        meanwhile = await take(application, while_going_on(ticking, turns), pause=_PAUSE)
        lines = await ticking
        stopping.cancel()
    if (sent := sum(line.send for line in lines)) != len(kept) or not meanwhile.taken:
        raise NotMeasured(f"{len(kept)} digests were kept, and {sent} written, beside {len(meanwhile.taken)} turns")
    after = await take(application, islice(turns, hour.turns), pause=_PAUSE)
    alone = Round(taken=tuple(sorted((*before.taken, *after.taken))), lasted=before.lasted + after.lasted, cpu=0)
    return Written(
        moments=tuple(moment - begun for moment in kept),
        undisturbed=undisturbed,
        statements=statements / undisturbed,
        beside=Beside(alone=alone, ticking=meanwhile),
    )


async def _half(hour: Hour, kept: list[float], ticking: asyncio.Task[object]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LONGEST_SECONDS):
            while len(kept) < hour.owners // 2 and not ticking.done():  # noqa: ASYNC110  # whichever comes first
                await asyncio.sleep(0.01)


def _growth(written: Written) -> list[float]:
    """How long digests took at the end of what nothing disturbed, over how long they took at its beginning."""
    moments = written.moments[: written.undisturbed : _TOGETHER]
    taken = [after - before for before, after in pairwise(moments)]
    return [late / early for early, late in zip(taken[:_EDGE], taken[-_EDGE:], strict=True)]


# --- in words ------------------------------------------------------------------------------------------------------


def _lines(store: str, written: Written, sent: dict[str, Sent]) -> Iterator[str]:
    """For orientation."""
    moments, first = written.moments, written.undisturbed
    alone, beside = first / moments[first - 1], (len(moments) - first) / (moments[-1] - moments[first - 1])
    yield f"{store}, {len(moments):,} digests in one tick: {alone:.0f} a second, {beside:.0f} beside turns"
    yield f"{store}, {written.statements:.1f} statements for each; turns {written.beside}"
    yield from (f"{store}, {title}: {one.a_second:.0f} digests sent a second" for title, one in sent.items())
