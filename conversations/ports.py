"""What the engine and the shell agree on: what a unit of work finds and decides, and who says a delivery aloud."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from conversations.accounts import Joined, Linking
from conversations.activities import Activity, ConversationReference, turn_id
from conversations.cards import Card
from conversations.effects import MessageKey, Turn
from conversations.people import Account, Address, Person, Preferences
from conversations.review import Review
from conversations.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a unit of work found for an activity.

    `review` is the one whose thread it came in. `others` are reviews of the tenant, and are looked for only when the
    activity is a command, or may be one: all that it can be about, those of one name where only a name is to be free.
    """

    review: Review | None = None
    stood: Standing | None = None  # where that review stood after its newest turn, where that is known still
    others: tuple[Review, ...] = ()
    preferences: Preferences | None = None  # the actor's; looked for only when they may be spoken of
    person: Person | None = None  # the actor, with them
    joined: tuple[Joined, ...] = ()  # the actor's other accounts, with them
    untold: bool = False  # that they are joined; looked for in whatever somebody does
    linking: Linking | None = None  # looked for only where that is the word


Decide: TypeAlias = Callable[[Activity, Found], Turn]  # pure: recognize, then step


_TURN = re.compile(r"[0-9a-f]{32}")


class DeliveryKind(StrEnum):
    POST = "post"
    REVISE = "revise"
    WHISPER = "whisper"
    REACT = "react"
    UNREACT = "unreact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One effect awaiting sending. `attempts` counts the tries before this one; above 0 the outcome is unknown."""

    id: int
    delivery_id: str  # our own name for it, carried to the platform where it can be looked up
    lane: str  # what keeps its order: a thread, or a person
    kind: DeliveryKind
    reference: ConversationReference
    review: str | None
    key: MessageKey | None = None
    to: str | None = None
    card: Card | None = None
    source: str | None = None  # the message a reaction is put on; of a whisper, where the platform takes it
    attempts: int = 0
    message: str | None = None  # the platform's name of the message to revise, once it was posted
    pack: str | None = None  # the digest of the review's pack, which its buttons carry
    created_at: datetime

    @property
    def turn(self) -> str:
        """What it came of; see `turn_id`."""
        first = self.delivery_id.partition("/")[0]
        return first if _TURN.fullmatch(first) else turn_id(self.delivery_id)


class Sender(Protocol):
    """Says one delivery aloud; one per platform."""

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        """Send it; `words` are what people said, by act. Returns the platform's name of a new message.

        Raises `DeliveryFailed`.
        """
        ...

    async def look_up(self, delivery: Delivery) -> str | None:
        """The platform's name of a message that may have been sent before, None when it was not.

        Raises `LookupError` where the platform cannot tell.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The bot in one workspace of a platform, with what it needs to speak there."""

    platform: str
    tenant: str
    name: str  # the workspace's
    token: str = field(repr=False)
    bot: str  # the bot's own id there
    scopes: frozenset[str] = frozenset()
    installed_by: str | None = None
    installed_at: datetime


class TokenStore(Protocol):
    """Keeps installations; their tokens cannot be read without a key. All raise `Busy` and `StorageDown`."""

    async def save(self, installation: Installation) -> None:
        """In the place of an earlier one of the same workspace."""
        ...

    async def find(self, platform: str, tenant: str) -> Installation | None: ...

    async def forget(self, platform: str, tenant: str, *, before: datetime) -> None:
        """What was installed until then; a later installation stays."""
        ...


class PeopleStore(Protocol):
    """Keeps what platforms told of people. Both raise `Busy` and `StorageDown`."""

    async def keep(self, people: Iterable[Person]) -> None: ...

    async def find(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Person, ...]: ...


class AddressStore(Protocol):
    """Keeps where people and channels can be spoken to. All raise `Busy` and `StorageDown`, and find in no order."""

    async def keep(self, addresses: Iterable[Address]) -> None:
        """The newest word counts; what it does not say (None) stays as it was."""
        ...

    async def find(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]: ...

    async def find_by_directory(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]:
        """Those of people, by their ids in their organisation."""
        ...

    async def of_team(self, platform: str, tenant: str, team: str) -> tuple[Address, ...]:
        """Those of its channels."""
        ...

    async def newest(self, platform: str, tenant: str) -> Address | None:
        """The one that was told last, whosever it is."""
        ...


class Quiet(Protocol):
    """Knows whether somebody must not be disturbed now, where their platform tells; one per platform."""

    async def until(self, account: Account, now: datetime) -> datetime | None:
        """The end of their do-not-disturb; None where there is none, or where nobody can tell. Never raises."""
        ...


class Roll(Protocol):
    """Knows who is here no longer; one per platform."""

    async def gone(self, tenant: str, ids: Iterable[str]) -> frozenset[str]:
        """Those of them who were deactivated. Asks the platform; what cannot be asked is nobody's leaving."""
        ...
