from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from conversations.errors import SchemaBehind, StorageDown
from storage.database import migrate, needs_migration, open_database
from storage.queries import reviews
from storage.reminders import claim_due, next_due
from storage.schema import Migrated, MigrationStopped, SchemaAhead
from storage.shelf import PackShelf
from tests.databases import own_database
from tests.journeys.terminal import Terminal
from tests.storage.revisions import LATER, NEWEST, add_revision, crash_image, older_image
from tests.storage.tiny import AT, run, says, taken

BREAKS = 'op.execute("DELETE FROM act")\n    op.execute("INSERT INTO nowhere VALUES (1)")'
ORPHANS = "op.execute(\"UPDATE review SET pack_digest = 'none'\")"


def columns(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {row[1] for row in connection.execute("PRAGMA table_info(review)")}


def answers(url: str) -> list[str | None]:
    database = open_database(url, alone=False)
    found = run(database.read(reviews, PackShelf()))
    database.close()
    return [act.said for review in found for act in review.acts]


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A database that somebody was killed over."""
    path = tmp_path / "reviews.db"
    crash_image(path)
    with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM act").fetchone() == (0,)  # the answer is in the log
    return path


def test_the_copy_is_complete_and_the_older_program_works_on_it(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{older}"
    older.chmod(0o600)
    add_revision(tmp_path, monkeypatch)
    assert needs_migration(url)
    with pytest.raises(SchemaBehind):
        open_database(url, alone=False)
    copy = Path(f"{older}.{NEWEST}.bak")
    assert migrate(url) == Migrated(before=NEWEST, after=LATER, backup=copy)
    assert "colour" in columns(older)
    assert migrate(url) == Migrated(before=LATER, after=LATER)
    assert [path.name for path in tmp_path.glob("*.bak")] == [copy.name]
    assert copy.stat().st_mode & 0o777 == 0o600

    monkeypatch.undo()
    assert answers(f"sqlite:///{copy}") == ["we can"]
    database = open_database(f"sqlite:///{copy}")
    assert run(taken(database.units, says("and more", key="b")))
    database.close()
    assert "colour" not in columns(copy)


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_a_database_of_an_earlier_version_keeps_its_reviews_and_all_that_live_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, revision: str
) -> None:
    path = tmp_path / "reviews.db"
    older_image(path, revision, monkeypatch)
    url = f"sqlite:///{path}"
    assert migrate(url) == Migrated(before=revision, after=NEWEST, backup=Path(f"{path}.{revision}.bak"))
    assert answers(url) == ["we can"]
    database = open_database(url)
    assert run(database.read(next_due)) == AT
    claim = run(database.units(claim_due, now=AT, limit=9))
    assert ([who.id for who in claim.people], len(claim.reviews)) == (["ana"], 1)
    assert run(taken(database.units, says("and more", key="b")))
    database.close()
    assert answers(url) == ["we can", "and more"]


def test_opening_a_file_for_work_migrates_it_too_and_a_copy_replaces_no_other(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(f"{older}.{NEWEST}.bak").write_text("of last year")
    add_revision(tmp_path, monkeypatch)
    open_database(f"sqlite:///{older}").close()
    assert "colour" in columns(older)
    assert Path(f"{older}.{NEWEST}.bak").read_text() == "of last year"
    assert "colour" not in columns(Path(f"{older}.{NEWEST}.2.bak"))


@pytest.mark.parametrize(("does", "why"), [(BREAKS, "OperationalError"), (ORPHANS, "rows without the row they")])
def test_a_migration_that_stops_leaves_the_database_as_it_was(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, why: str
) -> None:
    url = f"sqlite:///{older}"
    add_revision(tmp_path, monkeypatch, does)
    with pytest.raises(MigrationStopped, match=why) as told:
        migrate(url)
    assert f"from revision {NEWEST} to {LATER}: {why}" in str(told.value)
    assert f"{older}.{NEWEST}.bak" in str(told.value)
    assert needs_migration(url)
    with pytest.raises(MigrationStopped):
        open_database(url)
    monkeypatch.undo()
    assert not needs_migration(url)
    assert answers(url) == ["we can"]
    open_database(url).close()


def test_a_copy_that_cannot_be_written_stops_everything_and_leaves_nothing(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_revision(tmp_path, monkeypatch)
    with closing(sqlite3.connect(older)) as connection:
        (size,) = connection.execute("PRAGMA page_count").fetchone()
    older_bytes = older.read_bytes()
    older.write_bytes(older_bytes[:4096] + b"\0" * 4096 + older_bytes[8192:])  # a page of it is lost
    assert size > 2
    with pytest.raises(StorageDown):
        migrate(f"sqlite:///{older}")
    assert list(tmp_path.glob("*.bak")) == []


def test_what_belongs_to_a_newer_program_is_left_alone(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{older}"
    add_revision(tmp_path, monkeypatch, kind="destructive")
    migrate(url)
    monkeypatch.undo()
    for use in (open_database, migrate, needs_migration, lambda url: open_database(url, alone=False)):
        with pytest.raises(SchemaAhead, match="newer version of this program"):
            use(url)
    assert len(list(tmp_path.glob("*.bak"))) == 1


def test_on_postgres_a_stopped_migration_leaves_nothing_and_a_whole_one_tells_its_way(
    server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_database(server_url) as url:
        assert migrate(url) == Migrated(before=None, after=NEWEST)
        with monkeypatch.context() as patch:
            (tmp_path / "broken").mkdir()
            add_revision(tmp_path / "broken", patch, BREAKS)
            with pytest.raises(
                MigrationStopped, match=rf"from revision {NEWEST} to {LATER}: ProgrammingError. It is as it was;"
            ):
                migrate(url)
        assert migrate(url) == Migrated(before=NEWEST, after=NEWEST)
        add_revision(tmp_path, monkeypatch)
        assert migrate(url) == Migrated(before=NEWEST, after=LATER)


def test_the_command_says_what_it_did_and_where_the_copy_is(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal, url = Terminal(folder=tmp_path), f"sqlite:///{older.name}"
    new = terminal.run("migrate", DATABASE_URL="sqlite:///new.db")
    assert new.err == f"The database is up to date: new, at revision {NEWEST}.\n"
    add_revision(tmp_path, monkeypatch)
    changed, unchanged = (terminal.run("migrate", DATABASE_URL=url) for _ in range(2))
    assert changed.err.splitlines() == [
        f"The database is up to date: from revision {NEWEST} to {LATER}.",
        f"A copy of it as it was: reviews.db.{NEWEST}.bak",
    ]
    assert unchanged.err == f"The database was up to date already, at revision {LATER}; nothing was changed.\n"
    assert {(ran.code, ran.out) for ran in (new, changed, unchanged)} == {(0, "")}


def test_a_stopped_migration_ends_a_command_with_a_sentence(
    older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_revision(tmp_path, monkeypatch, BREAKS)
    for words in (("migrate",), ("chat",)):
        ran = Terminal(folder=tmp_path).run(*words, DATABASE_URL=f"sqlite:///{older}")
        assert (ran.code, ran.out) == (1, "")
        assert ran.err.startswith(f"The database could not be brought up to date from revision {NEWEST} to {LATER}")
