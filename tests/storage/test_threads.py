from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from conversations.errors import Busy, StorageDown
from storage import threads
from storage.bundles import in_bundles
from storage.database import Database, postgres_engine, reading_engine, to_address, writing_engine
from storage.models import inbox
from storage.threads import SqliteWriter, ThreadPool, Units
from tests.storage import tiny
from tests.storage.tiny import run

Opener = Callable[[int], tuple[Units, Callable[[], None]]]
speaker: ContextVar[str] = ContextVar("speaker")


@pytest.fixture
def opened(database_url: str) -> Iterator[Opener]:
    """Opens units with room for so many that wait; returns them with what closes them."""
    address = to_address(database_url)
    sqlite = address.get_backend_name() == "sqlite"
    engine = writing_engine(Path(address.database or "")) if sqlite else in_bundles(postgres_engine(address))

    def open_with(waiting: int) -> tuple[Units, Callable[[], None]]:
        units = SqliteWriter(engine, waiting=waiting) if sqlite else ThreadPool(engine, threads=2, waiting=waiting)
        return units, units.close

    yield open_with
    engine.dispose()


def keep(connection: Connection, key: str) -> str:
    connection.execute(inbox.insert(), {"activity_key": key, "received_at": tiny.AT})
    return key


def keep_and_fail(connection: Connection, key: str) -> str:
    keep(connection, key)
    raise KeyError(key)


def kept(connection: Connection) -> set[str]:
    return set(connection.execute(inbox.select()).scalars())


def test_of_thirty_at_once_those_that_raise_hear_it_and_the_others_are_kept(database: Database) -> None:
    async def scene() -> None:
        units = [keep_and_fail if n % 3 == 0 else keep for n in range(30)]
        told = await asyncio.gather(
            *(database.units(unit, str(n)) for n, unit in enumerate(units)), return_exceptions=True
        )
        assert [isinstance(one, KeyError) for one in told] == [n % 3 == 0 for n in range(30)]
        assert await database.read(kept) == {str(n) for n in range(30) if n % 3}

    run(scene())


def test_beyond_what_may_wait_callers_are_turned_away_at_once(opened: Opener) -> None:
    units, close = opened(10)
    go_on = threading.Event()

    def stuck(_connection: Connection) -> None:
        assert go_on.wait(5)

    async def scene() -> list[object]:
        busy = [asyncio.create_task(units(stuck)) for _ in range(2)]
        await asyncio.sleep(0.05)
        told = asyncio.gather(*(units(keep, str(n)) for n in range(40)), return_exceptions=True)
        await asyncio.sleep(0.05)
        go_on.set()
        await asyncio.gather(*busy)
        return list(await told)

    told = run(scene())
    close()
    turned_away = [one for one in told if isinstance(one, Busy)]
    assert 28 <= len(turned_away) <= 32
    assert len(turned_away) + len({one for one in told if isinstance(one, str)}) == 40


def test_a_cancelled_caller_harms_nobody(database: Database) -> None:
    async def scene() -> None:
        tasks = [asyncio.create_task(database.units(keep, str(n))) for n in range(40)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        told = await asyncio.gather(*tasks, return_exceptions=True)
        heard = {one for one in told if isinstance(one, str)}
        assert heard == {str(n) for n in range(1, 40, 2)}
        assert heard <= await database.read(kept)
        await database.units(keep, "afterwards")

    run(scene())


def test_closing_waits_for_what_waits(opened: Opener) -> None:
    units, close = opened(64)

    async def scene() -> list[str]:
        tasks = [asyncio.create_task(units(keep, str(n))) for n in range(40)]
        await asyncio.sleep(0)
        await asyncio.to_thread(close)
        with pytest.raises(Busy):
            await units(keep, "late")
        return await asyncio.gather(*tasks)

    assert len(run(scene())) == 40


def test_a_unit_sees_the_context_of_its_caller(database: Database) -> None:
    def whose(_connection: Connection) -> str:
        return speaker.get()

    async def ask(name: str) -> str:
        speaker.set(name)
        return await database.units(whose)

    async def scene() -> list[str]:
        return list(await asyncio.gather(*(asyncio.create_task(ask(str(n))) for n in range(20))))

    assert run(scene()) == [str(n) for n in range(20)]


def test_a_unit_that_takes_too_long_is_stopped_and_the_others_are_kept(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "UNIT_SECONDS", 0.1)
    engine = writing_engine(Path(sqlite_url.removeprefix("sqlite:///")))
    units = SqliteWriter(engine)

    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"

    def count_for_ever(connection: Connection) -> None:
        """Interrupting a write ends the whole transaction, not only the savepoint of the unit."""
        connection.execute(text(f"INSERT INTO inbox {numbers} SELECT 'never', max(i) FROM n"))

    go_on = threading.Event()

    def stuck(_connection: Connection) -> None:
        assert go_on.wait(5)

    async def scene() -> None:
        first = asyncio.create_task(units(stuck))
        await asyncio.sleep(0.05)
        batch = asyncio.gather(
            units(keep, "before"), units(count_for_ever), units(keep, "after"), return_exceptions=True
        )
        await asyncio.sleep(0.05)
        go_on.set()
        await first
        assert [type(one) for one in await batch] == [str, StorageDown, str]
        assert await units(kept) == {"before", "after"}

    run(scene())
    units.close()
    engine.dispose()


def test_what_the_database_says_is_not_repeated(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    def spill(connection: Connection) -> None:
        for _ in range(2):
            keep(connection, "a secret")

    async def scene() -> None:
        with pytest.raises(StorageDown) as told:
            await database.units(spill)
        assert "secret" not in f"{told.value!s}{told.value!r}"
        assert told.value.__cause__ is None

    with caplog.at_level(logging.DEBUG):
        run(scene())
    assert [record.message for record in caplog.records if record.name == "storage.threads"] == ["storage_refused"]
    assert "a secret" not in str([vars(record) for record in caplog.records])


def test_reading_cannot_write_and_sees_the_old_value_while_a_write_is_open(sqlite_url: str) -> None:
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    writing, reading = writing_engine(path), reading_engine(path)
    with writing.begin() as writer:
        keep(writer, "new")
        with reading.begin() as reader:
            assert kept(reader) == set()
    with pytest.raises(Exception, match="readonly"), reading.begin() as reader:
        keep(reader, "no")
    writing.dispose()
    reading.dispose()


def test_a_lost_connection_is_told_and_the_next_unit_is_fine(postgres_database: Database) -> None:
    def hang_up(connection: Connection) -> None:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    async def scene() -> None:
        with pytest.raises(StorageDown):
            await postgres_database.units(hang_up)
        assert await postgres_database.units(keep, "again") == "again"

    run(scene())
