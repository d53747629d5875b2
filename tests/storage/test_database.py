from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from conversations.errors import DatabaseInUse, SchemaBehind, StorageDown
from storage.database import Database, migrate, needs_migration, open_database
from storage.lock import holder, take_lock
from storage.models import Base
from storage.queries import reviews
from storage.shelf import PackShelf
from tests.databases import own_database
from tests.storage.tiny import begun, run


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True, "include_name": _is_ours}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def _is_ours(name: str | None, *_: object) -> bool:
    return name != "schema_revision"  # it belongs to the migrations themselves


def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    assert run(database.read(differences)) == []


def test_a_second_server_is_turned_away_and_told_who_works_there(sqlite_url: str) -> None:
    first = open_database(sqlite_url, command="ai-readiness serve")
    with pytest.raises(DatabaseInUse, match=r"in use by ai-readiness serve \(process \d+\)"):
        open_database(sqlite_url)
    with pytest.raises(DatabaseInUse):
        migrate(sqlite_url)
    first.close()
    open_database(sqlite_url).close()


def test_who_only_looks_turns_nobody_away(tmp_path: Path) -> None:
    path = tmp_path / "reviews.db"
    assert holder(path) is None
    assert list(tmp_path.iterdir()) == []
    take_lock(path, "ai-readiness chat").close()
    assert holder(path) is None
    with Path(f"{path}.lock").open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.01, fcntl.flock, (looking, fcntl.LOCK_UN)).start()
        lock = take_lock(path, "ai-readiness chat")
        assert holder(path) == f"ai-readiness chat (process {os.getpid()})"
    lock.close()


def test_a_killed_server_leaves_no_lock(sqlite_url: str) -> None:
    hold = f"from storage.database import open_database as o; d = o({sqlite_url!r}); print('held', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(DatabaseInUse):
            open_database(sqlite_url)
        holder.kill()
        holder.wait()
    open_database(sqlite_url).close()


def test_reports_are_read_beside_a_working_server(sqlite_url: str) -> None:
    working = open_database(sqlite_url)
    review = run(begun(working.units))
    beside = open_database(sqlite_url, alone=False)
    assert run(beside.read(reviews, PackShelf())) == (review,)
    beside.close()
    working.close()


def test_reading_where_nothing_is_yet_finds_nothing_and_makes_no_file(tmp_path: Path) -> None:
    beside = open_database(f"sqlite:///{tmp_path}/none.db", alone=False)
    assert run(beside.read(reviews, PackShelf())) == ()
    beside.close()
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_made_by_opening_it_for_work(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/100%/new.db"
    with pytest.raises(StorageDown, match="No such file"):
        open_database(url)
    (tmp_path / "100%").mkdir()
    assert needs_migration(url)
    open_database(url).close()
    assert not needs_migration(url)
    assert not list((tmp_path / "100%").glob("*.bak"))


def test_postgres_is_never_changed_by_opening_it(server_url: str) -> None:
    with own_database(server_url) as url:
        assert needs_migration(url)
        with pytest.raises(SchemaBehind, match="ai-readiness migrate"):
            open_database(url)
        for _ in range(2):
            migrate(url)
        assert not needs_migration(url)
        open_database(url).close()


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:9/none", "sqlite:////proc/none/x.db", "sqlite://"])
def test_a_database_that_is_not_there_is_said_to_be_down(url: str) -> None:
    with pytest.raises(StorageDown):
        open_database(url)
