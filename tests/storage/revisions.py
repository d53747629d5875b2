"""A later version of this program, as far as its database goes; and what a process leaves that was killed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import schema
from storage.database import migrate, open_database
from tests.storage.tiny import begun, run, says, taken

NEWEST, LATER = "0006", "0007"  # of this program, and of the later one
COLUMN = 'with op.batch_alter_table("review") as table:\n        table.add_column(sa.Column("colour", sa.String()))'
_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{later}"
down_revision = "{newest}"


def upgrade() -> None:
    {does}
"""


def add_revision(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str = COLUMN) -> None:
    """From here on this program's newest revision is `LATER`, until `monkeypatch` is undone."""
    scripts = folder / "migrations"
    shutil.copytree(schema._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    revision = _REVISION.format(newest=NEWEST, later=LATER, does=does)
    (scripts / "versions" / f"{LATER}_later.py").write_text(revision)
    monkeypatch.setattr(schema, "_SCRIPTS", scripts)


def older_image(path: Path, newest: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with a review and an answer, as the program of that revision left it."""
    scripts = path.with_name("older")
    later = (f"{n:04}_*" for n in range(int(newest) + 1, int(NEWEST) + 1))
    shutil.copytree(schema._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", *later))
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_SCRIPTS", scripts)
        migrate(f"sqlite:///{path}")
    full = path.with_name("full.db")
    crash_image(full)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS later", [str(full)])
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
        for (table,) in connection.execute(names).fetchall():
            columns = ", ".join(row[1] for row in connection.execute(f"PRAGMA main.table_info({table})"))
            connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM later.{table}")
        connection.execute("UPDATE review SET state = json_remove(state, '$.reached', '$.waits')")
        connection.commit()


def crash_image(path: Path) -> None:
    """A database with a review and an answer, most of it in the log beside it."""
    working = path.with_name("working")
    working.mkdir()
    database = open_database(f"sqlite:///{working}/{path.name}")
    run(begun(database.units))
    run(taken(database.units, says("we can", key="a")))
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{working}/{path.name}{suffix}", f"{path}{suffix}")
    database.close()
    shutil.rmtree(working)
