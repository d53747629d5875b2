"""Calendar days out of words: what people write for a day, in any of the languages of the rules.

Pure: `today` comes in. Without a year the nearest such day counts, backwards where the past is asked for.
A quarter or a month alone is no day, its end is one; the end of a week is its Friday.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import TypeVar

from conversations.language.patterns import fold
from conversations.language.rules import Rules
from conversations.packs import Direction

_DIGIT = re.compile(r"\d")
_ISO = re.compile(r"(?<![\d-])((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?![\d-])")
_NUMERIC = re.compile(
    r"(?<![\w.,/-])(\d{1,2})([./-])(\d{1,2})(?:\2((?:20)?\d\d)(?![\w/-])|(?<=/\d)(?![\w/.%-])|(?<=/\d\d)(?![\w/.%-])|\.(?!\d))"
)
_AHEAD = re.compile(r"(?<![\w+])\+ ?(\d{1,3}) ?([dw])(?!\w)")
_CALENDAR_WEEK = re.compile(r"(?<!\w)(?:kw|cw|calendar week|week) ?(\d{1,2})(?:[ /](20\d\d))?(?![\w:])")
_END_CODE = re.compile(r"(?<!\w)eo([wmqy])(?!\w)")
_PERIOD_OF_CODE = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
_SHORT_NAME = 4  # "sat", "mon", "sun": also words, or other languages' words
_FRIDAY = 4
MANY = 50  # days of one form; beyond that no answer is any clearer
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDay:
    """A day in a text; `other` is its second reading where the order of day and month is open."""

    start: int
    end: int
    day: date
    other: date | None = None
    dated: bool = True  # False: a week, which is a day only for those who promise
    year_given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    today: date
    past: bool
    date_order: str | None
    rules: Rules

    def nearest(self, month: int, day: int, year: str | None) -> date | None:
        if year is not None:
            return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
        # Four years on, so that the 29th of February is found too.
        steps = range(0, -5, -1) if self.past else range(5)
        found = (_day(self.today.year + step, month, day) for step in steps)
        return next((each for each in found if each is not None and self.fits(each)), None)

    def fits(self, day: date) -> bool:
        return day <= self.today if self.past else day >= self.today


def parse_day(text: str, today: date, *, direction: Direction, date_order: str | None, rules: Rules) -> date | None:
    """The first day that `text` names; None where there is none, or where it can be read in two ways."""
    found = find_days(fold(text), today, past=direction is Direction.PAST, date_order=date_order, rules=rules)
    return found[0].day if found and found[0].other is None else None


def find_days(folded: str, today: date, *, past: bool, date_order: str | None, rules: Rules) -> tuple[FoundDay, ...]:
    """All days in a folded text, in its order; the more explicit form wins where two overlap."""
    calendar = _Calendar(today=today, past=past, date_order=date_order, rules=rules)
    found: list[FoundDay] = []
    taken = bytearray(len(folded))
    for reader in _READERS if _DIGIT.search(folded) else _READERS_OF_WORDS:
        for each in islice(reader(folded, calendar), MANY):
            if not any(taken[each.start : each.end]):
                found.append(each)
                taken[each.start : each.end] = b"\x01" * (each.end - each.start)
    return tuple(sorted(found, key=lambda each: each.start))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shifted(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _number_of(pairs: Iterable[tuple[_Key, re.Pattern[str]]], word: str) -> _Key:
    return next(key for key, pattern in pairs if pattern.fullmatch(word))


def _found(
    match: re.Match[str], day: date | None, *, dated: bool = True, year: str | None = None
) -> Iterator[FoundDay]:
    if day is not None:
        yield FoundDay(start=match.start(), end=match.end(), day=day, dated=dated, year_given=year is not None)


def _iso(folded: str, _: _Calendar) -> Iterator[FoundDay]:
    for match in _ISO.finditer(folded):
        yield from _found(match, _day(int(match[1]), int(match[3]), int(match[4])), year=match[1])


def _numeric(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in _NUMERIC.finditer(folded):
        first, second, year = int(match[1]), int(match[3]), match[4]
        day_first, month_first = calendar.nearest(second, first, year), calendar.nearest(first, second, year)
        # With dots the day comes first wherever people write dates so.
        order = "DMY" if match[2] == "." else calendar.date_order
        if order == "DMY" or month_first is None or day_first == month_first:
            yield from _found(match, day_first, year=year)
        elif order == "MDY" or day_first is None:
            yield from _found(match, month_first, year=year)
        else:
            yield FoundDay(
                start=match.start(), end=match.end(), day=day_first, other=month_first, year_given=year is not None
            )


def _day_month(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in calendar.rules.days.day_month.finditer(folded):
        month = _number_of(calendar.rules.days.months, match[2])
        yield from _found(match, calendar.nearest(month, int(match[1]), match[3]), year=match[3])


def _month_day(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in calendar.rules.days.month_day.finditer(folded):
        month = _number_of(calendar.rules.days.months, match[1])
        yield from _found(match, calendar.nearest(month, int(match[2]), match[3]), year=match[3])


def _end_of(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in calendar.rules.days.end_of.finditer(folded):
        before, month, month_year, quarter, quarter_year, period, after, year, year_alone = match.groups()
        if month is not None:
            day = _end_of_month(_number_of(calendar.rules.days.months, month), month_year, calendar)
        elif quarter is not None:
            day = _end_of_month(3 * int(quarter[1]), quarter_year, calendar)
        elif period is not None:
            day = _end_of_period(_number_of(calendar.rules.days.periods, period), before or after, year, calendar)
        else:
            day = _end_of_period("year", None, year_alone, calendar)
        yield from _found(match, day)


def _end_code(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in _END_CODE.finditer(folded):
        yield from _found(match, _end_of_period(_PERIOD_OF_CODE[match[1]], None, None, calendar))


def _end_of_month(month: int, year: str | None, calendar: _Calendar) -> date | None:
    years = [int(year)] if year is not None else [calendar.today.year + step for step in (-1, 0, 1)]
    ends = [date(each, month, monthrange(each, month)[1]) for each in years]
    if year is not None:
        return ends[0]
    return next(each for each in (reversed(ends) if calendar.past else ends) if calendar.fits(each))


def _end_of_period(period: str, near: str | None, year: str | None, calendar: _Calendar) -> date | None:
    step = _step(near, calendar)
    today = calendar.today
    if period == "week":
        return _shifted(today, _FRIDAY - today.weekday() + 7 * step)
    if period == "year":
        return _day(int(year) if year is not None else today.year + step, 12, 31)
    width = 3 if period == "quarter" else 1
    months = today.year * 12 + (today.month - 1) // width * width + width - 1 + step * width
    return _day(months // 12, months % 12 + 1, monthrange(months // 12, months % 12 + 1)[1])


def _step(near: str | None, calendar: _Calendar) -> int:
    if near is None:
        return 0
    return 1 if calendar.rules.days.next.fullmatch(near) else -1 if calendar.rules.days.last.fullmatch(near) else 0


def _weekday(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    rules = calendar.rules
    for match in rules.days.weekday.finditer(folded):
        near, name = match[1] or match[3], match[2]
        if near is None and _is_habit_or_word(folded, match, name, rules):
            continue
        yield from _found(match, _weekday_near(near, _number_of(rules.days.weekdays, name), calendar))


def _is_habit_or_word(folded: str, match: re.Match[str], name: str, rules: Rules) -> bool:
    """`every Friday`, `Mon-Fri`; or a short name (`sat`, `sun`) that nothing introduces as a day."""
    before = folded[max(0, match.start() - 40) : match.start()].rstrip().rsplit(" ", 2)[-2:]
    habit = any(rules.words.not_a_day_before.fullmatch(each) for each in (" ".join(before), before[-1]))
    if habit or (match.end() < len(folded) and folded[match.end()] in "-–"):
        return True
    introduced = folded.strip(" .,;") == name or rules.words.day_lead.fullmatch(before[-1])
    return len(name) < _SHORT_NAME and not introduced


def _weekday_near(near: str | None, weekday: int, calendar: _Calendar) -> date | None:
    """Bare, the nearest other day of that name; `next` is next week's, `last` the one before today."""
    today = calendar.today
    ahead, step = (weekday - today.weekday()) % 7 or 7, _step(near, calendar)
    if step < 0 or (near is None and calendar.past):
        return _shifted(today, ahead - 7 or -7)
    return _shifted(today, ahead if near is None else weekday - today.weekday() + 7 * step)


