"""The two platforms as a scene uses them: who does what there, and what of the bot's is there in the end."""

from __future__ import annotations

import itertools
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp

from bot.settings import Settings
from tests.adaptive_cards import elements
from tests.fake_slack import FakeSlack
from tests.fake_slack import text_of as text_in_slack
from tests.fake_slack_delivery import Kind
from tests.fake_slack_state import Message as SlackMessage
from tests.fake_teams import FakeTeams
from tests.fake_teams import text_of as text_in_teams
from tests.fake_teams_state import Clock
from tests.fake_teams_state import Message as TeamsMessage
from tests.serving import HTTP, workspace
from tests.serving import settings_for as slack_settings
from tests.serving_teams import settings_for as teams_settings

PATIENCE = 3.0  # seconds that a platform waits for the bot's answer
_NEWEST = 20  # cards among which a new one is looked for
CHANNEL = "claims"
CONFIRMS = "Yes, that's me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Something that the platform brings to the bot. `name` is how the bot keeps it, `of` the platform's delivery."""

    name: str
    of: Any

    @property
    def taken(self) -> bool:
        return bool(self.of.taken)


class Town(ABC):
    """Who is named is somebody's name, a project names its review."""

    name: str
    busy: str  # what the platform calls it when it asks to wait
    looks_up: bool  # whether it can be asked what became of a message

    def __init__(self, fake: Any) -> None:
        self.fake = fake

    @property
    def http(self) -> aiohttp.ClientSession:
        return self.fake.http  # type: ignore[no-any-return]  # either fake has one

    @abstractmethod
    def waiting(self, seconds: float) -> dict[str, float]:
        """How `fail` is told how long its trouble takes."""

    def asks_to_wait(self, seconds: float = 6.0) -> None:
        """The platform, whoever calls it, until it heals."""
        self.fake.fail("*", self.busy, times=None, **self.waiting(seconds))

    @abstractmethod
    def shuts_out(self, who: str) -> None:
        """From now on the bot cannot write to them."""

    @abstractmethod
    def settings(self, url: str) -> Settings: ...
    @abstractmethod
    def job(self) -> dict[str, str]: ...
    @abstractmethod
    def calls(self, address: str) -> None:
        """The bot is there from now on."""

    @abstractmethod
    async def starts(self, who: str, project: str) -> bool:
        """Whether it was acked. It comes once: a person tries again."""

    @abstractmethod
    async def replies(self, who: str, project: str, text: str) -> Brought: ...
    @abstractmethod
    def private(self, who: str) -> list[Any]:
        """The bot's messages to somebody."""

    @abstractmethod
    def there(self) -> list[str]:
        """The deliveries that the bot's messages began as, one for each message, as far as they can be told."""

    @abstractmethod
    def arrivals(self) -> list[str]:
        """The deliveries that were acked by the platform, in that order."""

    @abstractmethod
    def headline(self, project: str) -> str:
        """What the review's card says, its newest copy."""

    @abstractmethod
    def drawn(self, message: Any) -> object:
        """What a message looks like, buttons and all."""

    def drawn_for(self, _who: str, message: Any) -> object:
        """And to somebody."""
        return self.drawn(message)

    async def again(self, brought: Brought) -> None:
        """As platforms bring again what was not acked."""
        await self.fake._attempt(brought.of)  # one, where `retries` brings all

    def letter(self, who: str) -> Any:
        """The bot's first message to somebody that asks them to confirm, or what it has become; None without one."""
        return next(iter(self.private(who)), None)

    async def confirms(self, who: str) -> bool:
        letter = self.letter(who)
        assert letter
        return bool((await self.fake.presses(who, letter, CONFIRMS)).ok)

    def is_confirmed(self, who: str) -> bool:
        """As far as they see: their press may be answered before the message is changed."""
        letter = self.letter(who)
        return letter is not None and CONFIRMS not in json.dumps(self.drawn_for(who, letter))

    def asks(self, who: str) -> bool:
        """Whether somebody's letter, as it stands, asks them to confirm."""
        return CONFIRMS in json.dumps(self.drawn(self.letter(who)))

    def id(self, who: str) -> str:
        return str(self.fake.person(who).id)


