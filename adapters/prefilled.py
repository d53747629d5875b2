"""What a form shows already, and how it is known again when it comes back untouched.

A form remembers hashes of what its inputs held at first, and the names that stood in them for people: never an answer.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from adapters.cutting import clamp
from adapters.filters import example, plain, spoken
from adapters.marked import MENTION, name_of
from adapters.wording import Words
from conversations import preferences
from conversations.cards import FieldLine
from conversations.packs import ItemType

CHOSEN = (ItemType.PERSON, ItemType.DATE, ItemType.CHOICE)  # their inputs hold no words
_ONE_ADDRESS = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>]*)?")
_PEOPLE_ROOM = 1_000  # characters of what a form remembers
_CAN_BE_NONE = ("away", "country")  # of one's preferences: to take out what stands there is to say so


@dataclass(frozen=True, slots=True, kw_only=True)
class Holds:
    """What a platform's forms can hold: characters of an input, and of what is remembered; which texts are ids."""

    typed: int
    remembered: int
    is_person: Callable[[str], bool]

    def fits(self, text: str) -> bool:
        """Whether an input holds the whole of it, whichever way is counted: a character can be two for JavaScript."""
        return len(text.encode("utf-16-le")) <= 2 * self.typed


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A field with the whole of its answer, and what of it the input holds at first: all of it, or nothing."""

    line: FieldLine
    answer: str
    first: str

    @property
    def is_address(self) -> bool:
        """Whether an input for addresses holds it: one and nothing beside it, or nothing so far."""
        return not self.answer or _ONE_ADDRESS.fullmatch(self.first) is not None

    def several_lines(self, shown: str) -> bool:
        return not (self.line.brief or self.line.type is ItemType.NUMBER) or "\n" in shown


def filled(line: FieldLine, said: Mapping[int, str], holds: Holds) -> Filled:
    answer = line.value or (spoken(line.quote, said) or "" if line.quote else "")
    if line.value and line.type is ItemType.PERSON:
        answer = f"<@{line.value}>"
    return Filled(line=line, answer=answer, first=_first(line, answer.strip(), holds))


def kept(each: Filled, words: Words) -> str:
    """What is there already, where the input does not show it."""
    if each.first or not each.answer.strip():
        return ""
    return words.say("now", each.line) if each.line.type in CHOSEN else words.say("kept", len(each.answer))


def placeholder(line: FieldLine, most: int) -> str:
    return clamp(" ".join(example(line.example).split()), most)


def _first(line: FieldLine, answer: str, holds: Holds) -> str:
    """What its input can show of an answer: the whole of it, or nothing."""
    match line.type:
        case ItemType.PERSON:
            named = MENTION.fullmatch(answer)
            return answer if named and holds.is_person(named[1]) else ""
        case ItemType.DATE:
            return answer if _is_day(answer) else ""
        case ItemType.CHOICE:
            folded = answer.casefold()
            return next((o for o in line.options if folded in (o.casefold(), plain(o).casefold())), "")
        case _:
            return answer if holds.fits(answer) else ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def people_in(fields: Sequence[Filled], names: Mapping[str, str]) -> dict[str, str]:
    """The people in texts whose names can stand there, by id, as far as there is room to remember them."""
    people: dict[str, str] = {}
    for who in MENTION.findall(" ".join(each.first for each in fields if each.line.type not in CHOSEN)):
        name = name_of(who, names)
        more = people | {who: name}
        if name and name not in people.values() and len(packed(more)) <= _PEOPLE_ROOM:
            people = more
    return people


def remembered(
    base: Mapping[str, Any], fields: Sequence[Filled], people: Mapping[str, str], holds: Holds
) -> tuple[dict[str, str], list[Filled]]:
    """Hashes of what the inputs hold at first. One that there is no room for stays empty."""
    known: dict[str, str] = {}
    kept: list[Filled] = []
    for each in fields:
        held = {each.line.name: digest_of(_in_text(each.line, each.first, people, holds))} if each.first else {}
        more = known | held
        room = len(packed({**base, "known": more})) <= holds.remembered
        known = more if room else known
        kept.append(each if room else replace(each, first=""))
    return known, kept


def _in_text(line: FieldLine, first: str, people: Mapping[str, str], holds: Holds) -> str:
    """What an untouched input comes back as."""
    return first if line.type in CHOSEN else with_ids(with_names(first, people, holds), people)


def with_names(text: str, people: Mapping[str, str], holds: Holds) -> str:
    """An input has no mentions: people are `@Dana Rossi` in it. Where that would not come back the same, ids stay."""
    shown = MENTION.sub(lambda found: f"@{people[found[1]]}" if found[1] in people else found[0], text)
    return shown if with_ids(shown, people) == text and holds.fits(shown) else text


def with_ids(text: str, people: Mapping[str, str]) -> str:
    """The other way round, for what was typed."""
    ids = {name: who for who, name in people.items()}
    if not ids:
        return text
    each = "|".join(re.escape(name) for name in sorted(ids, key=len, reverse=True))
    return re.sub(rf"(?<!\w)@({each})(?!\w)", lambda found: f"<@{ids[found[1]]}>", text)


def changes(name: str, said: Mapping[str, str], known: Mapping[str, object]) -> dict[str, str]:
    """What of a saved form is a change; an empty input is none. `known` is what the form has remembered."""
    changed = {key: text for key, text in said.items() if text.strip() and digest_of(text) != known.get(key)}
    if name == preferences.FORM:
        changed |= {key: "none" for key in _CAN_BE_NONE if key in known and not said.get(key, "").strip()}
    return changed


def packed(data: Mapping[str, Any]) -> str:
    return json.dumps(data, separators=(",", ":"))


def digest_of(value: str) -> str:
    """Eight digits, the same where only the white space differs."""
    return hashlib.sha256(" ".join(value.split()).encode()).hexdigest()[:8]
