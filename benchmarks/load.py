"""The load generator: so many requests in flight, each on a connection that stays open, and how long each ack took."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from benchmarks.processes import Server

_ACK_SECONDS = 10.0
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class NotMeasured(Exception):
    """A request was not acked, or there was none left: what has errors is no figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One second, say, of one server. All times are seconds."""

    taken: tuple[float, ...]  # by request, shortest first
    lasted: float
    cpu: float

    @property
    def p50(self) -> float:
        return median(self.taken)

    @property
    def p99(self) -> float:
        return self.taken[int(len(self.taken) * 0.99)]

    @property
    def p99_over_p50(self) -> float:
        return self.p99 / self.p50

    @property
    def throughput(self) -> float:
        return len(self.taken) / self.lasted

    @property
    def cpu_per_request(self) -> float:
        return self.cpu / len(self.taken)


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, request: bytes) -> float:
        """Seconds until the ack. Raises `NotMeasured` where it is none."""
        begun = perf_counter()
        self._writer.write(request)
        async with asyncio.timeout(_ACK_SECONDS):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            body = await self._reader.readexactly(int(length[1])) if length else b""
        taken = perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 20"):
            raise NotMeasured(f"{head.splitlines()[0]!r} {body[:200]!r}")
        return taken


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()


async def measure(server: Server, requests: Iterator[bytes], *, in_flight: int, seconds: float) -> Round:
    """Raises `NotMeasured`."""
    async with AsyncExitStack() as stack:
        connections = [await stack.enter_async_context(connected(server.port)) for _ in range(in_flight)]
        taken: list[float] = []
        used, begun = server.cpu_seconds(), perf_counter()

        async def keep_asking(connection: Connection) -> None:
            while perf_counter() - begun < seconds:
                if (request := next(requests, None)) is None:
                    raise NotMeasured("all items of all reviews are answered: begin more reviews")
                taken.append(await connection.ask(request))

        await asyncio.gather(*map(keep_asking, connections))
        lasted = perf_counter() - begun
        return Round(taken=tuple(sorted(taken)), lasted=lasted, cpu=server.cpu_seconds() - used)
