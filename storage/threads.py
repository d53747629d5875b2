"""Where units of work run: SQLite's one writing thread, and a few threads for PostgreSQL and for reading.

A unit is a plain function `unit(connection, …)`. It may run twice, so it is pure but for its connection; it never
waits for the network, for time or for another unit. A caller that is cancelled knows nothing: what has begun runs to
its end. Whatever the database says in its own words stops here, because it may repeat what people wrote.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from time import monotonic
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from conversations.errors import Busy, ReadinessError, StaleReview, StorageDown

P = ParamSpec("P")
T = TypeVar("T")
Job: TypeAlias = tuple[Future[Any], Callable[[], Any]]

UNIT_SECONDS = 2.0  # the deadline of one unit on SQLite; PostgreSQL keeps its own (`database.py`)
LOCK_MILLISECONDS = 5000  # that SQLite waits for the lock of whoever looks into the file with other tools
TOGETHER = 64  # units that may share one commit
_STEPS_BETWEEN_LOOKS = 1000  # of SQLite's machine, between two looks at the clock
_WIPE_SECONDS = 1.0  # between two tries to empty SQLite's log, while nothing else is to be done
_TAKE_AGAIN = ("40001", "40P01", "55P03")  # could not serialize, deadlock, waited too long for a lock

# What a database refuses for a reason that whoever runs it can do something about.
_SAYS = {
    "25006": "The database can only be read: it takes no changes.",
    "53100": "The disk that the database is on is full.",
    "53300": "The database has no connection left for this process.",
    sqlite3.SQLITE_READONLY: "The database can only be read: it takes no changes.",
    sqlite3.SQLITE_FULL: "The disk that the database is on is full.",
}
_NO_DATABASE = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT)
_ERASED = "words were erased"

_log = logging.getLogger(__name__)


class Units(Protocol):
    """Runs one unit as one transaction in a thread.

    Raises `Busy` when too much waits (nothing was begun), `StaleReview` when the unit is to be taken again,
    `StorageDown` when the database did not answer; and whatever the unit raised, after a rollback.
    """

    async def __call__(self, unit: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T: ...


def note_erasure(connection: Connection) -> None:
    """Called by a unit that erased words. On SQLite its log beside the file still has them, until it is emptied."""
    connection.info[_ERASED] = True


class _BatchLost(Exception):
    """SQLite rolled back the whole transaction, not only the unit that was interrupted."""


class SqliteWriter:
    """One thread with one connection; whoever waits meanwhile shares the next commit, and nobody hears before it.

    After words were erased the log is emptied between two commits, when everybody was told. A reader may hold that
    back; then it is tried again after the next commit, or soon.
    """

    def __init__(self, engine: Engine, *, waiting: int = 256) -> None:
        self._connection = engine.connect()
        self._wipe()  # whoever worked here before may have died before it did
        self._jobs: queue.Queue[Job | None] = queue.Queue(waiting)
        self._closed = False
        self._begin()

    async def __call__(self, unit: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        future: Future[T] = Future()
        run = partial(copy_context().run, lambda: unit(self._connection, *args, **kwargs))
        try:
            if self._closed:
                raise queue.Full
            self._jobs.put_nowait((future, run))
        except queue.Full:
            raise Busy from None
        return await _told(future)

    def close(self) -> None:
        """Blocks until everything that waits is done."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._connection.close()

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sqlite-writer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while self._work():
            pass

    def _work(self) -> bool:
        """Does what waits, and tells; False when it was the last."""
        jobs = self._next()
        batch = [job for job in jobs if job and job[0].set_running_or_notify_cancel()]
        for tell in self._outcomes(batch):
            tell()
        if self._connection.info.get(_ERASED):
            self._wipe()
        return None not in jobs

    def _next(self) -> list[Job | None]:
        """What waits; nothing, when it is time to try again to empty the log."""
        try:
            jobs = [self._jobs.get(timeout=_WIPE_SECONDS if self._connection.info.get(_ERASED) else None)]
        except queue.Empty:
            return []
        while len(jobs) < TOGETHER and not self._jobs.empty():
            jobs.append(self._jobs.get())
        return jobs

    def _wipe(self) -> None:
        """Empties the log, unless somebody reads from it right now: nobody waits for a reader."""
        busy = True
        try:
            self._driver.execute("PRAGMA busy_timeout=0").close()
            (busy, _, _) = self._driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:  # a full disk, say; the turn is kept all the same
            _log.warning("log_not_emptied", extra={"error": type(error).__name__})
        self._driver.execute(f"PRAGMA busy_timeout={LOCK_MILLISECONDS}").close()
        self._connection.info[_ERASED] = busy

    def _outcomes(self, batch: list[Job]) -> Iterable[Callable[[], None]]:
        try:
            return self._together(batch) if len(batch) > 1 else map(self._alone, batch)
        except _BatchLost:
            return map(self._alone, batch)  # nobody was told yet
        except Exception as error:  # noqa: BLE001  # BEGIN or COMMIT went wrong: everybody is told
            return [partial(future.set_exception, error) for future, _ in batch]

    def _together(self, batch: list[Job]) -> list[Callable[[], None]]:
        outcomes: list[Callable[[], None]] = []
        with self._connection.begin():
            for future, run in batch:
                try:
                    with self._savepoint():
                        outcomes.append(partial(future.set_result, self._bounded(run)))
                except Exception as error:  # noqa: BLE001  # it is the caller's
                    if not self._driver.in_transaction:
                        raise _BatchLost from None
                    outcomes.append(partial(future.set_exception, error))
        return outcomes

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        """Said to the driver: SQLAlchemy would compile its own anew each time."""
        self._driver.execute("SAVEPOINT unit").close()
        try:
            yield
        except BaseException:
            if self._driver.in_transaction:  # otherwise all is lost already
                self._driver.execute("ROLLBACK TO unit").close()
                self._driver.execute("RELEASE unit").close()
            raise
        self._driver.execute("RELEASE unit").close()

    def _alone(self, job: Job) -> Callable[[], None]:
        future, run = job
        try:
            with self._connection.begin():
                value = self._bounded(run)
        except Exception as error:  # noqa: BLE001  # it is the caller's
            return partial(future.set_exception, error)
        return partial(future.set_result, value)

    def _bounded(self, run: Callable[[], T]) -> T:
        end = monotonic() + UNIT_SECONDS
        self._driver.set_progress_handler(lambda: monotonic() > end, _STEPS_BETWEEN_LOOKS)
        try:
            return run()
        finally:
            self._driver.set_progress_handler(None, 0)

    @property
    def _driver(self) -> Any:
        return self._connection.connection.dbapi_connection


