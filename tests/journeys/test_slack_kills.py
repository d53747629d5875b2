"""`serve` as a real process, killed at every named point while Slack talks with it: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.bootstrap import machine_clock
from tests.fake_slack import FakeSlack, Trouble, text_of
from tests.journeys.dying import AHEAD, DELIVERY, TICK, TURN, Child, Process, a_child, born
from tests.serving import HTTP, SOCKET, Serve, delivery_ids, settings_for, workspace

PLAYS = (
    *((point, 1, HTTP) for point in TURN),
    *((point, nth, HTTP) for point in DELIVERY for nth in (1, 2)),
    *((point, 1, HTTP) for point in TICK),
    ("committed", 1, SOCKET),
    ("relay_sent", 1, SOCKET),
)
LINES = (  # what comes of the first one is lost, if anything is
    "@dana, Claims Platform",
    "Ops will take it over after launch",
    "Claims Platform Ops, they joined the weekly call on 6 October",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that there is in the end."""

    items: dict[str, Any]
    messages: list[str]  # of the bot, in all places
    marks: list[str]
    doubled: int
    whispers: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One process that serves."""

    serve: Serve
    process: Process


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    with a_child("slack") as child:
        yield child


@asynccontextmanager
async def living(
    child: Child, slack: FakeSlack, url: str, over: str, point: str = "", nth: int = 0, ahead: timedelta = AHEAD
) -> AsyncIterator[Life]:
    settings = settings_for(slack, url, over)
    async with born(child, settings, point, nth, ahead=ahead) as process:
        slack.events_url = f"{process.address}/slack/events" if over == HTTP else None
        await slack.until(lambda: over == HTTP or len(slack.sockets) == 2)
        yield Life(serve=Serve(slack=slack, url=process.address, settings=settings), process=process)


async def seen(serve: Serve) -> Seen:
    slack, changing = serve.slack, ("answered_at",)
    items = {key: {n: v for n, v in item.items() if n not in changing} for key, item in (await serve.items()).items()}
    messages = [each for channel in slack.channels.values() for each in channel.messages.values()]
    ids = delivery_ids(slack)
    return Seen(
        items=items,
        messages=sorted(text_of(each) for each in messages if each.of_bot),
        marks=sorted(each.text for each in messages if each.reactions),
        doubled=len(ids) - len(set(ids)),
        whispers=sorted(map(text_of, slack.ephemerals)),
    )


async def talk(life: Life, lines: tuple[str, ...]) -> None:
    for line in lines:
        await life.serve.slack.says("ana", "claims", line, thread=life.serve.root().ts)
        await life.serve.settled()


async def at_the_point(life: Life) -> None:
    """It ends by itself."""
    await life.process.arm()
    await life.serve.slack.says("ana", "claims", LINES[0], thread=life.serve.root().ts)
    await life.process.dies()


async def while_slack_answers(life: Life) -> None:
    slack = life.serve.slack
    slack.fail("chat.postMessage", Trouble.SLOW, seconds=60)
    before = len(slack.called("chat.postMessage"))
    await slack.says("ana", "claims", LINES[0], thread=life.serve.root().ts)
    await slack.until(lambda: len(slack.called("chat.postMessage")) > before)
    await life.process.is_killed()


async def in_peace(life: Life) -> None:
    await talk(life, LINES[:1])
    await life.process.stops()


async def ended(
    child: Child,
    url: str,
    how: Callable[[Life], Awaitable[None]] = in_peace,
    over: str = HTTP,
    point: str = "",
    nth: int = 0,
) -> Seen:
    """All lines; after the first one the process ends, and another goes on."""
    async with workspace(patience=1.0, clock=lambda: machine_clock() + AHEAD) as slack:
        async with living(child, slack, url, over, point, nth) as life:
            await life.serve.starts()
            await how(life)
        async with living(child, slack, url, over) as life:
            assert all(each.ok for each in await slack.retries())
            await life.serve.settled()
            await talk(life, LINES[1:])
            await life.serve.written("dana", "named you")
            found = await seen(life.serve)
            await life.process.stops()
    return found


@pytest.fixture(scope="module")
def smooth(child: Child, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    path = tmp_path_factory.mktemp("smooth") / "reviews.db"
    shutil.copyfile(sqlite_template, path)
    return asyncio.run(ended(child, f"sqlite:///{path}"))


def alike(found: Seen, smooth: Seen) -> None:
    assert found.items == smooth.items
    assert (found.messages, found.marks, found.doubled) == (smooth.messages, smooth.marks, 0)
    assert set(found.whispers) <= set(smooth.whispers)  # a whisper that may have been heard is not repeated
    assert len(found.whispers) == len(set(found.whispers))


@pytest.mark.parametrize(("point", "nth", "over"), PLAYS)
def test_killed_there_nothing_is_lost_and_nothing_doubled(
    child: Child, smooth: Seen, sqlite_url: str, point: str, nth: int, over: str
) -> None:
    alike(asyncio.run(ended(child, sqlite_url, at_the_point, over, point, nth)), smooth)


def test_killed_while_slack_answers_nothing_is_lost_and_nothing_doubled(
    child: Child, smooth: Seen, sqlite_url: str
) -> None:
    alike(asyncio.run(ended(child, sqlite_url, while_slack_answers)), smooth)


def opened(slack: FakeSlack) -> list[Any]:
    """With whom a direct message was asked for."""
    return [call.arguments for call in slack.called("conversations.open")]


def test_a_letter_that_a_killed_process_has_left_comes_in_its_readers_hours(child: Child, sqlite_url: str) -> None:
    hours = 0

    async def scene() -> None:
        nonlocal hours
        async with workspace(patience=1.0, clock=lambda: machine_clock() + AHEAD + timedelta(hours=hours)) as slack:
            async with living(child, slack, sqlite_url, HTTP) as life:
                await life.serve.starts()
                slack.fail("conversations.open", Trouble.SLOW, seconds=60)
                await slack.says("ana", "claims", LINES[0], thread=life.serve.root().ts)
                await slack.until(lambda: {"users": "U0DANA"} in opened(slack), 20)
                await life.process.is_killed()
            for hours in (12, 24):
                async with living(child, slack, sqlite_url, HTTP, ahead=AHEAD + timedelta(hours=hours)) as life:
                    await life.serve.settled()
                    if hours == 12:
                        assert not any(each.of_bot for each in slack.direct("dana").messages.values())
                    else:
                        await life.serve.written("dana", "named you as service owner")
                    await life.process.stops()
            assert len([each for each in slack.direct("dana").messages.values() if each.of_bot]) == 1

    asyncio.run(scene())
