"""Processes that serve, started and ended as an operator does."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TextIO

from bot.settings import Settings
from tests.journeys.terminal import ROOT

END_SECONDS = 60.0  # longer than anything takes


@dataclass(slots=True, kw_only=True)
class Serving:
    """One process; `address` is where it listens."""

    number: int
    address: str
    folder: Path
    _said: TextIO
    code: int | None = None

    def told(self, number: signal.Signals = signal.SIGTERM) -> None:
        os.kill(self.number, number)

    async def ends(self) -> int:
        """Returns how."""
        if self.code is None:
            self.code = int(await _line(self._said))
        return self.code

    async def stops(self) -> str:
        """Told to; its log."""
        self.told()
        assert await self.ends() == 0, self.log
        return self.log

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nursery:
    """What processes are born from."""

    child: subprocess.Popen[str]
    folder: Path
    numbers: Iterator[int]

    @asynccontextmanager
    async def born(self, settings: Settings, **job: Any) -> AsyncIterator[Serving]:
        """Serves until it is told to stop, and is killed at the end where it still lives.

        `job` is as `serving_process` takes it.
        """
        folder = self.folder / str(next(self.numbers))
        folder.mkdir()
        os.mkfifo(folder / "said")
        given = {name: _plain(value) for name, value in settings.model_dump(exclude_unset=True).items()}
        assert self.child.stdin
        self.child.stdin.write(f"{json.dumps({'settings': given, 'folder': str(folder), **job})}\n")
        self.child.stdin.flush()
        with await asyncio.to_thread((folder / "said").open) as said:
            number, address = int(await _line(said)), await _line(said)
            assert address.startswith("http"), f"{address}\n{(folder / 'log').read_text()}"
            serving = Serving(number=number, address=address, folder=folder, _said=said)
            try:
                yield serving
            finally:
                if serving.code is None:
                    serving.told(signal.SIGKILL)
                    await serving.ends()


@contextmanager
def a_nursery() -> Iterator[Nursery]:
    """At the end no process is left, also where a test has left one."""
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, ROOT / "tests" / "journeys" / "serving_process.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            start_new_session=True,
        ) as child,
    ):
        try:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
            yield Nursery(child=child, folder=Path(folder), numbers=itertools.count(1))
        finally:
            os.killpg(child.pid, signal.SIGKILL)


async def _line(said: TextIO) -> str:
    return (await asyncio.wait_for(asyncio.to_thread(said.readline), END_SECONDS)).strip()


def _plain(value: Any) -> Any:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value
