"""`serve` as a real process that is told to stop: it ends within its deadline, whatever holds it up."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from bot.stopping import DRAIN_SECONDS, STOP_SECONDS
from tests.fake_slack import FakeSlack, Trouble
from tests.journeys.processes import Nursery, Serving, a_nursery
from tests.serving import HTTP, ok, serving, settings_for, workspace

SHARE = 0.1  # of the program's own times
CONSTANTS = {
    "bot.relay.SEND_SECONDS": DRAIN_SECONDS * SHARE - 0.5,
    "bot.stopping.DRAIN_SECONDS": DRAIN_SECONDS * SHARE,
    "bot.stopping.STOP_SECONDS": STOP_SECONDS * SHARE * 5,  # a busy machine is slow to end a process
}
SLOW = 60.0  # what nothing may wait for
SOON = SLOW / 4

Scene = Callable[[FakeSlack, Serving], Awaitable[Any]]


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with a_nursery() as nursery:
        yield nursery


def played(nursery: Nursery, url: str, scene: Scene, *, reviewed: bool = False, **job: Any) -> None:
    """A scene with one process, and then another one, which finds nothing lost and nothing to double."""

    async def play() -> None:
        async with workspace() as slack:
            if reviewed:
                async with serving(slack, url) as serve:
                    await serve.starts()
                    await serve.says("ana", "@dana, Claims Platform")
            slack.fail("users.info", Trouble.SLOW, times=None, seconds=SLOW if reviewed else 0)
            async with nursery.born(settings_for(slack, url, HTTP), **{"constants": CONSTANTS, **job}) as served:
                slack.events_url = f"{served.address}/slack/events"
                await scene(slack, served)
            slack.heals()
            async with serving(slack, url) as serve:
                await serve.settled(20)
                serve.root()  # raises where it was lost
                assert len(serve.of_bot()) == len({message.text for message in serve.of_bot()})

    asyncio.run(play())


async def starts(slack: FakeSlack, _served: Serving) -> None:
    ok(await slack.command("ana", "claims", "start Claims Copilot"))


async def starts_and_slack_is_silent(slack: FakeSlack, served: Serving) -> None:
    slack.fail("chat.postMessage", Trouble.SLOW, seconds=SLOW)
    await starts(slack, served)
    await slack.until(lambda: slack.called("chat.postMessage"))


async def stops_soon(served: Serving) -> str:
    begun = monotonic()
    log = await served.stops()
    assert monotonic() - begun < SOON, log
    return log


def test_a_connection_that_is_only_kept_open_holds_nothing_up(nursery: Nursery, sqlite_url: str) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        await starts(slack, served)
        async with slack.http.get(f"{served.address}/healthz") as answer:
            assert answer.headers.get("Connection") != "close"
        assert "left" not in await stops_soon(served)

    played(nursery, sqlite_url, scene)


def test_a_request_of_which_only_the_beginning_came_does_not_hold_it_up_for_ever(
    nursery: Nursery, sqlite_url: str
) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        await starts(slack, served)
        host, port = served.address.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
        await writer.drain()
        await asyncio.sleep(0.1)
        await stops_soon(served)
        writer.close()

    played(nursery, sqlite_url, scene)


def test_a_platform_that_is_silent_holds_it_up_no_longer_than_a_send_takes(nursery: Nursery, sqlite_url: str) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        await starts_and_slack_is_silent(slack, served)
        log = await stops_soon(served)
        assert "delivery_postponed" in log  # it may have arrived, and is looked up by the next one
        assert "left" not in log

    played(nursery, sqlite_url, scene)


def test_a_tick_that_takes_long_is_left(nursery: Nursery, sqlite_url: str) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        await slack.until(lambda: slack.called("users.info"))  # whether they are still here
        assert "left_unfinished" in await stops_soon(served)

    played(nursery, sqlite_url, scene, reviewed=True, ahead=timedelta(days=30).total_seconds())


def test_whatever_still_hangs_at_the_deadline_is_left(nursery: Nursery, sqlite_url: str) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        await starts_and_slack_is_silent(slack, served)
        assert "left_at_the_deadline" in await stops_soon(served)

    played(nursery, sqlite_url, scene, constants={"bot.stopping.STOP_SECONDS": 0.5})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_a_second_time_it_ends_at_once(nursery: Nursery, sqlite_url: str, number: signal.Signals) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        await starts_and_slack_is_silent(slack, served)
        served.told(number)
        async with asyncio.timeout(SOON):
            while "stopping" not in served.log:  # noqa: ASYNC110  # it is another process, which tells nobody
                await asyncio.sleep(0.01)
            served.told(number)
            assert await served.ends() == -number
        assert "left" not in served.log

    played(nursery, sqlite_url, scene, constants={})


def test_while_it_stops_it_says_that_it_is_not_ready_and_answers_all_the_same(
    nursery: Nursery, sqlite_url: str
) -> None:
    async def scene(slack: FakeSlack, served: Serving) -> None:
        served.told()
        async with asyncio.timeout(1):
            while (answer := await readyz(slack, served))[0] == 200:
                pass
        assert answer == (503, {"process": "It is stopping."})
        await starts(slack, served)
        assert await served.ends() == 0
        assert not slack.messages("claims")  # it is kept, and said by the next one

    played(nursery, sqlite_url, scene, notice=1.0)


async def readyz(slack: FakeSlack, served: Serving) -> tuple[int, Any]:
    async with slack.http.get(f"{served.address}/readyz") as answer:
        return answer.status, (await answer.json())["wrong"]
