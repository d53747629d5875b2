"""Bringing the schema up to date with Alembic. One set of revisions serves both databases.

What older programs can work beside is applied at once. What takes something from them waits, where it comes last, for
`finish`, and is never applied while one of them is connected.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from conversations.errors import ReadinessError, SchemaBehind
from storage.revisions import (
    Kind,
    Position,
    at_work_without,
    config,
    current_revision,
    left,
    note_applied,
    position,
    program_name,
)

# That a change of a table waits for whoever uses it, and turns wait behind it: they wait longer before they give up.
LOCK_MILLISECONDS = 1000
TRIES = 10  # of the whole migration, when it waited in vain
BETWEEN_SECONDS = 1.0
_ONE_AT_A_TIME = 4711  # the key of PostgreSQL's lock: of several starters one migrates, the others wait
_LOCKED, _DEADLOCK = "55P03", "40P01"
_log = logging.getLogger(__name__)


class SchemaAhead(ReadinessError):
    """The database belongs to a newer version of this program. Use that version, or name another database."""


class MigrationStopped(ReadinessError):
    """The schema could not be brought up to date. The database is as it was."""


class TablesInUse(MigrationStopped):
    """Others held on to the tables for too long, as a long report does. Nothing was changed; run it again."""


class OlderAtWork(MigrationStopped):
    """What older processes still use would be taken away. Nothing was changed."""


class MigrationUnderWay(ReadinessError):
    """The database is being migrated just now. Start again in a moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """From which revision to which; None: there was no schema. `backup` is the copy of a SQLite file as it was.

    What is `left` is for `finish`.
    """

    before: str | None
    after: str
    backup: Path | None = None
    left: tuple[str, ...] = ()


def check_current(engine: Engine) -> None:
    """Raises `SchemaBehind`, `SchemaAhead` and `MigrationUnderWay`."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            _wait_for_migration(connection)
        where = position(connection)
    if where is Position.AHEAD:
        raise SchemaAhead
    if where is Position.BEHIND:
        raise SchemaBehind


def _wait_for_migration(connection: Connection) -> None:
    """One that looks who is at work has seen this connection, or is over when this program looks."""
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _ONE_AT_A_TIME})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCKED:
            raise
        raise MigrationUnderWay from None


def migrate_postgres(address: URL, *, finish: bool) -> Migrated:
    """Raises `SchemaAhead` and `MigrationStopped`."""
    # Without the bounds of a turn.
    engine = create_engine(address, hide_parameters=True, connect_args={"application_name": program_name()})
    try:
        for _ in range(TRIES - 1):
            with suppress(TablesInUse):
                return _tried(engine, finish=finish)
            time.sleep(BETWEEN_SECONDS)  # turns go on meanwhile
        return _tried(engine, finish=finish)
    finally:
        engine.dispose()


def _tried(engine: Engine, *, finish: bool) -> Migrated:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
        connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}"))
        before = current_revision(connection)
        to_apply = [*left(before).items()]
        while before and not finish and to_apply and to_apply[-1][1] is Kind.DESTRUCTIVE:
            to_apply.pop()
        taking = [name for name, kind in to_apply if kind is Kind.DESTRUCTIVE]
        if before and taking and (older := at_work_without(connection, taking[-1])):
            raise OlderAtWork(_at_work(older))
        return _migrated(connection, before, [name for name, _ in to_apply])


def migrate_sqlite(path: Path) -> Migrated:
    """Keeps a copy beside the file first, when there was a schema to lose. The caller holds the lock.

    Foreign keys are off meanwhile, because tables are rebuilt, and all checked before the commit. Nobody else can be
    at work, so that nothing is left. Raises `SchemaAhead` and `MigrationStopped`.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(driver: object, _record: object) -> None:
        driver.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's: we say BEGIN, the driver must not

    try:
        with engine.connect() as connection:
            before = current_revision(connection)
            to_apply = [*left(before)]
            backup = _back_up(connection, path, before) if before and to_apply else None
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = _migrated(connection, before, to_apply, backup)
            connection.exec_driver_sql("COMMIT")
            return done
    finally:
        engine.dispose()


def _migrated(connection: Connection, before: str | None, to_apply: list[str], backup: Path | None = None) -> Migrated:
    """Whoever raises leaves the rolling back to its connection. Only the kind of an error is told, never its text."""
    if position(connection) is Position.AHEAD:
        raise SchemaAhead
    after = to_apply[-1] if to_apply else before or ""
    if to_apply:
        try:
            _upgrade(connection, after)
        except SQLAlchemyError as error:
            if getattr(getattr(error, "orig", None), "sqlstate", None) in (_LOCKED, _DEADLOCK):
                raise TablesInUse from None
            raise MigrationStopped(_stopped(before, after, backup, type(error).__name__)) from None
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise MigrationStopped(_stopped(before, after, backup, "rows without the row they belong to"))
        _log.info("schema_migrated", extra={"revision": after})
    return Migrated(before=before, after=after, backup=backup, left=tuple(left(after)))


def _at_work(older: dict[str, int]) -> str:
    connections = ", ".join(f"{number} of revision {name}" for name, number in older.items())
    return (
        f"Older processes are at work, and what they still use would be taken away. Their connections: {connections}. "
        "Replace them by this version, or stop them, and run this again. Nothing was changed."
    )


def _stopped(before: str | None, after: str, backup: Path | None, why: str) -> str:
    """Of a new database nothing can be lost, so that it says less."""
    way = f"from revision {before} to {after}" if before else f"to revision {after}"
    copy = f" (a copy is {backup})" if backup else ""
    return (
        f"The database could not be brought up to date {way}: {why}. It is as it was{copy}; "
        "go on with the version of this program that you had."
    )


def _upgrade(connection: Connection, to: str) -> None:
    from alembic import command  # noqa: PLC0415  # it is large, and nearly no start migrates

    how = config()
    how.attributes["connection"] = connection
    command.upgrade(how, to)
    note_applied(connection)


def _back_up(connection: Connection, path: Path, revision: str) -> Path:
    """A copy that is complete: copying the file alone would leave out what stands in the log beside it.

    It survives a power cut, and nobody can read it who cannot read the database.
    """
    copy = _new_file(path, revision)
    copy_into(connection, copy)
    return copy


def copy_into(connection: Connection, copy: Path) -> None:
    """All of a SQLite database as it is now, into an empty file; nobody waits for it. Where it fails, none is left."""
    try:
        connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))
        with copy.open("rb") as written:
            os.fsync(written.fileno())
    except BaseException:
        copy.unlink()
        raise


def _new_file(path: Path, revision: str) -> Path:
    for again in chain([""], (f".{n}" for n in count(2))):
        copy = Path(f"{path}.{revision}{again}.bak")
        with suppress(FileExistsError):
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, path.stat().st_mode & 0o777))
            return copy
    raise AssertionError("there is always another name")
