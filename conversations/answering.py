"""From words to an act: what an answer is worth beside what is there already, and what a form cannot hold."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from conversations.cards import FieldFault
from conversations.effects import FieldError
from conversations.events import Answered, Described, FormSubmitted
from conversations.item_standing import ItemStanding
from conversations.language.days import parse_day
from conversations.language.rules import Rules
from conversations.names import mentioned
from conversations.packs import PROFILE_FIELDS, Direction, Item, ItemType
from conversations.review import Act, ActKind, State
from conversations.standing import Standing
from conversations.verdicts import Context, Judgement, Verdict, judge

MAX_WORDS = 4_000  # characters that are kept of one message
DECISION_FIELD = "decision_date"  # of the intake; the others are the profile's
PEOPLE_FIELDS = ("lead", "sponsor")
DAY_FIELDS = ("go_live_on", DECISION_FIELD)
_JUDGED_ALONE = (ItemType.PERSON, ItemType.URL, ItemType.DATE, ItemType.CHANNEL)
_ADDRESS = re.compile(r"https?://|[\w-]\.[a-z]{2,}", re.IGNORECASE)


def answer_act(standing: Standing, event: Answered, key: str, text: str, rules: Rules) -> Act:
    """The act that a reply to an item makes; the engine numbers it."""
    item = standing.items[key]
    alone = event.explicit or event.replaces
    context = context_of(standing, event.by.mention, rules)
    judgement, joins = judged(item.item, text, None if alone else item.claim, context, rules)
    made = Act(
        n=0,
        turn=0,
        kind=_kind(standing, item, event, text, judgement),
        by=event.by.id,
        at=standing.now,
        via=event.via,
        source=event.source,
        item=key,
        alone=alone,
        outside=event.by.outsider,
    )
    return saying(made, item.item, text, judgement, joins, event.outsiders)


def revision_of(
    standing: Standing,
    answer: Act,
    text: str,
    first: Act | None,
    rules: Rules,
    *,
    at: datetime,
    outsiders: Collection[str] = (),
) -> Act:
    """Another version of an answer by its author, as of `at`; `first` is what it is joined to if need be."""
    item = standing.items[answer.item or ""].item
    context = replace(context_of(standing, f"<@{answer.by}>", rules), at=at.astimezone(standing.now.tzinfo))
    judgement, joins = judged(item, text, first, context, rules, joined_before=True)
    answered = ActKind.RIVALLED if answer.kind is ActKind.RIVALLED else ActKind.ANSWERED
    kind = ActKind.WAIVED if judgement.verdict is Verdict.NOT_APPLICABLE else answered
    made = replace(answer, kind=kind, at=at, revises=answer.n)
    return saying(made, item, text, judgement, joins, {*outsiders, *([answer.person] if answer.stranger else [])})


def judged_anew(standing: Standing, answer: Act, rules: Rules, first: Act | None) -> Act:
    """The same words of the same moment in another version: `first`, or what they are judged by, is another one."""
    again = revision_of(standing, answer, answer.said or "", first, rules, at=answer.at)
    return replace(again, again=True)


def judged(
    item: Item, text: str, first: Act | None, context: Context, rules: Rules, *, joined_before: bool = False
) -> tuple[Judgement, Act | None]:
    """Words are judged alone and, where that is not enough, joined to the answer that they follow up.

    The join has to lack less than the words alone; what was joined before stays so while it lacks no more.
    """
    alone = judge(item, text, context, rules)
    joinable = first is not None and first.said and item.type not in _JUDGED_ALONE
    if first is None or not joinable or alone.verdict is Verdict.COMPLETE:
        return alone, None
    joined = judge(item, f"{first.said}; {text}", context, rules)
    fewer = len(joined.missing) < len(alone.missing) + joined_before
    return (joined, first) if fewer else (alone, None)


def saying(
    act: Act, item: Item, text: str, judgement: Judgement, joins: Act | None, outsiders: Collection[str | None]
) -> Act:
    """An act with its words and what they were judged to be."""
    person = judgement.people[0] if judgement.people and item.type is ItemType.PERSON else None
    known = mentioned(person) if person else None
    return replace(
        act,
        said=text,
        verdict=judgement.verdict,
        missing=judgement.missing,
        found=judgement.found,
        follow_up=judgement.follow_up,
        known_gap=judgement.known_gap,
        day=judgement.until or judgement.day,
        person=known or person,
        stranger=person is not None and (known is None or known in outsiders),
        rota=judgement.rota,
        option=judgement.option,
        target=joins.n if joins else None,
    )


def context_of(standing: Standing, author: str, rules: Rules) -> Context:
    return Context(
        at=standing.now,
        author=author,
        decision_on=standing.decision_on,
        profile=standing.profile,
        date_order=rules.date_order,
    )


def form_errors(standing: Standing, form: FormSubmitted, rules: Rules) -> dict[str, FieldError]:
    """What keeps a form from being saved: only what an item's type cannot hold, and what was answered meanwhile."""
    errors: dict[str, FieldError] = {}
    for key, text in form.values.items():
        item = standing.items.get(key)
        if item is None:
            errors[key] = FieldError(fault=FieldFault.NO_SUCH_FIELD)
        elif other := _answered_meanwhile(standing, form, key):
            errors[key] = FieldError(fault=FieldFault.ANSWERED_MEANWHILE, about=other)
        elif fault := _fault(item.item, text, standing, form.by.mention, rules):
            errors[key] = FieldError(fault=fault, about=str(len(text)) if fault is FieldFault.TOO_LONG else "")
    return errors


