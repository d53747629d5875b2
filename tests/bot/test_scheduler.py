from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.scheduler import Scheduler, Tick
from conversations.errors import StorageDown

SOON = timedelta(milliseconds=20)


async def running(does: Callable[[], Awaitable[object]], until: asyncio.Event, every: timedelta = SOON) -> None:
    scheduler = Scheduler([Tick(name="due", every=every, does=does)])
    run = asyncio.create_task(scheduler.run())
    async with asyncio.timeout(10):
        await until.wait()
        scheduler.stop()
        await run


def test_a_tick_is_taken_at_once_and_then_again_after_its_interval() -> None:
    async def scene() -> None:
        thrice, ticks = asyncio.Event(), 0

        async def tick() -> None:
            nonlocal ticks
            ticks += 1
            if ticks == 3:
                thrice.set()

        await running(tick, thrice)
        assert ticks == 3
        await asyncio.sleep(3 * SOON.total_seconds())
        assert ticks == 3  # nothing comes after it was stopped

    asyncio.run(scene())


def test_a_tick_that_takes_longer_than_its_interval_is_alone() -> None:
    async def scene() -> None:
        twice, at_work, seen = asyncio.Event(), 0, list[int]()

        async def tick() -> None:
            nonlocal at_work
            at_work += 1
            seen.append(at_work)
            await asyncio.sleep(4 * SOON.total_seconds())
            at_work -= 1
            if len(seen) == 2:
                twice.set()

        await running(tick, twice)
        assert seen == [1, 1]

    asyncio.run(scene())


def test_what_runs_is_waited_for_when_it_is_stopped() -> None:
    async def scene() -> None:
        begun, ended = asyncio.Event(), asyncio.Event()

        async def tick() -> None:
            begun.set()
            await asyncio.sleep(0.05)
            ended.set()

        await running(tick, begun, every=timedelta(hours=1))
        assert ended.is_set()

    asyncio.run(scene())


def test_who_is_stopped_before_the_first_tick_has_an_end() -> None:
    async def scene() -> None:
        async def tick() -> None: ...

        already = asyncio.Event()
        already.set()
        await running(tick, already)

    asyncio.run(scene())


@pytest.mark.parametrize(("error", "event"), [(StorageDown(), "tick_waits"), (ValueError("secret"), "tick_broke")])
def test_after_trouble_the_next_tick_comes_and_the_log_repeats_nothing(
    error: Exception, event: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene() -> None:
        twice, ticks = asyncio.Event(), 0

        async def tick() -> None:
            nonlocal ticks
            ticks += 1
            if ticks == 2:
                twice.set()
                return
            raise error

        await running(tick, twice)

    with caplog.at_level(logging.WARNING):
        asyncio.run(scene())
    assert [record.message for record in caplog.records if not record.name.startswith("apscheduler")] == [event]
    assert "secret" not in caplog.text
