"""Where a review stands: what its acts add up to at a moment.

Nothing is kept that can be added up again, so taking an act back is leaving it out. Days are those of the zone of
`now`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import reduce

from conversations.packs import Item, ItemType, Pack
from conversations.review import LIVING, Act, ActKind, Phase, Review, State
from conversations.verdicts import Verdict

DECISION_DATE = "approve.decision_date"  # the two items that the engine itself reads, in every pack that has them
APPROVER = "approve.approver"
TRIES = 2  # an item is asked for, followed up once, and then left as it is

_PHASES = {
    ActKind.PAUSED: Phase.PAUSED,
    ActKind.RESUMED: Phase.OPEN,
    ActKind.FINISHED: Phase.DONE,
    ActKind.CANCELLED: Phase.CANCELLED,
}
ANSWERS = (ActKind.ANSWERED, ActKind.RIVALLED, ActKind.WAIVED)
UNANSWERED = (State.OPEN, State.KNOWN_GAP, State.DEFERRED)
STANDS = (State.COMPLETE, State.UNCONFIRMED, State.STALE)  # the states of an answer that can be relied on
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
    kept: bool = False
    tries: int = 0  # answers in a row that lacked something
    claim: Act | None = None  # what makes it the next one asked: an answer to follow up, `edit`, `back`
    skipped: int = 0  # the act that skipped it, 0 for none
    history_count: int = 0

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
    def names_nobody_here(self) -> bool:
        return self.state is State.UNCONFIRMED and self.answer is not None and self.answer.stranger

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    review: Review
    now: datetime
    phase: Phase = Phase.OPEN
    phase_act: Act | None = None  # what brought it there, and by whom
    owner: str
    decision_on: date | None = None
    profile: Mapping[str, str]
    items: Mapping[str, ItemStanding]  # in pack order
    asked: str | None = None
    live: tuple[Act, ...]  # the acts that count

    @property
    def pack(self) -> Pack:
        return self.review.pack

    @property
    def approver(self) -> str | None:
        item = self.items.get(APPROVER)
        stands = item is not None and item.state in STANDS
        return item.named if item and stands and not item.names_nobody_here else None

    @property
    def nothing_left_to_ask(self) -> bool:
        return all(item.settled and item.claim is None for item in self.items.values() if item.item.required)

    def is_critical(self, item: Item) -> bool:
        return item.is_critical(self.profile)


def stand(review: Review, now: datetime) -> Standing:
    gone = {act.target for act in review.acts if act.kind is ActKind.WITHDRAWN}
    live = tuple(act for act in review.acts if act.kind is not ActKind.WITHDRAWN and act.n not in gone)
    counts = _answer_counts(review.acts)
    about: dict[str, list[Act]] = {}
    chosen = next((act for act in reversed(live) if act.kind is ActKind.REOPENED), None)
    for act in live:
        if act.item is not None and (act.kind is not ActKind.REOPENED or act is chosen):
            about.setdefault(act.item, []).append(act)
    items = {
        key: _stand_item(item, about.get(key, ()), now, counts.get(key, 0)) for key, item in review.pack.by_key.items()
    }
    phase, phase_act = _phase(live, now)
    return Standing(
        review=review,
        now=now,
        phase=phase,
        phase_act=phase_act,
        owner=_newest(live, ActKind.HANDED_OVER) or review.started_by,
        decision_on=_decision_on(live, items.get(DECISION_DATE)),
        profile=reduce(lambda profile, act: {**profile, **act.profile}, live, {"stage": "pilot"}),
        items=items,
        asked=_asked(items) if phase in LIVING else None,
        live=live,
    )


def then(item: ItemStanding, act: Act) -> ItemStanding:
    """What one more act makes of an item."""
    change = _THEN.get(act.kind)
    return item if change is None else change(item, act)


def said_by(standing: Standing, act: Act) -> tuple[Act, ...]:
    """The acts whose words make up an answer: one, or the two of a join."""
    joins = act.target is not None and act.kind in ANSWERS
    first = next((a for a in standing.live if a.n == act.target), None) if joins else None
    return (act,) if first is None else (first, act)


def working_day_after(day: date) -> date:
    following = day + timedelta(days=1)
    return following if following.weekday() < 5 else working_day_after(following)


def _answered(item: ItemStanding, act: Act) -> ItemStanding:
    lacking = act.verdict in (Verdict.VAGUE, Verdict.MISSING)
    tries = item.tries + 1 if lacking else 0
    return replace(
        item,
        answer=act,
        sides=(),
        waiver=None,
        accepted_by=None,
        deferral=act if act.verdict is Verdict.DEFERRED else None,
        due_on=act.day if act.verdict is Verdict.DEFERRED or act.known_gap else None,
        assigned=None,
        confirmed=_is_confirmed(item, act),
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


def _settled(item: ItemStanding, act: Act) -> ItemStanding:
    side = next((side for side in item.sides if side.n == act.target), None)
    if side is not None and side == item.answer:  # it stays as confirmed as it was
        return replace(item, sides=(), waiver=None, claim=None)
    return item if side is None else replace(_answered(item, side), claim=None)


def _declined(item: ItemStanding, act: Act) -> ItemStanding:
    if item.assigned is not None and item.assignee == act.by:
        return replace(item, assignee=None, assigned=None)
    if item.named == act.by:
        open_ = replace(item, answer=None, sides=(), confirmed=False, tries=0, claim=None)
        return reduce(_rivalled, (side for side in item.sides if side.person != act.by), open_)
    return item  # what they declined was taken back meanwhile


_THEN: Mapping[ActKind, Callable[[ItemStanding, Act], ItemStanding]] = {
    ActKind.ANSWERED: _answered,
    ActKind.RIVALLED: _rivalled,
    ActKind.SETTLED: _settled,
    ActKind.KEPT: lambda item, _: replace(item, kept=item.answer is not None, claim=None),
    ActKind.DEFERRED: lambda item, act: replace(
        item, deferral=act, due_on=act.day, waiver=None, kept=False, claim=None, skipped=0, tries=0
    ),
    ActKind.WAIVED: lambda item, act: replace(item, waiver=act, accepted_by=None, assigned=None, claim=None, skipped=0),
    ActKind.ACCEPTED: lambda item, act: replace(item, accepted_by=act.by),
    ActKind.REJECTED: lambda item, _: replace(item, waiver=None, accepted_by=None),
    ActKind.DELEGATED: lambda item, act: replace(item, assignee=act.person, assigned=act, claim=None, skipped=0),
    ActKind.TAKEN: lambda item, act: replace(item, assignee=act.by, assigned=None, skipped=0),
    ActKind.CONFIRMED: lambda item, act: replace(item, confirmed=item.confirmed or act.by == item.named),
    ActKind.DECLINED: _declined,
    ActKind.SKIPPED: lambda item, act: replace(item, skipped=act.n, claim=None),
    ActKind.REOPENED: lambda item, act: replace(item, claim=act),
}


def _stand_item(item: Item, acts: Iterable[Act], now: datetime, history_count: int) -> ItemStanding:
    standing = reduce(then, acts, ItemStanding(item=item, history_count=history_count))
    state = _state(standing, now)
    if state is standing.state and standing.due_on is None:
        return standing
    return replace(standing, state=state, due_on=standing.due_on if state in _PROMISED else None)


def _state(item: ItemStanding, now: datetime) -> State:
    if item.waiver is not None:
        return State.NA_ACCEPTED if item.accepted_by else State.NA_PENDING
    if len(item.sides) > 1:
        return State.CONFLICT
    if item.deferral is not None and item.due_on is not None:
        if item.deferral.known_gap:
            return State.KNOWN_GAP
        return State.DEFERRED if now.date() <= working_day_after(item.due_on) else State.OPEN
    if item.answer is None:
        return State.OPEN
    return _answer_state(item, item.answer, now)


def _answer_state(item: ItemStanding, answer: Act, now: datetime) -> State:
    match answer.verdict:
        case Verdict.VAGUE:
            return State.VAGUE
        case Verdict.COMPLETE:
            if item.named and item.item.confirm_by_named_person and not item.confirmed:
                return State.UNCONFIRMED
            fresh = now <= answer.at + timedelta(days=item.item.review_days)
            return State.COMPLETE if fresh else State.STALE
        case _:
            return State.KNOWN_GAP if answer.known_gap else State.OPEN


def _answer_counts(acts: Iterable[Act]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for act in acts:
        if act.item is not None and act.kind in ANSWERS:
            counts[act.item] = counts.get(act.item, 0) + 1
    return counts


def _phase(live: tuple[Act, ...], now: datetime) -> tuple[Phase, Act | None]:
    act = next((act for act in reversed(live) if act.kind in _PHASES), None)
    if act is None or (act.kind is ActKind.PAUSED and act.day is not None and now.date() >= act.day):
        return Phase.OPEN, None
    return _PHASES[act.kind], act


def _newest(live: tuple[Act, ...], kind: ActKind) -> str | None:
    return next((act.person for act in reversed(live) if act.kind is kind), None)


def _decision_on(live: tuple[Act, ...], item: ItemStanding | None) -> date | None:
    if item and item.answer and item.answer.verdict is Verdict.COMPLETE:
        return item.answer.day
    for act in reversed(live):
        dated = act.kind is ActKind.DATED
        if dated or (act.item == DECISION_DATE and act.kind is ActKind.ANSWERED and act.verdict is Verdict.COMPLETE):
            return act.day
    return None


def _asked(items: Mapping[str, ItemStanding]) -> str | None:
    claims = [(item.claim.turn, -item.claim.n, key) for key, item in items.items() if item.claim is not None]
    if claims:  # the newest turn first, and within it (a form) in the order of its fields
        return max(claims)[-1]
    left = [item for item in items.values() if not item.settled]
    left.sort(key=lambda item: item.skipped)  # skipped ones come again after all others
    return left[0].item.key if left else None
