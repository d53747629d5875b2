from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import pytest
from sqlalchemy import Connection, text

from bot import readiness
from bot.bootstrap import Application, running
from bot.readiness import RELAY_SECONDS, TICKER_SECONDS, Readiness, own_checks
from bot.settings import Settings


def looked(url: str, scene: Callable[[Application], Awaitable[object]], *, sends: bool = True) -> dict[str, str]:
    """What is wrong after the scene."""

    async def play() -> dict[str, str]:
        async with running(Settings(database_url=url), {}, command="test") as application:
            await application.ticker.pulse()
            await scene(application)
            told = await Readiness(own_checks(application, sends=sends)).look()
            return {name: problem for name, problem in told.items() if problem}

    return asyncio.run(play())


async def nothing(_: Application) -> None:
    return None


def says(*statements: str) -> Callable[[Application], Awaitable[object]]:
    def unit(connection: Connection) -> None:
        for statement in statements:
            connection.execute(text(statement))

    return lambda application: application.database.units(unit)


def test_where_all_is_well_nothing_is_wrong(database_url: str) -> None:
    assert looked(database_url, nothing) == {}


def test_a_database_that_can_only_be_read_is_told(database_url: str) -> None:
    postgres = "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"
    only = postgres if database_url.startswith("postgres") else "PRAGMA query_only=ON"
    assert looked(database_url, says(only)) == {"database": "The database can only be read: it takes no changes."}


def test_a_schema_that_a_newer_program_has_taken_from_is_told(sqlite_url: str) -> None:
    wrong = looked(sqlite_url, says("UPDATE alembic_version SET version_num = 'of a newer one'"))
    assert wrong["database"].startswith("The database belongs to a newer version")


def test_a_disk_that_is_nearly_full_is_told(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LEAST_FREE_BYTES", 2**62)
    wrong = looked(sqlite_url, nothing)
    assert wrong["database"].startswith("Only ")
    assert wrong["database"].endswith("make room there.")


def test_a_relay_and_a_ticker_that_hang_are_told_where_they_should_run(sqlite_url: str) -> None:
    async def hang(application: Application) -> None:
        application.relay.looked_at = monotonic() - RELAY_SECONDS - 1
        application.ticker.looked_at = monotonic() - TICKER_SECONDS - 1

    wrong = looked(sqlite_url, hang)
    assert wrong == {
        "relay": "Nobody has looked for what is to be sent for 31 seconds; the log says why.",
        "ticker": "Nobody has looked at who is due for 301 seconds; the log says why.",
    }
    assert looked(sqlite_url, hang, sends=False) == {}


def test_working_keeps_them_alive(sqlite_url: str) -> None:
    async def hang_and_work(application: Application) -> None:
        application.relay.looked_at = application.ticker.looked_at = monotonic() - 1000
        await application.ticker.tick_if_due()
        relay = asyncio.create_task(application.relay.run())
        await asyncio.sleep(0.2)
        application.relay.stop()
        await relay

    assert looked(sqlite_url, hang_and_work) == {}


def test_it_is_looked_once_a_second_however_often_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    async def counts() -> str | None:
        nonlocal looks
        looks += 1
        return f"look {looks}"

    async def scene() -> None:
        one = Readiness({"it": counts})
        assert [await one.look() for _ in range(3)] == [{"it": "look 1"}] * 3
        assert list(await asyncio.gather(one.look(), one.look())) == [{"it": "look 1"}] * 2
        monkeypatch.setattr(readiness, "monotonic", lambda: monotonic() + readiness.FRESH_SECONDS)
        assert await one.look() == {"it": "look 2"}

    asyncio.run(scene())


def test_that_it_is_stopping_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = False

    async def well() -> None:
        return None

    async def scene() -> None:
        nonlocal stopping
        one = Readiness({"it": well}, lambda: stopping)
        assert await one.look() == {"it": None}
        stopping = True
        assert await one.look() == {"process": "It is stopping."}

    asyncio.run(scene())
