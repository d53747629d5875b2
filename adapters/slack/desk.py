"""What whoever listens to Slack needs: turns, what is known of people, and a few calls that a person waits for.

Such a call may fail: nothing is lost by it, and it is not tried again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from slack_bolt.response import BoltResponse

from adapters.payloads import Payload
from adapters.product import PRODUCT
from adapters.slack.blocks import to_modal
from adapters.slack.channels import Channels
from adapters.slack.failures import UNANSWERED
from adapters.slack.names import PLATFORM
from adapters.slack.payloads import ident
from adapters.slack.people import People
from adapters.slack.texts import bare
from adapters.slack.workspaces import Workspaces
from adapters.wording import Reader, Wording, Words
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import Card, FormCard, Notice, NoticeCard, PreferencesCard, Tap
from conversations.effects import Turn
from conversations.errors import Busy, DeliveryFailed, EventRefused, StorageDown
from conversations.preferences import preferences_form

TURN_SECONDS = 2.5  # for a turn: Slack waits for three, and shows people an error of its own then
CALL_SECONDS = 2.0  # that a press waits for what it opens, of the three for which Slack waits
READ_SECONDS = 1.0  # that a press waits for what its form shows; together they stay below three
NAME_SECONDS = 1.0  # that a person waits for names; without one an id is shown
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What the rest of the application does for Slack. All but the last two raise `Busy` and `StorageDown`."""

    run: Callable[[Activity], Awaitable[Turn | None]]
    living: Callable[[str, str | None], Awaitable[Sequence[tuple[str, ConversationReference]]]]  # by tenant and channel
    moved: Callable[[str, str, str], Awaitable[object]]  # tenant, the channel's old id, its new one
    uninstalled: Callable[[str, datetime], Awaitable[object]]  # tenant, when
    preferences: Callable[[str, str], Awaitable[PreferencesCard]]  # tenant, whose they are
    clock: Callable[[], datetime]
    heard: Callable[[str, str, float], object]  # kind, outcome, seconds


class Desk:
    """`packs` are those that a new review can have, the usual one first; `zone` is that of the settings.

    With `welcomes` the first who speaks to the bot in a workspace is welcomed there, as nobody is known to have
    installed it.
    """

    def __init__(
        self,
        shell: Shell,
        people: People,
        channels: Channels,
        workspaces: Workspaces,
        wording: Wording,
        *,
        packs: Sequence[str],
        zone: ZoneInfo,
        welcomes: bool,
    ) -> None:
        self.shell = shell
        self.people = people
        self.channels = channels
        self.workspaces = workspaces
        self.packs = packs
        self._wording = wording
        self._zone = zone
        self._welcomes = welcomes
        self._welcomed: set[str] = set()

    async def run(self, activity: Activity) -> Turn | None:
        """The turn, once it is committed; None where the activity was seen before."""
        try:
            async with asyncio.timeout(TURN_SECONDS):
                known = await self.people.knows(activity)
                await self._welcome(known)
                return await self.shell.run(known)
        except TimeoutError:  # it may be kept yet: what comes again is a repetition then
            raise StorageDown from None
        except EventRefused:
            _log.info("event_refused", extra={"activity": activity.keys[0]})
            return Turn(review=None)

    async def names(self, tenant: str, ids: Sequence[str]) -> Mapping[str, str]:
        """Of people; waits a moment only."""
        return await _soon(self.people.names(tenant, ids)) if ids else {}

    async def channel_names(self, tenant: str, ids: Sequence[str]) -> Mapping[str, str]:
        """Waits a moment only."""
        return await _soon(self.channels.names(tenant, ids)) if ids else {}

    async def own(self, tenant: str) -> str | None:
        """The bot's id; waits a moment only, and only the first time."""
        try:
            async with asyncio.timeout(NAME_SECONDS):
                return (await self.workspaces.identity(tenant)).user
        except (TimeoutError, DeliveryFailed):
            return None

    async def preferences(self, tenant: str, who: str, tap: Tap) -> FormCard | None:
        """The form of them that a button opens; None where they cannot be read now."""
        try:
            async with asyncio.timeout(READ_SECONDS):
                return preferences_form(await self.shell.preferences(tenant, who), tap)
        except (TimeoutError, Busy, StorageDown):
            return None

    async def call(self, tenant: str, method: str, **arguments: Any) -> Payload:
        """A call to Slack; its answer is empty where it failed."""
        try:
            async with asyncio.timeout(CALL_SECONDS):
                client = await self.workspaces.client(tenant)
                answer = await getattr(client, method)(**arguments)
        except (*UNANSWERED, DeliveryFailed) as error:
            _log.warning("call_missed", extra={"method": method, "error": type(error).__name__})
            return {}
        return answer.data if isinstance(answer.data, dict) else {}

    async def open(self, tenant: str, trigger: str, view: Mapping[str, Any], *, above: bool = False) -> str | None:
        """The id of the modal; None where it could not be opened, as three seconds after the press it cannot."""
        opened = await self.call(tenant, "views_push" if above else "views_open", trigger_id=trigger, view=view)
        return ident(opened, "view", "id") or None

    async def show(self, tenant: str, view: str, notice: Notice) -> None:
        """A sentence in the place of an open modal."""
        await self.call(tenant, "views_update", view_id=view, view=self.shown(notice))

    async def say_at(self, address: str, notice: Notice) -> None:
        """A sentence to who has just done something, at the address that came with it."""
        try:
            await self.workspaces.webhook(address).send(text=self.sentence(notice), response_type="ephemeral")
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.warning("sentence_missed", extra={"error": type(error).__name__})

    def sentence(self, notice: Notice) -> str:
        return bare(self.words(NoticeCard(notice=notice)).say("title"), {})

    def shown(self, notice: Notice) -> dict[str, Any]:
        card = NoticeCard(notice=notice)
        return to_modal(card, self.words(card), title=PRODUCT, review=None, pack=None, names={}, links={})

    def words(self, card: Card) -> Words:
        now = self.shell.clock().astimezone(self._zone)
        return self._wording.of(card, Reader(words={}, today=now.date(), zone=self._zone))

    async def _welcome(self, activity: Activity) -> None:
        tenant, spoken = activity.reference.tenant, activity.kind is ActivityKind.COMMAND or activity.private
        stranger = activity.actor.outsider or activity.actor.bot
        if self._welcomes and spoken and not stranger and tenant not in self._welcomed:
            await self.shell.run(to_welcome(tenant, activity.actor.id, self.shell.clock()))
            self._welcomed.add(tenant)


def to_welcome(tenant: str, who: str, at: datetime, again: str = "") -> Activity:
    """The bot is new in a workspace. `again` tells one installation from another."""
    return Activity(
        keys=(f"{PLATFORM}/{tenant}/welcome/{again}",),
        kind=ActivityKind.INSTALLED,
        actor=Actor(id=who, name=who),
        reference=ConversationReference(platform=PLATFORM, tenant=tenant, channel=""),  # directly
        at=at,
    )


def received(answer: Mapping[str, Any] | None = None) -> BoltResponse:
    """What tells Slack that it is kept."""
    return BoltResponse(status=200, body=dict(answer) if answer else "")


async def _soon(names: Awaitable[Mapping[str, str]]) -> Mapping[str, str]:
    try:
        async with asyncio.timeout(NAME_SECONDS):
            return await names
    except TimeoutError:
        return {}
