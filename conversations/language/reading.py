"""A `Reading`: an answer as the rules see it: tidied, folded, with its addresses, days, numbers and words found.

Read once, then only asked. What stands in an address, a day or a clock time is no number and no word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice

from conversations.language.days import FoundDay, find_days
from conversations.language.figures import Number, blank, find_numbers
from conversations.language.patterns import fold
from conversations.language.rules import Rules

LONGEST = 4000  # characters that are read; what platforms allow in one message
MANY = 50  # addresses of a kind and numbers that are looked at: beyond that no answer is any clearer
MANY_WORDS = 400
_SPACE = re.compile(r"[^\S\n]+")
_LINE = re.compile(r"\s*\n\s*")
_WORD = re.compile(r"[^\W_](?:[\w'&’-]*\w)?|[^\W_]")
_CLAUSE = re.compile(
    r"[.;!?:](?=\s|$)|,(?=\s)|\s[-–—]+\s|[()]|(?<!\w)(?:but|although|though|while|aber|mais|pero)(?!\w)"
)
_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "\u00a0": " "}
)
_ADDRESSES = ("group_mention", "mention", "email", "url", "channel", "ticket", "phone")


@dataclass(frozen=True, slots=True)
class Span:
    kind: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Word:
    start: int
    end: int
    text: str
    folded: str  # without apostrophes

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()

    @property
    def shouted(self) -> bool:
        return len(self.text) > 1 and self.text.isupper()

    @property
    def identifier(self) -> bool:
        """`claims-ai`, `TRIAGE_AI`, `PolicyCore`, `B2`: no word of a language."""
        return self.shouted or any(each.isdigit() or each.isupper() for each in self.text[1:])

    @property
    def compound(self) -> bool:
        return any(each in "-_" for each in self.text)


@dataclass(frozen=True, slots=True)
class Reading:
    text: str
    folded: str
    addresses: tuple[Span, ...]
    days: tuple[FoundDay, ...]
    numbers: tuple[Number, ...]
    words: tuple[Word, ...]
    clauses: tuple[tuple[int, int], ...]

    def of_kind(self, *kinds: str) -> tuple[Span, ...]:
        return tuple(each for each in self.addresses if each.kind in kinds)

    def clause_at(self, place: int) -> tuple[int, int]:
        return next((each for each in self.clauses if each[0] <= place < each[1]), (0, len(self.text)))

    def dated(self) -> tuple[FoundDay, ...]:
        return tuple(each for each in self.days if each.dated)


def tidy(text: str, rules: Rules) -> str:
    """NFKC, straight quotes, links unwrapped, without emoji codes and markdown; lines end in a semicolon."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).translate(_STRAIGHT)
    plain = rules.forms.link.sub(lambda match: match[1] or match[2] or "", plain)
    plain = rules.forms.markdown.sub("", rules.forms.emoji.sub(" ", plain))
    return _SPACE.sub(" ", _LINE.sub("; ", plain.strip())).strip()


def read(text: str, rules: Rules, *, today: date, past: bool = False, date_order: str | None = None) -> Reading:
    """`past`: whether a day without a year is looked for backwards."""
    return _read(text, rules, today, past, date_order)  # by place, as the memory tells calls apart by how they are made


_of_one_turn = lru_cache(maxsize=16)  # what an answer is to is asked before what it is worth


@_of_one_turn
def _read(text: str, rules: Rules, today: date, past: bool, date_order: str | None) -> Reading:
    _, folded, addresses = _tidied(text, rules)
    return _beside(
        text, rules, find_days(blanked(folded, addresses), today, past=past, date_order=date_order, rules=rules)
    )


@_of_one_turn
def _tidied(text: str, rules: Rules) -> tuple[str, str, tuple[Span, ...]]:
    plain = tidy(text, rules)
    return plain, fold(plain), _addresses(plain, rules)


@_of_one_turn
def _beside(text: str, rules: Rules, days: tuple[FoundDay, ...]) -> Reading:
    """With all that stands beside the days, which is the same in whichever direction they were looked for."""
    plain, folded, addresses = _tidied(text, rules)
    taken = [*((each.start, each.end) for each in addresses), *((each.start, each.end) for each in days)]
    covered = blank(folded, taken)
    covered = blank(covered, (each.span() for each in rules.forms.clock.finditer(covered)))
    numbers = tuple(islice(find_numbers(covered, rules), MANY))
    words = tuple(
        Word(match.start(), match.end(), match[0], fold(match[0]).replace("'", ""))
        for match in islice(_WORD.finditer(blank(plain, taken)), MANY_WORDS)
    )
    return Reading(plain, folded, addresses, days, numbers, words, tuple(_clauses(blanked(folded, addresses))))


def _addresses(plain: str, rules: Rules) -> tuple[Span, ...]:
    """The first of overlapping kinds has the place: a mailbox is no page, a page no phone number."""
    found: list[Span] = []
    rest = plain
    for kind in _ADDRESSES:
        spans = [
            Span(kind, each.start(), each.end(), each[0])
            for each in islice(getattr(rules.forms, kind).finditer(rest), MANY)
        ]
        if spans:
            rest = blanked(rest, spans)
            found += spans
    return tuple(sorted(found, key=lambda each: each.start))


def blanked(text: str, spans: Iterable[Span]) -> str:
    return blank(text, ((each.start, each.end) for each in spans))


def _clauses(folded: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _CLAUSE.finditer(folded):
        yield start, match.start()
        start = match.end()
    yield start, len(folded) + 1
