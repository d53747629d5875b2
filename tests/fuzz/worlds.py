"""What is tried out: the product's own `serve` on a database of its own, with a review on each platform begun.

Times stand still, so that nothing happens but what was asked for.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import web
from cryptography.fernet import Fernet

from adapters.slack.installing import STATE_LIVES
from bot import server as bot_server
from bot.bootstrap import machine_clock
from bot.serving import run
from bot.settings import Settings
from storage.models import Base
from storage.reminders import LEASE
from tests import serving, serving_teams
from tests.fake_slack import FakeSlack
from tests.fake_slack_state import CLIENT_ID, CLIENT_SECRET
from tests.fake_teams import APP_ID, APP_PASSWORD, TENANT, FakeTeams
from tests.fuzz.mutator import Mutator
from tests.fuzz.oauth_tries import OAuthTries, begins, returns
from tests.fuzz.open_tries import OpenTries, posts_of
from tests.fuzz.seeds import slack_seeds, teams_seeds
from tests.fuzz.slack_tries import SlackTries
from tests.fuzz.teams_tries import TeamsTries
from tests.fuzz.tries import Make
from tests.served import PEOPLE
from tests.serving import Serve
from tests.serving_teams import TeamsServe

_ASKING = ("auth.test", "apps.connections.open", "openid", "keys", "token")  # whether it could speak, or who does
_KEY = base64.urlsafe_b64encode(bytes(32)).decode()
_PUBLIC = "https://readiness.acme.example"
FOREIGN = (
    *("T0OTHER", "U0OTHER", "C0OTHER", "0e" * 16, "1763888400.999999"),
    *("29:1other", "19:other@thread.tacv2;messageid=1"),
)
_TABLES = [each for each in Base.metadata.tables if each != "pulse"]
_VERSIONS = "(SELECT coalesce(sum(version), 0) FROM review)"


def _count(table: str) -> str:
    return f"(SELECT count(*) FROM {table})"


@dataclass(slots=True, kw_only=True)
class World:
    """`server` is where connections are made to."""

    name: str
    server: web.Server
    database: Path
    now: datetime
    slack: FakeSlack | None = None
    teams: FakeTeams | None = None
    serve: Serve | TeamsServe
    genuine: Mapping[Make, int] = field(default_factory=dict)
    forged: Mapping[Make, int] = field(default_factory=dict)
    by_socket: SlackTries | None = None

    def kept(self) -> dict[str, int]:
        """How much there is in each table, how often reviews changed, and how often a platform was called."""
        counts = self._read(f"SELECT {', '.join(map(_count, _TABLES))}, {_VERSIONS}")
        return dict(zip((*_TABLES, "versions", "calls"), (*counts, self.called), strict=True))

    def is_at_work(self) -> bool:
        """Whether something is being said, or is due."""
        now, leased = (each.strftime("%Y-%m-%d %H:%M:%S.%f") for each in (self.now, self.now + LEASE))
        waiting = self._read(
            "SELECT (SELECT count(*) FROM lane WHERE lease_by IS NOT NULL OR due_at <= ?),"
            " (SELECT count(*) FROM reminder WHERE due_at <= ?)",
            now,
            leased,
        )
        return any(waiting)

    def _read(self, statement: str, *values: str) -> tuple[int, ...]:
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            found: tuple[int, ...] = connection.execute(statement, values).fetchone()
        return found

    @property
    def called(self) -> int:
        calls = [*(self.slack.calls if self.slack else ()), *(self.teams.calls if self.teams else ())]
        return sum(each.method not in _ASKING for each in calls)


@asynccontextmanager
async def _served(settings: Settings, clock: Any, **more: Any) -> AsyncIterator[tuple[web.Server, str]]:
    """The server behind the address at which the product listens."""
    runners: list[web.AppRunner] = []
    listen = bot_server._listen  # the one moment at which the server is there

    async def noted(runner: web.AppRunner, host: str, port: int) -> None:
        runners.append(runner)
        await listen(runner, host, port)

    told_to_stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot_server, "_listen", noted)
        served = asyncio.create_task(
            run(settings, told_to_stop, heard.set_result, clock=clock, haste=serving.HASTE, **more)
        )
        await asyncio.wait([served, heard], return_when=asyncio.FIRST_COMPLETED)
        if served.done():
            await served
    try:
        assert runners[0].server
        yield runners[0].server, heard.result()
    finally:
        told_to_stop.set()
        await served


@asynccontextmanager
async def over_http(folder: Path, random: Random) -> AsyncIterator[World]:
    """One workspace by HTTP, and Teams with its tokens."""
    database, now = folder / "http.db", machine_clock()
    async with (
        serving.workspace(clock=lambda: now, echoes=False) as slack,
        FakeTeams(people=PEOPLE) as teams,
    ):
        on_teams = {"teams_app_id": APP_ID, "teams_app_password": APP_PASSWORD, "teams_tenant_id": TENANT}
        settings = serving.settings_for(slack, f"sqlite:///{database}", serving.HTTP, **on_teams)
        microsoft = serving_teams.microsoft(teams.url)
        async with _served(settings, lambda: now, microsoft=microsoft) as (server, address):
            slack.events_url, teams.bot_url = f"{address}/slack/events", f"{address}/api/messages"
            serve = Serve(slack=slack, url=address, settings=settings)
            seeds = await slack_seeds(serve)
            said = await teams_seeds(TeamsServe(teams=teams, url=address, settings=settings))
            mutator = Mutator(random, FOREIGN)
            on_slack, by_teams = SlackTries(random, mutator, seeds), TeamsTries(random, mutator, said, teams)
            anywhere = OpenTries(random, mutator, posts_of(slack=True, teams=True))
            yield World(
                name="http",
                server=server,
                database=database,
                now=now,
                slack=slack,
                teams=teams,
                serve=serve,
                genuine={**on_slack.genuine(), **by_teams.genuine()},
                forged={**on_slack.forged(), **by_teams.forged(), **anywhere.all()},
            )


@asynccontextmanager
async def over_sockets(folder: Path, random: Random) -> AsyncIterator[World]:
    """One workspace by Socket Mode, and Teams without authentication."""
    database, now = folder / "sockets.db", machine_clock()
    async with (
        serving.workspace(clock=lambda: now, echoes=False) as slack,
        FakeTeams(people=PEOPLE, signs=False) as teams,
    ):
        settings = serving.settings_for(slack, f"sqlite:///{database}", serving.SOCKET, teams_auth="off")
        async with _served(settings, lambda: now) as (server, address):
            teams.bot_url = f"{address}/api/messages"
            await slack.until(lambda: len(slack.sockets) == 2)
            serve = Serve(slack=slack, url=address, settings=settings)
            seeds = await slack_seeds(serve)
            said = await teams_seeds(TeamsServe(teams=teams, url=address, settings=settings))
            mutator = Mutator(random, FOREIGN)
            by_teams = TeamsTries(random, mutator, said, teams, signs=False)
            anywhere = OpenTries(random, mutator, posts_of(slack=False, teams=True))
            yield World(
                name="sockets",
                server=server,
                database=database,
                now=now,
                slack=slack,
                teams=teams,
                serve=serve,
                genuine=by_teams.genuine(),
                forged={**by_teams.forged(), **anywhere.all()},
                by_socket=SlackTries(random, mutator, seeds),
            )


@asynccontextmanager
async def installed(folder: Path, random: Random) -> AsyncIterator[World]:
    """Many workspaces, of which one has installed the app by a browser."""
    database, now = folder / "installed.db", machine_clock()
    async with serving.workspace(clock=lambda: now, echoes=False) as slack:
        many = {
            "slack_bot_token": None,
            "slack_client_id": CLIENT_ID,
            "slack_client_secret": CLIENT_SECRET,
            "public_url": _PUBLIC,
            "AI_READINESS_KEY": [_KEY],
        }
        settings = serving.settings_for(slack, f"sqlite:///{database}", serving.HTTP, **many)
        async with _served(settings, lambda: now) as (server, address):
            slack.events_url = f"{address}/slack/events"
            used = await begins(server)
            assert await returns(server, used, "code-of-U0ANA-c1") == 200
            serve = Serve(slack=slack, url=address, settings=settings)
            seeds, mutator = await slack_seeds(serve), Mutator(random, FOREIGN)
            begun = [await begins(server) for _ in range(60)]
            on_slack = SlackTries(random, mutator, seeds)
            browsers = OAuthTries(random, mutator, begun=begun, used=used, old=_too_old(now))
            yield World(
                name="installed",
                server=server,
                database=database,
                now=now,
                slack=slack,
                serve=serve,
                genuine=dict.fromkeys(on_slack.genuine(), 1) | dict.fromkeys(browsers.genuine(), 5),
                forged={**on_slack.forged(), **browsers.forged()},
            )


def _too_old(now: datetime) -> str:
    """A state that was sealed with the right key, more than ten minutes ago."""
    sealed = Fernet(_KEY).encrypt_at_time(b"note/oauth/0123", int((now - STATE_LIVES).timestamp()) - 60)
    return sealed.decode().rstrip("=")
