"""What comes next about one answer: who is asked for it, reminded of it and told of it, and when.

Each step counts from what was sent before it, so that one that nobody could send is not made up for. How often, and
who is told in the end, is the policy of the pack (`cadences.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from conversations.cadences import Nudging
from conversations.calendars import Calendar
from conversations.cards import About
from conversations.history import Anchor, History
from conversations.item_standing import UNANSWERED, ItemStanding
from conversations.packs import ItemType
from conversations.review import Act, ActKind, State

_DAY = timedelta(days=1)
_A_DAY = timedelta(hours=24)  # so much later it is another day, wherever two people are and however early they begin
_SO_SHORTLY = timedelta(days=2)  # what was sent so long before an answer's day stands for what is sent on it
_ASKS = (About.OPEN, About.PARTS, About.GAP)
_LOOKED_AT = (About.REVIEW, About.PASSED)  # who is asked whether it was so has looked at the answer as well
_SEEN_TO = (ActKind.LEFT, ActKind.AWAY)  # an answer that is old by these is seen to by whom the owner is offered


class Kind(StrEnum):
    """Kinds of messages of the bot's own accord, as `tick` names them."""

    NUDGE = "nudge"
    CONFIRM = "confirm"
    ASK = "ask"
    HEADS_UP = "heads_up"
    ESCALATION = "escalation"
    DIGEST = "digest"
    CATCH_UP = "catch_up"
    QUIET_WALK = "quiet_walk"
    OWNER_GONE = "owner_gone"
    ROLL_UP = "roll_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One thing to write to one person about, not written yet."""

    kind: Kind
    person: str
    at: datetime  # aware UTC; within the person's hours, by their calendar
    item: str | None = None
    about: About | None = None  # of a nudge
    step: int = 1  # the how manieth of its kind since `target`
    target: int = 0  # the act that it counts from; 0 for the walk's coming to the item
    key: str = ""  # the message's key where it has one of its own (ask, confirm, quiet, gone, owner, pack)
    most: int = 0  # steps at most; 0 for until it is settled
    critical: bool = False  # its item is
    put_off: date | None = None  # the day until which this person has put the item off


