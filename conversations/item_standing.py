"""Where one item stands: what the acts about it add up to, and what that is at a moment.

Adding up (`then`) knows no time and takes one act after the other; `at` only looks at the clock. An act that speaks of
an earlier one which is gone by then (taken back, replaced) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import reduce

from conversations.once import Known, once
from conversations.packs import Item, ItemType
from conversations.review import Act, ActKind, State
from conversations.verdicts import Verdict

TRIES = 2  # an item is asked for, followed up once, and then left as it is
ANSWERS = (ActKind.ANSWERED, ActKind.RIVALLED, ActKind.WAIVED)
UNANSWERED = (State.OPEN, State.KNOWN_GAP, State.DEFERRED)
STANDS = (State.COMPLETE, State.UNCONFIRMED, State.STALE)  # the states of an answer that can be relied on
LACKING = (Verdict.VAGUE, Verdict.MISSING)
_PROMISED = (State.DEFERRED, State.KNOWN_GAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemStanding:
    item: Item
    state: State = State.OPEN
    answer: Act | None = None  # the one that stands
    sides: tuple[Act, ...] = ()  # two or more while answers conflict
    waiver: Act | None = None
    accepted_by: str | None = None
    deferral: Act | None = None
    due_on: date | None = None  # of a deferral or of a gap's promise
    assignee: str | None = None
    assigned: Act | None = None  # the act that asked somebody else, while that is waited for
    confirmed: bool = False
    outdated: Act | None = None  # what made the answer old before its time, as `outdating` finds it
    vacated: Act | None = None  # the AWAY of who was to see to it before they are back, as `outdating` finds it
    renewed: Act | None = None  # the newest word that the answer holds: a "keep as is", or the named person's yes
    kept: bool = False
    tries: int = 0  # answers in a row that lacked something
    claim: Act | None = None  # what makes it the next one asked: an answer to follow up, `edit`, `back`
    skipped: int = 0  # the act that skipped it, 0 for none
    history_count: int = 0
    acts: tuple[Act, ...] = ()  # that it is added up from
    known: Known = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        match self.state:
            case State.OPEN | State.KNOWN_GAP:
                return Verdict.MISSING
            case State.VAGUE:
                return Verdict.VAGUE
            case State.DEFERRED:
                return Verdict.DEFERRED
            case State.NA_PENDING | State.NA_ACCEPTED:
                return Verdict.NOT_APPLICABLE
            case State.CONFLICT:
                return self.sides[-1].verdict or Verdict.COMPLETE
            case _:
                return Verdict.COMPLETE

    @property
    def named(self) -> str | None:
        """Whom the standing answer names: an id, or a name that matches nobody here."""
        named_here = self.answer is not None and self.item.type is ItemType.PERSON and not self.answer.rota
        return self.answer.person if self.answer is not None and named_here else None

    @property
    def named_here(self) -> str | None:
        """The id of the person it names; a typed name that looks like an id is nobody's."""
        return self.named if self.answer is not None and not self.answer.stranger else None

    @property
    def names_nobody_here(self) -> bool:
        return self.state is State.UNCONFIRMED and self.answer is not None and self.answer.stranger

    @property
    def old_from(self) -> datetime | None:
        """From when on the answer is due for review."""
        if self.answer is None:
            return None
        old = (self.renewed_at or self.answer.at) + timedelta(days=self.item.review_days)
        return old if self.outdated is None else min(old, self.outdated.at)

    @property
    def renewed_at(self) -> datetime | None:
        return self.renewed.at if self.renewed else None

    @property
    def can_be_kept(self) -> bool:
        """There is an answer, and it is not all that was asked for."""
        lacking = self.state in (State.OPEN, State.VAGUE, State.KNOWN_GAP) and self.answer is not None
        return lacking or self.names_nobody_here

    @property
    def settled(self) -> bool:
        """Nothing is left for the walk to ask; it may be far from answered."""
        if self.state in (State.OPEN, State.VAGUE):
            return self.kept or self.assigned is not None or self.tries >= TRIES
        return True


def tells(act: Act) -> bool:
    """Whether an act can make anything of an item."""
    return act.kind in _THEN or act.revises is not None


def then(item: ItemStanding, act: Act) -> ItemStanding:
    """What one more act makes of an item."""
    change = _revised if act.revises is not None else _THEN.get(act.kind)
    return item if change is None else change(item, act)


