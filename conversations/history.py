"""What reminders go by, read from a review's acts: what steps count from, whom they go to, what was sent before.

Nobody's calendar is known here. So every calendar leads to the same reminders, and only moves them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from conversations.cadences import Escalation
from conversations.calendars import Calendar
from conversations.item_standing import STANDS, ItemStanding, working_day_after
from conversations.review import Act, ActKind, State
from conversations.standing import Standing
from conversations.verdicts import Verdict

HEADS_UP = "heads_up"  # a `steps.Kind`
SERVICE_OWNER = "run.service_owner"  # who is told of what nobody looks at again
# Whoever does one of these about an item asks for it, or leaves it to be asked for: its steps begin anew.
_BEGINS = frozenset(
    {
        ActKind.ANSWERED,
        ActKind.RIVALLED,
        ActKind.SETTLED,
        ActKind.REJECTED,
        ActKind.DEFERRED,
        ActKind.DELEGATED,
        ActKind.TAKEN,
        ActKind.DECLINED,
    }
)
_ASKS_ANEW = frozenset({ActKind.REJECTED, ActKind.DELEGATED, ActKind.TAKEN})  # whatever was promised for that day
_TO_ONE = frozenset({ActKind.REMINDED, ActKind.SNOOZED, ActKind.LET_GO})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What steps count from."""

    n: int  # the act; 0 for the walk's coming to the item
    at: datetime
    day: date | None = None  # where it is a day, and the same for everybody

    def day_by(self, calendar: Calendar) -> date:
        return calendar.day_of(self.at) if self.day is None else self.day

    def is_before(self, at: datetime, calendar: Calendar) -> bool:
        return at >= self.at if self.day is None else calendar.day_of(at) > self.day


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    standing: Standing
    begun: Mapping[str, Act]  # by item, the newest act by which its steps begin
    undone: Mapping[str, Act]  # … and the newest that took something about it back
    told: Mapping[str, Sequence[Act]]  # … and what single people were told of it, and said to that
    not_me: Mapping[str, Set[str]]  # … and who has declined and was not asked since
    outside: Set[str]  # people of other organisations, who are never written to
    resumed: Anchor | None  # the newest end of a pause; it may be to come

    @property
    def around(self) -> tuple[object, ...]:
        """What the reminders about any item go by on one day; with `about` it, and where it stands, nothing else."""
        standing = self.standing
        return (
            standing.now.date(),
            standing.owner,
            standing.decision_on,
            standing.profile,
            standing.gone,
            standing.unreachable,
            self.outside,
            self.resumed,
            [self.in_role(role) for role in Escalation],
            [key for key in standing.review.posted if key.startswith(("ask/", "confirm/"))],
        )

    def about(self, key: str) -> tuple[object, ...]:
        told, not_me, reached = self.told.get(key), self.not_me.get(key), self.standing.review.reached.get(key)
        return self.begun.get(key), self.undone.get(key), told, not_me, reached

    def can_be_told(self, person: str) -> bool:
        return person not in self.standing.gone and person not in self.outside

    def recipient(self, item: ItemStanding) -> str | None:
        """Whom an answer is waited for from; None where nobody is to be written to."""
        person = item.assignee or self.standing.owner
        declined = person in self.not_me.get(item.item.key, ())
        return person if self.can_be_told(person) and not declined else None

    def anchor(self, item: ItemStanding) -> Anchor | None:
        """The newest thing that the steps of an item count from; None where nobody was asked for it."""
        reached, begun = self.standing.review.reached.get(item.item.key), self.begun.get(item.item.key)
        if reached is None and begun is None:
            return None
        acts = (begun, begun and self._left(begun), item.vacated, self.undone.get(item.item.key))
        found = [Anchor(n=act.n, at=act.at) for act in acts if act is not None]
        found += [Anchor(n=0, at=reached)] if reached is not None else []
        found += [each for each in (self._lapse(item), self.resumed) if each is not None]
        return max(found, key=lambda each: (each.at, each.n))

    def _left(self, begun: Act) -> Act | None:
        """Where who was asked has left, their leaving."""
        asked = {ActKind.DELEGATED: begun.person, ActKind.TAKEN: begun.by}.get(begun.kind)
        return self.standing.gone.get(asked) if asked else None

    def _lapse(self, item: ItemStanding) -> Anchor | None:
        """What was promised counts as missing one working day after its day."""
        promise = self.promise(item)
        if promise is None or promise.day is None:
            return None
        day = working_day_after(promise.day)
        return Anchor(n=promise.n, at=_midnight(self.standing, day + _DAY), day=day)

    def promise(self, item: ItemStanding) -> Act | None:
        """The act that promises the answer for a day, also for one that has passed.

        None where who has made it says that it is not theirs, and where it was asked for anew from that day on.
        """
        gap = item.state is State.KNOWN_GAP and item.deferral is None
        promise, begun = item.answer if gap else item.deferral, self.begun.get(item.item.key)
        if promise is None or promise.day is None or promise.by in self.not_me.get(item.item.key, ()):
            return None
        anew = begun if begun is not None and begun.kind in _ASKS_ANEW and begun.n > promise.n else None
        return None if anew is not None and self._day_of(anew) >= promise.day else promise

    def _day_of(self, act: Act) -> date:
        return act.at.astimezone(self.standing.now.tzinfo).date()

    def first_said(self, act: Act) -> Act:
        """The version that somebody has said, of one that was only judged anew."""
        while act.again and act.revises is not None:
            act = self.standing.review.acts[act.revises - 1]
        return act

    def sent(self, item: ItemStanding, kind: str, since: int, person: str | None = None) -> list[Act]:
        """The messages of a kind (`reminders.Kind`) about an item after that act, oldest first."""
        told = self.told.get(item.item.key, ())
        return [act for act in told if act.option == kind and act.n > since and person in (None, act.person)]

    def snooze(self, item: ItemStanding, person: str) -> tuple[Act | None, date] | None:
        """What somebody was told last about an item, and the day on which they want to hear of it again."""
        told = self.told.get(item.item.key, ())
        said = next((a for a in reversed(told) if person in (a.person, a.by) and a.kind is not ActKind.LET_GO), None)
        if said is None or said.kind is not ActKind.SNOOZED or said.day is None:
            return None
        promise = self.promise(item)
        if promise is not None and promise.by == person and promise.n > said.n:
            return None  # they have named another day since
        reminded = (act for act in told if act.kind is ActKind.REMINDED and act.person == person and act.n < said.n)
        return max(reminded, key=lambda act: act.n, default=None), said.day

    def let_go(self, item: ItemStanding, escalations: Iterable[Act]) -> bool:
        """Whether one of those who were told has let it go. Who was warned of it cannot."""
        told, about = {act.n for act in escalations}, self.told.get(item.item.key, ())
        return any(act.kind is ActKind.LET_GO and act.target in told for act in about)

    def to_tell(self, item: ItemStanding, nudged: str) -> list[tuple[str, date | None]]:
        """Who is told of a critical item that `nudged` has not answered, in order, and from which day on."""
        nudging, decision = self.standing.pack.nudges, self.standing.decision_on
        near = decision - nudging.sponsor_near_days * _DAY if decision is not None else None
        told: dict[str, date | None] = {}
        for role in self._escalation(item):
            who = self.in_role(role)
            later = role is Escalation.SPONSOR and self._escalation(item)[0] is not role
            if who is not None and who != nudged and self.can_be_told(who) and (near is not None or not later):
                told.setdefault(who, near if later else None)
        return list(told.items())

    def _escalation(self, item: ItemStanding) -> tuple[Escalation, ...]:
        nudging = self.standing.pack.nudges
        if item.state in STANDS:
            return nudging.review_escalate
        return nudging.cadence(item.item.type, item.item.escalate).escalate

    def in_role(self, role: Escalation) -> str | None:
        if role is Escalation.LEAD:
            return self.standing.profile.get("lead") or self.standing.owner
        if role is Escalation.SPONSOR:
            return self.standing.profile.get("sponsor")
        item = self.standing.items.get(SERVICE_OWNER)
        return item.named_here if item is not None and item.state in STANDS else None