class ThreadPool:
    """Several threads with a connection each: PostgreSQL's units, and reading on SQLite."""

    def __init__(self, engine: Engine, *, threads: int = 8, waiting: int = 64) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="units")
        self._room = threading.Semaphore(threads + waiting)

    async def __call__(self, unit: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        if not self._room.acquire(blocking=False):
            raise Busy
        try:
            future = self._pool.submit(copy_context().run, self._one, lambda c: unit(c, *args, **kwargs))
        except RuntimeError:  # closed
            self._room.release()
            raise Busy from None
        future.add_done_callback(lambda _: self._room.release())
        return await _told(future)

    def close(self) -> None:
        """Blocks until everything that waits is done."""
        self._pool.shutdown(wait=True)

    def _one(self, unit: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return unit(connection)


async def _told(future: Future[T]) -> T:
    try:
        return await asyncio.wrap_future(future)
    except SQLAlchemyError as error:
        raise to_failure(error) from None


def to_failure(error: SQLAlchemyError) -> ReadinessError:
    """What a database's error means to us. Neither it nor the log repeats its text."""
    sqlstate = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    _log.warning("storage_refused", extra={"error": type(error).__name__, "sqlstate": sqlstate})
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if code in _NO_DATABASE:
        return StorageDown("DATABASE_URL names something that is no SQLite database; name another file.")
    if sqlstate in _TAKE_AGAIN:
        return StaleReview()
    return StorageDown(
        _SAYS.get(sqlstate or (code or 0) & 0xFF, "")
    )  # the low byte is what an extended code is a kind of
