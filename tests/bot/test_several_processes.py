"""Processes that do a part each on one PostgreSQL: `serve --only web` and `serve --only worker`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from bot import relay
from bot.bootstrap import process_name
from bot.settings import BadUsage, Only
from tests.fake_slack import FakeSlack
from tests.serving import HTTP, TRANSPORTS, Serve, ok, played, serving, workspace

EVERY_TRANSPORT = pytest.mark.parametrize("over", TRANSPORTS)


@asynccontextmanager
async def both(url: str, over: str = HTTP) -> AsyncIterator[tuple[FakeSlack, Serve, Serve]]:
    """Slack, and a web process and a worker."""
    async with (
        workspace() as slack,
        serving(slack, url, over, only=Only.WEB) as web,
        serving(slack, url, over, only=Only.WORKER) as worker,
    ):
        yield slack, web, worker


@EVERY_TRANSPORT
def test_what_a_web_process_hears_a_worker_says(postgres_url: str, over: str) -> None:
    async def play() -> None:
        async with both(postgres_url, over) as (slack, web, worker):
            assert await web.readyz() == await worker.readyz() == (200, {})
            await web.starts()
            async with slack.http.post(f"{worker.url}/slack/events") as answer:
                assert answer.status == 404

    played(play)


def test_without_a_worker_all_is_kept_and_nothing_said(postgres_url: str) -> None:
    async def play() -> None:
        async with workspace() as slack:
            async with serving(slack, postgres_url, only=Only.WEB) as web:
                ok(await slack.command("ana", "claims", "start Claims Copilot"))
                await asyncio.sleep(0.3)
                assert await web.pending()
                assert not slack.messages("claims")
            async with serving(slack, postgres_url, only=Only.WORKER) as worker:
                await worker.settled()
                worker.card("1 of 6")

    played(play)


def test_a_worker_is_woken_long_before_it_would_look_by_itself(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "POLL_SECONDS", 60.0)

    async def play() -> None:
        async with both(postgres_url) as (_, web, _worker):
            await web.starts()
            with psycopg.connect(postgres_url, autocommit=True) as connection:
                ended = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE query ~ '^(LISTEN|NOTIFY)' AND datname = current_database()"  # others test beside this
                )
                assert ended.rowcount == 2
            await asyncio.sleep(1.5)  # both are connected again
            await web.says("ana", "@dana, Claims Platform")

    played(play)


def test_on_sqlite_one_process_does_all_and_says_so(sqlite_url: str) -> None:
    async def play() -> None:
        async with workspace() as slack, serving(slack, sqlite_url, only=Only.WEB):
            pass

    with pytest.raises(BadUsage, match="on SQLite one does everything"):
        played(play)


def test_no_two_processes_have_one_name() -> None:
    assert len({process_name("serve") for _ in range(9)}) == 9
