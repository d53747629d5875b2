"""The floor: what any bot on Bolt must pay to keep a message before it says so.

A no-op `message` listener, signed requests, nobody's token looked for; and one row, durably committed, before the ack.
`python -m benchmarks.floor DATABASE_URL PORT SIGNING_SECRET`
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import psycopg
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

Commit: TypeAlias = Callable[[str], object]

_THREADS = 8  # as many connections as the product has
_TABLE = "CREATE TABLE IF NOT EXISTS floor (id {key}, said TEXT NOT NULL)"


def sqlite_floor(path: str) -> tuple[ThreadPoolExecutor, Commit]:
    """One writing thread; each insert is a transaction of its own, and as durable as the product's."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", _TABLE.format(key="INTEGER PRIMARY KEY")):
        connection.execute(statement).close()
    return ThreadPoolExecutor(1), lambda said: connection.execute("INSERT INTO floor (said) VALUES (?)", [said])


def postgres_floor(url: str) -> tuple[ThreadPoolExecutor, Commit]:
    """A connection for each thread; an insert that commits itself takes one round trip."""
    own = threading.local()

    def connect() -> None:
        own.connection = psycopg.connect(url, autocommit=True)

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE.format(key="BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"))
    pool = ThreadPoolExecutor(_THREADS, initializer=connect)
    return pool, lambda said: own.connection.execute("INSERT INTO floor (said) VALUES (%s)", [said])


def make_app(signing_secret: str, pool: ThreadPoolExecutor, commit: Commit) -> web.Application:
    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T", bot_token="xoxb-", bot_user_id="U0BOT", bot_id="B0BOT")

    app = AsyncApp(signing_secret=signing_secret, authorize=authorize, process_before_response=True)

    @app.event("message")
    async def keep(body: dict[str, Any]) -> None:
        await asyncio.get_running_loop().run_in_executor(pool, commit, body["event_id"])

    return app.web_app("/slack/events")


def main(url: str, port: str, signing_secret: str) -> None:
    made = sqlite_floor(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else postgres_floor(url)
    web.run_app(make_app(signing_secret, *made), host="127.0.0.1", port=int(port), access_log=None, print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
