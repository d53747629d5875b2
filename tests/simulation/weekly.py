"""The weekly digest, read from the text: one a week to each review owner, at their local time, none doubled or missed.

A week's digest is due on the day and time of the person's choice, or on the next working day. One that comes late
after a holiday, an absence or an outage belongs to the week in which it was due. Weeks in which the person changed
their mind about it are not required.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from tests.simulation.diary import Diary, Span
from tests.simulation.facts import Message
from tests.simulation.owed import GRACE

_WEEK = timedelta(days=7)


class Holdings:
    """How many open reviews, and how many at all, somebody owned at any time."""

    def __init__(self) -> None:
        self._at: list[datetime] = []
        self._counts: list[tuple[int, int]] = []

    def now(self, at: datetime, living: int, any_at_all: int) -> None:
        self._at.append(at)
        self._counts.append((living, any_at_all))

    def counts(self, at: datetime) -> tuple[int, int]:
        n = bisect_right(self._at, at)
        return self._counts[n - 1] if n else (0, 0)

    def throughout(self, start: datetime, end: datetime) -> bool:
        """Whether there was an open review at every moment from `start` to `end`."""
        n = bisect_right(self._at, start)
        return self.counts(start)[0] > 0 and all(
            count[0] > 0 for at, count in zip(self._at[n:], self._counts[n:], strict=True) if at <= end
        )


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def due(diary: Diary, week: date, at: datetime) -> datetime | None:
    """When the digest of the week that begins on `week` is due, as the person had it set at `at`."""
    chosen = diary.habits(at).digest
    return None if chosen is None else diary.moment(week + timedelta(days=chosen[0]), chosen[1])


def week_of(diary: Diary, digest: Message) -> date:
    """The newest week whose digest was due by the time this one left."""
    week = monday(diary.day(digest.at))
    moment = due(diary, week, digest.at)
    return week if moment and moment <= digest.at else week - _WEEK


def doubled(diary: Diary, digests: Iterable[Message]) -> Iterator[tuple[datetime, str]]:
    seen: dict[date, datetime] = {}
    for digest in digests:
        week = week_of(diary, digest)
        if week in seen:
            yield digest.at, f"the digest of the week of {week} had left on {seen[week]:%a %d %b %H:%M} UTC"
        seen[week] = digest.at


def missed(
    diary: Diary, holdings: Holdings, outages: list[Span], digests: list[Message], span: Span
) -> Iterator[tuple[datetime, str]]:
    """The weeks within `span` whose digest could have left and did not, or left on a later day than it could."""
    sent = {week_of(diary, digest): digest.at for digest in reversed(digests)}
    week = monday(diary.day(span[0]))
    while (moment := diary.moment(week)) < span[1]:
        settled = not diary.changed_between(moment - _WEEK, moment + _WEEK)
        at = due(diary, week, moment)
        if settled and at and at >= span[0]:
            chance = _chance(diary, holdings, outages, at)
            if chance and chance[1] <= span[1]:
                yield from _judged(diary, week, chance, sent.get(week))
        week += _WEEK


def _chance(diary: Diary, holdings: Holdings, outages: list[Span], at: datetime) -> Span | None:
    """The first opening from the due moment until the next one, throughout which the person owned an open review."""
    nearby = [outage for outage in outages if outage[1] > at and outage[0] < at + _WEEK]
    clock = at.astimezone(diary.zone).time()  # on the next working day too, where the day itself is none
    for n in range(7):
        day = diary.day(at) + timedelta(days=n)
        for start, end in diary.openings(day, nearby):
            opens = max(start, diary.moment(day, clock))
            if end - opens >= GRACE and opens < at + _WEEK:
                return (opens, end) if holdings.throughout(at - GRACE, opens + GRACE) else None
    return None


def _judged(diary: Diary, week: date, chance: Span, sent: datetime | None) -> Iterator[tuple[datetime, str]]:
    opened = f"{chance[0]:%a %d %b %H:%M} UTC"
    if sent is None:
        yield chance[0], f"no digest for the week of {week}, which could have left at {opened}"
    elif diary.day(sent) > diary.day(chance[0]):
        yield sent, f"the digest of the week of {week} could have left at {opened} and left at {sent:%a %d %b %H:%M}"
