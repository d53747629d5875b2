"""The product's `serve` in this process, against a fake of Microsoft that calls it and is called by it.

Messages leave as fast as they can: rates have tests of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import aiohttp

from bot.bootstrap import machine_clock
from bot.serving import run
from bot.settings import Settings
from bot.teams import Microsoft
from storage.unit_of_work import Reach, no_op
from tests.adaptive_cards import elements
from tests.fake_teams import APP_ID, APP_PASSWORD, BOT_NAME, TENANT, FakeTeams, text_of
from tests.fake_teams_state import Message
from tests.served import HASTE, PEOPLE, PROJECT, Served
from tests.served import played as played_with
from tests.served import shared as shared_with

MENTIONED, READ = "mentioned", "read"
HEARINGS = (MENTIONED, READ)  # the bot hears what mentions it, or everything

T = TypeVar("T")
Scene = Callable[["TeamsServe"], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsServe(Served):
    """`teams` is what it talks with."""

    teams: FakeTeams

    @property
    def http(self) -> aiohttp.ClientSession:
        return self.teams.http

    async def starts(self, project: str = PROJECT, *, who: str = "ana", where: str = "claims") -> str:
        """The thread of a new review, once its first question stands there."""
        said = await self.teams.says(who, where, f"@{BOT_NAME} start {project}")
        assert said.ok, said.answer
        await self.settled()
        return said.message.conversation

    async def says(self, who: str, text: str, *, where: str = "claims", **more: Any) -> Message:
        """A reply in the newest review's thread, once everything that comes of it was said."""
        said = await self.teams.says(who, where, self.heard(text), thread=self.thread(where), **more)
        assert said.ok, said.answer
        await self.settled()
        return said.message

    def heard(self, text: str) -> str:
        """As it has to be written for the bot to hear it."""
        return text if self.teams.reads_channels else f"@{BOT_NAME} {text}"

    def thread(self, where: str = "claims") -> str:
        """The newest one that the bot speaks in."""
        return self.of_bot(where)[-1].conversation

    def root(self, where: str = "claims") -> Message:
        """The first card of that thread."""
        return self.of_bot(self.thread(where))[0]

    def of_bot(self, where: str = "claims") -> list[Message]:
        return [each for each in self.teams.messages(where) if each.of_bot]

    def card(self, words: str, where: str = "claims") -> Message:
        """The bot's newest message in a place that has these words."""
        return newest(self.of_bot(where), words)

    def direct(self, who: str, words: str = "") -> Message:
        """The bot's newest message to somebody directly that has these words."""
        return self.card(words, f"@{who}")

    async def written(self, who: str, words: str = "") -> Message:
        """The same, once the bot has come to write it by the clock."""
        await self.teams.until(lambda: any(words in text_of(each) for each in self.of_bot(f"@{who}")), 20)
        await self.settled()
        return self.direct(who, words)


def newest(messages: Iterable[Message], words: str) -> Message:
    there = list(messages)
    found = [each for each in there if words in text_of(each)]
    assert found, f"nothing says {words!r}, only:\n" + "\n---\n".join(map(text_of, there))
    return found[-1]


def delivery_ids(teams: FakeTeams) -> list[str]:
    """The deliveries that the bot's messages with buttons were, one for each message."""
    found = []
    for place in teams.conversations.values():
        for message in (each for each in place.messages.values() if each.of_bot and not each.deleted):
            data = (each.get("data", {}).get("air", {}) for each in elements(message.card or {}))
            found += sorted({said["in"] for said in data if "in" in said})
    return found


def settings_for(teams: FakeTeams, url: str, **more: Any) -> Settings:
    auth = {"teams_app_id": APP_ID, "teams_app_password": APP_PASSWORD, "teams_tenant_id": TENANT}
    given: dict[str, Any] = {"database_url": url, "port": 0, **(auth if teams.signs else {"teams_auth": "off"})}
    return Settings(**given | more)


def microsoft(url: str) -> Microsoft:
    """It is all at `url`."""
    openid_url = f"{url}/v1/.well-known/openidconfiguration"
    return Microsoft(openid_url=openid_url, login_url=url, accepts=lambda address: address.startswith(f"{url}/"))


def where(job: Mapping[str, Any]) -> Microsoft | None:
    """As a process is told it."""
    return microsoft(job["microsoft"]) if "microsoft" in job else None


@asynccontextmanager
async def serving(
    teams: FakeTeams,
    url: str,
    *,
    reach: Reach = no_op,
    clock: Callable[[], datetime] = machine_clock,
    haste: float = HASTE,
    **settings: Any,
) -> AsyncIterator[TeamsServe]:
    """Told to stop at the end, and gone then. `url` is the database's."""
    told_to_stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    given = settings_for(teams, url, **settings)
    running = run(
        given, told_to_stop, heard.set_result, reach, clock=clock, haste=haste, microsoft=microsoft(teams.url)
    )
    served = asyncio.create_task(running)
    try:
        await asyncio.wait([served, heard], return_when=asyncio.FIRST_COMPLETED)
        address = await heard if heard.done() else ""
        teams.bot_url = f"{address}/api/messages"
        if address:
            yield TeamsServe(teams=teams, url=address, settings=given)
    finally:
        told_to_stop.set()
        await served


def with_serve(scene: Scene, url: str, **more: Any) -> FakeTeams:
    """Plays a scene; what Teams holds afterwards. `more` is as `playing` takes it."""
    return played(lambda: playing(scene, url, **more))


def played(play: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return played_with(play, shared())


async def playing(
    scene: Scene,
    url: str,
    *,
    hearing: str = MENTIONED,
    fake: dict[str, Any] | None = None,
    clock: Callable[[], datetime] = machine_clock,
    **more: Any,
) -> FakeTeams:
    """`fake` is for the fake of Teams, `more` as `serving` takes it."""
    async with FakeTeams(**{"people": PEOPLE, "clock": clock, **(fake or {})}) as teams:
        teams.reads_channels = hearing == READ
        async with serving(teams, url, clock=clock, **more) as serve:
            await scene(serve)
        return teams


def shared() -> dict[str, object]:
    return shared_with("bot.teams.Wording")
