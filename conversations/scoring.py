"""The score: readiness, progress, what blocks, and the gap that comes next. The formula is that of `docs/scoring.md`.

Every constant is the pack's (`packs.Scoring`). Values keep six decimals until they are floored at the very end, so
that what is 80 by the formula is never 79 by the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import floor
from typing import TypeAlias

from conversations.checks import Finding, Severity, failed_checks
from conversations.item_standing import STANDS, ItemStanding
from conversations.once import once
from conversations.packs import PROFILE_FIELDS, Item, ItemType
from conversations.review import State
from conversations.standing import Standing

FAILURE_POINTS = ("F1", "F2", "F3", "F4", "F5")
_COMES_NEXT = dict(zip(PROFILE_FIELDS["stage"], FAILURE_POINTS, strict=True))  # stage → the first that is looked at

# Somebody answered and nothing of it is left to say. What is promised or partly answered is not among them.
ANSWERED_STATES = frozenset({State.COMPLETE, State.UNCONFIRMED, State.STALE, State.CONFLICT, State.NA_ACCEPTED})
_UNANSWERED = frozenset({State.OPEN, State.KNOWN_GAP, State.NA_PENDING})
_DOES_NOT_CLEAR = "does not clear"
_REASONS = {
    State.OPEN: "not answered",
    State.KNOWN_GAP: "known gap",
    State.VAGUE: "parts missing",
    State.DEFERRED: "promised",
    State.UNCONFIRMED: "not confirmed",
    State.CONFLICT: "two answers",
    State.NA_PENDING: "waiting for acceptance",
    State.COMPLETE: _DOES_NOT_CLEAR,
    State.STALE: "due for review",
}
_SECONDS = {
    ItemType.PERSON: 20,
    ItemType.URL: 20,
    ItemType.CHANNEL: 20,
    ItemType.YES_NO: 20,  # as a link or a day has to be found for it
    ItemType.DATE: 15,
    ItemType.CHOICE: 15,
    ItemType.NUMBER: 15,
    ItemType.TEXT: 50,
    ItemType.METRIC: 50,
}

Credits: TypeAlias = Mapping[str, float | None]  # by item; None where it leaves both sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """What keeps the review from approval. `reason` is where the item stands, or the sentence of a failed check."""

    item: str
    reason: str
    who: str  # a person's id


@dataclass(frozen=True, slots=True, kw_only=True)
class NextGap:
    failure_point: str
    items: tuple[str, ...]  # one or two: those that take the least time to lift it


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    readiness: int
    progress: int
    band: str
    weakest: str | None  # the question with the lowest score; None in a pack in which nothing counts
    questions: Mapping[str, int]  # by key
    blockers: tuple[Blocker, ...]
    next_gap: NextGap | None  # None: no failure point is in the way
    checks: tuple[Finding, ...]
    answered: int
    open: int  # the rest: not answered, known gaps, partly answered, waiting for acceptance
    total: int


@once
def score(standing: Standing) -> Score:
    rules, questions = standing.pack.scoring, standing.pack.questions
    credits = {key: credit(standing, item) for key, item in standing.items.items()}
    shares = {question.key: _share(credits, question.items) for question in questions}
    counted = {q.key: q.weight for q in questions if any(credits[item.key] is not None for item in q.items)}
    mean = _mean((shares[key], weight) for key, weight in counted.items())
    weakest = min(counted, key=lambda key: shares[key], default=None)
    checks = failed_checks(standing)
    blockers = _blockers(standing, checks)
    lead = (shares[weakest] if weakest else 100) + rules.lead_over_weakest
    readiness = floor(min(mean, lead, rules.blocked_ceiling if blockers else 100))
    states = [item.state for item in standing.items.values()]
    answered = sum(state in ANSWERED_STATES for state in states)
    return Score(
        readiness=readiness,
        progress=floor(mean),
        band=[name for name, low in rules.bands.items() if low <= readiness][-1],
        weakest=weakest,
        questions={key: floor(share) for key, share in shares.items()},
        blockers=blockers,
        next_gap=_next_gap(standing, credits, checks, blockers),
        checks=checks,
        answered=answered,
        open=len(states) - answered - states.count(State.DEFERRED),
        total=len(states),
    )


def credit(standing: Standing, item: ItemStanding) -> float | None:
    """What an item's answer is worth, 0.0 to 1.0; None where the item leaves both sums."""
    rules = standing.pack.scoring
    if item.state is State.NA_ACCEPTED or (item.state in _UNANSWERED and not item.item.required):
        return None
    match item.state:
        case State.COMPLETE:
            return _worth(item)
        case State.UNCONFIRMED:
            return rules.unconfirmed_credit * _worth(item)
        case State.STALE:
            return 0.0 if _stale_for(standing, item) > _period(item) else rules.stale_credit * _worth(item)
        case State.CONFLICT:
            return rules.conflict_credit * _worth(item)
        case State.DEFERRED:
            return rules.deferred_credit
        case State.VAGUE:
            return rules.vague_credit * _parts_found(item)
        case _:
            return 0.0


