"""The tick: all that is due now is looked at once, and who is to be written to gets their letter or digest.

Whoever is due is claimed for the time of a lease, found, planned for, and written to in one unit each. So a process
may die anywhere: what it had not kept is due again when the lease ends, and what it had kept is in the outbox. What a
plan was made from may have changed meanwhile; then it is made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import TypeAlias

from bot.plans import TOGETHER, Planner, disturbed_until, in_order
from bot.turns import TurnRunner
from bot.watching import Watch
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference, turn_id
from conversations.cards import PlanLine
from conversations.errors import EventRefused, LookAgain, StaleReview
from conversations.letters import Pending, Plan, Silence
from conversations.people import Account
from conversations.ports import Quiet
from storage.reminders import Claim, claim_due, keep_plan, names, pulse
from storage.shelf import PackShelf
from storage.threads import Units
from storage.unit_of_work import Reach, no_op

TRIES = 5
AT_ONCE = 16  # people; as many share a commit on SQLite
GIVE_WAY_SECONDS = (
    0.05  # that a plan waits for turns, which somebody waits for; no longer, as there may be no end of them
)

Noted: TypeAlias = Callable[[str, str, str], object]  # platform; letter, digest or held; its kind, or why not

_log = logging.getLogger(__name__)


class Ticker:
    """`wake` is called when something was left to send. `quiets` are by platform; others tell of nobody's quiet.

    `first` is awaited before the first tick: what a process before this one has left unsent may be called back then,
    and what is planned must not count on it.
    """

    def __init__(
        self,
        units: Units,
        planner: Planner,
        shelf: PackShelf,
        runner: TurnRunner,
        *,
        wake: Callable[[], None],
        clock: Callable[[], datetime],
        quiets: Mapping[str, Quiet],
        reach: Reach = no_op,
        noted: Noted = lambda *_: None,
        first: Callable[[], Awaitable[object]] | None = None,
        watch: Watch | None = None,
    ) -> None:
        self.planner = planner
        self._units = units
        self._shelf = shelf
        self._runner = runner
        self._wake = wake
        self._clock = clock
        self._quiets = quiets
        self._reach = reach
        self._noted = noted
        self._first = first
        self._watch = watch or Watch()
        self._alone = asyncio.Lock()
        self._planning = asyncio.Lock()
        self._stopping = False
        self.looked_at = monotonic()  # at who is due

    def stop(self) -> None:
        """Nobody is claimed any more: a tick that runs ends with those whom it has."""
        self._stopping = True

    async def tick(self) -> tuple[PlanLine, ...]:
        """Looks at everything that is due; what went out and what was held back. Raises `Busy` and `StorageDown`."""
        if self._first is not None:
            await self._first()
            self._first = None
        silence, lines = await self.pulse(), list[PlanLine]()
        while not self._stopping and (claim := await self._claimed()):
            self._reach("tick_claimed")
            for review, reference in claim.reviews:
                await self._lapse(review, reference)
            lines += await self._attend(claim, silence)
        if any(line.send for line in lines):
            self._wake()
        return in_order(lines)

    async def tick_if_due(self) -> None:
        """Costs next to nothing while nothing is due. Raises what `tick` raises."""
        due, now = await self.planner.next_due(), self._clock()
        self.looked_at = monotonic()
        if due is not None and due <= now:
            self._watch.late((now - due).total_seconds())
            await self.tick()

    async def pulse(self) -> Silence | None:
        """Notes that somebody is at work; the newest time for which nobody was."""
        return await self._units(pulse, self._clock())

    async def _claimed(self) -> Claim | None:
        claim = await self._units(claim_due, now=self._clock(), limit=TOGETHER)
        self.looked_at = monotonic()
        return claim if claim.people or claim.reviews else None

    async def _lapse(self, review: str, reference: ConversationReference) -> None:
        now = self._clock()
        activity = Activity(
            keys=(f"lapse/{review}/{now.isoformat()}",),
            kind=ActivityKind.LAPSE,
            actor=Actor(id="", name=""),
            reference=reference,
            at=now,
            review=review,
        )
        with suppress(EventRefused, StaleReview):  # it is closed, or others are at work on it: its lease ends
            await self._runner.run(activity)

    async def _attend(self, claim: Claim, silence: Silence | None) -> Iterable[PlanLine]:
        """Everybody is seen to before the first trouble is told: one must not keep the others waiting."""
        found, room, now = await self.planner.found(claim.people), asyncio.Semaphore(AT_ONCE), self._clock()

        async def attended(pending: Pending) -> tuple[PlanLine, ...]:
            async with room:
                return await self._written_to(pending, now, silence, claim.lease)

        done = await asyncio.gather(*map(attended, found.values()), return_exceptions=True)
        for one in done:
            if isinstance(one, BaseException):
                raise one
        return [line for lines in done if isinstance(lines, tuple) for line in lines]

    async def _written_to(
        self, pending: Pending, now: datetime, silence: Silence | None, lease: datetime
    ) -> tuple[PlanLine, ...]:
        try:
            return await self._planned_and_kept(pending, now, silence, lease)
        except StaleReview:
            return await self._written_to_after_all(pending.account, now, silence, lease)

    async def _written_to_after_all(
        self, account: Account, now: datetime, silence: Silence | None, lease: datetime
    ) -> tuple[PlanLine, ...]:
        """One person at a time: people of one review are in one another's way."""
        async with self._alone:
            for _ in range(TRIES - 1):
                pending = (await self.planner.found([account]))[account]
                with suppress(StaleReview):
                    return await self._planned_and_kept(pending, now, silence, lease)
        _log.warning("person_left", extra={"platform": account.platform})  # until the lease ends
        return ()

    async def _planned_and_kept(
        self, pending: Pending, now: datetime, silence: Silence | None, lease: datetime
    ) -> tuple[PlanLine, ...]:
        plan = await self._plan(pending, now, silence)
        self._reach("tick_planned")
        try:
            await self._units(keep_plan, plan, self._shelf, lease=lease, reach=self._reach)
        except LookAgain:
            return ()  # they are claimed anew
        self._reach("tick_kept")
        self._tell(plan)
        return plan.lines

    async def _plan(self, pending: Pending, now: datetime, silence: Silence | None) -> Plan:
        """Who would get something is asked about first: whether they must not be disturbed."""
        plan = await self._planned(pending, now, silence)
        if not plan.writes:
            return plan
        until = await disturbed_until(self._quiets, (pending.account, *pending.told.others), now)
        if until is None or until <= now:
            return plan
        return await self._planned(pending, now, silence, disturbed_until=until)

    async def _planned(
        self, pending: Pending, now: datetime, silence: Silence | None, disturbed_until: datetime | None = None
    ) -> Plan:
        """One at a time: a turn that comes meanwhile is held up by one plan, not by all that wait."""
        async with self._planning:
            await self._runner.rest(GIVE_WAY_SECONDS)
            return await self.planner.plan(pending, now, silence, disturbed_until)

    def _tell(self, plan: Plan) -> None:
        platform = plan.account.platform
        if plan.letter is not None:
            self._noted(platform, "letter", plan.letter.kind)
        if plan.digest is not None:
            self._noted(platform, "digest", plan.digest.kind)
        for line in plan.lines:
            if line.why_not is not None:
                self._noted(platform, "held", line.why_not.value)
        for kind, name in names(plan).items():
            _log.info("person_written_to", extra={"turn": turn_id(name), "platform": platform, "with": kind.value})
