"""What happens to every review of the terminal at once: time passes, people leave, channels are closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import uuid4
from zoneinfo import ZoneInfo

from adapters.console.inbound import PLATFORM, to_archive, to_departure, to_lapse
from adapters.console.sender import ConsoleSender
from bot.bootstrap import Application
from bot.chat_clock import ChatClock
from bot.chat_coming import what_comes
from bot.reasons import moment
from conversations.activities import Activity
from conversations.review import LIVING, Review
from conversations.standing import stand
from storage.queries import platforms, reviews
from storage.reminders import pulse

TENANT, CHANNEL = "local", "terminal"
_HOUR, _WEEK = timedelta(hours=1), timedelta(days=7)
Known: TypeAlias = dict[str, Review]  # reviews as they are now, by id


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    application: Application
    sender: ConsoleSender
    clock: ChatClock
    zone: ZoneInfo

    async def has_platforms(self) -> bool:
        return bool(set(await self.application.database.read(platforms)) - {PLATFORM})

    async def move_to(self, target: datetime) -> Known:
        """Through every moment at which something is due; the hour is said before what comes of it."""
        known: Known = {}
        while (due := await self._next_due()) is not None and due <= target:
            await self._wake_until(due)
            self.sender.ahead(self._hour())
            known |= await self.tick()
            self.sender.ahead(None)
        await self._wake_until(target)
        self.sender.note(self._hour())
        return known

    async def tick(self) -> Known:
        """All that is due by the clock. The people of a platform are for `serve`, by its own clock."""
        due = await self._next_due()
        if due is None or due > self.clock() or await self.has_platforms():
            return {}
        await self.application.ticker.tick()
        await self.application.relay.drain()
        return {review.id: review for review in await self.reviews()}

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

    async def _tell_all(self, what: Callable[[Review], Activity]) -> Known:
        known: Known = {}
        for review in await self.reviews():
            if review.phase in LIVING:
                known |= await self._tell(what(review))
        return known

    async def _tell(self, activity: Activity) -> Known:
        turn = await self.application.runner.run(activity)
        await self.application.relay.drain()
        return {turn.review.id: turn.review} if turn is not None and turn.review is not None else {}

    async def say_what_comes(self) -> None:
        """Who will be written to, when and why, if nobody does anything."""
        standings = [stand(review, self._now()) for review in await self.reviews() if review.phase in LIVING]
        coming = await what_comes(self.application.ticker.planner, standings, self._now(), TENANT, self.zone)
        for line in coming or ("Nobody will be written to, as it is now.",):
            self.sender.note(line)

    async def reviews(self) -> tuple[Review, ...]:
        """All of this terminal."""
        return await self.application.database.read(
            reviews, self.application.shelf, platform=PLATFORM, tenant=TENANT, channel=CHANNEL
        )

    async def _next_due(self) -> datetime | None:
        return await self.application.ticker.planner.next_due()

    async def _wake_until(self, target: datetime) -> None:
        """The clock moves, and somebody is at work all the while: what comes then was not missed."""
        if target > self.clock():
            hours = _hours(self.clock(), target)
            await self.application.database.units(lambda connection: [pulse(connection, hour) for hour in hours])
            self.clock.move_to(target)

    def _hour(self) -> str:
        return f"It is {moment(self.clock(), self.zone)} now."

    def _now(self) -> datetime:
        return self.clock().astimezone(self.zone)


def _hours(since: datetime, until: datetime) -> list[datetime]:
    """From hour to hour; before a week ago nothing can have waited."""
    begun = max(since, until - _WEEK)
    return [*(begun + n * _HOUR for n in range(int((until - begun) / _HOUR) + 1)), until]


def own_key() -> str:
    """The name of something that happens only once, and is never seen again."""
    return f"terminal/{uuid4().hex}"
