"""Databases by their URL: engines with their settings, who may work on one, and opening it.

SQLite is worked on by one process, which holds the lock of `lock.py`; the database file itself is opened by nobody
but SQLite. Reading needs no lock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from conversations.errors import ReadinessError, SchemaBehind, StorageDown
from storage.lock import take_lock
from storage.models import Base
from storage.outbox import release_all
from storage.revisions import program_name
from storage.schema import Migrated, check_current, migrate_postgres, migrate_sqlite
from storage.threads import LOCK_MILLISECONDS, SqliteWriter, ThreadPool, Units, to_failure

_THREADS = 8  # PostgreSQL's; the sum over all processes stays below its max_connections
_READERS = 4
# A busy server answers late rather than never: a statement, and waiting for a lock, in milliseconds.
_BOUNDS = "-c statement_timeout=2000 -c lock_timeout=1500"
# A server that went away without a word is noticed, in s and ms; TCP by itself takes a quarter of an hour.
_SILENCE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 10_000}
_PATIENCE = f"busy_timeout={LOCK_MILLISECONDS}"
_SYNCHRONOUS = "FULL"  # acked means committed: NORMAL may lose the last turns in a power cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database. `units` writes, `read` is for reports and lists. `close` blocks until all is done."""

    units: Units
    read: Units
    close: Callable[[], None]
    free_bytes: Callable[[], int | None] = lambda: None  # where a SQLite file is; of a server nobody here can tell


def open_database(url: str, *, command: str = "ai-readiness", alone: bool = True) -> Database:
    """Opens it for work; `command` tells the next one who holds it. With `alone` off it can only be read.

    A SQLite database is made, or brought up to date, by opening it for work. Raises `DatabaseInUse`, `SchemaBehind`,
    `SchemaAhead`, `MigrationUnderWay`, `MigrationStopped` and `StorageDown`.
    """
    address = to_address(url)
    try:
        if address.get_backend_name() != "sqlite":
            return _open_postgres(address)
        return _open_for_work(to_path(address), command) if alone else _open_for_reading(to_path(address))
    except SQLAlchemyError as error:
        raise to_failure(error) from None


def needs_migration(url: str) -> bool:
    """Whether the schema is behind; a database without any is. Raises as `open_database` does."""
    address = to_address(url)
    if address.get_backend_name() == "sqlite" and not to_path(address).exists():
        return True
    engine = reading_engine(to_path(address)) if address.get_backend_name() == "sqlite" else postgres_engine(address)
    try:
        check_current(engine)
    except SchemaBehind:
        return True
    except SQLAlchemyError as error:
        raise to_failure(error) from None
    finally:
        engine.dispose()
    return False


def migrate(url: str, *, finish: bool = False, command: str = "ai-readiness migrate") -> Migrated:
    """Brings the schema up to date, and tells what was done.

    On PostgreSQL what would be taken from older processes is left, where it comes last, until it is told to `finish`.

    Raises `DatabaseInUse`, `SchemaAhead`, `MigrationStopped` and `StorageDown`; then nothing was changed.
    """
    address = to_address(url)
    try:
        if address.get_backend_name() == "sqlite":
            with take_lock(to_path(address), command):
                return migrate_sqlite(to_path(address))
        return migrate_postgres(address, finish=finish)
    except SQLAlchemyError as error:
        raise to_failure(error) from None


def to_address(url: str) -> URL:
    """`postgresql://…` and `postgres://…` are spoken to by psycopg."""
    address = make_url(url)
    return address if address.get_backend_name() == "sqlite" else address.set(drivername="postgresql+psycopg")


def writing_engine(path: Path) -> Engine:
    pragmas = (_PATIENCE, "journal_mode=WAL", f"synchronous={_SYNCHRONOUS}", "foreign_keys=ON")
    return _sqlite_engine(path, "BEGIN IMMEDIATE", (*pragmas, "secure_delete=ON"), pool_size=1, max_overflow=0)


def reading_engine(path: Path) -> Engine:
    return _sqlite_engine(path, "BEGIN", (_PATIENCE, "query_only=ON"), pool_size=_READERS, max_overflow=0)


def looking_engine(path: Path) -> Engine:
    """Leaves everything as it is, and no file behind, even where a dead process left its log.

    Without a log nobody works on the file; it is taken as it is, because SQLite would make an empty log to read it.
    """
    how = {"mode": "ro"} if Path(f"{path}-wal").exists() else {"mode": "ro", "immutable": "1"}
    address = URL.create("sqlite", database=f"file:{quote(str(path))}", query={**how, "uri": "true"})
    return create_engine(address, hide_parameters=True)


def connect_arguments(url: str) -> dict[str, Any]:
    """How psycopg connects to a PostgreSQL server by itself, for what no unit of work does."""
    address = to_address(url)
    _, arguments = address.get_dialect()().create_connect_args(address)
    return {**arguments, **_connect()}


def postgres_engine(address: URL) -> Engine:
    return create_engine(
        address,
        hide_parameters=True,
        pool_size=_THREADS,
        max_overflow=0,
        pool_timeout=5,
        connect_args={"options": _BOUNDS, **_connect()},
    )


def _connect() -> dict[str, Any]:
    return {"connect_timeout": 3, "application_name": program_name(), **_SILENCE}


def _sqlite_engine(path: Path, begin: str, pragmas: tuple[str, ...], **pool: Any) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True, **pool)

    @event.listens_for(engine, "connect")
    def prepare(driver: Any, _record: Any) -> None:
        driver.isolation_level = None  # we say BEGIN; the driver's own comes late and breaks SAVEPOINT
        for pragma in pragmas:
            driver.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _open_postgres(address: URL) -> Database:
    from storage.bundles import in_bundles  # noqa: PLC0415  # with it comes the driver, which who works on SQLite does not need

    engine = in_bundles(postgres_engine(address))
    _check(engine)
    units = ThreadPool(engine, threads=_THREADS)

    def close() -> None:
        units.close()
        engine.dispose()

    return Database(units=units, read=units, close=close)


def _open_for_work(path: Path, command: str) -> Database:
    lock = take_lock(path, command)
    try:
        migrate_sqlite(path)
        writing, reading = writing_engine(path), reading_engine(path)
        with writing.begin() as connection:
            release_all(connection)  # whoever had claimed them is dead
    except BaseException:
        lock.close()
        raise
    units, read = SqliteWriter(writing), ThreadPool(reading, threads=_READERS)

    def close() -> None:
        read.close()
        units.close()
        reading.dispose()
        writing.dispose()
        lock.close()

    return Database(units=units, read=read, close=close, free_bytes=lambda: disk_usage(path.parent).free)


def _open_for_reading(path: Path) -> Database:
    there = path.exists()
    engine = reading_engine(path) if there else _nothing_yet()
    if there:
        _check(engine)
    read = ThreadPool(engine, threads=_READERS if there else 1)

    def close() -> None:
        read.close()
        engine.dispose()

    return Database(units=read, read=read, close=close)


def _check(engine: Engine) -> None:
    try:
        check_current(engine)
    except ReadinessError:
        engine.dispose()
        raise


def _nothing_yet() -> Engine:
    """Reading makes no file: an empty database in memory, on its one connection."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    Base.metadata.create_all(engine)
    return engine


def to_path(address: URL) -> Path:
    """Raises `StorageDown`."""
    if not address.database or address.database == ":memory:" or Path(address.database).is_dir():
        raise StorageDown("A SQLite database needs a file, as in sqlite:///ai-readiness.db")
    return Path(address.database)