def intake(event: Described, now: datetime, rules: Rules) -> tuple[dict[str, FieldError], dict[str, str]]:
    """The intake's faults by field, and its values as they are kept (people as ids, days as ISO dates)."""
    errors: dict[str, FieldError] = {}
    kept: dict[str, str] = {}
    for name, text in event.values.items():
        if not text.strip():
            continue
        value = _intake_value(name, text.strip(), now, rules)
        if name in PEOPLE_FIELDS and value in event.outsiders:
            value = FieldFault.NO_PERSON
        if isinstance(value, FieldFault):
            errors[name] = FieldError(fault=value, about=", ".join(PROFILE_FIELDS.get(name, ())))
        else:
            kept[name] = value
    return errors, kept


def _kind(standing: Standing, item: ItemStanding, event: Answered, text: str, judgement: Judgement) -> ActKind:
    if judgement.verdict is Verdict.NOT_APPLICABLE:
        return ActKind.WAIVED
    by = event.by.id
    if item.state is State.CONFLICT:
        return ActKind.ANSWERED if by in (item.assignee, standing.owner) else ActKind.RIVALLED
    stands = item.state in (State.COMPLETE, State.UNCONFIRMED) and not item.names_nobody_here
    contested = event.explicit and not event.replaces and stands
    if contested and item.answer is not None and by != item.answer.by and not _same_words(item.answer.said, text):
        return ActKind.RIVALLED
    return ActKind.ANSWERED


def _same_words(first: str | None, second: str) -> bool:
    return first is not None and first.split() == second.split()


def _answered_meanwhile(standing: Standing, form: FormSubmitted, key: str) -> str | None:
    """Who answered an item after the form was opened, if it was somebody else."""
    acts = (act for act in standing.live if act.item == key and act.verdict is not None and act.turn > form.seen)
    return next((act.by for act in acts if act.by != form.by.id), None)


def _fault(item: Item, text: str, standing: Standing, author: str, rules: Rules) -> FieldFault | None:
    if len(text) > MAX_WORDS:
        return FieldFault.TOO_LONG
    judgement = judge(item, text, context_of(standing, author, rules), rules)
    match item.type:
        case ItemType.URL if not _ADDRESS.search(text):
            return FieldFault.NO_ADDRESS
        case ItemType.DATE if not _names_a_day(text, judgement, standing.now.date(), rules):
            return FieldFault.NO_DAY
        case ItemType.NUMBER if not any(character.isdigit() for character in text):
            return FieldFault.NO_NUMBER
        case ItemType.PERSON if len(judgement.people) > 1 and not item.rota_allowed:
            return FieldFault.TWO_PEOPLE
        case _:
            return None


def _names_a_day(text: str, judgement: Judgement, today: date, rules: Rules) -> bool:
    """Any day; one in the wrong direction is an answer that is followed up."""
    if judgement.day or judgement.until:
        return True
    return parse_day(text, today, direction=Direction.ANY, date_order=rules.date_order, rules=rules) is not None


def _intake_value(name: str, text: str, now: datetime, rules: Rules) -> str | FieldFault:
    if name in PROFILE_FIELDS:
        value = text.casefold().replace(" ", "_")
        return value if value in PROFILE_FIELDS[name] else FieldFault.NOT_A_CHOICE
    if name in PEOPLE_FIELDS:
        return mentioned(text) or FieldFault.NO_PERSON
    if name in DAY_FIELDS:
        day = parse_day(text, now.date(), direction=Direction.FUTURE, date_order=rules.date_order, rules=rules)
        passed = name == DECISION_FIELD and day is not None and day < now.date()
        return day.isoformat() if day and not passed else FieldFault.NO_DAY
    return FieldFault.NO_SUCH_FIELD
