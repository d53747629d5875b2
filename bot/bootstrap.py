"""The only place that constructs: from settings to a running application."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex
from socket import gethostname

from bot.library import load_engine
from bot.plans import Planner
from bot.recalls import Recalls
from bot.relay import Relay
from bot.settings import Settings
from bot.ticker import Noted, Ticker
from bot.turns import TurnRunner
from bot.watching import Watch
from conversations.decide import Engine
from conversations.ports import Quiet, Sender
from storage.database import Database, open_database
from storage.restoring import settle_in
from storage.shelf import PackShelf
from storage.unit_of_work import Reach, no_op

_log = logging.getLogger(__name__)


def machine_clock() -> datetime:
    return datetime.now(UTC)


def process_name(command: str) -> str:
    """Like no other one's, on whatever machine and in whatever container, where all are process 1."""
    return f"{command}-{gethostname()}-{os.getpid()}-{token_hex(4)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    engine: Engine
    database: Database
    shelf: PackShelf
    runner: TurnRunner
    relay: Relay
    ticker: Ticker
    watch: Watch


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    senders: Mapping[str, Sender],
    *,
    command: str,
    clock: Callable[[], datetime] = machine_clock,
    pack: str | None = None,
    reach: Reach = no_op,
    watch: Watch | None = None,
    quiets: Mapping[str, Quiet] | None = None,
    noted: Noted = lambda *_: None,
) -> AsyncIterator[Application]:
    """An application with its database open and, on SQLite, locked for `command`; closed in order at the end.

    Raises `DatabaseInUse`, `PackFaults`, `NoSuchFolder`.
    """
    engine = load_engine(settings, pack)
    database = await asyncio.to_thread(open_database, settings.database_url, command=command)
    try:
        if await database.units(settle_in, clock()):
            _log.warning("database_restored")
        yield assembled(
            engine,
            database,
            senders,
            me=process_name(command),
            clock=clock,
            reach=reach,
            watch=watch or Watch(),
            quiets={} if quiets is None else quiets,
            noted=noted,
        )
    finally:
        await asyncio.to_thread(database.close)


def assembled(
    engine: Engine,
    database: Database,
    senders: Mapping[str, Sender],
    *,
    me: str,
    clock: Callable[[], datetime],
    reach: Reach,
    watch: Watch,
    quiets: Mapping[str, Quiet],
    noted: Noted,
) -> Application:
    """The parts, each knowing those that it needs. `me` names this process among all that work on the database."""
    database = replace(
        database, units=watch.watched(database.units, "write"), read=watch.watched(database.read, "read")
    )
    shelf = PackShelf()
    runner = TurnRunner(database.units, engine.decide, shelf, wake=lambda: relay.wake(), reach=reach, watch=watch)  # noqa: PLW0108  # it is made below
    recalls = Recalls(
        database.units,
        engine.decide,
        shelf,
        engine.calendar_of,
        clock=clock,
        quiets=quiets,
        reach=reach,
    )
    relay = Relay(
        database.units,
        senders,
        clock=clock,
        me=me,
        unpostable=runner.run,
        recalls=recalls,
        reach=reach,
        watch=watch,
    )
    ticker = Ticker(
        database.units,
        Planner(database.read, shelf, engine.zone, engine.calendar_of),
        shelf,
        runner,
        wake=relay.wake,
        clock=clock,
        quiets=quiets,
        reach=reach,
        noted=noted,
        first=relay.catch_up,
        watch=watch,
    )
    return Application(
        engine=engine, database=database, shelf=shelf, runner=runner, relay=relay, ticker=ticker, watch=watch
    )
