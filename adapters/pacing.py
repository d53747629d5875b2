"""Rates that platforms allow, kept before they have to refuse: who sends next takes its turn here.

The moments are those of the send's start: waiting from the answer on would lose what the answer took. Each process
keeps its own; where several speak in one place, the platform's refusals (`hold`) tell each of them to wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from time import monotonic

from conversations.errors import DeliveryFailed

MOST_WAIT_SECONDS = 2.0  # inside of a delivery; what has to wait longer comes back
MOST_AWAY_SECONDS = 600.0  # until then: those before it may need less time than they were given
_MANY = 1_000  # places; those that nobody waits for are then forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """One call each `seconds`; after a quiet while `burst` of them at once."""

    seconds: float
    burst: int = 1

    @property
    def ahead(self) -> float:
        """How much earlier than evenly a burst may start."""
        return (self.burst - 1) * self.seconds


@dataclass(frozen=True, slots=True)
class Queue:
    """A place in which one call waits for another."""

    of: Hashable
    rate: Rate


@dataclass(slots=True)
class _Line:
    free_at: float = 0.0  # when the next one may start, had there been no burst
    held_until: float = 0.0
    back_at: float = 0.0  # when the last of those comes back who had to wait too long


class Turns:
    """Whose turn it is, queue by queue. `clock` and `sleep` count seconds."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        most_wait_seconds: float = MOST_WAIT_SECONDS,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._most = most_wait_seconds
        self._lines: dict[Hashable, _Line] = {}

    async def take(self, *queues: Queue) -> None:
        """Returns when it is one's turn in all of them.

        Raises `DeliveryFailed` where that is too far away. Those come back one after the other: all at once they would
        find room for one of them, again and again.
        """
        places = [(self._line(queue.of), queue.rate) for queue in queues]
        while True:
            wait = self._reserve(places)
            if wait <= 0:
                return
            await self._sleep(wait)
            if all(line.held_until <= self._clock() for line, _ in places):  # else somebody was refused meanwhile
                return

    def hold(self, queue: Queue, seconds: float) -> None:
        """The platform has refused one: nobody starts another before that, and then one at a time."""
        line = self._line(queue.of)
        line.held_until = max(line.held_until, self._clock() + seconds)
        line.free_at = max(line.free_at, line.held_until + queue.rate.ahead)

    def __len__(self) -> int:
        """How many queues are remembered."""
        return len(self._lines)

    def _reserve(self, places: list[tuple[_Line, Rate]]) -> float:
        now = self._clock()
        starts = [max(line.free_at - rate.ahead, line.held_until, now) for line, rate in places]
        wait = max(starts) - now
        if wait > self._most:
            line, rate = places[starts.index(max(starts))]
            line.back_at = min(max(line.back_at + rate.seconds, now + wait), now + max(wait, MOST_AWAY_SECONDS))
            raise DeliveryFailed(retry_after_seconds=line.back_at - now)
        for line, rate in places:
            line.free_at = max(line.free_at, now) + rate.seconds
        return wait

    def _line(self, of: Hashable) -> _Line:
        if of not in self._lines and len(self._lines) >= _MANY:
            now = self._clock()
            self._lines = {place: line for place, line in self._lines.items() if line.free_at > now}
        return self._lines.setdefault(of, _Line())
