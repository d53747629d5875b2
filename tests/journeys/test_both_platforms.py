"""Slack and Teams in one `serve`: who is on both is one person, and neither platform is in the other's way."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.checks import Seen
from adapters.teams.checks import look_at_app
from adapters.teams.logins import Credentials
from bot import doctor_teams
from bot.doctor import as_lines, examine
from bot.serving import run
from storage.inspection import looking
from storage.reminders import next_due
from tests import serving, serving_teams
from tests.fake_slack import BOT_TOKEN, SIGNING_SECRET, FakeSlack, text_of
from tests.fake_teams import APP_ID, APP_PASSWORD, BOT_NAME, TENANT, FakeTeams, Trouble
from tests.fake_teams import text_of as text_in_teams
from tests.journeys.test_slack_letters import Clock
from tests.served import HASTE, PEOPLE, ok, played

LEASE = timedelta(minutes=1)  # more than who is written to just now is not due for
_CODE = re.compile(r"\blink ([A-Z\d]{4}-?[A-Z\d]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """One `serve`, as it is met on each platform."""

    slack: serving.Serve
    teams: serving_teams.TeamsServe
    clock: Clock

    async def looked(self) -> None:
        """Returns when everybody who is due was looked at, and what they are to be told is said."""
        async with asyncio.timeout(20):
            with looking(self.slack.settings.database_url) as read:
                while (due := await read(next_due)) is not None and due <= self.clock.now + LEASE:  # noqa: ASYNC110  # nobody is told of a look
                    await asyncio.sleep(0.02)
        await self.slack.settled()

    def letters(self) -> list[str]:
        """The platform of each nudge to Ana."""
        by_slack = self.slack.slack.direct("ana").messages.values()
        said = [("slack", text_of(each)) for each in by_slack if each.of_bot]
        said += [("teams", text_in_teams(each)) for each in self.teams.of_bot("@ana")]
        return [platform for platform, text in said if "Why this?" in text]

    def on_slack(self) -> str:
        return "\n".join(map(text_of, self.slack.of_bot()))

    def on_teams(self) -> str:
        return "\n".join(map(text_in_teams, self.teams.of_bot("claims")))

    async def says_to_bot(self, text: str) -> None:
        said = await self.teams.teams.says("ana", "@ana", text)
        assert said.ok, said.answer
        await self.teams.settled()

    async def links(self) -> None:
        await self.says_to_bot("link")
        found = _CODE.search(text_in_teams(self.teams.direct("ana")))
        assert found, text_in_teams(self.teams.direct("ana"))
        ok(await self.slack.slack.command("ana", "claims", f"link {found[1]}"))
        await self.slack.settled()


Scene = Callable[[Both], Awaitable[Any]]


@asynccontextmanager
async def both(url: str, clock: Clock) -> AsyncIterator[Both]:
    async with (
        serving.workspace(clock=clock) as slack,
        FakeTeams(people=PEOPLE, clock=clock) as teams,
        _serving(slack, teams, url, clock) as served,
    ):
        yield served


@asynccontextmanager
async def _serving(slack: FakeSlack, teams: FakeTeams, url: str, clock: Clock) -> AsyncIterator[Both]:
    on_teams = {"teams_app_id": APP_ID, "teams_app_password": APP_PASSWORD, "teams_tenant_id": TENANT}
    settings = serving.settings_for(slack, url, serving.HTTP, **on_teams)
    told_to_stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    microsoft = serving_teams.microsoft(teams.url)
    running = run(settings, told_to_stop, heard.set_result, clock=clock, haste=HASTE, microsoft=microsoft)
    served = asyncio.create_task(running)
    try:
        await asyncio.wait([served, heard], return_when=asyncio.FIRST_COMPLETED)
        address = await heard if heard.done() else ""
        slack.events_url, teams.bot_url = f"{address}/slack/events", f"{address}/api/messages"
        if address:
            yield Both(
                slack=serving.Serve(slack=slack, url=address, settings=settings),
                teams=serving_teams.TeamsServe(teams=teams, url=address, settings=settings),
                clock=clock,
            )
    finally:
        told_to_stop.set()
        await served


def play(scene: Scene, url: str) -> None:
    async def playing() -> None:
        async with both(url, Clock()) as served:
            await scene(served)

    played(playing, serving.shared() | serving_teams.shared())


async def owns_a_review_on_each(both: Both) -> None:
    await asyncio.gather(both.slack.starts("Claims"), both.teams.starts("Letters"))
    await both.looked()


async def next_morning(both: Both) -> list[str]:
    """The platforms of what came."""
    before, day = both.letters(), both.clock.now + timedelta(days=1)
    for minute in (30, 40):  # when the first account may be written to, and when the other may
        both.clock.now = day.replace(hour=9, minute=minute)
        await both.looked()
    return sorted((Counter(both.letters()) - Counter(before)).elements())


# --- one person ------------------------------------------------------------------------------------------------------


def test_who_is_joined_has_one_letter_a_morning_and_the_next_is_the_other_platforms(sqlite_url: str) -> None:
    async def scene(both: Both) -> None:
        await owns_a_review_on_each(both)
        await both.links()
        assert both.letters() == []
        mornings = [await next_morning(both) for _ in range(2)]
        assert sorted(mornings) == [["slack"], ["teams"]]

    play(scene, sqlite_url)


@pytest.mark.parametrize("how", ["never joined", "parted"])
def test_accounts_apart_have_a_letter_each_on_the_same_morning(sqlite_url: str, how: str) -> None:
    async def scene(both: Both) -> None:
        await owns_a_review_on_each(both)
        if how == "parted":
            await both.links()
            await both.says_to_bot("link off")
        assert await next_morning(both) == ["slack", "teams"]

    play(scene, sqlite_url)


# --- one process -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("down", ["slack", "teams"])
def test_where_one_platform_takes_nothing_the_other_is_answered_and_nothing_is_lost(sqlite_url: str, down: str) -> None:
    async def scene(both: Both) -> None:
        slack, teams = both.slack.slack, both.teams.teams
        await owns_a_review_on_each(both)
        (slack if down == "slack" else teams).fail("*", Trouble.DROP_BEFORE, times=None)
        ok(await slack.command("ben", "claims", "start Intake"))
        assert (await teams.says("ben", "claims", f"@{BOT_NAME} start Payments")).ok
        works, waits = (both.on_teams, both.on_slack) if down == "slack" else (both.on_slack, both.on_teams)
        started = {both.on_slack: "Intake · just started", both.on_teams: "Payments · just started"}
        await slack.until(lambda: started[works] in works(), 20)
        assert started[waits] not in waits()
        slack.heals()
        teams.heals()
        both.clock.now += timedelta(minutes=10)  # it is tried again by then
        await both.slack.settled()
        assert started[waits] in waits()

    play(scene, sqlite_url)


def test_doctor_looks_at_both(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(both: Both) -> None:
        teams = both.teams.teams

        async def looks(own: Credentials) -> list[Seen]:
            return await look_at_app(replace(own, login_url=teams.login_url), openid_url=teams.openid_url)

        monkeypatch.setattr(doctor_teams, "look_at_app", looks)
        for name, value in {
            "DATABASE_URL": sqlite_url,
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": both.slack.slack.base_url,
            "TEAMS_APP_ID": APP_ID,
            "TEAMS_APP_PASSWORD": APP_PASSWORD,
            "TEAMS_TENANT_ID": TENANT,
        }.items():
            monkeypatch.setenv(name, value)
        await owns_a_review_on_each(both)
        lines = list(as_lines(await asyncio.to_thread(examine)))
        assert [line for line in lines if not line.startswith("✓")] == []
        assert "✓ serve: Slack by HTTP, one workspace; Teams, single tenant" in lines
        assert [line.partition(":")[0] for line in lines[-5:]] == [
            "✓ slack",
            "✓ slack scopes",
            "✓ slack channels",
            "✓ teams token",
            "✓ teams keys",
        ]

    play(scene, sqlite_url)
