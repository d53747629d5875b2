"""How people do something in a review of the simulation: as the activities that a platform would hand to the bot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from conversations.activities import Activity, ActivityKind, Actor, Button, ConversationReference
from conversations.review import State
from conversations.standing import Standing
from tests.simulation.facts import Fact
from tests.simulation.platform import PLATFORM, TENANT

if TYPE_CHECKING:
    from tests.simulation.world import World


class Misunderstood(AssertionError):
    """The engine made something else of an act than the simulation meant; then the judge would be told wrongly."""


def place(channel: str, thread: str | None = None) -> ConversationReference:
    return ConversationReference(platform=PLATFORM, tenant=TENANT, channel=channel, thread=thread)


def direct(name: str) -> ConversationReference:
    return place(f"D{name}")


def actor(name: str) -> Actor:
    return Actor(id=name, name=name)


def mention(name: str) -> str:
    return f"<@{name}>"


@dataclass(slots=True, kw_only=True)
class Hands:
    """What is done through them is done in one review, by whoever is named."""

    world: World
    name: str  # of the project
    id: str = ""
    thread: str | None = None
    said: int = 0

    @property
    def now(self) -> datetime:
        return self.world.now

    def tell(self, *facts: Fact) -> None:
        self.world.judge.told(*facts)

    async def standing(self) -> Standing:
        return await self.world.standing(self.id)

    async def _says(self, who: str, text: str, *people: str) -> bool:
        return await self._does(who, ActivityKind.MESSAGE, text=text, people=people)

    async def _presses(self, who: str, act: str, item: str | None = None, choice: str | None = None) -> bool:
        button = Button(act=act, item=item, choice=choice)
        return await self._does(who, ActivityKind.BUTTON, button=button, review=self.id, private=True)

    async def _does(self, who: str, kind: ActivityKind, *, people: Sequence[str | None] = (), **fields: object) -> bool:
        """Whether the act counts."""
        activity = self._activity(who, kind, people={name: actor(name) for name in people if name}, **fields)
        return not await self.world.take(activity)

    def _activity(
        self, who: str, kind: ActivityKind, *, people: Mapping[str, Actor] | None = None, **fields: object
    ) -> Activity:
        self.said += 1
        key, private = f"{self.name}/{self.said}", bool(fields.get("private"))
        return Activity(
            keys=(key,),
            kind=kind,
            actor=actor(who),
            reference=direct(who) if private else place(f"C{self.name}", self.thread),
            at=self.now,
            source=key if kind is ActivityKind.MESSAGE else None,
            people=people or {},
            **fields,  # type: ignore[arg-type]  # an activity's own, by name
        )

    async def _expect(self, key: str, state: State) -> None:
        found = (await self.standing()).items[key].state
        if found is not state:
            raise Misunderstood(f"{self.name}/{key} at {self.now}: {found}, meant was {state}")
