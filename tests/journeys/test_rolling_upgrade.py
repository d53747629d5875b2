"""A rolling upgrade with a migration in between, played with real processes while people reply all the time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.database import migrate
from tests.databases import own_database
from tests.journeys.processes import a_nursery
from tests.journeys.upgrading import PROJECTS, upgraded
from tests.storage.revisions import LAST, LATER, NEWEST


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_in_a_rolling_upgrade_every_reply_is_kept_once_and_everything_said_once(
    server_url: str, tmp_path: Path, platform: str
) -> None:
    with a_nursery() as nursery, own_database(server_url) as url:
        migrate(url)
        played = asyncio.run(upgraded(nursery, url, tmp_path, platform))
    migrated, refused, finished = played.commands
    assert (migrated[0], f"from revision {NEWEST} to {LATER}." in migrated[1]) == (0, True), migrated
    assert (refused[0], f"of revision {NEWEST}. Replace them" in refused[1]) == (1, True), refused
    assert (finished[0], f"from revision {LATER} to {LAST}." in finished[1]) == (0, True), finished
    assert played.faults() == []
    assert len(played.served) == 5
    assert min(len(played.said[project]) for project in PROJECTS) > 4
