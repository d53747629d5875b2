"""`serve` as a real process, killed at every named point while Teams talks with it: nothing is lost.

Nothing can be looked up in Teams. So a root or question card that may have arrived is sent once more, and the newer
copy lives; all else that may have arrived is not (interfaces, "Timings of the relay").
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import machine_clock
from tests.fake_teams import FakeTeams, Trouble, text_of
from tests.journeys.dying import AHEAD, DELIVERY, TICK, TURN, Child, Process, a_child, born
from tests.served import PEOPLE, PROJECT
from tests.serving_teams import TeamsServe, settings_for

PLAYS = (
    *((point, 1) for point in TURN),
    *((point, nth) for point in DELIVERY for nth in (1, 2)),
    *((point, 1) for point in TICK),
)
POSTS = tuple((point, nth) for point in DELIVERY for nth in (1, 2))  # of the root, and of the first question
LETTER = "named you"
START = f"@AI Readiness start {PROJECT}"
LINES = (  # what comes of the first one is lost, if anything is
    "@dana, Claims Platform",
    "Ops will take it over after launch",
    "Claims Platform Ops, they joined the weekly call on 6 October",
)
_MAY_BE_DOUBLED = re.compile(rf"{PROJECT} · |\d of 6 · ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that there is in the end."""

    items: dict[str, Any]
    messages: Counter[str]  # of the bot, in all places
    unknown: int = 0  # letters that may have arrived, and that nobody sends again


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process that serves."""

    serve: TeamsServe
    process: Process

    async def says(self, *lines: str) -> None:
        for line in lines:
            await self.serve.teams.says("ana", "claims", self.serve.heard(line), thread=self.serve.thread())
            await self.serve.settled()


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with a_child("teams") as child:
        yield child


@asynccontextmanager
async def living(child: Child, teams: FakeTeams, url: str, point: str = "", nth: int = 0) -> AsyncIterator[Life]:
    settings = settings_for(teams, url)
    async with born(child, settings, point, nth, microsoft=teams.url) as process:
        teams.bot_url = f"{process.address}/api/messages"
        yield Life(serve=TeamsServe(teams=teams, url=process.address, settings=settings), process=process)


async def seen(serve: TeamsServe, unknown: int) -> Seen:
    changing = ("answered_at",)
    items = {key: {n: v for n, v in item.items() if n not in changing} for key, item in (await serve.items()).items()}
    messages = [each for place in serve.teams.conversations.values() for each in place.messages.values()]
    said = Counter(text_of(each) for each in messages if each.of_bot)
    return Seen(items=items, messages=said, unknown=unknown)


def unknown_letters(url: str) -> int:
    query = "SELECT count(*) FROM outbox WHERE kind = 'post' AND state = 'unknown' AND message_key LIKE 'letter/%'"
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        found: int = database.execute(query).fetchone()[0]
    return found


async def at_a_reply(life: Life) -> None:
    """It dies at a point of what comes of the first line."""
    await life.serve.starts()
    await life.process.arm()
    await life.serve.teams.says("ana", "claims", life.serve.heard(LINES[0]), thread=life.serve.thread())
    await life.process.dies()


async def at_a_start(life: Life) -> None:
    await life.process.arm()
    await life.serve.teams.says("ana", "claims", START)
    await life.process.dies()


async def while_teams_answers(life: Life) -> None:
    """Not while the letter is on its way, which is not sent again where it may have arrived."""
    teams = life.serve.teams
    await life.serve.starts()
    teams.fail("update", Trouble.SLOW, seconds=60)
    before = len(teams.called("update"))
    await teams.says("ana", "claims", life.serve.heard(LINES[0]), thread=life.serve.thread())
    await teams.until(lambda: len(teams.called("update")) > before)
    await teams.until(lambda: any(LETTER in text_of(each) for each in life.serve.of_bot("@dana")), 20)
    await life.process.is_killed()


async def in_peace(life: Life) -> None:
    await life.serve.starts()
    await life.says(LINES[0])
    await life.process.stops()


async def ended(
    child: Child, url: str, how: Callable[[Life], Awaitable[None]] = in_peace, point: str = "", nth: int = 0
) -> Seen:
    """All lines; somewhere on the way the process ends, and another goes on."""
    async with FakeTeams(people=PEOPLE, patience=1.0, clock=lambda: machine_clock() + AHEAD) as teams:
        async with living(child, teams, url, point, nth) as life:
            await how(life)
        async with living(child, teams, url) as life:
            assert all(each.ok for each in await teams.retries())
            await life.serve.settled(20)
            await life.says(*LINES[how is not at_a_start :])
            unknown = unknown_letters(url)
            if not unknown:
                await life.serve.written("dana", LETTER)
            found = await seen(life.serve, unknown)
            await life.process.stops()
        assert teams.complaints == []
    return found


@pytest.fixture(scope="module")
def smooth(child: Child, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    path = tmp_path_factory.mktemp("smooth") / "reviews.db"
    shutil.copyfile(sqlite_template, path)
    return asyncio.run(ended(child, f"sqlite:///{path}"))


def alike(found: Seen, smooth: Seen, *, doubled: int = 0) -> None:
    """The newest copy of each message is as it is where nothing went wrong."""
    assert found.items == smooth.items
    missing = list((smooth.messages - found.messages).elements())
    assert len(missing) <= found.unknown
    assert all(LETTER in each for each in missing)
    more = list((found.messages - smooth.messages).elements())
    assert len(more) == doubled
    assert all(_MAY_BE_DOUBLED.match(each) for each in more)


@pytest.mark.parametrize(("point", "nth"), PLAYS)
def test_killed_there_nothing_is_lost_and_nothing_doubled(
    child: Child, smooth: Seen, sqlite_url: str, point: str, nth: int
) -> None:
    alike(asyncio.run(ended(child, sqlite_url, at_a_reply, point, nth)), smooth)


@pytest.mark.parametrize(("point", "nth"), POSTS)
def test_killed_while_a_card_is_posted_it_stands_there_twice_where_it_may_have_arrived(
    child: Child, smooth: Seen, sqlite_url: str, point: str, nth: int
) -> None:
    doubled = 1 if point in ("relay_sent", "relay_marking") else 0
    alike(asyncio.run(ended(child, sqlite_url, at_a_start, point, nth)), smooth, doubled=doubled)


def test_killed_while_teams_answers_nothing_is_lost_and_nothing_doubled(
    child: Child, smooth: Seen, sqlite_url: str
) -> None:
    alike(asyncio.run(ended(child, sqlite_url, while_teams_answers)), smooth)
