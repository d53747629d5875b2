"""Bringing the schema up to date with Alembic. One set of revisions serves both databases."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain, count
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError

from conversations.errors import ReadinessError, SchemaBehind

_ONE_AT_A_TIME = 4711  # the key of PostgreSQL's lock: of several starters one migrates, the others wait
_SCRIPTS = Path(__file__).parent / "migrations"
_log = logging.getLogger(__name__)


class SchemaAhead(ReadinessError):
    """The database belongs to a newer version of this program. Use that version, or name another database."""


class MigrationStopped(ReadinessError):
    """The schema could not be brought up to date. The database is as it was."""


class Position(Enum):
    """Where a database's schema stands beside this program's."""

    BEHIND = auto()
    CURRENT = auto()
    AHEAD = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """From which revision to which; None: there was no schema. `backup` is the copy of a SQLite file as it was."""

    before: str | None
    after: str
    backup: Path | None = None


def check_current(engine: Engine) -> None:
    """Raises `SchemaBehind` and `SchemaAhead`."""
    with engine.connect() as connection:
        where = position(current_revisions(connection))
    if where is Position.AHEAD:
        raise SchemaAhead
    if where is Position.BEHIND:
        raise SchemaBehind


def position(current: frozenset[str]) -> Position:
    if current == newest_revisions():
        return Position.CURRENT
    known = {script.revision for script in _scripts().walk_revisions()}
    return Position.BEHIND if current <= known else Position.AHEAD


def current_revisions(connection: Connection) -> frozenset[str]:
    return frozenset(MigrationContext.configure(connection).get_current_heads())


def newest_revisions() -> frozenset[str]:
    """Those of this program."""
    return frozenset(_scripts().get_heads())


def as_name(revisions: frozenset[str]) -> str | None:
    return "-".join(sorted(revisions)) or None


def migrate_postgres(address: URL) -> Migrated:
    """Raises `SchemaAhead` and `MigrationStopped`."""
    engine = create_engine(address, hide_parameters=True)  # without the bounds of a turn
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            return _migrated(connection, current_revisions(connection))
    finally:
        engine.dispose()


def migrate_sqlite(path: Path) -> Migrated:
    """Keeps a copy beside the file first, when there was a schema to lose. The caller holds the lock.

    Foreign keys are off meanwhile, because tables are rebuilt, and all checked before the commit. Raises
    `SchemaAhead` and `MigrationStopped`.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(driver: object, _record: object) -> None:
        driver.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's: we say BEGIN, the driver must not

    try:
        with engine.connect() as connection:
            before = current_revisions(connection)
            if position(before) is not Position.BEHIND:
                return _migrated(connection, before)
            backup = _back_up(connection, path, as_name(before)) if before else None
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = _migrated(connection, before, backup)
            connection.exec_driver_sql("COMMIT")
            return done
    finally:
        engine.dispose()


def _migrated(connection: Connection, before: frozenset[str], backup: Path | None = None) -> Migrated:
    """Whoever raises leaves the rolling back to its connection. Only the kind of an error is told, never its text."""
    where, after = position(before), as_name(newest_revisions()) or ""
    if where is Position.AHEAD:
        raise SchemaAhead
    if where is Position.BEHIND:
        try:
            _upgrade(connection)
        except SQLAlchemyError as error:
            raise MigrationStopped(_stopped(before, after, backup, type(error).__name__)) from None
        if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise MigrationStopped(_stopped(before, after, backup, "rows without the row they belong to"))
        _log.info("schema_migrated", extra={"revision": after})
    return Migrated(before=as_name(before), after=after, backup=backup)


def _stopped(before: frozenset[str], after: str, backup: Path | None, why: str) -> str:
    """Of a new database nothing can be lost, so that it says less."""
    way = f"from revision {as_name(before)} to {after}" if before else f"to revision {after}"
    copy = f" (a copy is {backup})" if backup else ""
    return (
        f"The database could not be brought up to date {way}: {why}. It is as it was{copy}; "
        "go on with the version of this program that you had."
    )


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(connection: Connection, path: Path, revision: str | None) -> Path:
    """A copy that is complete: copying the file alone would leave out what stands in the log beside it.

    It survives a power cut, and nobody can read it who cannot read the database.
    """
    copy = _new_file(path, revision)
    try:
        connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))
        with copy.open("rb") as written:
            os.fsync(written.fileno())
    except BaseException:
        copy.unlink()
        raise
    return copy


def _new_file(path: Path, revision: str | None) -> Path:
    for again in chain([""], (f".{n}" for n in count(2))):
        copy = Path(f"{path}.{revision}{again}.bak")
        with suppress(FileExistsError):
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, path.stat().st_mode & 0o777))
            return copy
    raise AssertionError("there is always another name")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
