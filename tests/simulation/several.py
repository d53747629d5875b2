"""The bot as several processes on one PostgreSQL: they tick at the same moments, and some of them are killed.

People's acts are taken here; everything that is done by the clock, and everything that is said, is the work of the
children. One that was killed is started again, and what it had claimed is taken up when its leases have ended.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

from tests.simulation.bots import Bot, Clock
from tests.simulation.diary import Span
from tests.simulation.platform import Keeper, from_json

CHILDREN = 4
LEASE = timedelta(seconds=31)


class SeveralProcesses(Bot):
    """`doomed` are the children that are killed, each again and again after so many ticks."""

    def __init__(
        self,
        url: str,
        file: Path,
        clock: Clock,
        keeper: Keeper,
        disturbed: Mapping[str, Sequence[Span]],
        *,
        seed: int = 1,
        doomed: Sequence[int] = (0, 2),
        ticks_between: int = 40,
    ) -> None:
        super().__init__(url, clock, keeper, disturbed)
        self.killed = 0
        self._job = {"url": url, "file": str(file), "disturbed": disturbed}
        self._file, self._read_to, self._keeper = file, 0, keeper
        self._rng = Random(f"{seed}/kills")
        self._doomed, self._ticks_between, self._ticks = doomed, ticks_between, 0
        self._children: list[Process] = []
        self._turn = 0

    async def open(self) -> None:
        await super().open()
        self._file.touch()
        self._children = list(await asyncio.gather(*(self._child() for _ in range(CHILDREN))))

    async def close(self) -> None:
        for child in self._children:
            if child.stdin:
                child.stdin.close()
            await child.wait()
        self._children = []
        await super().close()

    async def tick(self) -> None:
        self._ticks += 1
        if self._ticks % self._ticks_between == 0:
            doomed = self._children[self._doomed[self._ticks // self._ticks_between % len(self._doomed)]]
            await self._told(doomed, f"doom {self._rng.randrange(30)}")
        await self._ask("tick", range(CHILDREN))

    async def pulse(self) -> None:
        await self._ask("pulse", [self._next()])

    async def look(self) -> None:
        await self._ask("look", [self._next()])

    async def drain(self) -> None:
        await self._ask("drain", [self._next(), self._next()])

    def _next(self) -> int:
        """They take turns where one is enough."""
        self._turn = (self._turn + 1) % CHILDREN
        return self._turn

    async def _ask(self, command: str, whom: Iterable[int]) -> None:
        """All of them at the same moment. Where one dies it is done again, when what it had claimed is free again."""
        asked, order = sorted(set(whom)), f"{command} {self.clock.at.isoformat()}"
        answers = await asyncio.gather(*(self._told(self._children[n], order) for n in asked))
        self._take_in()
        dead = [n for n, alive in zip(asked, answers, strict=True) if not alive]
        for n in dead:
            self.killed += 1
            await self._children[n].wait()
            self._children[n] = await self._child()
        if dead:
            self.clock.at += LEASE
            await self._ask("tick" if command == "drain" else command, range(CHILDREN))
            await self._ask("drain", range(CHILDREN))

    async def _child(self) -> Process:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.simulation.worker", stdin=PIPE, stdout=PIPE
        )
        assert child.stdin
        assert child.stdout
        child.stdin.write(f"{json.dumps(self._job, default=str)}\n".encode())
        assert await child.stdout.readline() == b"ready\n"
        return child

    async def _told(self, child: Process, command: str) -> bool:
        """Whether it lived to answer."""
        assert child.stdin
        assert child.stdout
        child.stdin.write(f"{command}\n".encode())
        return bool(await child.stdout.readline())

    def _take_in(self) -> None:
        """What was said since, in the order in which it was said."""
        with self._file.open() as file:
            file.seek(self._read_to)
            lines = file.read()
            self._read_to = file.tell()
        for line in lines.splitlines():
            self._keeper.keep(from_json(line))
