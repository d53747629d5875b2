"""A SQLite file on which units run in the loop's own thread; several processes may have it open, one unit at a time.

It is the product's own writer with its shared commits, but for the thread: who asks is served a moment later, together
with whoever has asked meanwhile. What was committed is noted in the order in which it was.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Engine

from conversations.errors import StorageDown
from storage import database
from storage.database import Database
from storage.outbox import release_all
from storage.threads import SqliteWriter
from tests.turns.life import Died, Life

T = TypeVar("T")
_WAITING = "SELECT count(*) FROM outbox WHERE state = 'pending'"
_MOMENTS = (0.0, 0.0, 0.001, 0.004, 0.02)


@dataclass(frozen=True, slots=True)
class Kept:
    """A unit that was committed, with what it was called with and what it returned."""

    unit: str
    args: tuple[Any, ...]
    options: Mapping[str, Any]
    value: Any


class File:
    """One file after another at the same path: its engines, and what they have compiled, serve all of them."""

    def __init__(self, folder: Path, template: Path) -> None:
        database._SYNCHRONOUS = "OFF"  # a death is a rollback here, and no power cut
        self.path = folder / "turns.db"
        self._template = template
        self._engines = [(database.writing_engine(self.path), database.reading_engine(self.path)) for _ in range(2)]

    def anew(self) -> None:
        for engines in self._engines:
            for engine in engines:
                engine.dispose()  # whatever still has a connection has one to a file that is gone
        for suffix in ("-wal", "-shm", ""):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)
        shutil.copyfile(self._template, self.path)

    def open(
        self, slot: int, life: Life, rng: Random, troubled: Callable[[], float], note: Callable[[Kept], object]
    ) -> Database:
        """One of two that may work on it at once. `troubled`: how often the database does not answer."""
        writing, reading = self._engines[slot]
        units = Inline(writing, life, rng, troubled, note)

        def close() -> None:
            units.close()
            writing.dispose()
            reading.dispose()

        return Database(units=units, read=Reader(reading, life), close=close)

    def read(self, unit: Callable[[Any], T]) -> T:
        with self._engines[0][1].begin() as connection:
            return unit(connection)

    async def write(self, unit: Callable[..., T], *args: Any, **options: Any) -> T:
        """A `Units` of nobody's."""
        with self._engines[0][0].begin() as connection:
            return unit(connection, *args, **options)

    def waiting(self) -> int:
        """Deliveries."""
        return int(self.read(lambda connection: connection.exec_driver_sql(_WAITING).scalar()))

    def release(self) -> None:
        """As the product does when it opens a SQLite file: there, whoever had claimed something is dead."""
        with self._engines[0][0].begin() as connection:
            release_all(connection)


class Inline(SqliteWriter):
    def __init__(
        self, engine: Engine, life: Life, rng: Random, troubled: Callable[[], float], note: Callable[[Kept], object]
    ) -> None:
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
            self._noted.append(Kept(unit.__name__, args, options, value))
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


def _down(batch: list[tuple[Future[Any], Any]]) -> list[Callable[[], None]]:
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
        with self._engine.begin() as connection:
            return unit(connection, *args, **options)
