"""What an event of Slack's comes to: activities to run, and facts that are none. Data only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from adapters.news import ForEach, Step
from adapters.payloads import Payload, words
from adapters.slack.mrkdwn import people_in
from adapters.slack.names import EVENT_TYPE, PLATFORM, SLACKBOT
from adapters.slack.payloads import ident
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A message of the bot's own is gone."""

    channel: str
    message: str  # as the sender named it


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A channel has another id."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    channel: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTold:
    """What Slack says of a person, in its own form; `users.info` has the same."""

    user: Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Uninstalled:
    """The bot is no longer in the workspace, or may no longer speak there.

    It may be told twice, in any order, and after the bot was installed again: what was installed since stays.
    """

    at: datetime  # when it happened, by Slack's clock


Around: TypeAlias = ForEach | Removed | Moved | Renamed | PersonTold | Uninstalled
Fact: TypeAlias = Step | Around


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Facts in order."""

    tenant: str
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event and what its envelope says about it."""

    event: Payload
    tenant: str
    id: str
    own: str  # the bot's id; empty where nobody knows it
    app: str
    homes: frozenset[str]
    shared: bool  # the channel, with other organisations
    at: datetime
    happened_at: datetime  # by Slack's clock

    def key(self, what: str = "") -> str:
        """The key of the event, or of one of several things that it says."""
        return f"{PLATFORM}/{self.tenant}/event/{self.id}{what and '/'}{what}"

    def place(self, channel: str, thread: str | None = None) -> ConversationReference:
        return ConversationReference(platform=PLATFORM, tenant=self.tenant, channel=channel, thread=thread)

    def told(self, kind: ActivityKind, who: str, channel: str, *, key: str = "", text: str = "") -> Activity:
        """What happened around the words that people say."""
        actor = Actor(id=who, name=who)
        return Activity(
            keys=(self.key(key),), kind=kind, actor=actor, reference=self.place(channel), at=self.at, text=text
        )

    def asks_for(self, words: str, who: str, channel: str, *, reply_to: str) -> Activity:
        """A command that is no message."""
        return replace(self.told(ActivityKind.COMMAND, who, channel, text=words), reply_to=reply_to, private=True)

    def is_own(self, message: Payload) -> bool:
        """Whether the bot itself said it; its posts bear its app's id as well as its own."""
        app = ident(message, "app_id") or ident(message, "bot_profile", "app_id")
        by_app = bool(self.app) and app == self.app and bool(ident(message, "bot_id"))
        marked = bool(ident(message, "bot_id")) and words(message, "metadata", "event_type") == EVENT_TYPE
        return by_app or marked or (bool(self.own) and ident(message, "user") == self.own)

    def author(self, message: Payload) -> Actor | None:
        """In a channel that is shared with others, who cannot be told to be ours is not."""
        bot = ident(message, "bot_id")
        who = ident(message, "user") or bot
        if not who:
            return None
        home = home_of(message)
        automatic = bool(bot) or words(message, "subtype") == "bot_message" or who == SLACKBOT
        return Actor(id=who, name=who, bot=automatic, outsider=self.shared and home not in self.homes)


def home_of(message: Payload) -> str:
    """The organisation of a message's author, empty where Slack does not say."""
    return ident(message, "user_team") or ident(message, "source_team") or ident(message, "team")


def people_of(text: str, own: str | None = None) -> dict[str, Actor]:
    """Who is mentioned in a text of ours, known by their ids only."""
    return {who: Actor(id=who, name=who, bot=who == own) for who in sorted(people_in(text))}
