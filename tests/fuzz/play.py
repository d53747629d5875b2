"""One round: a world, so many requests, and what is judged after each of them and after each batch.

Genuine requests and forged ones take turns in batches. While forged ones come nothing that is kept changes, and
nothing is sent; whatever comes, nothing breaks.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random

from aiohttp import web_app

from adapters.slack.sockets import CONNECTIONS
from bot.logs import hush
from tests import serving, serving_teams
from tests.fuzz.outcome import Outcome
from tests.fuzz.slack_tries import SlackTries
from tests.fuzz.tries import Make, Try, chosen
from tests.fuzz.wire import brought
from tests.fuzz.worlds import World, installed, over_http, over_sockets
from tests.served import played

GENUINE, FORGED = 50, 450  # in a batch of each
BUSY = 503  # in truth nobody else asks, but the machine may be busy with others
_TIMES = 3  # that whoever is told so comes again, as platforms do
_PATIENCE_SECONDS = 5.0
_QUIET_SECONDS = 60.0
LARGEST = 4 * 2**20  # message that aiohttp's WebSocket takes: https://docs.aiohttp.org/en/stable/client_reference.html
CUT_OFF = 0
TICK = timedelta(seconds=1)  # what was asked for does not wait for it

Opens = Callable[[Path, Random], AbstractAsyncContextManager[World]]
WORLDS: tuple[Opens, ...] = (over_http, over_http, over_sockets, over_http, installed)


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
                gc.collect()
                gc.freeze()  # as the product does once it listens
                await _round(world, random, requests, outcome)

    patches = serving.shared() | serving_teams.shared() | {"bot.serving.DUE": TICK}
    with _listening(outcome):
        played(playing, patches)
    gc.unfreeze()
    web_app._cached_build_middleware.cache_clear()  # it would hold on to the worlds before; in truth there is one
    gc.collect()
    outcome.memory[os.getpid()] = [(requests, resident())]
    return outcome


def resident() -> float:
    """What this process holds, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def blocks() -> int:
    """How many pieces of memory Python's objects take: none is left over where nothing is remembered."""
    gc.collect()
    return sys.getallocatedblocks()


async def _round(world: World, random: Random, requests: int, outcome: Outcome) -> None:
    left = requests
    while left > 0:
        for _ in range(min(GENUINE, left)):
            if world.by_socket is not None and random.random() < 0.5:
                await _by_socket(world, world.by_socket, random, outcome)
            else:
                await _one(world, chosen(random, world.genuine), outcome)
        left -= GENUINE
        before, held = await _quiet(world), blocks()
        for _ in range(min(FORGED, max(left, 0))):
            await _one(world, chosen(random, world.forged), outcome)
        left -= FORGED
        after = await _quiet(world)
        if 0 < left < requests / 2:  # by then all that is to be remembered once has come
            outcome.measured += FORGED
            outcome.grown += blocks() - held
        if after != before:
            more = {name: after[name] - count for name, count in before.items() if after[name] != count}
            outcome.violations.append(f"{world.name}: while forged requests came, there was more: {more}")


async def _one(world: World, make: Make, outcome: Outcome) -> None:
    tried = make()

    async def status() -> int:
        return (await brought(world.server, tried.pieces, complete=tried.complete)).status

    await _tried(tried, status, outcome)


async def _by_socket(world: World, tries: SlackTries, random: Random, outcome: Outcome) -> None:
    """Slack alone speaks there, so that all of it is genuine; but whatever it says has to be acknowledged.

    What no message may be as large as ends its connection, and the app comes back.
    """
    assert world.slack
    await world.slack.until(lambda: world.slack and len(world.slack.sockets) == CONNECTIONS, _QUIET_SECONDS)
    kind, payload = tries.payload()
    payload = payload if isinstance(payload, dict) else {"payload": payload}  # for anything else the SDK breaks
    envelope = {"envelope_id": world.slack.name("fuzz-"), "payload": payload, "type": kind.value}
    said = json.dumps(payload).encode()
    may, lost = (200, BUSY) if len(said) < LARGEST else (CUT_OFF, CUT_OFF)
    tried = Try(endpoint="Socket Mode", kind=kind.value, pieces=(said,), may=(may,), trusted=True)
    socket = random.choice(world.slack.sockets)

    async def status() -> int:
        return (await socket.sends(envelope, _PATIENCE_SECONDS)).status or lost

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
