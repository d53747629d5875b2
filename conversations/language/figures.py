"""Numbers in a text, in digits or in words, each with its unit; versions, years, phases and pronouns are none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conversations.language.rules import Rules

_AFTER_NUMBER = re.compile(r"[\s-]{0,2}([€$£¥%]|[^\W\d_][\w'/-]*)")
_CURRENCY_SIGNS = "€$£¥"


@dataclass(frozen=True, slots=True)
class Number:
    start: int
    end: int  # behind the unit
    digits_end: int
    value: float
    kind: str  # count, time, currency, share, bare
    noun: str  # folded word of a count, or the unit


def find_numbers(folded: str, rules: Rules) -> Iterator[Number]:
    masked = blank(folded, (each.span() for each in rules.forms.enumerator.finditer(folded)))
    end = 0
    for match in rules.number.finditer(masked):
        number = _number(masked, match, rules)
        if number is not None and match.start() >= end:
            end = number.digits_end
            yield number


def _number(folded: str, match: re.Match[str], rules: Rules) -> Number | None:
    before = folded[max(0, match.start() - 20) : match.start()].rstrip()
    kind, noun, end = _unit(folded, match.end(), before, rules)
    if kind != "currency" and _is_label(folded, match, before, kind, rules):
        return None
    if match[3] is None:
        value = _value(match[1]) * (
            1 if match[2] is None else 1000 if "k" in match[2] or "th" in match[2] else 1_000_000
        )
    else:
        value = rules.numbers[match[3]]
        if match[3] in rules.fractions and kind != "time":
            kind = "share"
    return Number(match.start(), end, match.end(), value, kind, noun)


def _is_label(folded: str, match: re.Match[str], before: str, kind: str, rules: Rules) -> bool:
    """`phase 2`, `in 2026`, `no one`: a name, a year or a pronoun, no number."""
    if match[1] is not None:
        last = before.rsplit(" ", 1)[-1].strip("(,;:\"'")
        year = rules.forms.year.fullmatch(folded, match.start(1), match.end(1)) is not None and kind != "share"
        return year or (kind != "share" and rules.words.label.fullmatch(last) is not None)
    said = before.rsplit(" ", 1)[-1]
    pronoun = rules.words.before_pronoun.fullmatch(said) is not None or folded.startswith(" of ", match.end())
    return match[3] == "one" and pronoun


def _unit(folded: str, place: int, before: str, rules: Rules) -> tuple[str, str, int]:
    """What kind of number it is, its noun, and where the unit ends."""
    after = _AFTER_NUMBER.match(folded, place)
    if after is not None:
        for kind, pattern in rules.units.items():
            unit = pattern.match(folded, after.start(1))
            if unit is not None:
                return kind, unit[0], unit.end()
        if after[1] in _CURRENCY_SIGNS:
            return "currency", after[1], after.end()
        if after[1] == "%":
            return "share", "%", after.end()
    if before[-1:] in tuple(_CURRENCY_SIGNS) or rules.units["currency"].fullmatch(
        before.rsplit(" ", 1)[-1].strip("(,;:")
    ):
        return "currency", before[-1:], place
    if after is not None and after[1] not in rules.stop:
        return "count", after[1], after.end()
    return "bare", "", place


def _value(digits: str) -> float:
    """`2,310`, `1.700` and `4 200` are thousands; `4.5` and `4,5` are not."""
    digits = digits.replace(" ", "").replace("'", "")
    if re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", digits):
        return float(re.sub(r"[.,]", "", digits)[:300])
    whole, _, rest = digits.replace(",", ".").rpartition(".")
    return float((whole.replace(".", "") + "." + rest)[:300] if whole else rest[:300])


def blank(text: str, places: Iterable[tuple[int, int]]) -> str:
    """The same length, with a middle dot wherever something else stands: a word cannot run across it."""
    kept, end = [], 0
    for start, stop in sorted(places):
        kept += [text[end:start], "·" * (stop - max(start, end))]
        end = max(end, stop)
    return "".join([*kept, text[end:]])
