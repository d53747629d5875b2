"""What people did on a platform and where, in one shape.

Adapters make these with `to_activity`; from here on nothing knows a platform's payloads. In `text` a person is
`<@ID>`, a channel `#name`; NUL characters and lone surrogates are gone (no database takes them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class ActivityKind(StrEnum):
    MESSAGE = "message"  # a reply in a review's thread, or a direct message
    COMMAND = "command"  # the slash command, or a mention of the bot outside a thread
    BUTTON = "button"
    FORM = "form"
    EDIT = "edit"  # the message `source` reads `text` now
    DELETION = "deletion"  # the message `source` is gone
    LEFT = "left"  # the actor is no longer here: deactivated, or gone from the company
    ARCHIVED = "archived"  # the channel that `text` names is closed
    UNPOSTABLE = "unpostable"  # nothing of the review can be posted in its channel: never yet, or no longer
    UNREACHABLE = "unreachable"  # nobody can write to the actor; `text` names what did not arrive, a message a line
    REACHABLE = "reachable"  # … and now they can be written to again
    CALLED_BACK = "called_back"  # what the actor was to be written to was never sent; `text` names it in the same way
    INSTALLED = "installed"  # the bot is new here; the actor installed it, or was the first to speak to it
    AWAY = "away"  # the actor is away until the day that `text` names, as YYYY-MM-DD
    LAPSE = "lapse"  # nobody did anything: time has passed


class Source(StrEnum):
    """How an answer came; a field of the report."""

    THREAD = "thread"
    FORM = "form"
    BUTTON = "button"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    id: str  # the platform's own id, without decoration; holds no `/`, which parts the keys of messages
    name: str
    bot: bool = False
    outsider: bool = False  # of another organisation, in a shared channel
    admin: bool = False

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def may_administer(self) -> bool:
        """An administrator of another organisation has nothing to see to in this one."""
        return self.admin and not self.outsider


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationReference:
    """A conversation's address. `thread` is None outside of threads."""

    platform: str
    tenant: str
    channel: str
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    act: str  # a `cards.Tap`
    item: str | None = None
    choice: str | None = None
    digest: str | None = None  # of the pack that the button's card showed


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A submitted form. `values` holds only what was changed, by field name."""

    name: str  # a question's key, or `about`
    values: Mapping[str, str]
    seen: int  # the review's version that the form showed


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message that somebody has before them: the delivery that it was sent as, and what the platform calls it."""

    delivery: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    keys: tuple[str, ...]  # each alone says "this was seen before"; the first one is its name in logs
    kind: ActivityKind
    actor: Actor
    reference: ConversationReference
    at: datetime
    text: str = ""
    source: str | None = None  # the message that the words came in, as the platform names it
    edition: str = ""  # of an edit: what sorts later was written later
    deliberate: bool = False  # somebody has pointed at these words: they are an answer
    review: str | None = None  # the id of the one it is about, where no thread says so
    reply_to: str | None = None  # where the platform takes what only the actor is told: an address, an open form
    file: str | None = None  # the address of a file that came with it
    private: bool = False  # said to the bot alone
    addressed: bool = False  # to the bot by its name: a command, where no review is there to hear it
    hosts: bool = False  # the thread that it came in can hold a review's own message
    button: Button | None = None
    form: Form | None = None
    pressed_in: Shown | None = None  # unchecked, as it came back with the click
    people: Mapping[str, Actor] = field(default_factory=dict)  # who is mentioned, where the platform says so

    @property
    def turn(self) -> str:
        """Names its turn."""
        return turn_id(self.keys[0])


def turn_id(name: str) -> str:
    """The one id from an activity to all that is delivered of it: 32 hexadecimal digits, as those of a trace.

    `name` is the activity's; a letter or a digest, which no activity has brought about, has its own.
    """
    return sha256(name.encode()).hexdigest()[:32]
