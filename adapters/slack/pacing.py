"""The rates that Slack allows, by method: https://docs.slack.dev/apis/web-api/rate-limits, and each method's page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic

from adapters.pacing import MOST_WAIT_SECONDS, Queue, Rate, Turns

_TIER_2, _TIER_3, _TIER_4 = Rate(3.0, 5), Rate(1.2, 10), Rate(0.6, 10)  # 20, 50 and 100 a minute

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
_UNPACED = Rate(0.0)  # only ever held


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
        self.turns = Turns(clock=clock, sleep=sleep, most_wait_seconds=most_wait_seconds)

    async def take(self, method: str, tenant: str, channel: str | None = None) -> None:
        """Returns when the call may start. Raises `DeliveryFailed` where that is too far away to wait for it."""
        await self.turns.take(self._queue(method, tenant, channel))

    def hold(self, method: str, tenant: str, channel: str | None, seconds: float) -> None:
        """Slack has refused one: nobody starts another before that, and then one at a time."""
        self.turns.hold(self._queue(method, tenant, channel), seconds)

    def _queue(self, method: str, tenant: str, channel: str | None) -> Queue:
        return Queue((method, tenant, channel if method == POST else None), self._rates.get(method, _UNPACED))
