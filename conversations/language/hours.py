"""Times of day and weekdays out of words: `9-17`, `9am to 5.30pm`, `17h`, `mon-fri`, `tue and thu`.

Nothing is guessed: an hour without am or pm is one of 24, so `9-5` is read as it stands.
"""

from __future__ import annotations

import re
from datetime import time

from conversations.language.patterns import fold
from conversations.language.rules import Rules

_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)? ?([ap]m)?")
_UNTIL = re.compile(r"\s*(?:[-–—−]|\b(?:to|till|until|bis)\b)\s*")
_IN_SHORT = {"mo": 0, "tu": 1, "di": 1, "we": 2, "mi": 2, "th": 3, "do": 3, "fr": 4, "sa": 5, "su": 6, "so": 6}
_BETWEEN = re.compile(r"[\s,;&+]+(?:and\s+)?")


def read_time(words: str) -> time | None:
    match = _TIME.fullmatch(words.strip().casefold())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_hours(words: str) -> tuple[time, time] | None:
    """When they begin and end; nothing says that the one comes before the other."""
    ends = [read_time(each) for each in _UNTIL.split(words.strip().casefold())]
    match ends:
        case [time() as begins, time() as end]:
            return begins, end
        case _:
            return None


def read_weekday(word: str, rules: Rules, *, in_short: bool = False) -> int | None:
    """0 for Monday; in any language of the rules. `in_short`: two letters are enough, in English or German."""
    folded = fold(word.strip()).rstrip(".")
    if in_short and folded in _IN_SHORT:
        return _IN_SHORT[folded]
    return next((day for day, pattern in rules.days.weekdays if pattern.fullmatch(folded)), None)


def read_weekdays(words: str, rules: Rules) -> tuple[int, ...] | None:
    """All of them, from Monday on; those between two that are joined as well (`sun-thu` begins on a Sunday)."""
    days: set[int] = set()
    for span in _BETWEEN.split(_UNTIL.sub("-", words.strip())):
        ends = span.split("-")
        match [read_weekday(word, rules, in_short=len(ends) > 1) for word in ends]:
            case [int() as day]:
                days.add(day)
            case [int() as first, int() as last]:
                days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
            case _:
                return None
    return tuple(sorted(days))
