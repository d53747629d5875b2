"""A later version of this program, as far as its database goes; and what a process leaves that was killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from storage import schema
from storage.database import open_database
from tests.storage.tiny import begun, run, says, taken

NEWEST, LATER = "0002", "0003"  # of this program, and of the later one
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


def without_the_newest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on this program knows the first revision only, until `monkeypatch` is undone."""
    scripts = folder / "first"
    shutil.copytree(schema._SCRIPTS, scripts, ignore=shutil.ignore_patterns("__pycache__", f"{NEWEST}_*"))
    monkeypatch.setattr(schema, "_SCRIPTS", scripts)


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
