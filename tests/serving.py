"""The product's `serve` in this process, against a fake of Slack that calls it or is called by it, as its settings say.

Slack tells it what the manifest subscribes to and lets it do what the manifest asks for, and no more. Messages leave as
fast as they can: rates have tests of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import aiohttp

from adapters.slack.manifest import manifest, scopes
from bot.bootstrap import machine_clock
from bot.serving import run
from bot.settings import Only, Settings
from storage.unit_of_work import Reach, no_op
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, FakeSlack, text_of
from tests.fake_slack_state import Message
from tests.served import HASTE, PEOPLE, PROJECT, Served, ok
from tests.served import played as played_with
from tests.served import shared as shared_with

__all__ = [
    "HASTE",
    "HTTP",
    "PROJECT",
    "SOCKET",
    "TRANSPORTS",
    "Scene",
    "Serve",
    "delivery_ids",
    "ok",
    "played",
    "playing",
    "serving",
    "settings_for",
    "shared",
    "with_serve",
    "workspace",
]

HTTP, SOCKET = "http", "socket"
TRANSPORTS = (HTTP, SOCKET)
_METADATA = "event_payload"

T = TypeVar("T")
Scene = Callable[["Serve"], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve(Served):
    """`slack` is what it talks with."""

    slack: FakeSlack

    @property
    def http(self) -> aiohttp.ClientSession:
        return self.slack.http

    async def starts(self, project: str = PROJECT, *, who: str = "ana", where: str = "claims") -> str:
        """The thread of a new review, once its first question stands there."""
        answer = await self.slack.command(who, where, f"start {project}")
        assert answer.ok, answer
        await self.settled()
        return self.root(where).ts

    async def says(self, who: str, text: str, *, where: str = "claims", **more: Any) -> Message:
        """A reply in the newest review's thread, once everything that comes of it was said."""
        said = await self.slack.says(who, where, text, thread=self.root(where).ts, **more)
        assert said.ok, said.answers
        await self.settled()
        return said.message

    def root(self, where: str = "claims") -> Message:
        """The newest card that a thread hangs from."""
        return [each for each in self.of_bot(where) if not each.is_reply][-1]

    def of_bot(self, where: str = "claims", thread: str | None = None) -> list[Message]:
        return [each for each in self.slack.messages(where, thread) if each.of_bot]

    def card(self, words: str, where: str = "claims") -> Message:
        """The bot's newest message in a channel that has these words."""
        return newest(self.of_bot(where), words)

    def direct(self, who: str, words: str = "") -> Message:
        """The bot's newest message to somebody directly that has these words."""
        return newest([each for each in self.slack.direct(who).messages.values() if each.of_bot], words)

    async def written(self, who: str, words: str = "") -> Message:
        """The same, once the bot has come to write it by the clock."""
        there = self.slack.direct(who).messages
        await self.slack.until(lambda: any(each.of_bot and words in text_of(each) for each in there.values()), 20)
        await self.settled()
        return self.direct(who, words)

    def told(self, who: str, words: str = "") -> Message:
        """The newest message with these words that only one person sees."""
        return newest(self.slack.told(who), words)


def newest(messages: list[Message], words: str) -> Message:
    found = [each for each in messages if words in text_of(each)]
    assert found, f"nothing says {words!r}, only:\n" + "\n---\n".join(map(text_of, messages))
    return found[-1]


def delivery_ids(slack: FakeSlack) -> list[str]:
    """What every message that the bot posted, and that is there, was marked with."""
    messages = (each for channel in slack.channels.values() for each in channel.messages.values() if each.of_bot)
    return [each.metadata[_METADATA]["delivery_id"] for each in messages if each.metadata]


def settings_for(slack: FakeSlack, url: str, over: str, **more: Any) -> Settings:
    how = {"slack_signing_secret": SIGNING_SECRET} if over == HTTP else {"slack_app_token": APP_TOKEN}
    given: dict[str, Any] = {
        "database_url": url,
        "slack_bot_token": BOT_TOKEN,
        "slack_api_url": slack.base_url,
        "port": 0,
        **how,
    }
    return Settings(**given | more)


@asynccontextmanager
async def serving(
    slack: FakeSlack,
    url: str,
    over: str = HTTP,
    *,
    reach: Reach = no_op,
    clock: Callable[[], datetime] = machine_clock,
    haste: float = HASTE,
    waits: bool = True,
    only: Only | None = None,
    **settings: Any,
) -> AsyncIterator[Serve]:
    """Told to stop at the end, and gone then. `url` is the database's; with `waits` Slack has its sockets first."""
    told_to_stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    given = settings_for(slack, url, over, **settings)
    work = run(given, told_to_stop, heard.set_result, reach, clock=clock, haste=haste, only=only)
    served = asyncio.create_task(work)
    try:
        await asyncio.wait([served, heard], return_when=asyncio.FIRST_COMPLETED)
        address = await heard if heard.done() else ""
        if only is not Only.WORKER:
            slack.events_url = f"{address}/slack/events" if over == HTTP else None
        if over == SOCKET and address and waits and only is not Only.WORKER:
            await slack.until(lambda: len(slack.sockets) == 2)
        if address:
            yield Serve(slack=slack, url=address, settings=given)
    finally:
        told_to_stop.set()
        await served


def with_serve(scene: Scene, url: str, over: str = HTTP, **more: Any) -> FakeSlack:
    """Plays a scene; what Slack holds afterwards. `more` is as `playing` takes it."""
    return played(lambda: playing(scene, url, over, **more))


def played(play: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return played_with(play, shared())


async def playing(
    scene: Scene,
    url: str,
    over: str = HTTP,
    *,
    fake: dict[str, Any] | None = None,
    clock: Callable[[], datetime] = machine_clock,
    **more: Any,
) -> FakeSlack:
    """`fake` is for the fake of Slack, `more` as `serving` takes it."""
    async with workspace(clock=clock, **fake or {}) as slack:
        async with serving(slack, url, over, clock=clock, **more) as serve:
            await scene(serve)
        return slack


def workspace(**fake: Any) -> FakeSlack:
    """A workspace in which the product was installed from its manifest; it also hears of its own messages."""
    slack = FakeSlack(**{"people": PEOPLE, "echoes": True, **fake})
    slack.scopes = scopes()
    slack.subscribed = manifest(None, socket=True)["settings"]["event_subscriptions"]["bot_events"]
    return slack


def shared() -> dict[str, object]:
    return shared_with("bot.slack.Wording")
