"""Who is away for long, or here no longer: reviews are told of it, so that somebody else sees to what is theirs.

What somebody said about themselves is known; whether they are here at all, their platform is asked now and then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo

from bot.plans import Planner
from bot.turns import TurnRunner
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.errors import EventRefused, StaleReview
from conversations.people import Account
from conversations.ports import Roll
from storage.parts import away_people, people_with_a_part
from storage.threads import Units

_LATELY = timedelta(days=3)  # who has been away until then may be back sooner than reviews were told


class Absences:
    """`rolls` are by platform. Each review is told at most once a day of each person; days are those of `zone`."""

    def __init__(
        self,
        read: Units,
        planner: Planner,
        runner: TurnRunner,
        *,
        rolls: Mapping[str, Roll],
        clock: Callable[[], datetime],
        zone: tzinfo,
    ) -> None:
        self._read = read
        self._planner = planner
        self._runner = runner
        self._rolls = rolls
        self._clock = clock
        self._zone = zone

    async def look(self) -> None:
        """Raises `Busy` and `StorageDown`."""
        for away in await self._read(away_people, on=self._today() - _LATELY):
            for review in away.reviews:
                await self._tell(ActivityKind.AWAY, away.account, review, away.until.isoformat())
        for platform, roll in self._rolls.items():
            for tenant, people in (await self._read(people_with_a_part, platform)).items():
                gone = sorted(await roll.gone(tenant, people))
                await self._have_left([Account(platform=platform, tenant=tenant, id=who) for who in gone])

    async def _have_left(self, gone: list[Account]) -> None:
        for account, pending in (await self._planner.found(gone)).items():
            for review in pending.reviews:
                await self._tell(ActivityKind.LEFT, account, review.id)

    async def _tell(self, kind: ActivityKind, account: Account, review: str, text: str = "") -> None:
        key = "/".join((kind.value, account.platform, account.tenant, account.id, review, self._today().isoformat()))
        activity = Activity(
            keys=(f"{key}/{text}" if text else key,),
            kind=kind,
            actor=Actor(id=account.id, name=account.id),
            reference=ConversationReference(platform=account.platform, tenant=account.tenant, channel=""),
            at=self._clock(),
            text=text,
            review=review,
        )
        with suppress(EventRefused, StaleReview):  # it is closed, or others are at work on it: tomorrow again
            await self._runner.run(activity)

    def _today(self) -> date:
        return self._clock().astimezone(self._zone).date()
