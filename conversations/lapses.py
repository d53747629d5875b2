"""When a review wants to be looked at again though nobody does anything: the moments when time alone changes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain

from conversations.checks import DECISION_NEAR_DAYS, HIGH_RISK_FROM, REHEARSAL
from conversations.item_standing import ItemStanding, working_day_after
from conversations.once import once
from conversations.review import LIVING
from conversations.standing import Standing

_DAY = timedelta(days=1)
_JUST_AFTER = timedelta(seconds=1)


@once
def due_at(standing: Standing) -> datetime | None:
    """The next moment at which a review may stand otherwise by itself; None where none is in sight."""
    if standing.phase not in LIVING:
        return None
    days = (datetime.combine(day, time(), standing.now.tzinfo) for day in _days(standing))
    return min((moment for moment in (*days, *_moments(standing)) if moment > standing.now), default=None)


def holds(standing: Standing, now: datetime) -> bool:
    """Whether all but its moment is the same at a later one, on the same day."""
    then = standing.now
    if standing.phase not in LIVING or now.tzinfo != then.tzinfo or now.date() != then.date() or now < then:
        return False
    due = due_at(standing)
    return due is None or now <= due - _JUST_AFTER


def _days(standing: Standing) -> Iterator[date]:
    """Days on which something is otherwise from midnight on."""
    if standing.phase_act is not None and standing.phase_act.day is not None:
        yield standing.phase_act.day
    if standing.decision_on is not None:
        yield standing.decision_on - DECISION_NEAR_DAYS * _DAY
        yield standing.decision_on + _DAY  # gone by
    yield from (act.day for act in standing.away.values() if act.day is not None)  # they are back
    yield from (day for day in (HIGH_RISK_FROM.get(standing.profile.get("eu_class", "")),) if day)
    for item in standing.items.values():
        yield from _days_of(item)


@once
def _days_of(item: ItemStanding) -> tuple[date, ...]:
    return tuple(_each_day_of(item))


def _each_day_of(item: ItemStanding) -> Iterator[date]:
    if item.due_on is not None:
        yield working_day_after(item.due_on) + _DAY  # from then on it is open again
    if item.item.critical_from is not None:
        yield item.item.critical_from
    if item.item.key == REHEARSAL and item.answer is not None and item.answer.day is not None:
        yield item.answer.day + timedelta(days=item.item.review_days) + _DAY


def _moments(standing: Standing) -> Iterator[datetime]:
    grace = standing.pack.scoring.stale_grace_days
    return chain.from_iterable(_moments_of(item, grace) for item in standing.items.values())


@once
def _moments_of(item: ItemStanding, grace_days: int) -> tuple[datetime, ...]:
    """An answer grows old, then blocks, then counts for nothing."""
    if (old_from := item.old_from) is None:
        return ()
    after = (0, grace_days, item.item.review_days)
    return tuple(old_from + days * _DAY + _JUST_AFTER for days in after)
