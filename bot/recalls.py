"""What was not sent: what is told of it to the reviews that it was of, and what comes too late to be sent at all.

A letter or a digest is written for its reader's hours, and for a day. Where it could not be sent in them, as the
process died or the platform was down, it is called back, and the next tick plans anew. While they last it is tried on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.plans import CalendarFor, disturbed_until
from conversations.activities import Activity, ActivityKind, Actor
from conversations.board import addressee
from conversations.cards import DigestCard
from conversations.ports import Decide, Delivery, Quiet
from storage.letters import lines_of
from storage.places import places_of
from storage.preferences import known_of
from storage.recalls import call_back, is_of_own_accord, reader_of
from storage.shelf import PackShelf
from storage.threads import Units
from storage.unit_of_work import Reach, no_op

LATE = timedelta(minutes=5)  # what is younger is sent without a look at its reader's calendar

_log = logging.getLogger(__name__)


class Recalls:
    """`quiets` are by platform, as a ticker has them."""

    def __init__(
        self,
        units: Units,
        decide: Decide,
        shelf: PackShelf,
        calendar_for: CalendarFor,
        *,
        clock: Callable[[], datetime],
        quiets: Mapping[str, Quiet],
        reach: Reach = no_op,
    ) -> None:
        self._units = units
        self._decide = decide
        self._shelf = shelf
        self._calendar_for = calendar_for
        self._clock = clock
        self._quiets = quiets
        self._reach = reach

    async def is_too_late(self, delivery: Delivery) -> bool:
        """Whether nobody has asked for it, and its reader may not be written to now, or has another day by now.

        Raises `Busy` and `StorageDown`.
        """
        now, written = self._clock(), delivery.created_at
        if now - written < LATE or not is_of_own_accord(delivery):
            return False
        reader = reader_of(delivery)
        known = await self._units(known_of, reader)
        calendar = self._calendar_for(known.person, known.preferences)
        if calendar.day_of(now) != calendar.day_of(written) or not calendar.is_open(now):
            return True
        accounts = (reader, *(other.account for other in known.joined))
        until = await disturbed_until(self._quiets, accounts, now)
        return until is not None and until > now

    async def call_back(self, delivery: Delivery, me: str) -> None:
        """In one commit. Raises `StaleReview` and its kind, `LaneLost`, `Busy` and `StorageDown`."""
        now = self._clock()
        lost = await lost_by_review(self._units, delivery, ActivityKind.CALLED_BACK, now)
        told = [each for each in lost if each.text]  # a digest is noted in no review
        await self._units(call_back, delivery, told, self._decide, self._shelf, me=me, now=now, reach=self._reach)


async def lost_by_review(units: Units, delivery: Delivery, kind: ActivityKind, at: datetime) -> Sequence[Activity]:
    """To each review that something in a message to one person is of: that it did not arrive. Always the same ones."""
    lost = await _lost(units, delivery)
    places = await units(places_of, lost)
    found = list[Activity]()
    for review, place in places.items():
        keys = lost[review]
        who = next(map(addressee, keys), None) or delivery.to or ""  # who is joined to others has an id in each
        told = Activity(
            keys=(f"{kind}/{delivery.id}/{review}",),  # the name of the delivery may be another's by then
            kind=kind,
            actor=Actor(id=who, name=who),
            reference=place,
            at=at,
            text="\n".join(keys),
            review=review,
        )
        found.append(told)
    return found


async def _lost(units: Units, delivery: Delivery) -> Mapping[str, list[str]]:
    """What does not arrive, by review; a digest has no lines that a review would miss."""
    if isinstance(delivery.card, DigestCard):
        ways = (way.review for line in delivery.card.lines for way in line.ways)
        return {review: [] for review in ways if review}
    lines = (await units(lines_of, [delivery.key or ""])).get(delivery.key or "", ())
    found: dict[str, list[str]] = {}
    for line in lines:
        found.setdefault(line["review_id"], []).append(line["message_key"])
    return found
