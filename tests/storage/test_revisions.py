"""Additive and destructive revisions: what older programs may work beside, and what waits until they are gone."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from conversations.errors import SchemaBehind
from storage import revisions, schema
from storage.database import Database, migrate, needs_migration, open_database
from storage.inspection import inspect_database
from storage.revisions import Kind, Position, config, line, program_name
from storage.schema import Migrated, MigrationUnderWay, OlderAtWork, SchemaAhead, TablesInUse
from tests.databases import own_database
from tests.journeys.terminal import Terminal
from tests.storage.revisions import COLUMN, DROPS, LAST, LATER, NEWEST, add_pair, add_revision, scripts_with

# Each of them an older program can work beside: it neither sees nor misses what is new.
_ADDITIVE = (
    r"CREATE TABLE ",
    r"CREATE INDEX ",
    r"ALTER TABLE \w+ ADD COLUMN (?!.*NOT NULL(?!.*DEFAULT))",
    r"ALTER TABLE \w+ ALTER COLUMN \w+ DROP NOT NULL",
    r"INSERT INTO ",
    r"UPDATE ",
)


def statements_of(revision: str) -> list[str]:
    """What a revision tells PostgreSQL."""
    script = ScriptDirectory.from_config(config()).get_revision(revision)
    told = io.StringIO()
    context = MigrationContext.configure(dialect_name="postgresql", opts={"as_sql": True, "output_buffer": told})
    with Operations.context(context):
        script.module.upgrade()
    return [" ".join(each.split()) for each in told.getvalue().split(";") if each.strip()]


def what_older_programs_miss(revision: str) -> list[str]:
    told = statements_of(revision)
    made = "|".join(re.findall(r"CREATE TABLE (\w+)", "\n".join(told)))  # nobody can be writing there
    allowed = (*_ADDITIVE, *([rf"CREATE UNIQUE INDEX \w+ ON ({made}) "] if made else ()))
    return [each for each in told if not any(re.match(one, each) for one in allowed)]


def test_the_line_of_revisions_is_the_one_that_alembic_follows() -> None:
    scripts = reversed(list(ScriptDirectory.from_config(config()).walk_revisions()))
    assert list(line().items()) == [(script.revision, script.module.kind) for script in scripts]


@pytest.mark.parametrize("revision", [name for name, kind in line().items() if kind is Kind.ADDITIVE])
def test_an_additive_revision_takes_nothing_from_older_programs(revision: str) -> None:
    assert statements_of(revision)
    assert what_older_programs_miss(revision) == []


@pytest.mark.parametrize(
    "does",
    [
        DROPS,
        'op.drop_column("review", "owner")',
        'op.drop_index("ix_lane_due_at", "lane")',
        'op.rename_table("lane", "lanes")',
        'op.alter_column("review", "owner", new_column_name="lead")',
        'op.alter_column("review", "thread", nullable=False)',
        'op.alter_column("review", "owner", type_=sa.Integer())',
        'op.add_column("review", sa.Column("colour", sa.String(), nullable=False))',
        'op.create_unique_constraint("uq_x", "review", ["owner"])',
        'op.create_index("ix_x", "review", ["owner"], unique=True)',
        'op.execute("DELETE FROM act")',
    ],
)
def test_what_takes_something_from_older_programs_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    add_revision(tmp_path, monkeypatch, does)
    assert len(what_older_programs_miss(LATER)) == 1


def test_a_revision_that_does_not_say_its_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_revision(tmp_path, monkeypatch, kind="harmless")
    with pytest.raises(ValueError, match="harmless"):
        line()


@pytest.fixture
def url(server_url: str) -> Iterator[str]:
    """A PostgreSQL database of this program's revision."""
    with own_database(server_url) as url:
        migrate(url)
        yield url


def where(url: str) -> Position:
    found = inspect_database(url)
    assert found.schema
    assert found.readable is found.schema.position.workable
    return found.schema.position


