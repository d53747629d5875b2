"""Reads the numbers out of an answer, each with its unit: "14 min", "EUR 4,200", "40 requests per minute".

Only what is certain by its form is read; the checks that compare numbers say nothing where a number is not found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MEASURES = frozenset({"second", "minute", "hour", "day", "week", "month", "year", "%", "eur", "usd", "gbp"})

_NUMBER = re.compile(
    r"(?P<by>\bby\s+)?"
    r"(?:(?P<money>\b(?:eur|usd|gbp)|[€$£])\s*)?"
    r"(?<![\w.,:/-])(?P<value>\d{1,3}(?:,\d{3})+|\d+(?:[.,]\d+)?)(?![\d:]|[-/]\d)"
    r"(?:[ -]?(?P<unit>%|[€$£]|[^\W\d_]+)(?:\s*(?:/|\bper\b)\s*(?P<per>[^\W\d_]+))?)?",
    re.IGNORECASE,
)
_SAME = {
    "second": ("s", "sec", "secs", "seconds"),
    "minute": ("min", "mins", "minutes"),
    "hour": ("h", "hr", "hrs", "hours"),
    "%": ("percent",),
    "eur": ("€", "euro", "euros"),
    "usd": ("$", "dollar", "dollars"),
    "gbp": ("£", "pound", "pounds"),
    "request": ("req", "reqs", "requests"),
}
_UNITS = {word: unit for unit, words in _SAME.items() for word in words}
_TIMES = frozenset(
    ["k", "m", "mn", "bn", "thousand", "million", "billion"]
)  # "1.5m" may be minutes, metres or millions
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NO_UNITS = frozenset(
    [
        "to",
        "by",
        "in",
        "and",
        "of",
        "or",
        "on",
        "out",
        "from",
        "for",
        "the",
        "a",
        "an",
        "at",
        "with",
        "up",
        "down",
        "until",
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    value: float
    unit: str | None  # singular, in small letters; a rate is "request/minute"
    by: bool  # "by 20 %": a change, not a level
    at: int  # where in the text it begins


def quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a text in their order, but for the days and years of dates."""
    found = (_to_quantity(match) for match in _NUMBER.finditer(text))
    return tuple(quantity for quantity in found if quantity is not None)


def _to_quantity(match: re.Match[str]) -> Quantity | None:
    digits, word = match["value"], (match["unit"] or "").casefold()
    year = re.fullmatch(r"(19|20)\d\d", digits) and not match["money"]
    if word[:3] in _MONTHS or word in _TIMES or (year and word in _NO_UNITS | {""}):
        return None
    thousands = re.fullmatch(r"\d{1,3}(,\d{3})+", digits)
    unit = _unit((match["money"] or "").casefold() or word)
    rate = f"{unit}/{_unit(match['per'].casefold())}" if unit and match["per"] else unit
    return Quantity(
        value=float(digits.replace(",", "" if thousands else ".")),
        unit=rate,
        by=match["by"] is not None,
        at=match.start("value"),
    )


def _unit(word: str) -> str | None:
    if not word or word in _NO_UNITS:
        return None
    return _UNITS.get(word) or (word.removesuffix("s") if len(word) > 2 else word)
