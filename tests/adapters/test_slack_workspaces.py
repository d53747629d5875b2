"""Clients and identities, against the fake of Slack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from adapters.slack.workspaces import TIMEOUT, TOKEN_SECONDS, Workspaces
from conversations.errors import Busy, DeliveryFailed, ReadinessError
from conversations.ports import Installation
from tests.fake_slack import BOT_TOKEN, FakeSlack, Trouble

TEAM = "T0ACME"


class Tokens:
    """A `ports.TokenStore` of what is in it; counts how often it is asked."""

    def __init__(self, **tokens: str) -> None:
        self.tokens = tokens
        self.asked = 0
        self.trouble: ReadinessError | None = None

    async def save(self, installation: Installation) -> None:
        self.tokens[installation.tenant] = installation.token

    async def find(self, platform: str, tenant: str) -> Installation | None:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        if tenant not in self.tokens:
            return None
        at, token = datetime(2026, 11, 23, tzinfo=UTC), self.tokens[tenant]
        return Installation(platform=platform, tenant=tenant, name="Acme", token=token, bot="U0BOT", installed_at=at)

    async def forget(self, platform: str, tenant: str, *, before: datetime) -> None:
        del self.tokens[tenant]


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def failing(workspaces: Workspaces, tenant: str = TEAM) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await workspaces.client(tenant)
    return failed.value


def test_one_token_speaks_in_any_workspace() -> None:
    async def play() -> None:
        async with FakeSlack() as slack:
            workspaces = Workspaces(BOT_TOKEN, api_url=slack.base_url)
            for tenant in (TEAM, "T0OTHER"):
                assert (await (await workspaces.client(tenant)).auth_test())["ok"]
            assert slack.connections == 1
            await workspaces.close()

    asyncio.run(play())


def test_clients_repeat_nothing_and_share_a_session_with_a_timeout() -> None:
    async def play() -> None:
        workspaces = Workspaces(Tokens(T1="xoxb-1", T2="xoxb-2"), api_url="http://127.0.0.1:9/api/")
        one, two, hook = await workspaces.client("T1"), await workspaces.client("T2"), workspaces.webhook("http://x")
        assert (one.token, two.token) == ("xoxb-1", "xoxb-2")
        assert one.retry_handlers == two.retry_handlers == hook.retry_handlers == []
        assert one.session is two.session is hook.session
        assert one.session is not None
        assert one.session.timeout is TIMEOUT
        await workspaces.close()

    asyncio.run(play())


def test_a_token_is_looked_for_once_a_minute_and_after_it_changed() -> None:
    async def play() -> None:
        tokens, time = Tokens(T1="xoxb-1"), Time()
        workspaces = Workspaces(tokens, clock=time)
        for _ in range(3):
            await workspaces.client("T1")
        assert tokens.asked == 1
        tokens.tokens["T1"] = "xoxb-2"
        workspaces.forget("T1")
        assert (await workspaces.client("T1")).token == "xoxb-2"
        time.now += TOKEN_SECONDS
        del tokens.tokens["T1"]
        assert (await failing(workspaces, "T1")).retry_after_seconds == 300
        await workspaces.close()

    asyncio.run(play())


def test_without_a_token_nothing_can_be_said_for_now() -> None:
    async def play() -> None:
        tokens = Tokens()
        workspaces = Workspaces(tokens)
        failed = await failing(workspaces)
        assert failed.retry_after_seconds
        assert not failed.unknown
        assert not failed.permanent
        tokens.trouble = Busy()
        failed = await failing(workspaces)
        assert (failed.retry_after_seconds, failed.unknown, failed.permanent) == (None, False, False)
        await workspaces.close()

    asyncio.run(play())


def test_who_the_bot_is_is_asked_once() -> None:
    async def play() -> None:
        async with FakeSlack() as slack:
            workspaces = Workspaces(BOT_TOKEN, api_url=slack.base_url)
            me = await workspaces.identity(TEAM)
            assert await workspaces.identity(TEAM) is me
            assert (me.user, me.bot, me.team, me.url) == ("U0BOT", "B0BOT", "Acme", "https://acme.slack.com/")
            assert {"chat:write", "reactions:write"} <= me.scopes
            assert len(slack.called("auth.test")) == 1
            workspaces.forget(TEAM)
            await workspaces.identity(TEAM)
            assert len(slack.called("auth.test")) == 2
            await workspaces.close()

    asyncio.run(play())


@pytest.mark.parametrize("trouble", ["ratelimited", "invalid_auth", 503, Trouble.DROP_BEFORE])
def test_who_the_bot_is_may_have_to_wait(trouble: str | int | Trouble) -> None:
    async def play() -> None:
        async with FakeSlack() as slack:
            workspaces = Workspaces(BOT_TOKEN, api_url=slack.base_url)
            slack.fail("auth.test", trouble)
            with pytest.raises(DeliveryFailed):
                await workspaces.identity(TEAM)
            assert (await workspaces.identity(TEAM)).bot == "B0BOT"
            await workspaces.close()

    asyncio.run(play())
