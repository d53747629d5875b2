"""The product's `serve` in this process, against a fake of Slack that calls it or is called by it, as its settings say.

Slack tells it what the manifest subscribes to and lets it do what the manifest asks for, and no more. Messages leave as
fast as they can: rates have tests of their own.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import pytest

from adapters.slack.manifest import manifest, scopes
from adapters.wording import Platform, Wording
from bot.bootstrap import machine_clock
from bot.reading import one_review, report_of
from bot.serving import run
from bot.settings import Settings
from conversations.language.rules import load_rules
from conversations.pack_files.parser import parse_packs
from conversations.packs import Library
from storage.unit_of_work import Reach, no_op
from tests.fake_slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, Answer, FakeSlack, text_of
from tests.fake_slack_state import Message

HTTP, SOCKET = "http", "socket"
TRANSPORTS = (HTTP, SOCKET)
PROJECT = "Claims Copilot"
PEOPLE = ("ana", "ben", "dana", "lee", "mika", "noor", "priya", "tom")
HASTE = 10_000
TICK = timedelta(milliseconds=200)  # between looks at what is due
_PENDING = re.compile(r'^ai_readiness_deliveries_waiting\{state="pending"\} ([\d.]+)$', re.MULTILINE)
_METADATA = "event_payload"

T = TypeVar("T")
Scene = Callable[["Serve"], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """A running `serve`; `slack` is what it talks with, `url` is where it listens."""

    slack: FakeSlack
    url: str
    settings: Settings

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

    async def settled(self, seconds: float = 10) -> None:
        """Returns when nothing is left to say."""
        async with asyncio.timeout(seconds):
            while await self.pending():  # noqa: ASYNC110  # the process may be another one, which tells nobody
                await asyncio.sleep(0.005)

    async def pending(self) -> int:
        """How many deliveries wait."""
        async with self.slack.http.get(f"{self.url}/metrics") as answer:
            found = _PENDING.search(await answer.text())
        assert found, "the database does not answer"
        return int(float(found[1]))

    async def items(self, project: str = PROJECT) -> dict[str, dict[str, Any]]:
        """What the report says of each item, by key."""
        document = await asyncio.to_thread(self._report, project)
        return {item["key"]: item for question in document["questions"] for item in question["items"]}

    async def answer(self, item: str) -> str | None:
        found: str | None = (await self.items())[item]["answer"]
        return found

    def _report(self, project: str) -> dict[str, Any]:
        return report_of(self.settings, one_review(self.settings, project, tenant=None, channel=None))

    async def readyz(self) -> tuple[int, dict[str, str]]:
        async with self.slack.http.get(f"{self.url}/readyz") as answer:
            return answer.status, (await answer.json())["wrong"]

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
    **settings: Any,
) -> AsyncIterator[Serve]:
    """Told to stop at the end, and gone then. `url` is the database's; with `waits` Slack has its sockets first."""
    told_to_stop, heard = asyncio.Event(), asyncio.get_running_loop().create_future()
    given = settings_for(slack, url, over, **settings)
    served = asyncio.create_task(run(given, told_to_stop, heard.set_result, reach, clock=clock, haste=haste))
    try:
        await asyncio.wait([served, heard], return_when=asyncio.FIRST_COMPLETED)
        address = await heard if heard.done() else ""
        slack.events_url = f"{address}/slack/events" if over == HTTP else None
        if over == SOCKET and address and waits:
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
    with pytest.MonkeyPatch.context() as patch:
        for target, made in shared().items():
            patch.setattr(target, made)
        return asyncio.run(play())


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


def ok(answer: Answer) -> Answer:
    assert answer.ok, answer
    return answer


@cache
def shared() -> dict[str, object]:
    """What all may share, because it is pure and slow to make."""
    wordings: list[Wording] = []

    def worded(platform: Platform) -> Wording:
        wordings[:] = wordings or [Wording(platform)]
        return wordings[0]

    @cache
    def parsed(sources: tuple[tuple[str, str], ...], parts: frozenset[str]) -> Library:
        return parse_packs(dict(sources), parts)

    return {
        "bot.serving.DUE": TICK,
        "bot.library.parse_packs": lambda sources, parts: parsed(tuple(sources.items()), parts),
        "bot.library.load_rules": cache(load_rules),
        "bot.slack.Wording": worded,
    }
