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
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeAlias, assert_never

from bot.logs import place_of
from bot.recalls import Recalls, lost_by_review
from bot.watching import Facts, Watch
from conversations.activities import Activity, ActivityKind, Actor
from conversations.errors import Busy, DeliveryFailed, EventRefused, StaleReview, StorageDown, Unsayable
from conversations.ports import Delivery, DeliveryKind, Sender
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
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0
CLOCK_STEP = timedelta(seconds=5)  # back, and no less, is more than clocks are put right by all the time
LONGEST_UNKNOWN_SECONDS = 8.0  # an unknown outcome is looked up within ten seconds
_MARK_TRIES = 5
_FIRST_MARK_RETRY_SECONDS = 0.1
_BROKEN_TRIES = 4  # of a sender that raises what it should not

UNREACHABLE = "they cannot be written to"  # why a message to one person is given up, as it is noted
_REPEATABLE = (DeliveryKind.REVISE, DeliveryKind.REACT, DeliveryKind.UNREACT)  # a second time doubles nothing
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    seconds: float
    asked: bool = False  # the platform has said how long
    unknown: bool = False  # it may have arrived all the same
    trouble: str | None = None  # why it will not be sent again, only ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    state: DeliveryState
    trouble: str
    unknown: bool = False  # parked, and may have arrived all the same


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLate:
    """Its reader's hours are over: it is planned anew."""


Outcome: TypeAlias = Sent | Later | Ended | TooLate
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
            facts.update(_became(outcome, self._clock() - delivery.created_at))

    async def _carried_out(self, claimed: Claimed, me: str, held_until: float) -> Outcome:
        outcome, never, unread = await self._outcome(_as_it_can_be_sent(claimed), held_until), False, False
        if isinstance(outcome, Ended) and outcome.state is DeliveryState.PARKED and _is_told_of(claimed, outcome):
            never = _is_first_of_all(claimed.delivery) and claimed.trouble is not None and not outcome.unknown
            unread = claimed.trouble == UNREACHABLE
            outcome = outcome if claimed.trouble else _noted(outcome, claimed)
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
            return Later(seconds=LONGEST_RETRY_SECONDS)  # another process may have one
        if _hangs_in_the_air(delivery):
            return Ended(state=DeliveryState.UNKNOWN, trouble=NEVER_POSTED)
        try:
            known = await _look_up(sender, claimed) if delivery.attempts else None
            return (
                known
                or _as_noted(claimed)
                or await self._late(claimed)
                or await self._send(sender, claimed, held_until)
            )
        except Exception as error:  # noqa: BLE001  # a sender's fault must not stop the lane, nor the other lanes
            why, unknown = error.__cause__ or error, not isinstance(error, Unsayable)
            _log.error("sender_broke", extra=_fields(delivery) | {"error": type(why).__name__, "at": place_of(why)})
            if claimed.trouble or claimed.tries >= _BROKEN_TRIES:
                trouble = claimed.trouble or type(why).__name__
                return Ended(state=DeliveryState.PARKED, trouble=trouble, unknown=unknown)
            return Later(seconds=_pause(claimed), unknown=unknown)

    async def _late(self, claimed: Claimed) -> Outcome | None:
        try:
            return TooLate() if await self._recalls.is_too_late(claimed.delivery) else None
        except (Busy, StaleReview, StorageDown):
            return Later(seconds=_pause(claimed))

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
            return Later(seconds=min(_pause(claimed), LONGEST_UNKNOWN_SECONDS), unknown=True)
        except DeliveryFailed as failed:
            return _failure(failed, claimed)
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


def _became(outcome: Outcome, since: timedelta) -> Facts:
    match outcome:
        case Sent():
            return {"outcome": "sent", "delay": max(since.total_seconds(), 0)}
        case Later(asked=True, seconds=seconds):
            return {"outcome": "told_to_wait", "retry_after": seconds}
        case Later(unknown=unknown):
            return {"outcome": "unknown" if unknown else "postponed"}
        case Ended(state=state):
            return {"outcome": "parked" if state is DeliveryState.PARKED else "given_up"}
        case TooLate():
            return {"outcome": "called_back"}
        case _:
            assert_never(outcome)