CalendarOf: TypeAlias = Callable[[str], Calendar]  # by a person's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What comes next about one item."""

    history: History
    calendar_of: CalendarOf
    item: ItemStanding

    @property
    def nudging(self) -> Nudging:
        return self.history.standing.pack.nudges

    def next(self) -> Iterator[Reminder]:
        item = self.item
        if (assigned := self._not_told_yet()) is not None:
            yield from self._ask(assigned, item.assignee or "")
        if item.answer is not None and item.state is State.UNCONFIRMED:
            yield from self._confirm(item.answer, item.named_here)
        elif item.answer is not None and item.state in (State.COMPLETE, State.STALE):
            yield from self._answered(item.answer)
        elif item.state in (*UNANSWERED, State.VAGUE) and not item.kept:
            yield from self._waited_for()

    # --- what somebody has asked for ---

    def _not_told_yet(self) -> Act | None:
        """The act that has asked somebody who was not written to since."""
        asked, who = self.item.assigned, self.item.assignee
        told = asked is None or self.history.sent(self.item, Kind.ASK, asked.n, who)
        return None if told else asked

    def _ask(self, assigned: Act, person: str) -> Iterator[Reminder]:
        if self.history.can_be_told(person):
            at = self.calendar_of(person).opens(assigned.at)
            yield from self._step(Kind.ASK, person, at, assigned.n, step=0, most=1, key=self._own_key("ask", person))

    def _confirm(self, answer: Act, person: str | None) -> Iterator[Reminder]:
        if person is None or not self.history.can_be_told(person):
            return
        calendar, again, first = self.calendar_of(person), self.nudging.confirm_again, self.history.first_said(answer)
        sent = self.history.sent(self.item, Kind.CONFIRM, first.n, person)
        at: datetime | None = calendar.opens(answer.at)
        if sent:
            at = self._days_after(calendar, sent[-1], again[len(sent) - 1 : len(sent)])
        key = "" if sent else self._own_key("confirm", person)
        yield from self._step(Kind.CONFIRM, person, at, first.n, step=len(sent) + 1, most=1 + len(again), key=key)

    def _own_key(self, kind: str, person: str) -> str:
        """Of the first message of its kind; a later one is called by its act."""
        key = f"{kind}/{self.item.item.key}/{person}"
        return "" if key in self.history.standing.review.posted else key

    # --- an answer that is waited for ---

    def _waited_for(self) -> Iterator[Reminder]:
        """Who has promised it first, on its day; then whom it is waited for from."""
        recipient, promise = self.history.recipient(self.item), self.history.promise(self.item)
        kept_by = promise.by if promise is not None and self.history.can_be_told(promise.by) else recipient
        if promise is not None and promise.day is not None and kept_by is not None:
            since, most = self.history.first_said(promise).n, 1 + len(self.nudging.promised_again)
            sent = self._nudges(kept_by, since, (About.PROMISED,))
            if len(sent) < most or kept_by != recipient:
                yield from self._promised(kept_by, promise.day, since, sent)
            put_off = self.history.snooze(self.item, kept_by) is not None
            if (len(sent) < most) if kept_by == recipient else put_off:
                return
        anchor = self.history.anchor(self.item)
        if recipient is not None and anchor is not None and self._not_told_yet() is None:
            yield from self._missing(recipient, anchor)

    def _promised(self, person: str, day: date, since: int, sent: Sequence[Act]) -> Iterator[Reminder]:
        calendar, again = self.calendar_of(person), self.nudging.promised_again
        at = self._days_after(calendar, sent[-1], again[len(sent) - 1 : len(sent)]) if sent else calendar.opens_on(day)
        yield from self._nudge(person, at, since, About.PROMISED, sent, 1 + len(again))

    def _missing(self, person: str, anchor: Anchor) -> Iterator[Reminder]:
        calendar, item = self.calendar_of(person), self.item
        cadence = self.nudging.cadence(item.item.type, item.item.escalate)
        sent = [act for act in self._nudges(person, anchor.n, _ASKS) if anchor.is_before(act.at, calendar)]
        told = [act.at for act in (*self.history.sent(item, Kind.ASK, 0, person), *self._nudges(person, 0))]
        day = max([anchor.day_by(calendar), *(calendar.day_of(at) for at in sorted(told)[-1:])])
        gap = cadence.gap(len(sent))
        at = calendar.opens_on(calendar.after(day, gap)) if gap is not None else None
        found = self._nudge(person, at, anchor.n, self._about(), sent, cadence.most)
        if len(sent) < len(cadence.after):
            yield from found
            return
        nudges = list(found)
        told_next = self._escalated(person, sent[-1], anchor.n, put_off=bool(nudges) and at is None)
        yield from self._first_for(person, (*nudges, *told_next))

    def _about(self) -> About:
        return {State.VAGUE: About.PARTS, State.KNOWN_GAP: About.GAP}.get(self.item.state, About.OPEN)

    # --- an answer that is there, and may be another one by now ---

    def _answered(self, answer: Act) -> Iterator[Reminder]:
        item, first = self.item, self.history.first_said(answer)
        recipient, held = self.history.recipient(item), item.renewed or first
        clears, old_from = item.item.clears_blocker, item.old_from
        found = list(self._passed(recipient, answer.day, held)) if answer.day else []
        if clears and answer.option not in clears:
            found += self._status(recipient, first)
        elif old_from is not None and not (item.outdated and item.outdated.kind in _SEEN_TO):
            named = item.named_here if item.confirmed else None
            found += self._review(named or recipient, old_from, held)
        yield from self._first_for(recipient, found)

    def _passed(self, person: str | None, day: date, held: Act) -> Iterator[Reminder]:
        """Where the day was yet to come when somebody said it, or last said that it holds."""
        said_on = held.at.astimezone(self.history.standing.now.tzinfo).date()
        if person is not None and self.item.item.type is ItemType.DATE and day > said_on:
            sent = self._nudges(person, held.n, (About.PASSED,))
            at = None if sent else self.calendar_of(person).opens_on(day + _DAY)
            yield from self._nudge(person, at, held.n, About.PASSED, sent, 1)

    def _status(self, person: str | None, answer: Act) -> Iterator[Reminder]:
        if person is not None:
            sent = self._nudges(person, answer.n, (About.STATUS,))
            last = sent[-1] if sent else answer
            at = self._days_after(self.calendar_of(person), last, (self.nudging.status_every,))
            yield from self._nudge(person, at, answer.n, About.STATUS, sent, 0)

    def _review(self, person: str | None, old_from: datetime, held: Act) -> Iterator[Reminder]:
        if person is None or not self.history.can_be_told(person):
            return
        calendar, before = self.calendar_of(person), timedelta(days=self.nudging.review_before_days)
        at_once = self.item.outdated is not None or self.item.item.review_days <= before.days
        first, day = old_from if at_once else old_from - before, self._review_day(calendar, old_from, held)
        sent = [a for a in self._nudges(person, held.n, _LOOKED_AT) if a.at >= first - _SO_SHORTLY]
        done = bool(sent) and sent[-1].at >= old_from - _SO_SHORTLY
        at = None if done else calendar.opens_on(day if sent or at_once else day - before)
        found = self._nudge(person, at, held.n, About.REVIEW, sent, 1 if at_once else 2)
        if not done:
            yield from found
            return
        nudges = list(found)
        told_next = self._escalated(person, sent[-1], held.n, put_off=bool(nudges))
        yield from self._first_for(person, (*nudges, *told_next))

    def _review_day(self, calendar: Calendar, old_from: datetime, held: Act) -> date:
        """So many days after the one on which it was said, whatever the reader's clocks do in between."""
        if self.item.outdated is not None:
            return calendar.day_of(old_from)
        return calendar.day_of(held.at) + timedelta(days=self.item.item.review_days)

    # --- who is told in the end ---

    def _escalated(self, person: str, last: Act, since: int, *, put_off: bool) -> Iterator[Reminder]:
        """The person first, and later those who are told, one after the other, until one of them lets it go."""
        item, history = self.item, self.history
        told = history.sent(item, Kind.ESCALATION, since)
        left = history.to_tell(item, person)[len(told) :]
        if not left or put_off or not history.standing.is_critical(item.item) or history.let_go(item, told):
            return
        who, not_before = left[0]
        warned = history.sent(item, Kind.HEADS_UP, since, person)
        calendar = self.calendar_of(who if warned else person)
        newest, days = (told or warned)[-1] if warned else last, 1 if warned else self.nudging.heads_up_after
        day = calendar.after(calendar.day_of(newest.at), days)
        at = calendar.opens_on(max(day, not_before or day, newest.day or day))
        if not warned:
            yield from self._step(Kind.HEADS_UP, person, at, since, most=1)
            return
        at = calendar.opens(max(at, newest.at + _A_DAY))
        if snooze := history.snooze(item, person):
            at = max(at, calendar.opens_on(snooze[1]))
        yield from self._step(Kind.ESCALATION, who, at, since, step=len(told) + 1, most=len(told) + len(left))

    def _first_for(self, person: str | None, found: Sequence[Reminder]) -> Iterator[Reminder]:
        """Of what is about the same thing, one person gets what comes first."""
        theirs = [each for each in found if each.person == person]
        yield from sorted(theirs, key=lambda each: each.at)[:1]
        yield from (each for each in found if each.person != person)

    # --- steps ---

    def _nudges(self, person: str, since: int, about: Collection[str] = tuple(About)) -> list[Act]:
        return [act for act in self.history.sent(self.item, Kind.NUDGE, since, person) if act.about in about]

    def _days_after(self, calendar: Calendar, last: Act, days: Sequence[int]) -> datetime | None:
        """So many worked days (one number, or none for never) after it, or after a pause that was since."""
        if not days:
            return None
        day, resumed = calendar.day_of(last.at), self.history.resumed
        return calendar.opens_on(calendar.after(max(day, resumed.day_by(calendar)) if resumed else day, days[0]))

    def _nudge(
        self, person: str, at: datetime | None, since: int, about: About, sent: Sequence[Act], most: int
    ) -> Iterator[Reminder]:
        yield from self._step(Kind.NUDGE, person, at, since, step=len(sent) + 1, most=most, about=about)

    def _step(
        self,
        kind: Kind,
        person: str,
        at: datetime | None,
        since: int,
        *,
        most: int,
        step: int = 1,
        about: About | None = None,
        key: str = "",
    ) -> Iterator[Reminder]:
        """The step at its moment, or at the one to which it was put off. `at` is None after the last: then only that.

        Whatever is put off comes on its morning, as the next step or as the last one once more, and never earlier.
        """
        item, calendar = self.item.item, self.calendar_of(person)
        snooze = self.history.snooze(self.item, person)
        if snooze is not None:
            reminded, morning = snooze[0], calendar.opens_on(snooze[1])
            alike = reminded is not None and (reminded.about == about or about in (*_ASKS, About.PROMISED))
            at = morning if alike and reminded and reminded.n > since else at and max(at, morning)
        if at is not None:
            critical = self.history.standing.is_critical(item)
            yield Reminder(
                kind=kind,
                person=person,
                at=going_on(self.history, calendar, at),
                item=item.key,
                about=about,
                step=min(step, most) if most else step,
                target=since,
                key=key,
                most=most,
                critical=critical,
                put_off=snooze[1] if snooze is not None else None,
            )


def going_on(history: History, calendar: Calendar, at: datetime) -> datetime:
    """That moment, or when the review goes on after a pause."""
    resumed = history.resumed
    if resumed is None:
        return at
    opens = calendar.opens(resumed.at)  # with a day, that begins for the review before it does for some, or after
    return max(at, opens if resumed.day is None else max(opens, calendar.opens_on(resumed.day)))
