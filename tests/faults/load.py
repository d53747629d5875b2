"""Four processes on one PostgreSQL under a sustained load; two of them are killed at random and started again.

Whoever brings something comes to the next process each time, as behind a proxy. In the end the ledger is exact, and it
is told how long acks took and how the memory of those grew that were never killed.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import linear_regression, quantiles
from time import perf_counter

from bot.bootstrap import machine_clock
from tests.faults.databases import Base
from tests.faults.ledger import Verdict, judge
from tests.faults.scene import HURRY, Bot, Scene, newcomer, newcomers
from tests.faults.towns import SlackTown, on_slack
from tests.journeys.dying import AHEAD, Child

PROCESSES, DOOMED = 4, (1, 3)
WRITERS = 6  # each in a review of their own
LONGEST_REVIEW = 50  # replies, and they begin another one: what a process remembers of each grows with them
PAUSE_SECONDS = 0.4  # of a writer, on average
NEWCOMER_SECONDS = 2.0
SAMPLE_SECONDS = 2.0
WARM_UP = 0.25  # of the time


@dataclass(slots=True, kw_only=True)
class Loaded:
    """`acks` in seconds; `memory` by process, as seconds since the beginning and MB."""

    seconds: float
    acks: list[float] = field(default_factory=list)
    memory: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    killed: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    done: str = ""

    def slope(self, process: int, begin: float, end: float) -> float:
        """MB an hour, by least squares, between these shares of the time."""
        sizes = [(at, size) for at, size in self.memory[process] if begin <= at / self.seconds <= end]
        return linear_regression(*zip(*sizes, strict=True)).slope * 3600

    def lines(self) -> list[str]:
        cuts = quantiles(self.acks, n=100)
        first = f"{self.done} in {self.seconds:.0f} s, {self.killed} kills"
        acks = f"acks: {len(self.acks)}, p50 {1000 * cuts[49]:.0f} ms, p99 {1000 * cuts[98]:.0f} ms"
        memory = (
            f"process {n}: {sizes[0][1]:.1f} MB, at last {sizes[-1][1]:.1f} MB; MB an hour after the warm-up: "
            f"{self.slope(n, WARM_UP, 1):+.1f}, in its second half {self.slope(n, (WARM_UP + 1) / 2, 1):+.1f}"
            for n, sizes in self.memory.items()
            if n not in DOOMED
        )
        wrong = self.verdict
        counts = f"lost {len(wrong.lost)}, doubled {len(wrong.doubled)}, out of order {len(wrong.disordered)}"
        return [*wrong.all, first, acks, *memory, counts]


class Crowd(Scene):
    """A scene whose people go on until it is over, and whose acks are timed."""

    def __init__(self, town: SlackTown, base: Base, url: str, bots: list[Bot], loaded: Loaded, rng: Random) -> None:
        super().__init__(town, base, url)
        self._fake, self._bots, self._loaded, self._rng = town.fake, bots, loaded, rng
        self._next = itertools.cycle(range(PROCESSES))
        self._owners = map(_owner, itertools.count())
        self.over = False

    def goes_on(self) -> None:
        """To the next process that lives."""
        for n in itertools.islice(self._next, PROCESSES):
            if not self._bots[n].end.done():
                self.town.calls(self._bots[n].process.address)
                return

    async def writes(self, n: int) -> None:
        for line in itertools.count():
            if self.over:
                return
            await asyncio.sleep(self._rng.expovariate(1 / PAUSE_SECONDS))
            project, said = f"Standing {n} {line // LONGEST_REVIEW}", f"https://wiki.acme.example/{n}/{line}"
            if line % LONGEST_REVIEW == 0:
                await self.starts(project, next(self._owners))
            self.goes_on()
            begun = perf_counter()
            brought = await self.town.replies("ben", project, f"runbook: {said}")
            if brought.taken:
                self._loaded.acks.append(perf_counter() - begun)
            await self._is_taken(brought, project, said)

    async def grows(self) -> None:
        for n in itertools.count():
            if self.over:
                return
            self.goes_on()
            await self.welcomes(*newcomer(n), by=next(self._owners))
            await asyncio.sleep(self._rng.expovariate(1 / NEWCOMER_SECONDS))


def _owner(n: int) -> str:
    """Of one review: whoever looks after a person reads all that is theirs, so that one of hundreds would be a load."""
    return f"lea{n}"


async def loaded(children: list[Child], base: Base, folder: Path, *, seconds: float, seed: int = 1) -> Loaded:
    rng, found, url = Random(f"{seed}/load"), Loaded(seconds=seconds), base.fresh()
    ahead = folder / "load.ahead"
    ahead.write_text(str(AHEAD.total_seconds()))
    most = int(seconds) + 10
    people = ("ben", *newcomers(most), *map(_owner, range(most)))
    async with on_slack(people, lambda: machine_clock() + AHEAD) as town:
        bots = [Bot(child, town, url, ahead, (HURRY,)) for child in children]
        await asyncio.gather(*(bot.begins() for bot in bots))
        crowd = Crowd(town, base, url, bots, found, rng)
        try:
            await _busy(crowd, bots, found, rng)
            await crowd.settles()
            await asyncio.gather(*(bot.stops() for bot in bots))
        finally:
            await asyncio.gather(*(bot.close() for bot in bots))
        ledger = crowd.ledger
        found.done = f"{len(ledger.replies)} replies, {len(ledger.confirmed)} clicks, {len(ledger.named)} nudges"
        found.verdict = await asyncio.to_thread(judge, ledger, town, base, url)
    return found


async def _busy(crowd: Crowd, bots: list[Bot], found: Loaded, rng: Random) -> None:
    async with asyncio.TaskGroup() as tasks:
        for n in range(WRITERS):
            tasks.create_task(crowd.writes(n))
        tasks.create_task(crowd.grows())
        others = [asyncio.create_task(_kills(bots, found, rng)), asyncio.create_task(_measures(bots, found))]
        await asyncio.sleep(found.seconds)
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for bot in bots:  # one may have been between two lives
            if bot.end.done():
                await bot.begins()
        crowd.goes_on()
        crowd.over = True


async def _kills(bots: list[Bot], found: Loaded, rng: Random) -> None:
    """About six times in all, the doomed in turn."""
    for n in itertools.cycle(DOOMED):
        await asyncio.sleep(rng.uniform(0.5, 1.5) * found.seconds / 7)
        bots[n].process.kill()
        found.killed += 1
        await bots[n].end
        await asyncio.sleep(rng.uniform(0, 2))
        await asyncio.shield(asyncio.ensure_future(bots[n].begins()))


async def _measures(bots: list[Bot], found: Loaded) -> None:
    begun = perf_counter()
    while True:
        for n, bot in enumerate(bots):
            if not bot.end.done():
                found.memory.setdefault(n, []).append((perf_counter() - begun, _megabytes(bot.process.number)))
        await asyncio.sleep(SAMPLE_SECONDS)


def _megabytes(process: int) -> float:
    """Its memory but for files. What it shares with the one that it was forked from counts from the beginning.

    So it does not grow where a shared page becomes its own, as each does sooner or later by counting references.
    """
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]) / 1024
