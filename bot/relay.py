"""The relay: claims due deliveries, sends them, and says what became of each.

An attempt counts from the claim on, and a claim is committed before anything is sent. So whatever was attempted and
never marked may have arrived: it is looked up first, and sent again only where that cannot hurt. Lanes run side by
side; within one, the next delivery is claimed when the last one was marked.

A review whose own message can never arrive must not be. That it cannot is noted first; whoever claims the delivery then
sends nothing, makes sure that nothing arrived before, tells the engine and marks it. So a process may die anywhere in
between, and nothing that would hang from that message is tried. Where it may have arrived, people may see the review,
and it stays. In the same way the reviews are told whose letter can never arrive, as its reader cannot be written to.

A letter whose reader's hours are over is not sent but called back (`recalls.py`), unless it may have arrived.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeAlias, assert_never

from bot.logs import place_of
from bot.outcomes import (
    UNREACHABLE,
    Ended,
    Later,
    Outcome,
    Sent,
    TooLate,
    as_it_can_be_sent,
    as_noted,
    hangs_in_the_air,
    has_to_be_told,
    is_first_of_all,
    nobody_knows,
    nobody_sends,
    of_failure,
    pause,
    to_be_noted,
    told_of,
    when_told,
    worth_repeating,
)
from bot.recalls import Recalls, lost_by_review
from bot.watching import Watch
from conversations.activities import Activity, ActivityKind, Actor
from conversations.errors import Busy, DeliveryFailed, EventRefused, StaleReview, StorageDown, Unsayable
from conversations.ports import Delivery, Sender
from storage.models import DeliveryState
from storage.outbox import (
    LEASE,
    NEVER_POSTED,
    Claimed,
    anything_due,
    bring_forward,
    claim,
    give_up,
    mark_sent,
    postpone,
)
from storage.threads import Units
from storage.unit_of_work import Reach, no_op

LANES = 32  # at a time; one that waits for its channel's rate holds up no other
POLL_SECONDS = 1.0  # the truth, where nobody wakes us: retries that have come due, what a dead process had left
LOOK_UP_SECONDS = 10.0
SEND_SECONDS = 15.0  # with the look-up less than a lease
CLOCK_STEP = timedelta(seconds=5)  # back, and no less, is more than clocks are put right by all the time
_MARK_TRIES = 5
_FIRST_MARK_RETRY_SECONDS = 0.1
_BROKEN_TRIES = 4  # of a sender that raises what it should not

_log = logging.getLogger(__name__)


Unpostable: TypeAlias = Callable[[Activity], Awaitable[object]]


class Relay:
    """Sends what the outbox holds through the sender of its platform. `me` names this process among others.

    `unpostable` takes the turns of what can never arrive, and may be handed the same ones again.
    """

    def __init__(
        self,
        units: Units,
        senders: Mapping[str, Sender],
        clock: Callable[[], datetime],
        me: str,
        unpostable: Unpostable,
        recalls: Recalls,
        reach: Reach = no_op,
        watch: Watch | None = None,
    ) -> None:
        self._units = units
        self._watch = watch or Watch()
        self._senders = senders
        self._clock = clock
        self._me = me
        self._unpostable = unpostable
        self._recalls = recalls
        self._reach = reach
        self._claims = 0
        self._woken = asyncio.Event()
        self._stopping = False
        self._running: dict[asyncio.Task[None], str] = {}  # the lane of each
        self._looked_at: datetime | None = None
        self._giving_way = asyncio.Lock()
        self.looked_at = monotonic()  # for what is due

    def wake(self) -> None:
        """Something may be due."""
        self._woken.set()

    async def woken(self) -> None:
        """Returns when it was woken, where it does not run itself."""
        await self._woken.wait()
        self._woken.clear()

    def stop(self) -> None:
        """Nothing new is claimed; `run` returns when what is in flight is finished."""
        self._stopping = True
        self._woken.set()

    async def run(self) -> None:
        """Sends what is due until it is stopped or cancelled; both finish what is in flight."""
        try:
            while not self._stopping:
                self._woken.clear()
                await self._claim_while_running()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), POLL_SECONDS)
        finally:
            await self._finish()

    async def drain(self) -> None:
        """Sends until nothing is due now. Raises `Busy` and `StorageDown`."""
        try:
            await self._start_due()
            # Of two that claim at the same moment, both may come away empty though something is due.
            while bool(self._running) or await self._units(anything_due, now=self._clock()):
                if self._running:
                    await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
                await self._start_due()
        finally:
            await self._finish()

    async def catch_up(self) -> None:
        """Sends what is due by now, once, beside whatever else is being sent. Raises `Busy` and `StorageDown`."""
        now = self._clock()
        while await self._units(anything_due, now=now):
            await self._start_due()
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        if self._running:
            await asyncio.wait(self._running)

    async def _claim_while_running(self) -> None:
        try:
            await self._mind_the_clock()
            await self._start_due()
            self.looked_at = monotonic()
        except (Busy, StaleReview, StorageDown) as error:  # the next poll tries again
            _log.warning("relay_waits", extra={"error": type(error).__name__})

    async def _mind_the_clock(self) -> None:
        """Where the clock was ahead and is right again, nobody would come for what it has put off until then."""
        now = self._clock()
        may_have_been_ahead = self._looked_at is None or now < self._looked_at - CLOCK_STEP
        if may_have_been_ahead and (brought := await self._units(bring_forward, now=now)):
            _log.warning("clock_was_ahead", extra={"lanes": brought})
        self._looked_at = now

    async def _start_due(self) -> None:
        free = LANES - len(self._running)
        if free <= 0:
            return
        self._claims += 1
        me = f"{self._me}/{self._claims}"  # a lane whose lease ran out here is held by another claim, not by this one
        held_until = asyncio.get_running_loop().time() + LEASE.total_seconds()
        held = self._running.values()  # though their leases may be over, by a clock that was put forward
        for claimed in await self._units(claim, now=self._clock(), me=me, limit=free, held=held):
            self._reach("relay_claimed")
            task = asyncio.create_task(self._carry_out(claimed, me, held_until))
            self._running[task] = claimed.delivery.lane
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._woken.set()
        if not task.cancelled() and (error := task.exception()):
            _log.error("delivery_left", extra={"error": type(error).__name__})  # its lease ends, and it is looked up

    async def _finish(self) -> None:
        """Cannot be cut short: a message that was sent is marked."""
        while self._running:
            with suppress(asyncio.CancelledError):
                await asyncio.wait(self._running)

    async def _carry_out(self, claimed: Claimed, me: str, held_until: float) -> None:
        delivery = claimed.delivery
        about = {"platform": delivery.reference.platform, "kind": delivery.kind.value, "attempts": delivery.attempts}
        with self._watch.over("delivery", delivery.turn, **about) as facts:
            outcome = await self._carried_out(claimed, me, held_until)
            facts.update(told_of(outcome, self._clock() - delivery.created_at))

    async def _carried_out(self, claimed: Claimed, me: str, held_until: float) -> Outcome:
        outcome, never, unread = await self._outcome(as_it_can_be_sent(claimed), held_until), False, False
        if isinstance(outcome, Ended) and outcome.state is DeliveryState.PARKED and has_to_be_told(claimed, outcome):
            never = is_first_of_all(claimed.delivery) and claimed.trouble is not None and not outcome.unknown
            unread = claimed.trouble == UNREACHABLE
            outcome = outcome if claimed.trouble else to_be_noted(outcome, claimed)
        self._reach("relay_marking")
        for attempt in range(1, _MARK_TRIES + 1):
            try:
                if never:
                    await self._withdraw(claimed.delivery)
                if unread:
                    await self._tell_its_reviews(claimed.delivery)
                await self._mark(claimed, outcome, me, whole_thread=never)
                break
            except (Busy, StaleReview, StorageDown):  # it was sent: the mark is worth waiting for
                if attempt == _MARK_TRIES:
                    raise
                await asyncio.sleep(_FIRST_MARK_RETRY_SECONDS * 2**attempt)
        self._reach("relay_marked")
        return outcome

    async def _outcome(self, claimed: Claimed, held_until: float) -> Outcome:
        delivery = claimed.delivery
        sender = self._senders.get(delivery.reference.platform)
        if sender is None:
            return nobody_sends()
        if hangs_in_the_air(delivery):
            return Ended(state=DeliveryState.UNKNOWN, trouble=NEVER_POSTED)
        try:
            known = await _look_up(sender, claimed) if delivery.attempts else None
            return (
                known or as_noted(claimed) or await self._late(claimed) or await self._send(sender, claimed, held_until)
            )
        except Exception as error:  # noqa: BLE001  # a sender's fault must not stop the lane, nor the other lanes
            why, unknown = error.__cause__ or error, not isinstance(error, Unsayable)
            _log.error("sender_broke", extra=_fields(delivery) | {"error": type(why).__name__, "at": place_of(why)})
            if claimed.trouble or claimed.tries >= _BROKEN_TRIES:
                trouble = claimed.trouble or type(why).__name__
                return Ended(state=DeliveryState.PARKED, trouble=trouble, unknown=unknown)
            return Later(seconds=pause(claimed), unknown=unknown)

    async def _late(self, claimed: Claimed) -> Outcome | None:
        try:
            return TooLate() if await self._recalls.is_too_late(claimed.delivery) else None
        except (Busy, StaleReview, StorageDown):
            return Later(seconds=pause(claimed))

    async def _send(self, sender: Sender, claimed: Claimed, held_until: float) -> Outcome:
        async with self._giving_way:  # making a message takes the loop for milliseconds: one in each of its rounds
            await asyncio.sleep(0)
        self._reach("relay_sending")
        if asyncio.get_running_loop().time() + SEND_SECONDS > held_until:
            return Later(seconds=0)  # this process stood still: another one may be sending it by now
        try:
            async with asyncio.timeout(SEND_SECONDS):
                name = await sender.deliver(claimed.delivery, claimed.words)
        except TimeoutError:
            return nobody_knows(claimed)
        except DeliveryFailed as failed:
            return of_failure(failed, claimed)
        self._reach("relay_sent")
        return Sent(name=name)

    async def _tell_its_reviews(self, delivery: Delivery) -> None:
        """Each of them once, that its lines did not arrive and who cannot be written to."""
        for activity in await lost_by_review(self._units, delivery, ActivityKind.UNREACHABLE, self._clock()):
            with suppress(EventRefused):  # it is closed
                await self._unpostable(activity)
            self._reach("relay_told")

    async def _withdraw(self, delivery: Delivery) -> None:
        activity = Activity(
            keys=(f"unpostable/{delivery.delivery_id}",),
            kind=ActivityKind.UNPOSTABLE,
            actor=Actor(id="", name=""),
            reference=delivery.reference,
            at=self._clock(),
            review=delivery.review,
        )
        with suppress(EventRefused):  # it was withdrawn before
            await self._unpostable(activity)

    async def _mark(self, claimed: Claimed, outcome: Outcome, me: str, *, whole_thread: bool) -> None:
        delivery, now = claimed.delivery, self._clock()
        match outcome:
            case Sent(name=name):
                await self._units(mark_sent, delivery, name, me=me, now=now)
                _log.info("delivery_sent", extra=_fields(delivery))
            case Later(seconds=seconds, unknown=unknown, trouble=noted):
                until = now + timedelta(seconds=seconds)
                await self._units(postpone, delivery, me=me, until=until, unknown=unknown, trouble=noted)
                asyncio.get_running_loop().call_later(seconds, self.wake)
                _log.warning("delivery_postponed", extra=_fields(delivery) | {"seconds": seconds, "unknown": unknown})
            case Ended(state=state, trouble=trouble, unknown=unknown):
                how = {"unknown": unknown, "whole_thread": whole_thread}
                await self._units(give_up, delivery, state, trouble, me=me, now=now, **how)
                _log.warning("delivery_ended", extra=_fields(delivery) | {"state": state.value, "trouble": trouble})
            case TooLate():
                await self._recalls.call_back(delivery, me)
                _log.warning("delivery_called_back", extra=_fields(delivery))
            case _:
                assert_never(outcome)


async def _look_up(sender: Sender, claimed: Claimed) -> Outcome | None:
    """What became of the earlier attempt; None when it is to be sent (again). This try has sent nothing yet."""
    delivery = claimed.delivery
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            name = await sender.look_up(delivery)
    except LookupError:
        lost = None if worth_repeating(delivery) else Ended(state=DeliveryState.UNKNOWN, trouble="may have arrived")
        return as_noted(claimed, unknown=True) or lost
    except TimeoutError:
        return Later(seconds=pause(claimed))
    except DeliveryFailed as failed:
        return when_told(failed, claimed)
    return None if name is None else Sent(name=name)


def _fields(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery": delivery.delivery_id,
        "lane": delivery.lane,
        "delivery_kind": delivery.kind.value,
        "attempts": delivery.attempts,
    }
