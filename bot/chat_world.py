"""What happens to every review of the terminal at once: time passes, people leave, channels are closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

from adapters.console.inbound import PLATFORM, to_archive, to_departure, to_lapse
from adapters.console.sender import ConsoleSender
from bot.bootstrap import Application
from bot.chat_clock import ChatClock
from conversations.activities import Activity
from conversations.lapses import due_at
from conversations.review import LIVING, Review
from conversations.standing import stand
from storage.queries import platforms, reviews

TENANT, CHANNEL = "local", "terminal"
Known: TypeAlias = dict[str, Review]  # reviews as they are now, by id


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    application: Application
    sender: ConsoleSender
    clock: ChatClock

    async def has_platforms(self) -> bool:
        return bool(set(await self.application.database.read(platforms)) - {PLATFORM})

    async def move_to(self, moment: datetime) -> Known:
        """Through every moment at which some review wants to be looked at; the hour is said before what comes of it."""
        known: Known = {}
        while (due := await self._next_due(moment)) is not None:
            self.clock.move_to(due)
            known |= await self._tell_all(self._lapsed, heading=self._hour())
        self.clock.move_to(moment)
        known |= await self._tell_all(self._lapsed)
        self.sender.note(self._hour())
        return known

    async def lapse(self, review: Review) -> Known:
        """Puts right what one review shows, by the clock."""
        return await self._tell(self._lapsed(review))

    async def somebody_left(self, name: str) -> Known:
        known = await self._tell_all(
            lambda r: to_departure(name, reference=r.reference, at=self.clock(), key=own_key())
        )
        self.sender.note(f"Noted: {name} has left.")
        return known

    async def channel_closed(self, name: str) -> Known:
        who = self.sender.speaker
        known = await self._tell_all(
            lambda r: to_archive(name, who=who, reference=r.reference, at=self.clock(), key=own_key())
        )
        self.sender.note(f"Noted: {name} is closed.")
        return known

    def _lapsed(self, review: Review) -> Activity:
        return to_lapse(reference=review.reference, at=self.clock(), key=own_key())

    async def _tell_all(self, what: Callable[[Review], Activity], heading: str | None = None) -> Known:
        known: Known = {}
        for review in await self._living():
            self.sender.ahead(heading)
            known |= await self._tell(what(review))
        self.sender.ahead(None)
        return known

    async def _tell(self, activity: Activity) -> Known:
        turn = await self.application.runner.run(activity)
        await self.application.relay.drain()
        return {turn.review.id: turn.review} if turn is not None and turn.review is not None else {}

    async def _next_due(self, until: datetime) -> datetime | None:
        """The next moment up to then at which a review of this terminal wants to be looked at."""
        moments = [due_at(stand(review, self._now())) for review in await self._living()]
        return min((moment for moment in moments if moment is not None and moment <= until), default=None)

    async def _living(self) -> list[Review]:
        found = await self.application.database.read(
            reviews, self.application.shelf, platform=PLATFORM, tenant=TENANT, channel=CHANNEL
        )
        return [review for review in found if review.phase in LIVING]

    def _hour(self) -> str:
        now = self._now()
        return f"It is {now:%a} {now.day} {now:%b %Y, %H:%M} now."

    def _now(self) -> datetime:
        return self.clock().astimezone(self.application.engine.zone)


def own_key() -> str:
    """The name of something that happens only once, and is never seen again."""
    return f"terminal/{uuid4().hex}"
