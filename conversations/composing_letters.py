"""Lines of letters that nobody has asked for: nudges, heads-ups and escalations; and why somebody got one.

Each is about one answer and stands for one REMINDED act. Settled, a line says what became of it and nothing that
could change any more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from conversations.cadences import Escalation
from conversations.cards import (
    About,
    Became,
    Card,
    EscalationCard,
    HeadsUpCard,
    Notice,
    NoticeCard,
    NudgeCard,
    Tap,
    Way,
    WhyCard,
)
from conversations.composing_private import ask_card, confirm_card
from conversations.history import history_of
from conversations.item_standing import ItemStanding, working_day_after
from conversations.names import label_of
from conversations.packs import Item, ItemType
from conversations.review import Act, ActKind
from conversations.scoring import seconds_for
from conversations.standing import Standing
from conversations.steps import Kind
from conversations.told import LOOKS, Outcome, message_at, outcome
from conversations.ways import escalation_ways, heads_up_ways, item_ways, nudge_ways

OWNER = "owner"  # a part in a project, beside those of `Escalation`
_WITH_EXAMPLE = (ItemType.NUMBER, ItemType.METRIC, ItemType.URL)  # types where a worked example helps


def reminder_card(standing: Standing, told: Act) -> Card:
    """What a message says now that has no name of its own."""
    return _CARDS[Kind(told.option or "")](standing, standing.items[told.item or ""], told)


def nudge_card(standing: Standing, item: ItemStanding, told: Act) -> NudgeCard:
    key, about, now = item.item.key, About(told.about or About.OPEN), outcome(standing, told)
    open_ = now.became is None
    return NudgeCard(
        project=standing.review.project,
        short=standing.pack.question_of[key].short,
        label=label_of(item.item),
        prompt=item.item.prompt,
        example=item.item.example if item.item.type in _WITH_EXAMPLE else "",
        about=about,
        type=item.item.type,
        seconds=seconds_for(item.item.type),
        missing=(item.answer.follow_up or "") if open_ and item.answer else "",
        due_on=_due_on(standing, item, told, about) if open_ else None,
        became=now.became,
        by=now.by,
        until=now.until,
        ways=nudge_ways(standing, key, holds=about in LOOKS) if open_ else _ways_on(standing, item, now),
    )


def heads_up_card(standing: Standing, item: ItemStanding, told: Act) -> HeadsUpCard:
    now = outcome(standing, told)
    lead = _told_next(standing, item, told)
    return HeadsUpCard(
        project=standing.review.project,
        short=standing.pack.question_of[item.item.key].short,
        label=label_of(item.item),
        role=_role(item.item),
        lead=lead if now.became in (None, Became.LET_GO) else "",
        part=_part(standing, lead),
        on=told.day or working_day_after(_day(standing, told.at)),
        seconds=seconds_for(item.item.type),
        became=now.became,
        by=now.by,
        until=now.until,
        ways=heads_up_ways(standing, item.item) if now.became is None else (),
    )


def escalation_card(standing: Standing, item: ItemStanding, told: Act) -> EscalationCard:
    """Days are counted from when it was written: it says the same tomorrow."""
    now, decision_on = outcome(standing, told), standing.decision_on
    open_ = now.became is None
    return EscalationCard(
        project=standing.review.project,
        short=standing.pack.question_of[item.item.key].short,
        label=label_of(item.item),
        role=_role(item.item),
        decision_on=decision_on if open_ else None,
        days_left=(decision_on - _day(standing, told.at)).days if decision_on and open_ else None,
        asked=_asked(standing, told),
        seconds=seconds_for(item.item.type),
        became=now.became,
        by=now.by,
        until=now.until,
        ways=escalation_ways(standing, item.item) if open_ else (),
    )


def why_card(standing: Standing, person: str, key: str) -> WhyCard | NoticeCard:
    """Why somebody got the message of that key, or the newest one of theirs."""
    told = message_at(standing, person, key)
    if told is None:
        return NoticeCard(notice=Notice.NOTHING_SENT, project=standing.review.project)
    item = standing.items.get(told.item or "")
    return WhyCard(
        kind=told.option or "",
        project=standing.review.project,
        label=label_of(item.item) if item else "",
        asked_on=_counts_from(standing, told),
        most=_most(standing, item, told) if item else 1,
        about=About(told.about) if told.about else None,
        ways=(Way(tap=Tap.PREFERENCES),),
    )


_CARDS: Mapping[Kind, Callable[[Standing, ItemStanding, Act], Card]] = {
    Kind.NUDGE: nudge_card,
    Kind.HEADS_UP: heads_up_card,
    Kind.ESCALATION: escalation_card,
    Kind.ASK: lambda standing, item, told: ask_card(standing, item, told.person or ""),
    Kind.CONFIRM: lambda standing, item, told: confirm_card(standing, item, told.person or "", _before(standing, told)),
}


def _before(standing: Standing, told: Act) -> date | None:
    """The day of the message before it that asked the same of the same person."""
    same = (told.option, told.item, told.person, told.target)
    earlier = (a for a in reversed(standing.live) if a.n < told.n and a.kind is ActKind.REMINDED)
    return next((_day(standing, a.at) for a in earlier if (a.option, a.item, a.person, a.target) == same), None)


def _told_next(standing: Standing, item: ItemStanding, told: Act) -> str:
    """Who is told first if it stays open."""
    to_tell = history_of(standing).to_tell(item, told.person or "")
    return next((who for who, _ in to_tell), standing.owner)


def _part(standing: Standing, who: str) -> str:
    """An owner who stands in for a lead that nobody has named is called the owner."""
    if who == standing.profile.get("lead"):
        return Escalation.LEAD
    if who == standing.owner:
        return OWNER
    return Escalation.SPONSOR if who == standing.profile.get("sponsor") else Escalation.SERVICE_OWNER


def _most(standing: Standing, item: ItemStanding, told: Act) -> int:
    """How often somebody is written to about it at most; 0 for until it is settled."""
    nudges = standing.pack.nudges
    match Kind(told.option or ""), told.about:
        case Kind.CONFIRM, _:
            return 1 + len(nudges.confirm_again)
        case Kind.NUDGE, About.STATUS:
            return 0
        case Kind.NUDGE, About.REVIEW:
            return 2  # before its day, and on it
        case Kind.NUDGE, About.PROMISED:
            return 1 + len(nudges.promised_again)
        case Kind.NUDGE, About.OPEN | About.PARTS | About.GAP:
            return nudges.cadence(item.item.type, item.item.escalate).most
        case _:
            return 1


def _ways_on(standing: Standing, item: ItemStanding, now: Outcome) -> tuple[Way, ...]:
    """Who has said "not me" is asked who it could be, until somebody is asked."""
    declined = now.became is Became.DECLINED and item.assigned is None
    return item_ways(standing, item.item.key, (Tap.ASK,)) if declined else ()


def _due_on(standing: Standing, item: ItemStanding, told: Act, about: About) -> date | None:
    if about is About.PROMISED:  # the item knows the day no more once it has gone by
        return next((act.day for act in standing.review.acts if act.n == told.target), None)
    if about is About.PASSED:
        return item.answer.day if item.answer else None
    return _day(standing, item.old_from) if about is About.REVIEW and item.old_from else None


def _counts_from(standing: Standing, told: Act) -> date | None:
    """The day of what it counts from: an act, else the walk's coming to the item."""
    target = next((act.at for act in standing.review.acts if act.n == told.target), None)
    asked_at = target or standing.review.reached.get(told.item or "")
    return _day(standing, asked_at) if asked_at else None


def _asked(standing: Standing, told: Act) -> str:
    """Who was asked before, and knows that it is told."""
    earlier = (act for act in reversed(standing.live) if act.kind is ActKind.REMINDED and act.n < told.n)
    about = (act.person for act in earlier if act.item == told.item and act.person != told.person)
    return next(about, None) or standing.owner


def _role(item: Item) -> str:
    return (item.role or label_of(item)) if item.type is ItemType.PERSON else ""


def _day(standing: Standing, moment: datetime) -> date:
    return moment.astimezone(standing.now.tzinfo).date()
