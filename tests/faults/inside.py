"""What is changed within a process before it serves; each function is named in its job (`crashing_serve.py`)."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.slack.sender import SlackSender
from adapters.teams.sender import TeamsSender
from bot import outcomes, relay
from bot.turns import TurnRunner
from conversations.activities import Activity
from conversations.decide import Engine
from conversations.effects import Turn
from conversations.errors import Unsayable
from conversations.ports import Delivery, DeliveryKind, Found
from storage import outbox, reminders

LEASE = timedelta(seconds=3)  # instead of thirty; all that has to end before a lease does is shorter likewise


def hurry(_job: dict[str, Any]) -> None:
    """Who takes over from the dead waits three seconds; the proportions are the product's."""
    share = LEASE / outbox.LEASE
    outbox.LEASE = reminders.LEASE = LEASE
    for module, names in (
        (relay, ("SEND_SECONDS", "LOOK_UP_SECONDS")),
        (outcomes, ("LONGEST_UNKNOWN_SECONDS", "LONGEST_RETRY_SECONDS")),
    ):
        vars(module).update({name: vars(module)[name] * share for name in names})
    vars(relay).update(LEASE=LEASE, POLL_SECONDS=0.1)


def can_be_blocked(_job: dict[str, Any]) -> None:
    """By SIGUSR2, for longer than a lease; nothing else of the loop runs meanwhile."""
    signal.signal(signal.SIGUSR2, lambda *_: time.sleep(1.5 * LEASE.total_seconds()))


def poison_activity(_job: dict[str, Any]) -> None:
    """No decision can be made about a word."""
    decide = Engine.decide

    def breaks(self: Engine, activity: Activity, found: Found) -> Turn:
        if "poison" in activity.text:
            raise ZeroDivisionError
        return decide(self, activity, found)

    Engine.decide = breaks  # type: ignore[method-assign]  # that is the fault


def poison_delivery(_job: dict[str, Any]) -> None:
    """What is for one person cannot be put into words."""
    for sender in (SlackSender, TeamsSender):
        sender.deliver = _breaks(sender.deliver)  # type: ignore[method-assign]  # that is the fault


def _breaks(deliver: Any) -> Any:
    async def breaks(self: Any, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        if "vic" in (delivery.to or "").lower() and delivery.kind is DeliveryKind.POST:
            raise Unsayable from ZeroDivisionError()
        name: str | None = await deliver(self, delivery, words)
        return name

    return breaks


# --- planted faults, each of which the judge has to find -------------------------------------------------------------


def acks_before_commit(_job: dict[str, Any]) -> None:
    run, begun = TurnRunner.run, set[asyncio.Task[Turn | None]]()

    async def later(self: TurnRunner, activity: Activity) -> Turn | None:
        await asyncio.sleep(0.05)
        return await run(self, activity)

    async def hasty(self: TurnRunner, activity: Activity) -> Turn | None:
        begun.add(asyncio.create_task(later(self, activity)))
        return None

    TurnRunner.run = hasty  # type: ignore[method-assign]  # that is the fault


def marks_before_send(_job: dict[str, Any]) -> None:
    """Revisions, as nothing has to be known of them afterwards."""
    carry_out = relay.Relay._carry_out

    async def hasty(self: relay.Relay, claimed: outbox.Claimed, me: str, held_until: float) -> None:
        if claimed.delivery.kind is DeliveryKind.REVISE:
            await self._units(outbox.mark_sent, claimed.delivery, None, me=me, now=self._clock())
            self._reach("marked_too_soon")
            await self._outcome(claimed, held_until)
        else:
            await carry_out(self, claimed, me, held_until)

    relay.Relay._carry_out = hasty  # type: ignore[method-assign]  # that is the fault


def claims_without_lock(_job: dict[str, Any]) -> None:
    """Two have the same lane at the same moment, as where neither had locked it."""
    claim = outbox.claim

    def hasty(*given: Any, **more: Any) -> list[outbox.Claimed]:
        return 2 * claim(*given, **more)

    vars(relay).update(claim=hasty)