def _relative(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in calendar.rules.days.relative.finditer(folded):
        step = next(
            (key for key, each in calendar.rules.days.days if each.fullmatch(folded, match.start(), match.end())), 0
        )
        yield from _found(match, _shifted(calendar.today, step))


def _ahead_and_back(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in _AHEAD.finditer(folded):
        yield from _found(match, _shifted(calendar.today, int(match[1]) * (7 if match[2] == "w" else 1)))
    if calendar.rules.days.unit.search(folded) is None:
        return
    for sign, patterns in ((1, calendar.rules.days.ahead), (-1, calendar.rules.days.back)):
        for pattern in patterns:
            for match in pattern.finditer(folded):
                yield from _found(match, _counted(match["count"], match["unit"], sign, calendar))


def _counted(count: str, unit: str, sign: int, calendar: _Calendar) -> date | None:
    amount = int(count) if count.isdecimal() else int(calendar.rules.numbers.get(count, 1))
    if amount > 3660:
        return None
    kind = _number_of(calendar.rules.days.units, unit)
    if kind != "month":
        return _shifted(calendar.today, sign * amount * (7 if kind == "week" else 1))
    months = calendar.today.year * 12 + calendar.today.month - 1 + sign * amount
    return _day(months // 12, months % 12 + 1, min(calendar.today.day, monthrange(months // 12, months % 12 + 1)[1]))


def _day_of_month(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for pattern in calendar.rules.days.day_of_month:
        for match in pattern.finditer(folded):
            yield from _found(match, _next_such_day(int(match["day"]), calendar))


def _next_such_day(number: int, calendar: _Calendar) -> date | None:
    today, step = calendar.today, -1 if calendar.past else 1
    months = (today.year * 12 + today.month - 1 + step * each for each in range(4))
    days = (_day(month // 12, month % 12 + 1, number) for month in months)
    return next((each for each in days if each is not None and calendar.fits(each)), None)


def _week(folded: str, calendar: _Calendar) -> Iterator[FoundDay]:
    for match in calendar.rules.days.week.finditer(folded):
        yield from _found(match, _end_of_period("week", match[1] or match[2], None, calendar), dated=False)
    for match in _CALENDAR_WEEK.finditer(folded):
        year = int(match[2]) if match[2] else calendar.today.year
        fridays = (_friday(each, int(match[1])) for each in ([year] if match[2] else [year, year + 1]))
        day = next((each for each in fridays if each is not None and (match[2] or calendar.fits(each))), None)
        yield from _found(match, day, dated=False)


def _friday(year: int, week: int) -> date | None:
    try:
        return date.fromisocalendar(year, week, 5)
    except ValueError:
        return None


# The more explicit first: where two overlap the earlier reader has the day.
_READERS: tuple[Callable[[str, _Calendar], Iterator[FoundDay]], ...] = (
    _iso,
    _day_month,
    _month_day,
    _numeric,
    _end_of,
    _end_code,
    _ahead_and_back,
    _relative,
    _weekday,
    _day_of_month,
    _week,
)
_READERS_OF_WORDS = tuple(
    each for each in _READERS if each not in (_iso, _day_month, _month_day, _numeric, _day_of_month)
)  # the others find digits only