def test_old_and_new_work_side_by_side_until_the_migration_is_finished(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_database(url)
    with monkeypatch.context() as newer:
        add_pair(tmp_path, newer)
        with pytest.raises(SchemaBehind):
            open_database(url)
        assert where(url) is Position.BEHIND
        assert migrate(url) == Migrated(before=NEWEST, after=LATER, left=(LAST,))
        assert migrate(url) == Migrated(before=LATER, after=LATER, left=(LAST,))
        assert where(url) is Position.UNFINISHED
        assert not needs_migration(url)
        new = open_database(url)
        with pytest.raises(OlderAtWork, match=f"Their connections: 1 of revision {NEWEST}. Replace them"):
            migrate(url, finish=True)
        assert where(url) is Position.UNFINISHED
    assert where(url) is Position.EXTENDED
    assert migrate(url) == Migrated(before=LATER, after=LATER)
    open_database(url).close()  # an old one that is started again
    old.close()
    monkeypatch.setattr(revisions, "_SCRIPTS", tmp_path / "migrations")
    assert migrate(url, finish=True) == Migrated(before=LATER, after=LAST)
    assert where(url) is Position.CURRENT
    new.close()
    monkeypatch.undo()
    assert where(url) is Position.AHEAD
    for use in (open_database, migrate, needs_migration):
        with pytest.raises(SchemaAhead):
            use(url)


def test_a_later_program_finishes_what_was_left_on_its_way_unless_older_ones_are_at_work(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = open_database(url)
    scripts = scripts_with(tmp_path, ("destructive", DROPS), ("additive", COLUMN))
    monkeypatch.setattr(revisions, "_SCRIPTS", scripts)
    with pytest.raises(OlderAtWork):
        migrate(url)
    assert where(url) is Position.BEHIND
    old.close()
    assert migrate(url) == Migrated(before=NEWEST, after=LAST)


def test_of_a_new_database_nothing_is_left(server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_pair(tmp_path, monkeypatch)
    with own_database(server_url) as url:
        assert migrate(url) == Migrated(before=None, after=LAST)


def test_on_sqlite_nothing_is_left_and_an_older_program_may_work_on_what_was_only_added(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        add_revision(tmp_path, newer)
        open_database(sqlite_url).close()
    assert where(sqlite_url) is Position.EXTENDED
    open_database(sqlite_url).close()
    (tmp_path / "pair").mkdir()
    with monkeypatch.context() as newer:
        add_pair(tmp_path / "pair", newer)
        open_database(sqlite_url).close()
        assert where(sqlite_url) is Position.CURRENT
    with pytest.raises(SchemaAhead):
        open_database(sqlite_url)


def test_a_migration_that_cannot_have_a_table_waits_in_turns_and_gives_up_with_a_sentence(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_revision(tmp_path, monkeypatch)
    monkeypatch.setattr(schema, "LOCK_MILLISECONDS", 50)
    monkeypatch.setattr(schema, "BETWEEN_SECONDS", 0.01)
    with psycopg.connect(url) as reader:
        reader.execute("SELECT 1 FROM review")  # and forgets to end
        with pytest.raises(TablesInUse, match="Nothing was changed; run it again"):
            migrate(url)
        assert where(url) is Position.BEHIND
    assert migrate(url) == Migrated(before=NEWEST, after=LATER)


def test_who_starts_while_a_migration_is_under_way_waits_for_it_or_says_so(url: str) -> None:
    with psycopg.connect(url) as migrating:
        migrating.execute("SELECT pg_advisory_xact_lock(%s)", [schema._ONE_AT_A_TIME])
        with pytest.raises(MigrationUnderWay, match="Start again in a moment"):
            open_database(url)
    open_database(url).close()


def test_every_connection_tells_what_its_program_knows(postgres_database: Database, postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as connection:
        named = connection.execute(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
        )
        assert (program_name(),) in named.fetchall()
    assert program_name() == f"ai-readiness {NEWEST}"


def test_the_command_says_what_is_left_and_does_it_when_told(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = Terminal(folder=tmp_path)
    old = create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"), connect_args={"application_name": program_name()}
    )
    with old.connect():
        add_pair(tmp_path, monkeypatch)
        begun = terminal.run("migrate", DATABASE_URL=url)
        assert begun.code == 0
        assert begun.err.splitlines() == [
            "When no older process is at work any more, run: ai-readiness migrate --finish",
            f"The database is up to date: from revision {NEWEST} to {LATER}.",
        ]
        refused = terminal.run("migrate", "--finish", DATABASE_URL=url)
        assert (refused.code, refused.out) == (1, "")
        assert f"1 of revision {NEWEST}" in refused.err
        assert "run: ai-readiness migrate --finish" in terminal.run("doctor", DATABASE_URL=url).out
    old.dispose()
    finished = terminal.run("migrate", "--finish", DATABASE_URL=url)
    assert finished.err == f"The database is up to date: from revision {LATER} to {LAST}.\n"
    monkeypatch.undo()
