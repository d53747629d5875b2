"""A `serve` in a process of its own, which dies where it is told to; see `crashing_serve.py`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
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


@dataclass(slots=True, kw_only=True)
class Process:
    """One that serves; `address` is where it listens."""

    child: Child
    number: int
    address: str
    over: bool = False

    async def arm(self) -> None:
        os.kill(self.number, SIGUSR1)
        assert await _line(self.child) == "armed"

    async def dies(self) -> None:
        """By itself, at its point."""
        assert await self.ends() == -SIGKILL

    async def is_killed(self) -> None:
        os.kill(self.number, SIGKILL)
        await self.dies()

    async def stops(self) -> None:
        os.kill(self.number, SIGTERM)
        assert await self.ends() == 0

    async def ends(self) -> int:
        """Returns how."""
        self.over = True
        return int(await _line(self.child))


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
    child: Child, settings: Settings, point: str, nth: int, *, ahead: timedelta = AHEAD, **more: str
) -> AsyncIterator[Process]:
    """Dies at the `nth` passing of the point after it was armed. `more` is put into its job.

    What a failing test has left is ended: as long as it lives no other one is born.
    """
    given = {name: _plain(value) for name, value in settings.model_dump(exclude_unset=True).items()}
    assert child.stdin
    job = {"settings": given, "point": point, "nth": nth, "ahead": ahead.total_seconds(), **more}
    child.stdin.write(f"{json.dumps(job)}\n")
    child.stdin.flush()
    process = Process(child=child, number=int(await _line(child)), address=await _line(child))
    try:
        yield process
    finally:
        if not process.over:
            with suppress(ProcessLookupError):
                os.kill(process.number, SIGKILL)
            await process.ends()


async def _line(child: Child) -> str:
    assert child.stdout
    return (await asyncio.to_thread(child.stdout.readline)).strip()


def _plain(value: Any) -> Any:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value