class SlackTown(Town):
    name, busy, looks_up = "slack", "ratelimited", True

    def __init__(self, slack: FakeSlack) -> None:
        super().__init__(slack)
        self._roots: dict[str, SlackMessage] = {}

    def waiting(self, seconds: float) -> dict[str, float]:
        return {"seconds": seconds, "retry_after": seconds}

    def shuts_out(self, who: str) -> None:
        self.fake.person(who).deleted = True

    def settings(self, url: str) -> Settings:
        return slack_settings(self.fake, url, HTTP)

    def job(self) -> dict[str, str]:
        return {}

    def calls(self, address: str) -> None:
        self.fake.events_url = f"{address}/slack/events"

    async def starts(self, who: str, project: str) -> bool:
        answer = await self.fake.command(who, CHANNEL, f"start {project}")
        return answer.ok and not answer.body  # "not saved" comes as an answer too

    async def replies(self, who: str, project: str, text: str) -> Brought:
        said = await self.fake.says(who, CHANNEL, text, thread=self._root(project).ts)
        found = (each for each in reversed(self.fake.delivered) if each.kind is Kind.EVENT)
        return Brought(name=said.ts, of=next(each for each in found if each.payload["event"].get("ts") == said.ts))

    def private(self, who: str) -> list[SlackMessage]:
        return [each for each in self.fake.direct(who).messages.values() if each.of_bot]

    def drawn(self, message: SlackMessage) -> object:
        return message.blocks

    def there(self) -> list[str]:
        messages = (each for channel in self.fake.channels.values() for each in channel.messages.values())
        return [name for each in messages if each.of_bot and (name := _marked(each.posted_with))]

    def arrivals(self) -> list[str]:
        calls = (each for each in self.fake.calls if each.error is None)
        said = (each.arguments.get("metadata") for each in calls if each.method in ("chat.postMessage", "chat.update"))
        return [name for each in said if (name := _marked(json.loads(each) if isinstance(each, str) else each))]

    def headline(self, project: str) -> str:
        return text_in_slack(self._root(project)).splitlines()[0]

    def _root(self, project: str) -> SlackMessage:
        if project not in self._roots:
            roots = (each for each in reversed(self.fake.messages(CHANNEL)) if each.of_bot and not each.is_reply)
            self._roots |= {text_in_slack(each).split(" · ")[0]: each for each in itertools.islice(roots, _NEWEST)}
        return self._roots[project]


class TeamsTown(Town):
    name, busy, looks_up = "teams", "Throttled", False

    def waiting(self, seconds: float) -> dict[str, float]:
        return {"seconds": seconds}

    def shuts_out(self, who: str) -> None:
        self.fake.person(who).blocks_bot = True

    def settings(self, url: str) -> Settings:
        return teams_settings(self.fake, url)

    def job(self) -> dict[str, str]:
        return {"microsoft": self.fake.url}

    def calls(self, address: str) -> None:
        self.fake.bot_url = f"{address}/api/messages"

    async def starts(self, who: str, project: str) -> bool:
        return bool((await self.fake.says(who, CHANNEL, f"@AI Readiness start {project}")).ok)

    async def replies(self, who: str, project: str, text: str) -> Brought:
        thread = self._root(project).conversation
        said = await self.fake.says(who, CHANNEL, f"@AI Readiness {text}", thread=thread)
        of = next(each for each in reversed(self.fake.delivered) if each.activity["id"] == said.message.id)
        return Brought(name=f"{thread} {said.message.id}", of=of)

    def private(self, who: str) -> list[TeamsMessage]:
        return [each for each in self.fake.messages(f"@{who}") if each.of_bot]

    def drawn(self, message: TeamsMessage) -> object:
        return message.card

    def drawn_for(self, who: str, message: TeamsMessage) -> object:
        return message.card_for(self.id(who))

    def there(self) -> list[str]:
        return [name for each in self._of_bot() if (name := _named(_card(each.posted)))]

    def arrivals(self) -> list[str]:
        calls = (each for each in self.fake.calls if each.error is None and each.method in ("create", "post", "update"))
        activities = (each.body.get("activity", each.body) for each in calls)
        return [name for each in activities if (name := _named(_card(each)))]

    def headline(self, project: str) -> str:
        return text_in_teams(self._root(project)).splitlines()[0]

    def _root(self, project: str) -> TeamsMessage:
        return [each for each in self._of_bot() if text_in_teams(each).startswith(f"{project} · ")][-1]

    def _of_bot(self) -> Iterable[TeamsMessage]:
        places = self.fake.conversations.values()
        return (each for place in places for each in place.messages.values() if each.of_bot and not each.deleted)


@asynccontextmanager
async def on_slack(people: Iterable[str], clock: Clock) -> AsyncIterator[SlackTown]:
    async with workspace(people=people, clock=clock, echoes=False, patience=PATIENCE) as slack:
        yield SlackTown(slack)


@asynccontextmanager
async def on_teams(people: Iterable[str], clock: Clock) -> AsyncIterator[TeamsTown]:
    async with FakeTeams(people=people, clock=clock, patience=PATIENCE) as teams:
        yield TeamsTown(teams)


Opens: TypeAlias = Callable[[Iterable[str], Clock], AbstractAsyncContextManager[Town]]
TOWNS: Mapping[str, Opens] = {"slack": on_slack, "teams": on_teams}


def _marked(metadata: Any) -> str | None:
    return metadata["event_payload"]["delivery_id"] if metadata else None


def _card(activity: Any) -> Any:
    return (activity.get("attachments") or [{}])[0].get("content")


def _named(card: Any) -> str | None:
    data = (each.get("data", {}).get("air", {}) for each in elements(card or {}))
    return next((said["in"] for said in data if "in" in said), None)
