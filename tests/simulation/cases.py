"""One item of one review as the judge sees it, and what domain.md §8 allows about it on a given day.

The table of §8 stands here a second time, copied from the text. Nothing is taken from the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.simulation.diary import Diary
from tests.simulation.facts import Item

TABLE: dict[str, tuple[int, ...]] = {
    "person": (1, 2, 3),
    "choice": (1,),
    "date": (2, 3, 3),
    "channel": (2, 3),
    "url": (3, 4, 5),
    "metric": (3, 4, 5),
    "number": (3, 4, 5),
    "text": (3, 4, 5),
    "yes_no": (1, 3),
}
"""Working days: the first after the item was asked, each later one after the one before. A choice goes on weekly."""

CONFIRM = (0, 1, 3)
"""The confirm card, "again +1, +3"."""

PROMISE = (0, 1)
"""On the promised morning, +1; "then missing"."""

DaysAfter = Callable[[date, int], date]  # a day, and so many working days: the day that is so much later

_WEEK = timedelta(days=7)
_EVE = timedelta(days=2)
_LEAD_FOR = ("person", "choice", "date", "url", "text", "yes_no")
_SPONSOR_WITHIN_DAYS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What the intake says, as of a moment."""

    name: str
    owner: str
    lead: str | None = None
    sponsor: str | None = None
    decision: date | None = None

    @property
    def told(self) -> str:
        """Where the intake names no lead, the review owner is the lead."""
        return self.lead or self.owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A nudge (or card) that has left. `woken`: somebody had put it off to then, so it may or may not be a step.

    `dropped`: it did not leave, as it fell due in an outage and had no room afterwards; its step counts as gone.
    """

    day: date
    promise: bool = False
    woken: bool = False
    dropped: bool = False


@dataclass(slots=True, kw_only=True)
class Case:
    """`status`: unasked, open, vague, promised, unconfirmed, answered, or a word for why nobody is to be asked."""

    item: Item
    status: str = "unasked"
    assignee: str | None = None  # None: the review owner
    not_me: set[str] = field(default_factory=set)
    anchor: datetime | None = None  # nudges count from here
    walked_at: datetime | None = None  # the walk came to it
    resumed_on: date | None = None  # the review's pause ended
    returned: bool = False  # who was asked said "not me": it may count from when the walk came to it
    ask_pending: bool = False
    named: str | None = None
    promiser: str | None = None
    until: date | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None
    day: date | None = None
    clears: bool = True
    sent: list[Sent] = field(default_factory=list)  # since the anchor
    extra: int = 0  # nudges beyond the table: asked for by a snooze, or dropped with an outage
    snoozed: dict[str, date] = field(default_factory=dict)
    woken: set[str] = field(default_factory=set)  # whose snooze has not been answered by a nudge yet
    warned: dict[str, date] = field(default_factory=dict)
    escalated: set[str] = field(default_factory=set)

    def begin(self, at: datetime, status: str) -> None:
        """A new anchor: the item is asked (or promised, or named) anew, and everything counts from here."""
        self.status, self.anchor, self.returned = status, at, False
        self.until = self.until if status == "promised" else None
        self.sent, self.extra, self.warned, self.escalated = [], 0, {}, set()
        self.woken = set()

    @property
    def promised(self) -> bool:
        """Whether the promise is to be asked for: "on the promised morning, +1, then missing"."""
        return self.status == "promised" and sum(sent.promise for sent in self.sent) < len(PROMISE)

    def whose(self, project: Project) -> str | None:
        """Whose turn it is, by the text: the named person, the promiser, else the assignee."""
        if self.status == "unconfirmed":
            return self.named
        return self.promiser if self.promised else self.assigned(project)

    def assigned(self, project: Project) -> str | None:
        who = self.assignee or project.owner
        return None if who in self.not_me else who

    def addressees(self, project: Project, diary: Diary, day: date) -> set[str | None]:
        """Whom a nudge may go to on that day of theirs.

        An answer that comes up again belongs to any of those who had to do with it. A promise whose day and the next
        have gone by is missing, and the assignee's, unless it was put off.
        """
        if self.status == "answered":
            return {self.assignee or project.owner, project.owner, self.named, self.answered_by} - self.not_me
        if self.status == "promised" and self.promiser and self.until:
            put_off = self.promiser in self.woken and self.snoozed[self.promiser] > day
            missing = not self.promised or self.until + timedelta(days=1) < day
            return {self.promiser, self.assigned(project)} if missing and not put_off else {self.promiser}
        return {self.whose(project)}

    def left(self, day: date, to: str, *, dropped: bool = False) -> None:
        promise = self.promised and to == self.promiser
        self.sent.append(Sent(day=day, promise=promise, woken=to in self.woken, dropped=dropped))
        self.extra += dropped
        self.woken.discard(to)

    def limit(self) -> float:
        """How many nudges (cards included) since the anchor."""
        if self.status == "unconfirmed":
            return len(CONFIRM) + self.extra
        if self.item.type == "choice":
            return float("inf")
        if self.status == "answered":
            return (2 if self._stale_on() else 0) + (3 if self.day else 0) + self.extra
        promised = len(PROMISE) if self.status == "promised" else 0
        return promised + len(TABLE[self.item.type]) + self.extra

    def exhausted(self) -> bool:
        """Whether "the last nudge" has been; a choice has none, so any counts.

        The last one about a review date is "on the date": what was said on the eve of it need not be said again.
        """
        if self.item.type == "choice":
            return bool(self.sent)
        if self.status == "answered" and self.sent and (stale := self._stale_on()):
            return len(self.sent) > 1 or self.sent[-1].day >= stale - _EVE
        asked = sum(not sent.promise for sent in self.sent)
        return len(self.sent) >= self.limit() - self.extra or asked >= len(TABLE[self.item.type])

    def soonest(self, diary: Diary, who: str) -> date | None:
        """The first day on which another nudge to `who` may leave, or None where there is no ground for one."""
        if who in self.woken:
            return self.snoozed[who]
        if self.status == "answered":
            return min(self._grounds(diary), default=None)
        readings = self.readings(diary, diary.after, who)
        if self.returned and self.walked_at and not self.sent:
            readings.add(diary.after(diary.day(self.walked_at), TABLE[self.item.type][0]))
        return min(readings, default=None)

    def readings(self, diary: Diary, after: DaysAfter, who: str) -> set[date]:
        """The day of the next step, whether or not nudges that somebody had put off count as steps."""
        counted = [sent for sent in self.sent if not sent.woken]
        return {day for sent in (self.sent, counted) for day in self._next(sent, diary, after, who)}

    def _next(self, sent: list[Sent], diary: Diary, after: DaysAfter, who: str) -> Iterator[date]:
        if self.anchor is None:
            return
        anchor = diary.day(self.anchor)
        if self.status == "unconfirmed":
            yield after(sent[-1].day, CONFIRM[min(len(sent), 2)]) if sent else anchor
            return
        if self.status == "promised" and self.until:
            if self.promised and who == self.promiser:
                kept = [each for each in sent if each.promise]
                yield after(kept[-1].day, PROMISE[1]) if kept else self.until
                return
            days = [each.day for each in sent if each.promise]
            sent, anchor = [each for each in sent if not each.promise], self.until + timedelta(days=1)
            if days and not sent:
                yield after(days[-1], TABLE[self.item.type][0])
        steps = TABLE[self.item.type]
        last = sent[-1].day if sent else anchor
        if self.item.type == "choice" and sent:  # "weekly": with a holiday in between the working days take longer
            yield from (after(last, 5), last + _WEEK)
        else:
            yield after(last, steps[min(len(sent), len(steps) - 1)])

    def _grounds(self, diary: Diary) -> Iterator[date]:
        """Why an answered item may come up again: its review date, its own date passed, or it does not clear."""
        assert self.answered_at
        answered = diary.day(self.answered_at)
        last = self.sent[-1].day if self.sent else None
        if stale := self._stale_on(answered):
            warning = stale - _WEEK  # what was sent before it was about something else
            yield warning if last is None or last < warning else max(stale, last + timedelta(days=1))
        if self.item.type == "date" and self.day and self.day >= answered:
            passed = self.day + timedelta(days=1)
            yield passed if last is None or last < passed else diary.after(last, 3)
        if not self.clears:
            yield min(diary.after(last, 5), last + _WEEK) if last else diary.after(answered, 1)

    def _stale_on(self, answered: date | None = None) -> date | None:
        if answered is None:
            answered = self.answered_at.date() if self.answered_at else None
        return answered + timedelta(days=self.item.review_days) if answered else None

    def tellable(self, project: Project, day: date, service_owner: str | None) -> dict[str, str]:
        """Who may be told of it once nudges have ended (critical ones only): person → in which role."""
        if not self.item.critical:
            return {}
        told = [(service_owner, "service owner")] if self.status == "answered" else self._told(project, day)
        return {who: role for who, role in told if who}

    def _told(self, project: Project, day: date) -> Iterator[tuple[str | None, str]]:
        soon = project.decision is not None and (project.decision - day).days <= _SPONSOR_WITHIN_DAYS
        if (self.item.type == "person" and soon) or self.item.key == "success.target":
            yield project.sponsor, "sponsor"
        if self.item.type in _LEAD_FOR:
            yield project.told, "lead"
