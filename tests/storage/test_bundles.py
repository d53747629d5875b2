"""What one round trip to PostgreSQL carries, and what becomes of a unit of which the server refuses something."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import IntegrityError

from benchmarks.trips import passing
from conversations.errors import StorageDown
from storage.bundles import in_bundles
from storage.database import postgres_engine, to_address
from storage.models import inbox
from storage.statements import unawaited
from storage.threads import ThreadPool
from tests.storage import tiny
from tests.storage.tiny import run

Trips = Callable[[], int]
_KEEP = unawaited(insert(inbox))
_MANY = select(func.count()).select_from(inbox)


@pytest.fixture
def passed(postgres_url: str) -> Iterator[tuple[ThreadPool, Trips]]:
    """One thread with one connection, which was used before, and how many trips it has made."""
    with passing(postgres_url) as (url, trips):
        engine = in_bundles(postgres_engine(to_address(url)))
        units = ThreadPool(engine, threads=1)
        run(units(many))
        yield units, trips
        units.close()
        engine.dispose()


def many(connection: Connection) -> int:
    return connection.execute(_MANY).scalar_one()


def keep(connection: Connection, *keys: str) -> None:
    for key in keys:
        connection.execute(_KEEP, {"activity_key": key, "received_at": tiny.AT})


def keep_and_look(connection: Connection) -> tuple[int, int]:
    keep(connection, "one")
    connection.execute(_KEEP, [{"activity_key": key, "received_at": tiny.AT} for key in ("two", "three")])
    before = many(connection)
    keep(connection, "four")
    return before, many(connection)


def test_what_nobody_waits_for_goes_out_with_what_somebody_waits_for(passed: tuple[ThreadPool, Trips]) -> None:
    units, trips = passed
    for unit, expected in ((lambda _: None, 0), (lambda c: keep(c, "a", "b"), 1), (many, 2), (keep_and_look, 3)):
        before = trips()
        run(units(unit))
        assert trips() - before == expected


def test_each_statement_sees_those_before_it(passed: tuple[ThreadPool, Trips]) -> None:
    units, _ = passed
    assert run(units(keep_and_look)) == (3, 4)
    assert run(units(many)) == 4


def test_of_a_unit_of_which_anything_is_refused_nothing_is_kept(passed: tuple[ThreadPool, Trips]) -> None:
    units, _ = passed

    def looks_afterwards(connection: Connection) -> None:
        keep(connection, "one", "one", "two")
        with pytest.raises(IntegrityError):
            many(connection)
        raise KeyError

    with pytest.raises(KeyError):
        run(units(looks_afterwards))
    with pytest.raises(StorageDown):
        run(units(keep, "one", "two", "one", "three"))  # refused at its end, with COMMIT
    assert run(units(many)) == 0
    assert run(units(keep_and_look)) == (3, 4)


def test_of_a_unit_that_raises_nothing_is_kept(passed: tuple[ThreadPool, Trips]) -> None:
    units, trips = passed

    def breaks(connection: Connection, look: bool) -> None:
        keep(connection, "one")
        if look:
            assert many(connection) == 1
        raise KeyError

    for look, expected in ((False, 0), (True, 2)):
        before = trips()
        with pytest.raises(KeyError):
            run(units(breaks, look))
        assert trips() - before == expected
    assert run(units(many)) == 0
