"""Closed questions: a person, a page, a day, a choice, a place to write to, a number, yes or no.

Each may decide alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from itertools import pairwise

from conversations.language.asked import NOTHING, Asked, Finding
from conversations.language.choices import find_option, find_yes_or_no
from conversations.language.days import FoundDay
from conversations.language.figures import Number
from conversations.language.people import Candidate, candidates, rota_named
from conversations.language.places import find_page, find_route
from conversations.language.reading import Reading
from conversations.language.rules import Rules
from conversations.packs import Direction, Item, ItemType

_PER_DAY = "currency_per_day"


def find(asked: Asked) -> Finding:
    return _FINDERS[asked.item.type](asked)


def _person(asked: Asked) -> Finding:
    item, reading, rules = asked.item, asked.reading, asked.rules
    named = candidates(reading, asked.author, rules)
    active = [each for each in named if not each.left]
    rota = item.rota_allowed and rota_named(reading, rules)
    people = tuple(each.name for each in active)
    if rota:
        return Finding(complete=True, people=people, rota=True)
    if len(active) > 1:
        return Finding(complete=False, note="more_people", people=people)
    if len(active) == 1:
        hedged = _hedged(reading, active[0], rules)
        return Finding(complete=not hedged, note="hedged" if hedged else "", people=people)
    return (
        Finding(complete=False, note="person_left")
        if named
        else Finding(complete=False, attempted=bool(reading.of_kind("group_mention")))
    )


def _hedged(reading: Reading, candidate: Candidate, rules: Rules) -> bool:
    """`probably @x, need to ask`: about the name itself, in its clause, the one before a lone word, or the next one."""
    start, end = reading.clause_at(candidate.start)
    place = reading.clauses.index((start, end)) if (start, end) in reading.clauses else 0
    around = reading.clauses[max(0, place - 1) : place + 2]
    text = " ".join(reading.folded[each[0] : each[1]] for each in around)
    return rules.words.hedge.search(text) is not None or reading.folded.rstrip(" .").endswith("?")


def _date(asked: Asked) -> Finding:
    item, reading, today, rules = asked.item, asked.reading, asked.today, asked.rules
    days = reading.dated()
    if not days:
        return NOTHING
    if rules.words.tell_me.search(reading.folded):
        return NOTHING
    two = next((each for each in days if each.other is not None), None)
    if two is not None:
        return Finding(
            complete=False, note="two_readings", values={"first": _said(two.day), "second": _said(two.other or two.day)}
        )
    held = [each for each in days if not _did_not_hold(reading, each, days, rules)]
    fitting = [each for each in held if _fits(each.day, item.direction, today)]
    if len({each.day for each in fitting}) > 1 and _alternatives(reading, fitting, rules):
        return Finding(complete=False)
    if fitting:
        return Finding(complete=True, day=fitting[0].day)
    if not held:
        return Finding(complete=False, note="cancelled")
    if item.direction is Direction.PAST:
        return Finding(complete=False, planned=held[0].day)
    return Finding(complete=False, note="wrong_direction_past", values={"day": _said(held[0].day)})


def _fits(day: date, direction: Direction, today: date) -> bool:
    return day <= today if direction is Direction.PAST else day >= today or direction is Direction.ANY


def _did_not_hold(reading: Reading, found: FoundDay, days: tuple[FoundDay, ...], rules: Rules) -> bool:
    ends = [each.start for each in days if each.start > found.start]
    return rules.words.cancelled.search(reading.folded[found.end : min(ends, default=len(reading.folded))]) is not None


def _alternatives(reading: Reading, days: list[FoundDay], rules: Rules) -> bool:
    return any(rules.words.either.search(reading.folded[one.end : two.start]) for one, two in pairwise(days))


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _number(asked: Asked) -> Finding:
    item, reading, rules = asked.item, asked.reading, asked.rules
    daily = item.unit == _PER_DAY and _is_daily(reading, rules)
    worths = ((each, _worth(item, each, daily, rules)) for each in reading.numbers)
    number, worth = next(((each, worth) for each, worth in worths if worth is not None), (None, 0.0))
    if number is None:
        return Finding(complete=False, attempted=bool(reading.numbers))
    ranged = _range(reading, number, rules)
    if ranged is not None and max(ranged, number.value) > rules.number_range_factor * min(ranged, number.value):
        return Finding(complete=False)
    if item.minimum is not None and worth < item.minimum:
        said = reading.text[number.start : number.end]
        return Finding(complete=False, note="below_minimum", values={"value": said, "minimum": f"{item.minimum:g}"})
    return Finding(complete=not rules.words.hedge.search(asked.clause(number.start)))


def _worth(item: Item, number: Number, daily: bool, rules: Rules) -> float | None:
    """The number in the item's unit; None where it has another unit, or none."""
    if item.unit == _PER_DAY:
        return number.value if number.kind == "currency" and daily else None
    pairs = rules.number_units.get(item.unit or "", ())
    factor = next((factor for factor, pattern in pairs if pattern.fullmatch(number.noun)), None)
    if factor is not None:
        return number.value * factor
    return number.value if item.unit is None or number.noun == item.unit else None


def _is_daily(reading: Reading, rules: Rules) -> bool:
    found = rules.words.period.search(reading.folded)
    return found is not None and any(key == "day" and pattern.search(found[0]) for key, pattern in rules.days.units)


def _range(reading: Reading, number: Number, rules: Rules) -> float | None:
    """The other end of `100-500 EUR`; None where there is no range."""
    for other in reading.numbers:
        between = reading.folded[min(number.digits_end, other.digits_end) : max(number.start, other.start)]
        if other is not number and (between.strip() in "-–" or rules.words.range_joiner.fullmatch(between.strip())):
            return other.value
    before = re.search(r"(\d+)\s?[-–]\s?$", reading.folded[: number.start])
    return float(before[1][:12]) if before else None


_FINDERS: Mapping[ItemType, Callable[[Asked], Finding]] = {
    ItemType.PERSON: _person,
    ItemType.URL: find_page,
    ItemType.DATE: _date,
    ItemType.CHANNEL: find_route,
    ItemType.CHOICE: find_option,
    ItemType.NUMBER: _number,
    ItemType.YES_NO: find_yes_or_no,
}
