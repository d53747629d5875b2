"""What the bot owes people: an ask, a confirm card, a nudge, a promised morning, the end of a snooze.

A debt is opened when the text says that a message is due, and ends when a message with that line has left, or when
what happened made it pointless. Whether it was kept is looked at only afterwards, day by day: a day counts against
the bot only if the person could have been written to on it and the day's one message was free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.simulation.diary import Diary, Span
from tests.simulation.facts import Message

GRACE = timedelta(minutes=20)
"""The bot looks at its clock every few minutes; an opening that is shorter than this may be missed."""

PROMPT = ("ask", "confirm")
"""These leave at the next allowed moment, the others in the course of the day."""

LINES = 3


@dataclass(slots=True, kw_only=True)
class Debt:
    person: str
    line: tuple[str, str]
    kind: str  # ask, confirm, nudge, promise or snooze
    since: datetime
    days: int = 5  # the most working days that it was waited for, where an absence made them count anew
    until: datetime | None = None  # None: it was open when the story ended
    paid: bool = False


class Ledger:
    def __init__(self) -> None:
        self.all: list[Debt] = []
        self._open: dict[tuple[str, str], list[Debt]] = {}

    def owe(self, debt: Debt) -> None:
        self.all.append(debt)
        self._open.setdefault(debt.line, []).append(debt)

    def open_to(self, person: str) -> list[Debt]:
        return [debt for debts in self._open.values() for debt in debts if debt.person == person]

    def settle(self, line: tuple[str, str], at: datetime, *, paid_to: str | None = None) -> None:
        """Nothing is owed about this line from now on; `paid_to` has just got the message."""
        for debt in self._open.pop(line, []):
            debt.until, debt.paid = at, debt.person == paid_to


def broken(
    debt: Debt, diary: Diary, outages: Iterable[Span], written: dict[date, list[Message]], end: datetime
) -> tuple[date, str] | None:
    """The day on which the debt should have been paid and was not, and how it went; None if it was kept.

    `written` is what left to this person, by their local day.
    """
    until = min(debt.until or end, end)
    outages = [span for span in outages if span[1] > debt.since and span[0] < until]
    day = diary.day(debt.since)
    while diary.moment(day) <= until:
        if opening := _opening(debt, diary, outages, day, until):
            if debt.paid and debt.until and diary.day(debt.until) == day:
                return _late(debt, opening, diary, written.get(day, []))
            over = until >= diary.openings(day)[-1][1]
            if (over or debt.kind in PROMPT) and (why := _no_excuse(debt, written.get(day, []))):
                return day, why
        day += timedelta(days=1)
    return None


def _opening(debt: Debt, diary: Diary, outages: Iterable[Span], day: date, until: datetime) -> Span | None:
    """The first time on that day that was long enough to write in."""
    spans = diary.openings(day, [*outages], nudges=True)
    clipped = ((max(start, debt.since), min(stop, until)) for start, stop in spans)
    return next((span for span in clipped if span[1] - span[0] >= GRACE), None)


def _late(debt: Debt, opening: Span, diary: Diary, written: list[Message]) -> tuple[date, str] | None:
    assert debt.until
    earlier = [message for message in written if not message.weekly and message.at < debt.until]
    if debt.kind not in PROMPT or earlier or debt.until <= opening[0] + GRACE:
        return None
    return diary.day(debt.until), f"left at {debt.until:%H:%M}, could have left at {opening[0]:%H:%M} (UTC)"


def _no_excuse(debt: Debt, written: list[Message]) -> str | None:
    """Why nothing excuses that this day passed without the line, or None where something does."""
    counted = [message for message in written if not message.weekly]
    if not counted:
        return "nothing was sent on that day"
    return next((why for message in counted if (why := _omitted(debt, message))), None)


def _omitted(debt: Debt, message: Message) -> str | None:
    """A message that had room for the line and did not carry it excuses nothing."""
    if message.at < debt.since or len(message.lines) >= LINES or message.speaks_of(debt.line):
        return None
    return f"the message of that day had room for it: {len(message.lines)} of {LINES} lines"
