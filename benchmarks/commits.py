"""The least that a floor pays to keep a message: one row, durably committed, on the same kind of database."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

import psycopg

_Commit: TypeAlias = Callable[[str], object]
Keep: TypeAlias = Callable[[str], Awaitable[object]]  # once it is kept

_THREADS = 8  # as many connections as the product has
_TABLE = "CREATE TABLE IF NOT EXISTS floor (id {key}, said TEXT NOT NULL)"


def keeping(url: str) -> Keep:
    made = _on_sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else _on_postgres(url)
    pool, commit = made

    async def keep(said: str) -> object:
        return await asyncio.get_running_loop().run_in_executor(pool, commit, said)

    return keep


def _on_sqlite(path: str) -> tuple[ThreadPoolExecutor, _Commit]:
    """One writing thread; each insert is a transaction of its own, and as durable as the product's."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE.format(key="INTEGER PRIMARY KEY")):
        connection.execute(statement).close()
    return ThreadPoolExecutor(1), lambda said: connection.execute("INSERT INTO floor (said) VALUES (?)", [said])


def _on_postgres(url: str) -> tuple[ThreadPoolExecutor, _Commit]:
    """A connection for each thread; an insert that commits itself takes one round trip."""
    own = threading.local()

    def connect() -> None:
        own.connection = psycopg.connect(url, autocommit=True)

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE.format(key="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))
    pool = ThreadPoolExecutor(_THREADS, initializer=connect)
    return pool, lambda said: own.connection.execute("INSERT INTO floor (said) VALUES (%s)", [said])
