"""What an activity of Teams' comes to: activities to run, presses, and facts that are neither. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from adapters.news import ForEach, Step
from adapters.payloads import Payload, inside, words
from adapters.teams.names import PLATFORM, activity_key, channel_of, message_name, thread_of
from adapters.teams.payloads import (
    activity_id,
    conversation_id,
    happened_at,
    is_bot,
    is_group,
    is_personal,
    person_id,
    tenant_of,
)
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button of a card, or a card's form. `activity` lacks what only `data` says: the review, what was pressed.

    Everything in `data` is unchecked, and the inputs are in it too.
    """

    activity: Activity
    data: Payload
    verb: str
    conversation: str
    message: str | None  # the card, as the sender named it; None where Teams does not say
    invoked: bool  # the answer to it is shown; else it came as a message, whose answer nobody sees
    automatic: bool  # the client has asked by itself, for how the card is now


@dataclass(frozen=True, slots=True, kw_only=True)
class ForTeam:
    """An activity for each living review in the channels of a team; see `adapters.news.about`."""

    activity: Activity
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTold:
    """Who has done something, or was added. What is None was not told, and is not unknown by that."""

    id: str
    name: str | None
    zone: str | None  # as the client wrote it
    directory: str | None  # their id in the tenant's directory, which other bots know too
    conversation: str | None  # of their chat with the bot
    service_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """Somebody is out of the team of a channel. They may have left the organisation, or that team alone."""

    person: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTold:
    """A channel that the bot can speak in."""

    id: str
    name: str | None
    team: str | None
    service_url: str
    group: str | None = None  # the team's, in the organisation's directory
    overheard: bool | None = None  # True: somebody spoke there without naming the bot; None says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The bot can no longer speak to a person, in a channel or in all channels of a team; or it can again.

    It may be told twice, in any order; `News.happened_at` tells what came last.
    """

    person: str | None = None
    channel: str | None = None
    team: str | None = None
    lost: bool


Around: TypeAlias = ForEach | ForTeam | PersonTold | Parted | ChannelTold | Reach
Fact: TypeAlias = Step | Press | Around


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Facts in order."""

    tenant: str
    happened_at: datetime  # by Teams' clock, and the same whenever it is told again
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A body, and what all bodies have."""

    body: Payload
    tenant: str
    id: str
    conversation: str
    own: str  # the bot's id
    at: datetime
    happened_at: datetime  # by Teams' clock
    personal: bool
    group: bool

    def key(self, what: str = "") -> str:
        """The key of the activity, or of one of several things that it says."""
        return activity_key(self.tenant, self.conversation, self.id, what)

    @property
    def source(self) -> str:
        return message_name(self.conversation, self.id)

    @property
    def event(self) -> str:
        return words(self.body, "channelData", "eventType")

    @property
    def team(self) -> str:
        return conversation_id(self.body, "channelData", "team", "id")

    @property
    def channel(self) -> str:
        """The channel that is spoken of; empty for chats. A team's events are held in its first channel."""
        if self.personal or self.group:
            return ""
        data = inside(self.body, "channelData")
        chosen = conversation_id(data, "settings", "selectedChannel", "id")
        return conversation_id(data, "channel", "id") or chosen or channel_of(self.conversation)

    def place(self, channel: str, thread: str | None = None) -> ConversationReference:
        return ConversationReference(platform=PLATFORM, tenant=self.tenant, channel=channel, thread=thread)

    @property
    def here(self) -> ConversationReference:
        """Where it was said; chats are no channels."""
        if self.personal or self.group:
            return self.place("")
        return self.place(channel_of(self.conversation), thread_of(self.conversation))

    def told(self, kind: ActivityKind, channel: str, *, key: str, text: str = "") -> Activity:
        """What happened around the words that people say."""
        who = person_id(self.body, "from", "id")
        return Activity(
            keys=(self.key(key),),
            kind=kind,
            actor=Actor(id=who, name=who),
            reference=self.place(channel),
            at=self.at,
            text=text,
        )

    def author(self) -> Actor | None:
        """None for the bot itself. Who comes from another tenant, as in shared channels, is an outsider."""
        who, home = person_id(self.body, "from", "id"), words(self.body, "from", "tenantId")
        if not who or who == self.own:
            return None
        automatic = is_bot(who) or words(self.body, "from", "role") in ("bot", "skill")
        name = words(self.body, "from", "name").strip()
        return Actor(id=who, name=name or who, bot=automatic, outsider=home not in ("", self.tenant))


def opened(body: Payload, at: datetime) -> Envelope | None:
    """None for what names no tenant or no conversation."""
    tenant, conversation = tenant_of(body), conversation_id(body, "conversation", "id")
    if not (tenant and conversation):
        return None
    return Envelope(
        body=body,
        tenant=tenant,
        id=activity_id(body, "id"),
        conversation=conversation,
        own=person_id(body, "recipient", "id"),
        at=at,
        happened_at=happened_at(body) or at,
        personal=is_personal(body),
        group=is_group(body),
    )
