"""The pace of what is sent to Slack, on a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from adapters.pacing import MOST_AWAY_SECONDS, MOST_WAIT_SECONDS
from adapters.slack.pacing import POST, Pace
from conversations.errors import DeliveryFailed


class Time:
    """Stands still until somebody sleeps; who sleeps wakes in order."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        await asyncio.sleep(0)  # everybody else comes to where they wait
        self.now = max(self.now, until)


class Starts:
    """A pace, and when each call that it let through started."""

    def __init__(self, *, most_wait_seconds: float = MOST_WAIT_SECONDS) -> None:
        self.time = Time()
        self.pace = Pace(clock=self.time, sleep=self.time.sleep, most_wait_seconds=most_wait_seconds)
        self.at: list[float] = []

    async def take(self, method: str = POST, channel: str | None = "C1", tenant: str = "T1") -> None:
        await self.pace.take(method, tenant, channel)
        self.at.append(round(self.time.now - 1_000, 3))

    async def waits(self, taking: Awaitable[None]) -> float:
        """What a call is told that may not start now."""
        with pytest.raises(DeliveryFailed) as failed:
            await taking
        assert failed.value.retry_after_seconds is not None
        assert not failed.value.unknown
        assert not failed.value.permanent
        return round(failed.value.retry_after_seconds, 3)


def test_a_channel_takes_one_post_a_second() -> None:
    async def play() -> None:
        starts = Starts()
        for _ in range(4):
            await starts.take()
        assert starts.at == [0, 1, 2, 3]

    asyncio.run(play())


def test_the_second_counts_from_the_start_of_the_send_not_from_its_answer() -> None:
    async def play() -> None:
        starts = Starts()
        for _ in range(3):
            await starts.take()
            starts.time.now += 0.4  # the answer took that long
        assert starts.at == [0, 1, 2]

    asyncio.run(play())


def test_channels_do_not_wait_for_one_another() -> None:
    async def play() -> None:
        starts = Starts()
        for channel in ("C1", "C2", "C3"):
            await starts.take(channel=channel)
        assert starts.at == [0, 0, 0]

    asyncio.run(play())


def test_sixteen_busy_channels_are_served_at_the_limit() -> None:
    async def play() -> None:
        starts = Starts()
        for _ in range(20):
            await asyncio.gather(*(starts.take(channel=f"C{n}") for n in range(16)))
        assert len(starts.at) == 320
        assert starts.at[-1] == 19

    asyncio.run(play())


def test_what_would_have_to_wait_long_comes_back_and_takes_no_place() -> None:
    async def play() -> None:
        starts = Starts()
        taken = [asyncio.create_task(starts.take()) for _ in range(3)]
        await asyncio.sleep(0)
        assert await starts.waits(starts.take()) == 3
        assert await starts.waits(starts.take()) == 4
        await asyncio.gather(*taken)
        await starts.take()
        assert starts.at == [0, 1, 2, 3]

    asyncio.run(play())


def test_who_has_to_wait_long_comes_back_after_the_one_before_but_not_much_later() -> None:
    async def play() -> None:
        starts = Starts(most_wait_seconds=0)
        await starts.take()
        assert [await starts.waits(starts.take()) for _ in range(3)] == [1, 2, 3]
        for _ in range(3):
            starts.time.now += 1
            await starts.take()
        assert starts.at == [0, 1, 2, 3]
        assert [await starts.waits(starts.take()) for _ in range(700)][-1] == MOST_AWAY_SECONDS

    asyncio.run(play())


def test_updates_may_come_in_a_burst_and_then_fifty_a_minute() -> None:
    async def play() -> None:
        starts = Starts()
        for channel in range(60):
            await starts.take("chat.update", f"C{channel}")  # by workspace, whatever the channel
        assert starts.at[9] == 0
        assert starts.at[10] == 1.2
        assert sum(at < 60 for at in starts.at) <= 60
        await starts.take("chat.update", "C1", tenant="T2")
        assert starts.at[-1] == starts.at[-2]

    asyncio.run(play())


def test_ephemerals_come_a_hundred_a_minute() -> None:
    async def play() -> None:
        starts = Starts()
        for _ in range(30):
            await starts.take("chat.postEphemeral")
        assert starts.at[-1] == pytest.approx(20 * 0.6)

    asyncio.run(play())


def test_a_quiet_while_gives_no_more_than_one_burst() -> None:
    async def play() -> None:
        starts = Starts()
        starts.time.now += 3_600
        for _ in range(11):
            await starts.take("chat.update")
        assert [at - 3_600 for at in starts.at] == pytest.approx([0] * 10 + [1.2])

    asyncio.run(play())


def test_a_refusal_holds_everybody_in_its_place_and_nobody_elsewhere() -> None:
    async def play() -> None:
        starts = Starts()
        starts.pace.hold(POST, "T1", "C1", 30)
        starts.pace.hold("chat.update", "T1", "C1", 30)
        assert await starts.waits(starts.take()) == 30
        assert await starts.waits(starts.take("chat.update", "C2")) == 30
        await starts.take(channel="C2")
        await starts.take("chat.update", tenant="T2")
        assert starts.at == [0, 0]

    asyncio.run(play())


def test_who_waits_already_hears_of_a_refusal_too() -> None:
    async def play() -> None:
        starts = Starts()
        await starts.take()
        waiting = asyncio.create_task(starts.take())
        await asyncio.sleep(0)
        starts.pace.hold(POST, "T1", "C1", 30)
        assert await starts.waits(waiting) == 29
        assert starts.at == [0]

    asyncio.run(play())


def test_after_a_refusal_there_is_no_burst() -> None:
    async def play() -> None:
        starts = Starts()
        starts.pace.hold("chat.update", "T1", None, 30)
        starts.time.now += 30
        for _ in range(3):
            await starts.take("chat.update")
        assert starts.at == [30, 31.2, 32.4]

    asyncio.run(play())


def test_a_method_without_a_rate_is_held_all_the_same() -> None:
    async def play() -> None:
        starts = Starts()
        for _ in range(50):
            await starts.take("chat.getPermalink")
        assert set(starts.at) == {0}
        starts.pace.hold("chat.getPermalink", "T1", None, 5)
        assert await starts.waits(starts.take("chat.getPermalink")) == 5

    asyncio.run(play())


def test_channels_that_nobody_waits_for_are_forgotten() -> None:
    async def play() -> None:
        starts = Starts()
        for n in range(5_000):
            await starts.take(channel=f"C{n}")
            starts.time.now += 0.01
        assert len(starts.pace.turns) <= 1_001

    asyncio.run(play())
