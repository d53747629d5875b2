"""Faults as they could be made in the product, for planting: the simulator has to find each of them.

`plant` puts something else in the place of what a module or a class has under a name, as `setattr` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeAlias

from sqlalchemy import Connection

from bot import relay
from bot.outcomes import Sent
from bot.relay import Relay
from bot.turns import TurnRunner
from conversations.activities import Activity
from storage import outbox, unit_of_work
from storage.outbox import Claimed

Plant: TypeAlias = Callable[[Any, str, Any], None]


def _received_before_the_commit(plant: Plant) -> None:
    run, waiting = TurnRunner.run, set[Any]()

    async def at_once(self: TurnRunner, activity: Activity) -> None:
        waiting.add(asyncio.create_task(run(self, activity)))
        await asyncio.sleep(0)

    plant(TurnRunner, "run", at_once)


def _marked_before_it_is_sent(plant: Plant) -> None:
    async def carry_out(self: Relay, claimed: Any, me: str, held_until: float) -> None:
        await self._mark(claimed, Sent(name=None), me, whole_thread=False)
        await self._outcome(claimed, held_until)

    plant(Relay, "_carry_out", carry_out)


def _sent_again_without_a_look(plant: Plant) -> None:
    async def look_up(*_: object) -> None:
        """Not there."""

    plant(relay, "_look_up", look_up)


def _without_keys(plant: Plant) -> None:
    plant(unit_of_work, "first_time_of", lambda *_: False)


def _without_a_lease(plant: Plant) -> None:
    plant(outbox, "LEASE", timedelta(0))


def _its_own_lane_claimed_anew(plant: Plant) -> None:
    def claim(connection: Connection, *, held: object, **options: Any) -> list[Claimed]:
        return outbox.claim(connection, **options)

    plant(relay, "claim", claim)


FAULTS: Mapping[str, Callable[[Plant], None]] = {
    "received before the commit": _received_before_the_commit,
    "marked before it is sent": _marked_before_it_is_sent,
    "sent again without a look": _sent_again_without_a_look,
    "keys of the inbox left out": _without_keys,
    "claimed without a lease": _without_a_lease,
    "its own lane claimed anew": _its_own_lane_claimed_anew,
}