def seconds_for(kind: ItemType) -> int:
    """How long an answer of this type takes; those of `number` and `yes_no` are guesses."""
    return _SECONDS[kind]


def who_answers_for(standing: Standing, item: ItemStanding) -> str:
    """The person named, else the one who was asked, else the owner. A name that matches nobody cannot be asked."""
    act = item.answer
    named = item.named if act and not act.stranger and item.state in STANDS else None
    return named or item.assignee or standing.owner


def _worth(item: ItemStanding) -> float:
    """That of the option chosen; any other complete answer is worth the whole."""
    chosen = item.answer.option if item.answer else None
    return next((option.credit for option in item.item.options if option.value == chosen), 1.0)


def _parts_found(item: ItemStanding) -> float:
    parts = item.item.parts
    found = item.answer.found if item.answer else ()
    return len(set(parts) & set(found)) / len(parts) if len(parts) > 1 else 0.0


def _period(item: ItemStanding) -> timedelta:
    return timedelta(days=item.item.review_days)


def _stale_for(standing: Standing, item: ItemStanding) -> timedelta:
    return standing.now - (item.old_from or standing.now)


def _share(credits: Credits, items: Iterable[Item]) -> float:
    """The weighted credit of some items, 0 to 100; 100 where nothing of them counts."""
    earned = ((credits[item.key], item.weight) for item in items)
    return _mean((100 * worth, weight) for worth, weight in earned if worth is not None)


def _mean(values: Iterable[tuple[float, int]]) -> float:
    pairs = list(values)
    weight = sum(weight for _, weight in pairs)
    return round(sum(value * weight for value, weight in pairs) / weight, 6) if weight else 100.0


def _blockers(standing: Standing, checks: Iterable[Finding]) -> tuple[Blocker, ...]:
    critical = (item for item in standing.items.values() if standing.is_critical(item.item))
    of_items = [
        Blocker(item=item.item.key, reason=reason, who=who_answers_for(standing, item))
        for item in critical
        if (reason := _reason(standing, item)) is not None
    ]
    of_checks = [
        Blocker(
            item=check.items[0],
            reason=check.says,
            who=who_answers_for(standing, standing.items[check.items[0]]),
        )
        for check in checks
        if check.severity is Severity.BLOCK
    ]
    return (*of_items, *of_checks)


def _reason(standing: Standing, item: ItemStanding) -> str | None:
    """Why a critical item blocks; None when it does not."""
    match item.state:
        case State.NA_ACCEPTED:
            return None
        case State.COMPLETE:
            return None if _clears(item) else _DOES_NOT_CLEAR
        case State.STALE:
            grace = timedelta(days=standing.pack.scoring.stale_grace_days)
            if _stale_for(standing, item) > grace:
                return _REASONS[State.STALE]
            if item.item.confirm_by_named_person and item.named and not item.confirmed:
                return _REASONS[State.UNCONFIRMED]
            return None if _clears(item) else _DOES_NOT_CLEAR
        case state:
            return _REASONS[state]


def _clears(item: ItemStanding) -> bool:
    chosen = item.answer.option if item.answer else None
    return not item.item.clears_blocker or chosen in item.item.clears_blocker


def _next_gap(
    standing: Standing, credits: Credits, checks: Iterable[Finding], blockers: Iterable[Blocker]
) -> NextGap | None:
    """The first failure point from the project's stage on whose gate is not reached, or which a blocker guards."""
    blocked = {blocker.item for blocker in blockers}
    blocked |= {key for check in checks if check.severity is Severity.BLOCK for key in check.items}
    for point in FAILURE_POINTS[FAILURE_POINTS.index(_COMES_NEXT[standing.profile["stage"]]) :]:
        guards = [item for item in standing.pack.items if item.guards == point]
        if blocked.isdisjoint(item.key for item in guards) and _share(credits, guards) >= standing.pack.scoring.gate:
            continue
        lifting = [item for item in guards if item.key in blocked or _can_rise(credits[item.key])]
        cheapest = sorted(lifting, key=lambda item: seconds_for(item.type))  # keeps pack order among equals
        return NextGap(failure_point=point, items=tuple(item.key for item in cheapest[:2]))
    return None


def _can_rise(worth: float | None) -> bool:
    return worth is not None and worth < 1
