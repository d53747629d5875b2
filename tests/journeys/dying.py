"""A `serve` in a process of its own, which dies where it is told to; see `crashing_serve.py`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from signal import SIGKILL, SIGTERM, SIGUSR1
from typing import Any

from bot.bootstrap import machine_clock
from bot.settings import Settings
from tests.journeys.terminal import AT, ROOT

TURN = ("turn_begun", "inbox_written", "version_written", "acts_written", "outbox_written", "committed")
DELIVERY = ("relay_claimed", "relay_sending", "relay_sent", "relay_marking", "relay_marked")
TICK = ("tick_claimed", "tick_planned", "tick_kept")
# Whenever this runs, it is morning there, and who was named may be written to.
AHEAD = datetime.fromisoformat(AT) + timedelta(minutes=40) - machine_clock()
Child = subprocess.Popen[str]


class Process:
    """One that serves; `address` is where it listens, `end` how it ended."""

    def __init__(self, child: Child, number: int, address: str) -> None:
        self.number, self.address = number, address
        self._child, self._armed = child, asyncio.Event()
        self.end = asyncio.create_task(self._listen())

    async def _listen(self) -> int:
        while (line := await _line(self._child)) == "armed":
            self._armed.set()
        return int(line)

    async def arm(self) -> None:
        os.kill(self.number, SIGUSR1)
        armed = asyncio.create_task(self._armed.wait())
        await asyncio.wait({armed, self.end}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert not self.end.done(), f"it has ended by itself: {self.end.result()}"
        assert armed.done(), "it does not answer"

    async def dies(self) -> None:
        """By itself, at its point."""
        assert await self.end == -SIGKILL

    def kill(self) -> None:
        if not self.end.done():
            os.kill(self.number, SIGKILL)

    async def is_killed(self) -> None:
        self.kill()
        await self.dies()

    def is_told(self, signal: int) -> None:
        os.kill(self.number, signal)

    async def stops(self) -> None:
        self.is_told(SIGTERM)
        assert await self.end == 0


@contextmanager
def a_child(platform: str) -> Iterator[Child]:
    """What all processes of a module are forked from. At the end none is left, also where a test has left one."""
    script = ROOT / "tests" / "journeys" / "crashing_serve.py"
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    with subprocess.Popen(
        [sys.executable, script, platform],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    ) as child:
        try:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
            yield child
        finally:
            os.killpg(child.pid, SIGKILL)


@asynccontextmanager
async def born(
    child: Child, settings: Settings, point: str, nth: int, *, ahead: timedelta | Path = AHEAD, **more: Any
) -> AsyncIterator[Process]:
    """Dies at the `nth` passing of the point after it was armed. `more` is put into its job.

    `ahead` is what its clock is before the machine's, or a file in which that stands in seconds, at any time.

    What a failing test has left is ended: as long as it lives no other one is born.
    """
    given = {name: _plain(value) for name, value in settings.model_dump(exclude_unset=True).items()}
    assert child.stdin
    job = {"settings": given, "point": point, "nth": nth, "ahead": _offset(ahead), **more}
    child.stdin.write(f"{json.dumps(job)}\n")
    child.stdin.flush()
    process = Process(child, number=int(await _line(child)), address=await _line(child))
    try:
        yield process
    finally:
        process.kill()
        await process.end


async def _line(child: Child) -> str:
    assert child.stdout
    return (await asyncio.to_thread(child.stdout.readline)).strip()


def _offset(ahead: timedelta | Path) -> float | str:
    return ahead.total_seconds() if isinstance(ahead, timedelta) else str(ahead)


def _plain(value: Any) -> Any:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value
