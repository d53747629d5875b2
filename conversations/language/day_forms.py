"""`DayForms`: how people write days, built from the month and weekday names of all languages in the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from conversations.language.patterns import fold_pattern, joined, keyed, lazily


@dataclass(frozen=True, slots=True, kw_only=True)
class DayForms:
    """The patterns, and what a month, a weekday, a relative day or a unit of time stands for."""

    day_month: re.Pattern[str]
    month_day: re.Pattern[str]
    weekday: re.Pattern[str]
    relative: re.Pattern[str]
    ahead: tuple[re.Pattern[str], ...]
    back: tuple[re.Pattern[str], ...]
    day_of_month: tuple[re.Pattern[str], ...]
    end_of: re.Pattern[str]
    week: re.Pattern[str]
    month_alone: re.Pattern[str]
    next: re.Pattern[str]
    last: re.Pattern[str]
    months: tuple[tuple[int, re.Pattern[str]], ...]
    weekdays: tuple[tuple[int, re.Pattern[str]], ...]
    days: tuple[tuple[int, re.Pattern[str]], ...]
    units: tuple[tuple[str, re.Pattern[str]], ...]
    unit: re.Pattern[str]  # any of them, as a word: nothing counts days where none is
    periods: tuple[tuple[str, re.Pattern[str]], ...]


def day_forms(languages: Iterable[Any], numbers: Mapping[str, float]) -> DayForms:
    def names(family: str) -> str:
        return "|".join(fold_pattern(each) for pair in _day_pairs(languages, family) for each in pair.values())

    def either(family: str) -> str:
        return fold_pattern(joined(languages, family)).replace(" | ", "|")

    def each_of(family: str) -> tuple[re.Pattern[str], ...]:
        words = "|".join(re.escape(word) for word in sorted(numbers, key=len, reverse=True))
        alternatives = fold_pattern(joined(languages, family)).split(" | ")
        return tuple(lazily(rf"(?<!\w)(?:{one.replace('@number@', words)})(?!\w)") for one in alternatives)

    month, period = names("months"), "|".join(either(f"period_{each}") for each in ("week", "month", "quarter", "year"))
    year, joiner, end = r"(?:,? ?(?:of |de |del )?((?:19|20)\d\d))?(?!\w)", either("day_joiner"), either("day_end_of")
    week, ordinal = either("period_week"), either("ordinal")
    nearby = f"{either('day_next')}|{either('day_this')}|{either('day_last')}"
    return DayForms(
        day_month=lazily(
            rf"(?<![\w.,:])(\d{{1,2}})(?:{ordinal}|\.)? ?-?(?:{joiner})?(?: (?:{joiner}))? ?-?({month})\.?(?!\w){year}"
        ),
        month_day=lazily(rf"(?<!\w)({month})\.? (?:the )?(\d{{1,2}})(?:{either('ordinal')})?(?![\d:%]|[.,]\d){year}"),
        weekday=lazily(rf"(?<!\w)(?:({nearby}) )?({names('weekdays')})\.?(?: ({nearby}))?(?!\w)"),
        relative=lazily(rf"(?<!\w)(?:{names('relative_days')})(?!\w)"),
        ahead=each_of("days_ahead"),
        back=each_of("days_back"),
        day_of_month=each_of("day_of_month"),
        end_of=lazily(
            rf"(?<!\w)(?:{end}) ?(?:({nearby}) )?(?:({month})\.?(?!\w){year}"
            rf"|(q[1-4])(?!\w){year}|({period})(?: ({nearby}))?(?!\w){year}|((?:19|20)\d\d)(?!\w))"
        ),
        week=lazily(rf"(?<!\w)(?:({nearby}) (?:{week})|(?:{week}) ({either('day_next')}))(?!\w)"),
        month_alone=lazily(rf"(?<!\w)({month})\.?(?!\w){year}"),
        next=lazily(either("day_next")),
        last=lazily(either("day_last")),
        months=keyed(_day_pairs(languages, "months")),
        weekdays=keyed(_day_pairs(languages, "weekdays")),
        days=keyed(_day_pairs(languages, "relative_days")),
        units=keyed(_day_pairs(languages, "time_unit")),
        unit=lazily(rf"(?<!\w)(?:{names('time_unit')})(?!\w)"),
        periods=tuple((each, lazily(either(f"period_{each}"))) for each in ("week", "month", "quarter", "year")),
    )


def _day_pairs(languages: Iterable[Any], family: str) -> list[Mapping[Any, str]]:
    return [pair for each in languages for pair in each["patterns"].get(family, ())]
