"""Platforms that answer as the seed decides: at once, late, never, with a refusal; with or without having done it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from conversations.cards import Card
from conversations.errors import DeliveryFailed
from conversations.people import Account
from conversations.ports import Delivery, DeliveryKind
from tests.turns.life import Life

if TYPE_CHECKING:
    from tests.turns.world import World

SLACK, TEAMS = "slack", "teams"
ANSWERS = ("slow", "silent", "cut", "limited", "later", "broke")
"""What is neither a plain yes nor a no for good. `silent` and `cut` may have done it all the same."""


class Broke(Exception):
    """What a sender should not raise."""


@dataclass(slots=True, kw_only=True)
class Shown:
    """A message as people see it; `editions` are all that it ever was, the newest last."""

    name: str
    delivery: Delivery
    editions: list[Card] = field(default_factory=list)
    newest: int = 0  # the delivery that it shows


@dataclass(slots=True)
class Platform:
    """What arrived on one platform, and what became of each try to say something."""

    name: str
    world: World
    shown: dict[str, Shown] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)  # delivery id → message
    arrived: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by delivery: how often
    uncertain: set[int] = field(default_factory=set)  # deliveries of which a try had no answer
    refused: set[int] = field(default_factory=set)  # … and those that were refused for good
    gone: set[tuple[str, str]] = field(default_factory=set)  # tenant and channel, or person

    @property
    def looks_up(self) -> bool:
        return self.name == SLACK

    def takes(self, delivery: Delivery, words: Mapping[int, str]) -> str:
        """It is there from now on, whatever whoever has sent it hears of that."""
        self.arrived[delivery.id] += 1
        name, card = delivery.message, delivery.card
        if name is None or name not in self.shown:
            name = name or f"{self.name[0]}{len(self.shown) + 1}"
            if delivery.kind is DeliveryKind.POST:
                self.named[delivery.delivery_id] = name
            if card is not None and delivery.kind is not DeliveryKind.REVISE:
                self.shown[name] = Shown(name=name, delivery=delivery)
        if card is not None and name in self.shown:
            self.shown[name].editions.append(card)
            self.shown[name].newest = delivery.id
        self.world.judge.arrived(self, delivery, words)
        return name

    def closed_to(self, delivery: Delivery) -> bool:
        return (delivery.reference.tenant, delivery.to or delivery.reference.channel) in self.gone


class Mouth:
    """A `ports.Sender`: one process's way to a platform."""

    def __init__(self, platform: Platform, life: Life) -> None:
        self._platform = platform
        self._life = life
        self._world = platform.world

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        self._life.alive()
        self._world.judge.is_sent(delivery)
        platform, rng = self._platform, self._world.rng
        how = self._world.answer()
        if platform.closed_to(delivery):
            how = "closed"
        self._world.count(f"answer {how}")
        self._world.tell(f"{platform.name} hears {called(delivery)}: {how}")
        if how in ("ok", "slow", "silent", "cut"):
            name = await self._said(delivery, words, how, slowly=rng.uniform(1, 20) if how == "slow" else 0)
            return None if delivery.kind in (DeliveryKind.REVISE, DeliveryKind.WHISPER) else name
        await asyncio.sleep(rng.choice((0.0, 0.05, 0.4)))
        if how == "broke":
            platform.uncertain.add(delivery.id)  # the relay cannot know
            raise Broke
        if how == "limited":
            raise DeliveryFailed(retry_after_seconds=rng.choice((1.0, 5.0, 30.0)))
        if how == "later":
            raise DeliveryFailed
        platform.refused.add(delivery.id)
        raise DeliveryFailed(permanent=True, unreachable=how == "closed" and delivery.to is not None)

    async def look_up(self, delivery: Delivery) -> str | None:
        self._life.alive()
        if not self._platform.looks_up or delivery.kind is not DeliveryKind.POST:
            raise LookupError(delivery.delivery_id)
        how = self._world.answer()
        self._world.count(f"look-up {how}")
        await asyncio.sleep(11 if how == "silent" else 0.05)
        if how in ("limited", "later", "cut", "refused"):
            raise DeliveryFailed(retry_after_seconds=2 if how == "limited" else None)
        self._life.alive()
        return self._platform.named.get(delivery.delivery_id)

    async def _said(self, delivery: Delivery, words: Mapping[int, str], how: str, slowly: float) -> str:
        """On its way there and back anything may happen to it; who dies, or waits no longer, cannot call it back."""
        platform, rng = self._platform, self._world.rng
        platform.uncertain.add(delivery.id)
        lost = how in ("silent", "cut") and rng.random() < 0.5
        try:
            await asyncio.sleep(slowly or rng.choice((0.0, 0.05, 0.4)))
        except asyncio.CancelledError:
            if not lost and rng.random() < 0.5:
                platform.takes(delivery, words)
            raise
        name = "" if lost else platform.takes(delivery, words)
        await asyncio.sleep(60 if how == "silent" else rng.choice((0.0, 0.05, 0.4)))
        if how == "cut":
            raise DeliveryFailed(unknown=True)
        self._life.alive()
        return name


class Rest:
    """A `ports.Quiet`."""

    def __init__(self, spans: Callable[[Account], Sequence[tuple[datetime, datetime]]], life: Life) -> None:
        self._spans = spans
        self._life = life

    async def until(self, account: Account, now: datetime) -> datetime | None:
        self._life.alive()
        return next((end for start, end in self._spans(account) if start <= now < end), None)


def called(delivery: Delivery) -> str:
    what = delivery.key or (type(delivery.card).__name__ if delivery.card else delivery.source)
    return f"#{delivery.id} {delivery.kind.value} {what}" + (f" to {delivery.to}" if delivery.to else "")
