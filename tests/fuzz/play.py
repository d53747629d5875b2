"""One round: a world, so many requests, and what is judged after each of them and after each batch.

Genuine requests and forged ones take turns in batches. While forged ones come nothing that is kept changes, and
nothing is sent; whatever comes, nothing breaks.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.logs import hush
from tests import serving, serving_teams
from tests.fuzz.slack_tries import SlackTries
from tests.fuzz.tries import Make, Try, chosen
from tests.fuzz.wire import brought
from tests.fuzz.worlds import World, installed, over_http, over_sockets
from tests.served import played

GENUINE, FORGED = 50, 450  # in a batch of each
SLOWEST_SECONDS = 5.0  # of the process's own work for one request, and for what comes of it meanwhile
BUSY = 503  # in truth nobody else asks, but the machine may be busy with others
_TIMES = 3  # that whoever is told so comes again, as platforms do
_PATIENCE_SECONDS = 5.0
_QUIET_SECONDS = 60.0

Opens = Callable[[Path, Random], AbstractAsyncContextManager[World]]
WORLDS: tuple[Opens, ...] = (over_http, over_http, over_sockets, over_http, installed)


@dataclass(slots=True)
class Outcome:
    """`seconds` are of the process's own work, by endpoint; `memory` is of the process, in MB, after each round."""

    counts: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    trusted: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    slowest: dict[str, float] = field(default_factory=dict)
    memory: dict[int, list[float]] = field(default_factory=dict)
    busy: int = 0  # requests that were asked to come again
    grown: float = 0.0  # MB, while forged requests came
    violations: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return self.counts.total()

    def add(self, other: Outcome) -> None:
        self.counts.update(other.counts)
        self.trusted.update(other.trusted)
        for endpoint, seconds in other.seconds.items():
            self.seconds[endpoint] = seconds + self.seconds.get(endpoint, 0.0)
        self.busy += other.busy
        self.grown += other.grown
        for process, memory in other.memory.items():
            self.memory.setdefault(process, []).extend(memory)
        self.violations += other.violations
        for endpoint, seconds in other.slowest.items():
            self.slowest[endpoint] = max(seconds, self.slowest.get(endpoint, 0.0))

    def judge(self, tried: Try, status: int, seconds: float) -> None:
        self.counts[tried.endpoint, tried.kind, status] += 1
        self.trusted[tried.endpoint] += tried.trusted
        self.seconds[tried.endpoint] = seconds + self.seconds.get(tried.endpoint, 0.0)
        self.slowest[tried.endpoint] = max(seconds, self.slowest.get(tried.endpoint, 0))
        if status not in tried.may:
            self._violated(f"{tried.endpoint}, {tried.kind}: answered {status}", tried)
        if seconds > SLOWEST_SECONDS:
            self._violated(f"{tried.endpoint}, {tried.kind}: took {seconds:.1f} s", tried)

    def _violated(self, what: str, tried: Try) -> None:
        sent = b"".join(tried.pieces)
        self.violations.append(f"{what}\n    {sent[:3_000]!r}")


def rounds(seed: int, first: int, requests: int, per_round: int) -> Iterator[tuple[int, int, int]]:
    """The number, the seed and the size of each round."""
    for number, begun in enumerate(range(0, requests, per_round), first):
        yield number, seed * 1_000_003 + number, min(per_round, requests - begun)


def play(number: int, seed: int, requests: int, opens: Opens | None = None) -> Outcome:
    """The round of that number, the same one whenever it has the same seed."""
    outcome, random = Outcome(), Random(seed)

    async def playing() -> None:
        with tempfile.TemporaryDirectory() as folder:
            async with (opens or WORLDS[number % len(WORLDS)])(Path(folder), random) as world:
                await _round(world, random, requests, outcome)

    patches = serving.shared() | serving_teams.shared()
    with _listening(outcome):
        played(playing, patches)
    gc.collect()
    outcome.memory[os.getpid()] = [memory()]
    return outcome


def memory() -> float:
    """What this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def _round(world: World, random: Random, requests: int, outcome: Outcome) -> None:
    left = requests
    while left > 0:
        for _ in range(min(GENUINE, left)):
            if world.by_socket is not None and random.random() < 0.5:
                await _by_socket(world, world.by_socket, random, outcome)
            else:
                await _one(world, chosen(random, world.genuine), outcome)
        left -= GENUINE
        before, held = await _quiet(world), memory()
        for _ in range(min(FORGED, max(left, 0))):
            await _one(world, chosen(random, world.forged), outcome)
        left -= FORGED
        outcome.grown += memory() - held
        after = await _quiet(world)
        if after != before:
            more = {name: after[name] - count for name, count in before.items() if after[name] != count}
            outcome.violations.append(f"{world.name}: while forged requests came, there was more: {more}")


async def _one(world: World, make: Make, outcome: Outcome) -> None:
    tried = make()

    async def status() -> int:
        return (await brought(world.server, tried.pieces, complete=tried.complete)).status

    await _tried(tried, status, outcome)


async def _by_socket(world: World, tries: SlackTries, random: Random, outcome: Outcome) -> None:
    """Slack alone speaks there, so that all of it is genuine; but whatever it says has to be acknowledged."""
    assert world.slack
    kind, payload = tries.payload()
    payload = payload if isinstance(payload, dict) else {"payload": payload}  # for anything else the SDK breaks
    envelope = {"envelope_id": world.slack.name("fuzz-"), "payload": payload, "type": kind.value}
    tried = Try(endpoint="Socket Mode", kind=kind.value, pieces=(repr(payload).encode(),), may=(200,), trusted=True)
    socket = random.choice(world.slack.sockets)

    async def status() -> int:
        return (await socket.sends(envelope, _PATIENCE_SECONDS)).status or BUSY

    await _tried(tried, status, outcome)


async def _tried(tried: Try, status: Callable[[], Awaitable[int]], outcome: Outcome) -> None:
    """Whoever is asked to come again does so, as platforms do."""
    for left in reversed(range(_TIMES)):
        begun = time.process_time()
        answered = await status()
        if answered != BUSY or BUSY in tried.may or not left:
            outcome.judge(tried, answered, time.process_time() - begun)
            return
        outcome.busy += 1


async def _quiet(world: World) -> dict[str, int]:
    """What is kept and sent, once nothing more comes of what was asked."""
    ends = time.monotonic() + _QUIET_SECONDS
    while time.monotonic() < ends:
        before = world.kept()
        await asyncio.sleep(0.02)
        if not world.is_at_work() and world.kept() == before:
            return before
    raise TimeoutError("it does not come to rest")


class _Errors(logging.Handler):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__(logging.ERROR)
        self._outcome = outcome

    def emit(self, record: logging.LogRecord) -> None:
        fields = {name: getattr(record, name, None) for name in ("kind", "error", "at", "path")}
        self._outcome.violations.append(f"logged {record.name}: {record.getMessage()} {fields}")


@contextmanager
def _listening(outcome: Outcome) -> Iterator[None]:
    """Whatever is logged as an error is one."""
    hush()
    handler = _Errors(outcome)
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)