def at(item: ItemStanding, now: datetime, last_day: Callable[[Act], date]) -> ItemStanding:
    """The item at a moment. `last_day` is the day up to which something can be put off; a later one is a gap."""
    state = _state(item, now, last_day)
    if state is item.state and item.due_on is None:
        return item
    return _in_state(item, state)


@once
def _in_state(item: ItemStanding, state: State) -> ItemStanding:
    return replace(item, state=state, due_on=item.due_on if state in _PROMISED else None)


def said_by(item: ItemStanding, act: Act) -> tuple[Act, ...]:
    """The acts whose words make up an answer: one, or the two of a join."""
    joins = act.target is not None and act.kind in ANSWERS
    first = next((a for a in item.acts if a.n == act.target), None) if joins else None
    return (act,) if first is None else (first, act)


def working_day_after(day: date) -> date:
    following = day + timedelta(days=1)
    return following if following.weekday() < 5 else working_day_after(following)


# --- adding up -----------------------------------------------------------------------------------------------------


def _answered(item: ItemStanding, act: Act) -> ItemStanding:
    tries = item.tries + 1 if act.verdict in LACKING else 0
    return replace(
        item,
        state=State.COMPLETE if act.verdict is Verdict.COMPLETE else State.OPEN,  # most stay so; the rest is up to `at`
        answer=act,
        sides=(),
        waiver=None,
        accepted_by=None,
        deferral=act if act.verdict is Verdict.DEFERRED else None,
        due_on=act.day,  # it counts while the answer is a promise
        assigned=None,
        confirmed=_is_confirmed(item, act),
        renewed=None,
        kept=False,
        tries=tries,
        claim=act if tries == 1 else None,
        skipped=0,
    )


def _is_confirmed(item: ItemStanding, act: Act) -> bool:
    """Naming oneself confirms, and who has said yes is not asked again when they are named anew."""
    again = item.confirmed and act.person == item.named
    return act.person is not None and not act.stranger and (again or act.person == act.by)


def _rivalled(item: ItemStanding, act: Act) -> ItemStanding:
    sides = _with_side(item.sides or ((item.answer,) if item.answer else ()), act)
    if len(sides) == 1:  # what it stood beside was taken back
        return _answered(item, act)
    assigned = None if act.by == item.assignee else item.assigned
    own = item.answer is not None and item.answer.by == act.by  # its author's newer side stands in its place
    return replace(item, answer=act if own else item.answer, sides=sides, waiver=None, assigned=assigned, claim=None)


def _with_side(sides: tuple[Act, ...], act: Act) -> tuple[Act, ...]:
    """A person has one side; a newer answer of theirs takes its place."""
    if any(side.by == act.by for side in sides):
        return tuple(act if side.by == act.by else side for side in sides)
    return (*sides, act)


def _waived(item: ItemStanding, act: Act) -> ItemStanding:
    return replace(item, waiver=act, accepted_by=None, assigned=None, claim=None, skipped=0)


def _settled(item: ItemStanding, act: Act) -> ItemStanding:
    side = next((side for side in item.sides if side.n == act.target), None)
    if side is None:
        return item
    if side == item.answer:  # it stays as confirmed as it was
        return replace(item, sides=(), waiver=None, claim=None)
    holds = replace(item, sides=())
    return _waived(holds, side) if side.kind is ActKind.WAIVED else replace(_answered(holds, side), claim=None)


def _revised(item: ItemStanding, act: Act) -> ItemStanding:
    """Another version of an answer stands in the place of the earlier one, wherever that is by now."""
    if item.waiver is not None and item.waiver.n == act.revises:
        return _THEN[act.kind](item, act)
    if any(side.n == act.revises for side in item.sides):
        sides = tuple(act if side.n == act.revises else side for side in item.sides)
        own = item.answer is not None and item.answer.n == act.revises
        return replace(item, sides=sides, answer=act if own else item.answer)
    if item.answer is None or item.answer.n != act.revises:
        return item
    return _waived(replace(item, answer=None), act) if act.kind is ActKind.WAIVED else _reworded(item, act)