def history_of(standing: Standing) -> History:
    begun: dict[str, Act] = {}
    told, not_me = defaultdict[str, list[Act]](list), defaultdict[str, set[str]](set)
    lost = _lost(standing)
    for act in standing.live:
        if act.item is None or act.again or act.n in lost:
            continue
        if act.kind in _TO_ONE:
            told[act.item].append(act)
        elif act.kind in _BEGINS:
            begun[act.item] = act
            _says_whose(not_me[act.item], act)
    return History(
        standing=standing,
        begun=begun,
        undone=dict(_undone(standing)),
        told=told,
        not_me=not_me,
        outside={act.by for act in standing.live if act.outside},
        resumed=_resumed(standing),
    )


def _lost(standing: Standing) -> set[int | None]:
    """What did not arrive, and so counts as never written. What was asked in the thread instead counts.

    A heads-up does not: nobody is told that somebody else will be told.
    """
    acts, lost = standing.review.acts, (act for act in standing.live if act.kind is ActKind.UNREACHABLE and act.target)
    return {act.target for act in lost if act.item is None or acts[(act.target or 0) - 1].option == HEADS_UP}


def _says_whose(not_me: set[str], act: Act) -> None:
    """Who says "not me" is left alone until they are asked, or take part, again; a complete answer ends it for all."""
    if act.kind is ActKind.DECLINED:
        not_me.add(act.by)
    elif act.kind is ActKind.ANSWERED and act.verdict is Verdict.COMPLETE:
        not_me.clear()
    else:
        not_me.discard(act.person if act.kind is ActKind.DELEGATED and act.person else act.by)


def _undone(standing: Standing) -> Iterator[tuple[str, Act]]:
    acts = standing.review.acts
    for act in acts:
        if act.kind is ActKind.WITHDRAWN and act.target is not None:
            taken_back = acts[act.target - 1]
            if taken_back.item is not None and taken_back.kind not in _TO_ONE:
                yield taken_back.item, act


def _resumed(standing: Standing) -> Anchor | None:
    act = next((a for a in reversed(standing.live) if a.kind in (ActKind.PAUSED, ActKind.RESUMED)), None)
    if act is None:
        return None
    at = act.at if act.day is None else _midnight(standing, act.day)
    return Anchor(n=act.n, at=at, day=act.day)


def _midnight(standing: Standing, day: date) -> datetime:
    return datetime.combine(day, time(), standing.now.tzinfo)
