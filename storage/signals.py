"""Waking the relays of other processes, on PostgreSQL: who committed something to send tells those who listen.

It is told after the commit, through a connection of its own: a NOTIFY within the turn makes all commits of the server
wait for one another (`docs/storage.md` has the figures). What nobody hears, because a process or a connection has
died just then, the relay's poll finds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from storage.database import connect_arguments

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_CHANNEL = "ai_readiness_outbox"
_AGAIN_SECONDS = 1.0
_log = logging.getLogger(__name__)


async def tell_others(url: str, woken: Callable[[], Awaitable[object]]) -> None:
    """Each time `woken` returns, until it is cancelled. What comes meanwhile is told at once."""

    async def tell(connection: AsyncConnection[Any]) -> None:
        await connection.execute("SET synchronous_commit = off")  # there is nothing that could be lost
        while True:
            await connection.execute(f"NOTIFY {_CHANNEL}")
            await woken()

    await _connected(url, tell)


async def hear_others(url: str, heard: Callable[[], object]) -> None:
    """Calls `heard` when somebody tells, and once whenever it can listen again, until it is cancelled."""

    async def listen(connection: AsyncConnection[Any]) -> None:
        await connection.execute(f"LISTEN {_CHANNEL}")
        heard()
        async for _ in connection.notifies():
            heard()

    await _connected(url, listen)


async def _connected(url: str, use: Callable[[AsyncConnection[Any]], Awaitable[None]]) -> None:
    import psycopg  # noqa: PLC0415  # who works with SQLite has no use for it

    how = connect_arguments(url)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(**how, autocommit=True) as connection:
                await use(connection)
        except psycopg.Error as error:
            _log.warning("signals_lost", extra={"error": type(error).__name__, "sqlstate": error.sqlstate})
        await asyncio.sleep(_AGAIN_SECONDS)
