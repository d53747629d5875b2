"""The platform of the simulation: what the relay sends arrives here, and is read as a bystander would read it.

A message is kept before the relay hears that it was sent, so that a process which dies in between has sent it all the
same, and finds it when it looks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from adapters.laying_out import lay_out
from adapters.slack.texts import Slack
from adapters.wording import Reader, Wording
from conversations.cards import (
    AskCard,
    Card,
    ConfirmCard,
    DigestCard,
    EscalationCard,
    GoneCard,
    HeadsUpCard,
    LetterCard,
    NudgeCard,
    PackOfferCard,
    QuestionCard,
    QuietCard,
)
from conversations.ports import Delivery, DeliveryKind
from tests.simulation.facts import Line, Message

PLATFORM, TENANT = "slack", "T1"

_WORDING, _UTC = Wording(Slack()), ZoneInfo("UTC")

_KINDS: Mapping[type, str] = {
    AskCard: "ask",
    ConfirmCard: "confirm",
    NudgeCard: "nudge",
    HeadsUpCard: "heads_up",
    EscalationCard: "escalation",
    QuietCard: "quiet_walk",
    GoneCard: "owner_gone",
    PackOfferCard: "pack_offer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something that arrived: a message to a person, or the item that a card in a thread asks."""

    name: str  # the platform's, of the message
    delivery_id: str
    at: datetime
    message: Message | None = None
    review: str | None = None
    key: str | None = None  # the engine's name for the message
    asks: str | None = None  # "" for a card that asks nothing (any more)
    ways: tuple[tuple[str, ...], ...] = ()  # of each line of the message, its buttons


class Keeper(Protocol):
    """What arrived, in order."""

    def keep(self, post: Post) -> None: ...
    def named(self, delivery_id: str) -> str | None: ...


class Memory:
    def __init__(self, seen: Callable[[Post], object]) -> None:
        self._names: dict[str, str] = {}
        self._seen = seen

    def keep(self, post: Post) -> None:
        self._names[post.delivery_id] = post.name
        self._seen(post)

    def named(self, delivery_id: str) -> str | None:
        return self._names.get(delivery_id)


class SharedFile:
    """One line for each post, appended by several processes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keep(self, post: Post) -> None:
        line = json.dumps(asdict(post), default=str).encode() + b"\n"
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(file, line)
        os.close(file)

    def named(self, delivery_id: str) -> str | None:
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        found = (json.loads(line) for line in lines if delivery_id in line)
        return next((post["name"] for post in found if post["delivery_id"] == delivery_id), None)


def from_json(line: str) -> Post:
    post = json.loads(line)
    at, message = datetime.fromisoformat(post["at"]), post["message"]
    return Post(
        name=post["name"],
        delivery_id=post["delivery_id"],
        at=at,
        message=_message_from(message, at) if message else None,
        review=post["review"],
        key=post["key"],
        asks=post["asks"],
        ways=tuple(tuple(ways) for ways in post["ways"]),
    )


def _message_from(said: Mapping[str, Any], at: datetime) -> Message:
    lines = tuple(Line(**line) for line in said["lines"])
    return Message(at=at, to=said["to"], lines=lines, weekly=said["weekly"], place=said["place"])


class Platform:
    """A `ports.Sender`."""

    def __init__(self, keeper: Keeper, clock: Callable[[], datetime], alive: Callable[[], None] = lambda: None) -> None:
        self._keeper = keeper
        self._clock = clock
        self._alive = alive  # raises in a process that has died

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        self._alive()
        if delivery.card is not None:  # what cannot be put into words does not arrive
            reader = Reader(words=words, today=self._clock().date(), zone=_UTC)
            lay_out(delivery.card, _WORDING.of(delivery.card, reader))
        name = delivery.message or f"m/{delivery.delivery_id}"
        self._keeper.keep(self._read(delivery, name))
        return name

    async def look_up(self, delivery: Delivery) -> str | None:
        self._alive()
        return self._keeper.named(delivery.delivery_id)

    def _read(self, delivery: Delivery, name: str) -> Post:
        at, card = self._clock(), delivery.card
        message: Message | None = None
        ways: tuple[tuple[str, ...], ...] = ()
        if delivery.kind is DeliveryKind.POST and card is not None:
            message = _message(card, delivery.to, at)
            ways = tuple(_buttons(line) for line in card.lines) if isinstance(card, LetterCard) else ()
        return Post(
            name=name,
            delivery_id=delivery.delivery_id,
            at=at,
            message=message,
            review=delivery.review,
            key=delivery.key,
            asks=_asked(card) if isinstance(card, QuestionCard) else None,
            ways=ways,
        )


def _message(card: Card, to: str | None, at: datetime) -> Message | None:
    """What the bot says of its own accord, wherever it says it; None for what belongs to the walk in the thread."""
    lines = card.lines if isinstance(card, LetterCard) else (card,) if type(card) in _KINDS else ()
    if isinstance(card, DigestCard):
        return Message(at=at, to=to or "", weekly="digest" if card.lines else "roll_up")
    if to is None and not lines:
        return None
    place = "person" if to else "thread"
    return Message(at=at, to=to or str(getattr(card, "to", "")), lines=tuple(map(_line, lines)), place=place)


def _line(card: Card) -> Line:
    ways = getattr(card, "ways", ())
    review = next((way.review for way in ways if way.review), str(getattr(card, "project", "")))
    item = next((way.item for way in ways if way.item), "")
    return Line(kind=_KINDS.get(type(card), type(card).__name__), review=review, item=item)


def _buttons(card: Card) -> tuple[str, ...]:
    return tuple(way.tap.value for way in getattr(card, "ways", ()))


def _asked(card: QuestionCard) -> str:
    return next((row.item for row in card.rows if row.asked), "")


def sent_to(posts: Iterable[Post]) -> list[Message]:
    return [post.message for post in posts if post.message]
