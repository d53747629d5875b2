"""A migration that is killed before any of its statements: the database is as it was, and the next one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from signal import SIGKILL

import pytest

from storage import revisions
from storage.database import migrate, open_database
from storage.inspection import inspect_database
from tests.databases import own_database
from tests.storage.revisions import COLUMN, DROPS, LAST, NEWEST, migrating, scripts_with
from tests.storage.test_migrations import answers
from tests.storage.tiny import begun, run, says, taken


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    with own_database(request.getfixturevalue("server_url")) as url:
        migrate(url)
        yield url


def revision(url: str) -> str | None:
    schema = inspect_database(url).schema
    assert schema
    return schema.found


def test_killed_anywhere_it_leaves_the_database_as_it_was_and_the_next_one_goes_on(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, kills = open_database(url), 0
    run(begun(database.units))
    run(taken(database.units, says("we can", key="a")))
    database.close()
    (tmp_path / "later").mkdir()
    scripts = scripts_with(tmp_path / "later", ("additive", COLUMN), ("destructive", DROPS))
    with migrating(url, scripts) as migrates:
        while code := migrates(kills + 1):
            assert code == -SIGKILL
            assert revision(url) == NEWEST
            kills += 1
    assert revision(url) == LAST
    assert kills > 10
    monkeypatch.setattr(revisions, "_SCRIPTS", scripts)
    assert answers(url) == ["we can"]
