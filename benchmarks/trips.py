"""Round trips to PostgreSQL, counted where they happen: by what passes its connections on."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import URL, make_url

_CHUNK = 65_536
_READY = ord("Z")  # https://www.postgresql.org/docs/current/protocol-message-formats.html: ReadyForQuery
_HEAD = struct.Struct("!BI")  # of each message: its kind, and its length without the kind


class Passing:
    """A port that leads to the server of a URL. A trip ends where the server says that it is ready for more."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.trips = 0

    def start(self) -> str:
        """The URL by which clients get there."""
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._pass, "127.0.0.1", 0), self._loop)
        self._server = listening.result()
        port: int = self._server.sockets[0].getsockname()[1]
        passed = self._url.difference_update_query(["host", "port"]).set(host="127.0.0.1", port=port)
        return passed.update_query_dict({"sslmode": "disable"}).render_as_string(hide_password=False)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._cancel(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _cancel(self) -> None:
        self._server.close()
        passed = asyncio.all_tasks() - {asyncio.current_task()}
        for task in passed:
            task.cancel()
        await asyncio.gather(*passed, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, thither = await self._connect()

        async def ask() -> None:
            while chunk := await reader.read(_CHUNK):
                thither.write(chunk)
            thither.close()

        async def answer() -> None:
            with suppress(asyncio.IncompleteReadError):
                while True:
                    head = await there.readexactly(_HEAD.size)
                    kind, length = _HEAD.unpack(head)
                    body = await there.readexactly(length - _HEAD.size + 1)
                    self.trips += kind == _READY
                    writer.write(head + body)
            writer.close()

        try:
            with suppress(ConnectionError, asyncio.CancelledError):
                await asyncio.gather(ask(), answer())
        finally:
            thither.transport.abort()
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where, port = self._url.query.get("host"), self._url.port or 5432
        if isinstance(where, str) and where.startswith("/"):
            return await asyncio.open_unix_connection(f"{where}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._url.host, port)


@contextmanager
def passing(url: str) -> Iterator[tuple[str, Callable[[], int]]]:
    """The URL to use instead, and how many trips there were; of SQLite itself, and none."""
    if url.startswith("sqlite"):
        yield url, lambda: 0
        return
    between = Passing(make_url(url))
    passed = between.start()
    try:
        yield passed, lambda: between.trips
    finally:
        between.stop()
