"""Do-not-disturb, asked of the fake of Slack."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.slack import quiet as module
from adapters.slack.pacing import Pace
from adapters.slack.quiet import DoNotDisturb, to_stretches
from adapters.slack.workspaces import Workspaces
from conversations.people import Account
from tests.fake_slack import BOT_TOKEN, FakeSlack, Trouble
from tests.fake_slack_state import TEAM

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, BEN = (Account(platform="slack", tenant=TEAM, id=f"U0{name}") for name in ("ANA", "BEN"))


def plays(scene: Callable[[FakeSlack, DoNotDisturb], Awaitable[None]], token: str = BOT_TOKEN) -> None:
    async def play() -> None:
        async with FakeSlack() as slack:
            workspaces = Workspaces(token, api_url=slack.base_url)
            try:
                await scene(slack, DoNotDisturb(workspaces, Pace()))
            finally:
                await workspaces.close()

    asyncio.run(play())


def test_who_is_not_to_be_disturbed_is_not_until_the_end_of_it() -> None:
    async def scene(slack: FakeSlack, quiet: DoNotDisturb) -> None:
        slack.people["U0ANA"].dnd = (AT - HOUR, AT + HOUR)
        assert await quiet.until(ANA, AT) == AT + HOUR
        assert await quiet.until(BEN, AT) is None
        slack.people["U0ANA"].dnd = (AT + HOUR, AT + 2 * HOUR)  # the next one has not begun
        assert await quiet.until(ANA, AT + timedelta(minutes=2)) is None

    plays(scene)


def test_somebody_is_asked_about_once_a_minute() -> None:
    async def scene(slack: FakeSlack, quiet: DoNotDisturb) -> None:
        slack.people["U0ANA"].dnd = (AT - HOUR, AT + timedelta(seconds=30))
        assert await quiet.until(ANA, AT) == AT + timedelta(seconds=30)
        assert await quiet.until(ANA, AT + timedelta(seconds=40)) is None  # it has ended meanwhile
        assert len(slack.called("dnd.info")) == 1
        await quiet.until(ANA, AT + timedelta(seconds=60))
        assert len(slack.called("dnd.info")) == 2

    plays(scene)


@pytest.mark.parametrize("trouble", ["missing_scope", "user_not_found", "ratelimited", 500, Trouble.DROP_AFTER])
def test_what_cannot_be_read_is_none_and_logged_once(trouble: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(slack: FakeSlack, quiet: DoNotDisturb) -> None:
        slack.people["U0ANA"].dnd = (AT - HOUR, AT + HOUR)
        slack.fail("dnd.info", trouble, times=None)
        for who in (ANA, BEN):
            assert await quiet.until(who, AT) is None

    plays(scene)
    (logged,) = [each for each in caplog.records if each.message == "dnd_unreadable"]
    assert (logged.levelno, logged.__dict__["tenant"]) == (logging.WARNING, TEAM)


def test_once_slack_asks_to_wait_it_is_not_asked_meanwhile() -> None:
    async def scene(slack: FakeSlack, quiet: DoNotDisturb) -> None:
        slack.fail("dnd.info", "ratelimited", retry_after=30)
        for who in (ANA, BEN):
            assert await quiet.until(who, AT) is None
        assert len(slack.called("dnd.info")) == 1

    plays(scene)


def test_nobody_waits_long_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)

    async def scene(slack: FakeSlack, quiet: DoNotDisturb) -> None:
        slack.fail("dnd.info", Trouble.SLOW, seconds=0.5)
        async with asyncio.timeout(0.4):
            assert await quiet.until(ANA, AT) is None

    plays(scene)


def test_a_workspace_without_a_token_says_nothing() -> None:
    async def scene(slack: FakeSlack, quiet: DoNotDisturb) -> None:
        assert await quiet.until(ANA, AT) is None

    plays(scene, token="xoxb-gone")


NOW = int(AT.timestamp())


@pytest.mark.parametrize(
    ("told", "stretches"),
    [
        ({"dnd_enabled": True, "next_dnd_start_ts": NOW - 60, "next_dnd_end_ts": NOW + 60}, [(-60, 60)]),
        ({"dnd_enabled": False, "next_dnd_start_ts": NOW - 60, "next_dnd_end_ts": NOW + 60}, []),
        ({"dnd_enabled": True}, []),
        ({"dnd_enabled": True, "next_dnd_start_ts": "soon", "next_dnd_end_ts": NOW}, []),
        ({"snooze_enabled": True, "snooze_endtime": NOW + 60}, [(0, 60)]),
        ({"snooze_enabled": False, "snooze_endtime": NOW + 60}, []),
        ({"snooze_enabled": True, "snooze_is_indefinite": True}, []),
        (b"<html>", []),
    ],
)
def test_the_schedule_and_a_pause_are_stretches(told: Any, stretches: list[tuple[int, int]]) -> None:
    assert [(int((a - AT).total_seconds()), int((b - AT).total_seconds())) for a, b in to_stretches(told, AT)] == (
        stretches
    )
