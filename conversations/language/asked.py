"""`Asked`, one answer to one item, and `Finding`, what a closed question found in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from conversations.language.reading import Reading
from conversations.language.rules import Rules
from conversations.packs import Item


@dataclass(frozen=True, slots=True)
class Asked:
    item: Item
    reading: Reading
    today: date
    author: str
    rules: Rules

    def clause(self, place: int) -> str:
        start, end = self.reading.clause_at(place)
        return self.reading.folded[start:end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a closed question found. `attempted`: there is a value, though not one that can be taken as it stands."""

    complete: bool
    attempted: bool = True
    note: str = ""  # the name of a sentence of the rules
    values: Mapping[str, str] = field(default_factory=dict)
    people: tuple[str, ...] = ()
    rota: bool = False
    day: date | None = None
    planned: date | None = None  # a day in the other direction, where it can be a promise
    option: str | None = None
    not_applicable: bool = False


NOTHING = Finding(complete=False, attempted=False)
