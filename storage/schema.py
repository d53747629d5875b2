"""Bringing the schema up to date with Alembic. One set of revisions serves both databases."""

from __future__ import annotations

import logging
from functools import cache
from itertools import chain, count
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, text

_ONE_AT_A_TIME = 4711  # the key of PostgreSQL's lock: of several starters one migrates, the others wait
_log = logging.getLogger(__name__)


def is_behind(engine: Engine) -> bool:
    with engine.connect() as connection:
        return current_revisions(connection) != _newest()


def current_revisions(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def migrate_postgres(address: URL) -> None:
    engine = create_engine(address, hide_parameters=True)  # without the bounds of a turn
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            _upgrade(connection)
    finally:
        engine.dispose()


def migrate_sqlite(path: Path) -> None:
    """Keeps a copy beside the file first, when there was a schema to lose. The caller holds the lock.

    Foreign keys are off meanwhile, because tables are rebuilt, and all checked before the commit.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)

    @event.listens_for(engine, "connect")
    def prepare(driver: object, _record: object) -> None:
        driver.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's: we say BEGIN, the driver must not

    try:
        with engine.connect() as connection:
            before = current_revisions(connection)
            if before == _newest():
                return
            if before:
                _back_up(connection, path, "-".join(sorted(before)))
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(connection)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            connection.exec_driver_sql("ROLLBACK" if broken else "COMMIT")
            if broken:
                raise RuntimeError(f"the migration would leave {len(broken)} rows without the row they belong to")
    finally:
        engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    _log.info("schema_migrated", extra={"revision": ",".join(sorted(_newest()))})


def _back_up(connection: Connection, path: Path, revision: str) -> None:
    """A copy that is complete: copying the file alone would leave out what stands in the log beside it."""
    names = (Path(f"{path}.{revision}{again}.bak") for again in chain([""], (f".{n}" for n in count(2))))
    connection.exec_driver_sql("VACUUM INTO ?", (str(next(name for name in names if not name.exists())),))


@cache
def _newest() -> set[str]:
    return set(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
