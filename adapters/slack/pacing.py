"""The rates that Slack allows, kept before it has to refuse: who sends next takes its moment here.

The moments are those of the send's start: waiting from the answer on would lose what the answer took. Each process
keeps its own; where several speak in one channel, Slack's refusals (`hold`) tell each of them to wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from conversations.errors import DeliveryFailed

MOST_WAIT_SECONDS = 2.0  # inside of a delivery; what has to wait longer comes back
_MANY = 1_000  # places; those that nobody waits for are then forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """One call each `seconds`; after a quiet while `burst` of them at once."""

    seconds: float
    burst: int = 1


_TIER_2, _TIER_3, _TIER_4 = Rate(3.0, 5), Rate(1.2, 10), Rate(0.6, 10)  # 20, 50 and 100 a minute

# https://docs.slack.dev/apis/web-api/rate-limits, and the tier on each method's page. Others are only ever held.
POST = "chat.postMessage"  # by channel; all others by workspace
RATES: Mapping[str, Rate] = {
    POST: Rate(1.0),
    "chat.postEphemeral": _TIER_4,
    "chat.update": _TIER_3,
    "conversations.history": _TIER_3,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "dnd.info": Rate(1.2, 50),  # tier 3, a whole minute's at once: many people's hours begin at the same moment
    "reactions.add": _TIER_3,
    "reactions.remove": _TIER_2,
    "views.publish": _TIER_4,
    "views.update": _TIER_4,
}
_UNPACED = Rate(0.0)

_Place: TypeAlias = tuple[str, str, str | None]


@dataclass(slots=True)
class _Queue:
    free_at: float = 0.0  # when the next one may start, had there been no burst
    held_until: float = 0.0


class Pace:
    """Whose turn it is, by method and workspace, of posts by channel. `clock` and `sleep` count seconds."""

    def __init__(
        self,
        *,
        rates: Mapping[str, Rate] = RATES,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        most_wait_seconds: float = MOST_WAIT_SECONDS,
    ) -> None:
        self._rates = rates
        self._clock = clock
        self._sleep = sleep
        self._most = most_wait_seconds
        self._queues: dict[_Place, _Queue] = {}

    async def take(self, method: str, tenant: str, channel: str | None = None) -> None:
        """Returns when the call may start. Raises `DeliveryFailed` where that is too far away to wait for it."""
        queue, rate = self._queue(method, tenant, channel), self._rates.get(method, _UNPACED)
        while True:
            wait = self._reserve(queue, rate)
            if wait <= 0:
                return
            await self._sleep(wait)
            if queue.held_until <= self._clock():  # otherwise somebody was refused meanwhile
                return

    def hold(self, method: str, tenant: str, channel: str | None, seconds: float) -> None:
        """Slack has refused one: nobody starts another before that, and then one at a time."""
        queue, rate = self._queue(method, tenant, channel), self._rates.get(method, _UNPACED)
        queue.held_until = max(queue.held_until, self._clock() + seconds)
        queue.free_at = max(queue.free_at, queue.held_until + _ahead(rate))

    def _reserve(self, queue: _Queue, rate: Rate) -> float:
        now = self._clock()
        free_at = max(queue.free_at, now)
        wait = max(free_at - _ahead(rate), queue.held_until, now) - now
        if wait > self._most:
            raise DeliveryFailed(retry_after_seconds=wait)
        queue.free_at = free_at + rate.seconds
        return wait

    def _queue(self, method: str, tenant: str, channel: str | None) -> _Queue:
        place = (method, tenant, channel if method == POST else None)
        if place not in self._queues and len(self._queues) >= _MANY:
            now = self._clock()
            self._queues = {of: queue for of, queue in self._queues.items() if queue.free_at > now}
        return self._queues.setdefault(place, _Queue())


def _ahead(rate: Rate) -> float:
    """How much earlier than evenly a burst may start."""
    return (rate.burst - 1) * rate.seconds