def _as_it_can_be_sent(claimed: Claimed) -> Claimed:
    """A revision of a message that was given up is posted where the walk hangs from it, and revised from then on."""
    delivery = claimed.delivery
    lost = delivery.kind is DeliveryKind.REVISE and delivery.message is None and _carries(delivery)
    return replace(claimed, delivery=replace(delivery, kind=DeliveryKind.POST)) if lost else claimed


def _is_first_of_all(delivery: Delivery) -> bool:
    """Whether it is a review's own message. A revision of it is not: what it revises may have arrived unknown to us."""
    return delivery.key == "root" and delivery.kind is DeliveryKind.POST and delivery.message is None


def _is_told_of(claimed: Claimed, ended: Ended) -> bool:
    """Whether somebody has to hear that it can never arrive."""
    return _is_first_of_all(claimed.delivery) or UNREACHABLE in (claimed.trouble, ended.trouble)


def _noted(ended: Ended, claimed: Claimed) -> Later:
    seconds = min(_pause(claimed), LONGEST_UNKNOWN_SECONDS) if ended.unknown else 0
    return Later(seconds=seconds, unknown=ended.unknown, trouble=ended.trouble)


def _as_noted(claimed: Claimed, *, unknown: bool = False) -> Ended | None:
    if claimed.trouble is None:
        return None
    return Ended(state=DeliveryState.PARKED, trouble=claimed.trouble, unknown=unknown)


def _hangs_in_the_air(delivery: Delivery) -> bool:
    """Whether what it would revise, or the thread that it belongs in, has never come to be."""
    if delivery.kind is DeliveryKind.REVISE and delivery.message is None:
        return True
    in_thread = delivery.kind in (DeliveryKind.POST, DeliveryKind.REVISE) and delivery.to is None
    return in_thread and delivery.key != "root" and delivery.reference.thread is None


async def _look_up(sender: Sender, claimed: Claimed) -> Outcome | None:
    """What became of the earlier attempt; None when it is to be sent (again). This try has sent nothing yet."""
    delivery = claimed.delivery
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            name = await sender.look_up(delivery)
    except LookupError:
        lost = None if _worth_repeating(delivery) else Ended(state=DeliveryState.UNKNOWN, trouble="may have arrived")
        return _as_noted(claimed, unknown=True) or lost
    except TimeoutError:
        return Later(seconds=_pause(claimed))
    except DeliveryFailed as failed:
        return _when_asked(failed, claimed)
    return None if name is None else Sent(name=name)


def _failure(failed: DeliveryFailed, claimed: Claimed) -> Outcome:
    if failed.permanent:
        delivery = claimed.delivery
        unread = failed.unreachable and delivery.kind is DeliveryKind.POST and delivery.to is not None
        return Ended(state=DeliveryState.PARKED, trouble=UNREACHABLE if unread else "refused by the platform")
    if failed.unknown:
        return Later(seconds=min(_pause(claimed), LONGEST_UNKNOWN_SECONDS), unknown=True)
    return _when_asked(failed, claimed)


def _when_asked(failed: DeliveryFailed, claimed: Claimed) -> Later:
    asked = failed.retry_after_seconds
    return Later(seconds=_pause(claimed)) if asked is None else Later(seconds=asked, asked=True)


def _worth_repeating(delivery: Delivery) -> bool:
    """What is said again where nobody can tell whether it arrived: what doubles nothing, and once what all needs."""
    if delivery.kind in _REPEATABLE:
        return True
    return delivery.kind is DeliveryKind.POST and _carries(delivery) and delivery.attempts == 1


def _carries(delivery: Delivery) -> bool:
    """Whether the walk hangs from this message, so that it must be there."""
    return (delivery.key or "").startswith(("root", "question/"))


def _pause(claimed: Claimed) -> float:
    return min(FIRST_RETRY_SECONDS * 2.0 ** min(claimed.tries, 10), LONGEST_RETRY_SECONDS)


def _fields(delivery: Delivery) -> dict[str, object]:
    return {
        "delivery": delivery.delivery_id,
        "lane": delivery.lane,
        "delivery_kind": delivery.kind.value,
        "attempts": delivery.attempts,
    }
