"""A later version of this program, as far as its database goes; and what a process leaves that was killed."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage import revisions
from storage.database import migrate, open_database
from storage.revisions import newest
from tests.journeys.terminal import ROOT
from tests.storage.tiny import begun, run, says, taken

NEWEST = newest()  # of this program
LATER, LAST = (f"{int(NEWEST) + n:04}" for n in (1, 2))  # of later ones
COLUMN = 'with op.batch_alter_table("review") as table:\n        table.add_column(sa.Column("colour", sa.String()))'
DROPS = 'op.drop_table("link_code")'  # of which nothing is asked while people only reply
_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{before}"
kind = "{kind}"


def upgrade() -> None:
    {does}
"""


def scripts_with(folder: Path, *later: tuple[str, str]) -> Path:
    """The migrations of a program that has more: `later` are kinds and what they do, from `LATER` on."""
    scripts = folder / "migrations"
    shutil.copytree(revisions._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__"))
    names = [NEWEST, LATER, LAST]
    for before, name, (kind, does) in zip(names, names[1:], later, strict=False):
        revision = _REVISION.format(name=name, before=before, kind=kind, does=does)
        (scripts / "versions" / f"{name}_later.py").write_text(revision)
    return scripts


@contextmanager
def migrating(url: str, scripts: Path) -> Iterator[Callable[[int], int]]:
    """Migrates in a process that kills itself before its n-th statement, or for 0 never: how it ended."""
    with subprocess.Popen(
        [sys.executable, ROOT / "tests" / "storage" / "dying_migration.py", url, scripts],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
    ) as child:

        def migrates(nth: int) -> int:
            assert child.stdin
            assert child.stdout
            child.stdin.write(f"{nth}\n")
            child.stdin.flush()
            return int(child.stdout.readline())

        yield migrates


def add_revision(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str = COLUMN, kind: str = "additive") -> None:
    """From here on this program's newest revision is `LATER`, until `monkeypatch` is undone."""
    monkeypatch.setattr(revisions, "_SCRIPTS", scripts_with(folder, (kind, does)))


def add_pair(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on `LATER` adds something and `LAST`, the newest, takes something away."""
    monkeypatch.setattr(revisions, "_SCRIPTS", scripts_with(folder, ("additive", COLUMN), ("destructive", DROPS)))


def older_image(path: Path, last: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database with a review and an answer, as the program of that revision left it."""
    scripts = path.with_name("older")
    later = (f"{n:04}_*" for n in range(int(last) + 1, int(NEWEST) + 1))
    shutil.copytree(revisions._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", *later))
    with monkeypatch.context() as patch:
        patch.setattr(revisions, "_SCRIPTS", scripts)
        migrate(f"sqlite:///{path}")
    full = path.with_name("full.db")
    crash_image(full)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ATTACH ? AS later", [str(full)])
        names = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('alembic_version', 'schema_revision')"
        )
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