def _reworded(item: ItemStanding, act: Act) -> ItemStanding:
    """What was asked, kept, promised or waived beside the answer stays so, unless the new words are all of it."""
    new = _answered(item, act)
    renewed = item.renewed if act.again else None  # nobody has said anything that is newer
    new = replace(new, waiver=item.waiver, accepted_by=item.accepted_by, renewed=renewed)
    chosen = item.claim if item.claim is not None and item.claim.kind is ActKind.REOPENED else None
    if act.verdict not in LACKING:
        return replace(new, claim=chosen)
    asking = not item.kept and (item.tries == 0 or item.claim is not None)
    promised = item.deferral is not None and item.deferral.kind is ActKind.DEFERRED
    return replace(
        new,
        assigned=item.assigned,
        deferral=item.deferral if promised else None,
        due_on=item.due_on if promised else new.due_on,
        kept=item.kept,
        tries=max(item.tries, 1),
        skipped=item.skipped,
        claim=chosen or (act if asking and not promised else None),
    )


def _declined(item: ItemStanding, act: Act) -> ItemStanding:
    if item.deferral is not None and item.deferral.by == act.by:  # what they have promised is nobody's
        item = replace(item, deferral=None, due_on=None)
    if item.assigned is not None and item.assignee == act.by:
        return replace(item, assignee=None, assigned=None)
    if item.named_here == act.by:
        open_ = replace(item, answer=None, sides=(), confirmed=False, tries=0, claim=None)
        return reduce(_rivalled, (side for side in item.sides if side.person != act.by), open_)
    return _left(item, act)  # what they had taken; else it was taken back meanwhile, or was theirs as the owner


def _kept(item: ItemStanding, act: Act) -> ItemStanding:
    """Of an answer that lacks nothing it says that it holds, and its time begins anew."""
    if item.answer is not None and item.answer.verdict is Verdict.COMPLETE and not _wants_a_name(item):
        return replace(item, renewed=act, claim=None)
    return replace(item, kept=item.answer is not None, claim=None)


def _wants_a_name(item: ItemStanding) -> bool:
    return item.item.confirm_by_named_person and item.answer is not None and item.answer.stranger


def _confirmed(item: ItemStanding, act: Act) -> ItemStanding:
    return replace(item, confirmed=True, renewed=act) if act.by == item.named_here else item


def _left(item: ItemStanding, act: Act) -> ItemStanding:
    """Who left is asked nothing any more."""
    return replace(item, assignee=None, assigned=None) if item.assignee == act.by else item


_THEN: Mapping[ActKind, Callable[[ItemStanding, Act], ItemStanding]] = {
    ActKind.ANSWERED: _answered,
    ActKind.RIVALLED: _rivalled,
    ActKind.SETTLED: _settled,
    ActKind.KEPT: _kept,
    ActKind.DEFERRED: lambda item, act: replace(
        item, deferral=act, due_on=act.day, waiver=None, kept=False, claim=None, skipped=0, tries=0
    ),
    ActKind.WAIVED: _waived,
    ActKind.ACCEPTED: lambda item, act: replace(item, accepted_by=act.by),
    ActKind.REJECTED: lambda item, _: replace(item, waiver=None, accepted_by=None),
    ActKind.DELEGATED: lambda item, act: replace(item, assignee=act.person, assigned=act, claim=None, skipped=0),
    ActKind.TAKEN: lambda item, act: replace(item, assignee=act.by, assigned=None, skipped=0),
    ActKind.CONFIRMED: _confirmed,
    ActKind.DECLINED: _declined,
    ActKind.SKIPPED: lambda item, act: replace(item, skipped=act.n, claim=None),
    ActKind.REOPENED: lambda item, act: replace(item, claim=act),
    ActKind.LEFT: _left,
}


# --- at a moment ---------------------------------------------------------------------------------------------------


def _state(item: ItemStanding, now: datetime, last_day: Callable[[Act], date]) -> State:
    if item.waiver is not None:
        return State.NA_ACCEPTED if item.accepted_by else State.NA_PENDING
    if len(item.sides) > 1:
        return State.CONFLICT
    if item.deferral is not None and item.due_on is not None:
        if item.due_on > last_day(item.deferral):
            return State.KNOWN_GAP
        return State.DEFERRED if now.date() <= working_day_after(item.due_on) else State.OPEN
    return State.OPEN if item.answer is None else _answer_state(item, item.answer, now)


def _answer_state(item: ItemStanding, answer: Act, now: datetime) -> State:
    match answer.verdict:
        case Verdict.VAGUE:
            return State.VAGUE
        case Verdict.COMPLETE if item.outdated is not None:
            return State.STALE
        case Verdict.COMPLETE:
            if item.named and item.item.confirm_by_named_person and not item.confirmed:
                return State.UNCONFIRMED
            return State.COMPLETE if now <= (item.old_from or now) else State.STALE
        case _:
            return State.KNOWN_GAP if answer.known_gap else State.OPEN
