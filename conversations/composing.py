"""Cards composed from where a review stands: what each message says now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from conversations.cards import (
    BlockerLine,
    ConflictCard,
    Ending,
    FollowUpCard,
    NotApplicableCard,
    PromiseLine,
    QuestionCard,
    QuestionLine,
    Quote,
    RootCard,
    Row,
    SummaryCard,
    Tap,
    WhoCard,
)
from conversations.item_standing import LACKING, ItemStanding, said_by
from conversations.names import label_of
from conversations.once import once
from conversations.packs import Item, Question
from conversations.permissions import settlers
from conversations.review import LIVING, Act, ActKind, State
from conversations.scoring import ANSWERED_STATES, Score, seconds_for
from conversations.standing import Standing
from conversations.ways import (
    conflict_ways,
    follow_up_ways,
    item_ways,
    question_ways,
    root_ways,
    summary_ways,
)


def root_card(standing: Standing, points: Score) -> RootCard:
    act, decision_on = standing.phase_act, standing.decision_on
    asked = standing.items[standing.asked] if standing.asked else None
    question = standing.pack.question_of[standing.asked] if standing.asked else None
    return RootCard(
        project=standing.review.project,
        phase=standing.phase,
        readiness=points.readiness,
        progress=points.progress,
        band=points.band,
        answered=points.answered,
        open=points.open,
        total=points.total,
        owner=standing.owner,
        decision_on=decision_on,
        days_left=(decision_on - standing.now.date()).days if decision_on else None,
        approver=standing.approver,
        blockers=blocker_lines(standing, points),
        next_question=question.short if question else None,
        next_minutes=minutes_for(_left(standing, question)) if question else 0,
        questions=tuple(_question_line(standing, question) for question in standing.pack.questions),
        phase_by=act.by if act else None,
        phase_on=act.at.astimezone(standing.now.tzinfo).date() if act else None,
        paused_until=act.day if act else None,
        ways=root_ways(standing.phase, asking=asked is not None),
    )


def question_card(standing: Standing, question: Question, number: int) -> QuestionCard:
    rows = tuple(row(standing, standing.items[item.key]) for item in question.items)
    asked = next((item for item in question.items if item.key == standing.asked), None)
    left = _left(standing, question)
    return QuestionCard(
        number=number,
        of=len(standing.pack.questions),
        title=question.title,
        short=question.short,
        minutes=minutes_for(left) if left else 0,
        rows=rows,
        why=asked.why if asked else None,
        example=asked.example if asked else None,
        options=tuple(option.value for option in asked.options) if asked else (),
        ways=question_ways(standing, question, asked),
    )


def _left(standing: Standing, question: Question) -> list[Item]:
    return [item for item in question.items if not standing.items[item.key].settled]


def row(standing: Standing, item: ItemStanding) -> Row:
    key = item.item.key
    return _row(item, standing.pack.names[key], key == standing.asked, _waits_until(standing, item))


@once
def _row(item: ItemStanding, name: str, asked: bool, waits_until: datetime | None) -> Row:
    return Row(
        item=item.item.key,
        name=name,
        label=label_of(item.item),
        prompt=item.item.prompt,
        state=item.state,
        quote=quote(item, item.waiver or item.answer),
        assignee=item.assignee if item.assigned else None,
        due_on=item.due_on,
        named=None if item.names_nobody_here else item.named,  # a name that was typed is in the quote only
        kept=item.kept,
        asked=asked,
        waits_until=waits_until,
    )


def _waits_until(standing: Standing, item: ItemStanding) -> datetime | None:
    """When who was asked or named for it will be written to, where that is held back until then."""
    if not standing.review.waits:
        return None
    key = item.item.key
    keys = [f"ask/{key}/{item.assignee}"] if item.assigned else []
    keys += [f"confirm/{key}/{item.named_here}"] if item.state is State.UNCONFIRMED else []
    waits = (standing.review.waits.get(message) for message in keys if message not in standing.review.posted)
    return next((until for until in waits if until is not None), None)


def quote(item: ItemStanding, act: Act | None) -> Quote | None:
    return None if act is None else _quoted(item, act)


def summary_card(standing: Standing, points: Score) -> SummaryCard:
    gap = points.next_gap
    return SummaryCard(
        project=standing.review.project,
        phase=standing.phase,
        readiness=points.readiness,
        progress=points.progress,
        band=points.band,
        open=points.open,
        total=points.total,
        blockers=blocker_lines(standing, points),
        next_gap=gap.failure_point if gap else None,
        next_gap_labels=tuple(_labelled(standing, key) for key in gap.items) if gap else (),
        checks=tuple(check.says for check in points.checks),
        promises=tuple(_promise(standing, item) for item in standing.items.values() if item.due_on),
        waiting_for=_waiting_for(standing),
        weakest=next((q.short for q in standing.pack.questions if q.key == points.weakest), None),
        lead_over_weakest=standing.pack.scoring.lead_over_weakest,
        blocked_ceiling=standing.pack.scoring.blocked_ceiling,
        pack=f"{standing.pack.name} {standing.pack.version}",
        all_asked=standing.nothing_left_to_ask,
        ways=summary_ways(standing.phase),
    )


def blocker_lines(standing: Standing, points: Score) -> tuple[BlockerLine, ...]:
    return tuple(
        BlockerLine(
            label=label_of(standing.items[blocker.item].item),
            question=standing.pack.question_of[blocker.item].short,
            reason=blocker.reason,
            who=blocker.who,
        )
        for blocker in points.blockers
    )


def follow_up_card(standing: Standing, item: ItemStanding, open_: bool) -> FollowUpCard:
    sentences = [act.follow_up for act in standing.live if act.item == item.item.key and act.follow_up]
    ending = None if open_ else _ending(item)
    key = item.item.key
    return FollowUpCard(
        short=standing.pack.question_of[key].short,
        label=label_of(item.item),
        says=sentences[-1] if sentences and open_ else "",
        ending=ending,
        missing=item.answer.missing if item.answer and item.answer.verdict in LACKING else (),
        due_on=item.due_on,
        person=item.assignee if item.assigned else None,
        ways=() if ending else follow_up_ways(standing, key),
    )


def _ending(item: ItemStanding) -> Ending:
    if item.kept:
        return Ending.KEPT
    match item.state:
        case State.DEFERRED:
            return Ending.DEFERRED
        case State.COMPLETE | State.UNCONFIRMED | State.STALE:
            return Ending.NOTED
        case State.OPEN | State.KNOWN_GAP | State.VAGUE if item.assigned:
            return Ending.ASKED
        case State.OPEN if item.answer is None or not item.settled:
            return Ending.WITHDRAWN
        case State.OPEN | State.KNOWN_GAP | State.VAGUE:
            return Ending.LEFT_OPEN
        case _:
            return Ending.SETTLED


def conflict_card(standing: Standing, item: ItemStanding) -> ConflictCard:
    open_ = len(item.sides) > 1
    return ConflictCard(
        short=standing.pack.question_of[item.item.key].short,
        label=label_of(item.item),
        settlers=settlers(standing, item),
        sides=tuple(_quoted(item, side) for side in item.sides) if open_ else (),
        holds=None if open_ else quote(item, item.answer),
        ways=conflict_ways(standing, item.item.key, len(item.sides)) if open_ else (),
    )


def waiver_card(standing: Standing, item: ItemStanding) -> NotApplicableCard:
    open_ = item.state is State.NA_PENDING
    return NotApplicableCard(
        short=standing.pack.question_of[item.item.key].short,
        label=label_of(item.item),
        reason=quote(item, item.waiver),
        by=item.waiver.by if item.waiver else "",
        critical=standing.is_critical(item.item),
        approver=standing.approver,
        accepted_by=item.accepted_by if item.waiver else None,
        open=open_,
        taken_back=item.waiver is None and item.answer is None and not _was_refused(standing, item.item.key),
        ways=item_ways(standing, item.item.key, _can_decide(standing, item)) if open_ else (),
    )


def _was_refused(standing: Standing, key: str) -> bool:
    return any(act.kind is ActKind.REJECTED and act.item == key for act in standing.live)


def _can_decide(standing: Standing, item: ItemStanding) -> tuple[Tap, ...]:
    """Of a critical one only the approver decides, and there may be none, or none but its author."""
    author = item.waiver.by if item.waiver else None
    decided = not standing.is_critical(item.item) or standing.approver not in (None, author)
    return (Tap.ACCEPT, Tap.REJECT) if decided else ()


def who_card(standing: Standing, item: ItemStanding, open_: bool) -> WhoCard:
    key = item.item.key
    return WhoCard(
        short=standing.pack.question_of[key].short,
        label=label_of(item.item),
        quote=quote(item, item.answer) if open_ else None,
        named=None if open_ or item.names_nobody_here else item.named,
        kept=item.kept,
        ways=item_ways(standing, key, (Tap.WRITE_ANOTHER, Tap.KEEP, Tap.ASK)) if open_ else (),
    )


def _quoted(item: ItemStanding, act: Act) -> Quote:
    return Quote(acts=tuple(said.n for said in said_by(item, act)), by=act.by, at=act.at, outside=act.outside)


def _promise(standing: Standing, item: ItemStanding) -> PromiseLine:
    act = item.deferral or item.answer
    return PromiseLine(
        label=label_of(item.item),
        short=standing.pack.question_of[item.item.key].short,
        who=(act.person if act and act.person and not act.stranger else None) or (act.by if act else standing.owner),
        on=item.due_on,
        known_gap=item.state is State.KNOWN_GAP,
    )


def _waiting_for(standing: Standing) -> tuple[str, ...]:
    if standing.phase not in LIVING:
        return ()
    people = [item.assignee for item in standing.items.values() if item.assigned and item.assignee]
    named = (item for item in standing.items.values() if item.state is State.UNCONFIRMED and not item.names_nobody_here)
    people.extend(item.named for item in named if item.named)
    return tuple(dict.fromkeys(people))


def _labelled(standing: Standing, key: str) -> str:
    return f"{standing.pack.question_of[key].short}: {label_of(standing.items[key].item)}"


def _question_line(standing: Standing, question: Question) -> QuestionLine:
    states = [standing.items[item.key].state for item in question.items]
    return QuestionLine(short=question.short, answered=sum(s in ANSWERED_STATES for s in states), total=len(states))


def minutes_for(items: Iterable[Item]) -> int:
    return max(1, round(sum(seconds_for(item.type) for item in items) / 60))
