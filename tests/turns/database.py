"""A SQLite database in memory on which units run in the loop's own thread, whichever process asks.

It is the product's own writer with its shared commits, but for the thread: who asks is served a moment later, together
with whoever has asked meanwhile. What was committed is noted in the order in which it was.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, StaticPool

from conversations.errors import StorageDown
from storage.database import Database, _sqlite_engine, migrate
from storage.threads import SqliteWriter
from tests.turns.life import Died, Life

P = ParamSpec("P")
T = TypeVar("T")
_MOMENTS = (0.0, 0.0, 0.001, 0.004, 0.02)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A unit that was committed, with what it was called with and what it returned."""

    unit: str
    args: tuple[Any, ...]
    options: Mapping[str, Any]
    value: Any


Note: TypeAlias = Callable[[Kept], object]


@cache
def template() -> bytes:
    """A migrated database without rows."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "template.db"
        migrate(f"sqlite:///{path}")
        driver = sqlite3.connect(path)
        driver.execute("PRAGMA journal_mode=DELETE")  # in memory there is no log beside it
        whole = driver.serialize()
        driver.close()
    return whole


class Memory:
    """One database after another on one connection: units never wait within, so that no two of them are under way.

    The engine, and what it has compiled, serves all of them.
    """

    def __init__(self) -> None:
        self._engine = _sqlite_engine(Path(":memory:"), "BEGIN IMMEDIATE", ("foreign_keys=ON",), poolclass=StaticPool)
        with self._engine.connect() as connection:
            self.driver: sqlite3.Connection = connection.connection.dbapi_connection  # type: ignore[assignment]  # of this engine it is that

    def anew(self) -> None:
        self.driver.deserialize(template())

    def open(self, life: Life, rng: Random, troubled: Callable[[], float], note: Note) -> Database:
        """For one process. `troubled`: how often the database does not answer."""
        units = Inline(self._engine, life, rng, troubled, note)
        return Database(units=units, read=Reader(self._engine, life), close=units.close)

    def do(self, unit: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """A unit of no process."""
        with self._engine.begin() as connection:
            return unit(connection, *args, **options)

    async def units(self, unit: Callable[Concatenate[Connection, P], T], *args: P.args, **options: P.kwargs) -> T:
        """The same as a `Units`."""
        return self.do(unit, *args, **options)


class Inline(SqliteWriter):
    def __init__(self, engine: Engine, life: Life, rng: Random, troubled: Callable[[], float], note: Note) -> None:
        self._life = life
        self._rng = rng
        self._troubled = troubled
        self._note = note
        self._noted: list[Kept] = []
        self.coming = False  # something waits to be done
        super().__init__(engine)

    def _begin(self) -> None:
        """No thread."""

    async def __call__(self, unit: Callable[..., Any], *args: Any, **options: Any) -> Any:
        self._life.alive()
        if not self.coming:
            self.coming = True
            asyncio.get_running_loop().call_later(self._rng.choice(_MOMENTS), self._served)
        return await super().__call__(self._noting(unit), *args, **options)

    def close(self) -> None:
        self._connection.close()

    def _noting(self, unit: Callable[..., Any]) -> Callable[..., Any]:
        def noted(connection: Any, *args: Any, **options: Any) -> Any:
            value = unit(connection, *args, **options)
            self._noted.append(Kept(unit=unit.__name__, args=args, options=options, value=value))
            return value

        return noted

    def _served(self) -> None:
        self.coming = False
        if self._life.dead:
            return
        try:
            self._work()
        except Died:
            self._noted.clear()

    def _outcomes(self, batch: list[Any]) -> Iterable[Callable[[], None]]:
        """It may not answer, and have done it all the same."""
        self._noted.clear()
        trouble, troubled = self._rng.random(), self._troubled()
        if trouble < troubled / 2:
            return _down(batch)
        told = list(super()._outcomes(batch))
        for kept in self._noted:
            self._note(kept)
        self._life.reach("unit_committed")
        return _down(batch) if trouble < troubled else told

    def _bounded(self, run: Callable[[], Any]) -> Any:
        """Time does not pass while it works."""
        return run()


def _down(batch: list[Any]) -> list[Callable[[], None]]:
    return [partial(future.set_exception, StorageDown()) for future, _ in batch]


class Reader:
    """A `Units` that only reads."""

    def __init__(self, engine: Engine, life: Life) -> None:
        self._engine = engine
        self._life = life

    async def __call__(self, unit: Callable[..., Any], *args: Any, **options: Any) -> Any:
        self._life.alive()
        await asyncio.sleep(0)
        self._life.alive()
        with self._engine.connect() as connection:  # without a commit: what it would write is lost
            return unit(connection, *args, **options)
