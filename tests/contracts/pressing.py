"""What the contract needs of a platform: its cards rendered, everything in them pressed, its forms filled and sent.

One small object each, made of the platform's own adapter and of nothing else; the contract knows no platform. What a
platform's client does (a payload for a press, a line that is typed) is played there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from conversations.activities import Activity, ConversationReference
from conversations.calendars import Calendar
from conversations.cards import Card, FieldLine, ReportCard, Tap, Way
from conversations.packs import ItemType, Pack
from conversations.review import Review

if TYPE_CHECKING:
    from tests.contracts.situations import Shown

T = TypeVar("T")
UTC_ZONE = ZoneInfo("UTC")
ALWAYS = Calendar(zone=UTC_ZONE, begins=time.min, ends=time.max, days=frozenset(range(7)))
PEOPLE = ("ana", "bea", "carol", "dana", "kim", "lee", "mika", "priya", "sam", "tom")
KIM, DAY, REASON, PROJECT, HELP = "kim", date(2026, 12, 11), "it runs without users", "Claims Reader", "claims-help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button, and what comes of pressing it; nothing where it is a link."""

    way: Way
    activity: Activity | None
    picked: bool = False  # a person was chosen on it


class Platform(Protocol):
    name: str
    writes: bool  # the way to press a button is to type its word
    hides: frozenset[Tap]  # what is nowhere to be pressed
    skips: tuple[type, ...]  # parts of cards whose ways are not shown
    offers_forms: bool  # a button opens a form; else the form is the message

    def offers(self, card: Card) -> list[Way]:
        """What is to be pressed on a card."""
        ...

    def who(self, name: str) -> str:
        """The id of somebody who is called so."""
        ...

    def moved(self, value: T) -> T:
        """What was played in dialogues, with the people and in the place of this platform."""
        ...

    def around_commands(self, reviews: tuple[Review, ...]) -> Review | None:
        """The review that a command was said in, as in a terminal there always is one."""
        ...

    def presses(self, shown: Shown, pack: str | None = None) -> Iterator[Pressed]:
        """Everything that can be pressed in the rendering of a card. `pack` is the digest of another pack."""
        ...

    def typed(self, words: str, shown: Shown) -> Activity:
        """A reply where the card stands; people are `@name` in it."""
        ...

    def command(self, words: str, *, who: str, at: datetime) -> Activity: ...

    def submits(self, shown: Shown, values: Mapping[str, str]) -> Activity:
        """The form of the card, saved with other values in these fields: as an answer has them (`<@ID>`, ISO days)."""
        ...


# --- cards -----------------------------------------------------------------------------------------------------------


def ways_of(value: object, without: tuple[type, ...] = ()) -> list[Way]:
    """All ways of a card, those of its lines too, each once. A report has none, though the summary in it does."""
    if isinstance(value, (ReportCard, *without)):
        return []
    if isinstance(value, Way):
        return [value]
    if isinstance(value, tuple):
        inside = value
    else:
        inside = tuple(getattr(value, each.name) for each in fields(value)) if is_dataclass(value) else ()
    return list(dict.fromkeys(way for each in inside for way in ways_of(each, without)))


def filled(words: str, way: Way, shown: Shown) -> str:
    """A word with what it leaves to who types it."""
    if way.tap is Tap.EDIT and way.item is None:  # of a question, or of all
        return words.replace("NAME", shown.standing.pack.names[last_item(way, shown.standing.pack)])
    said = words.replace("@name", f"@{KIM}").replace("Fri", DAY.isoformat()).replace("15 Dec", DAY.isoformat())
    if "because" in said:
        return said.replace("…", REASON)
    return said.replace("…", f"@{KIM}" if wants_person(way, shown) else "an answer in words").replace("NAME", PROJECT)


def last_item(way: Way, pack: Pack) -> str:
    """Of the question that a way is about, or of all: who types has to say which one."""
    return [key for key, question in pack.question_of.items() if way.choice in (None, question.key)][-1]


def wants_person(way: Way, shown: Shown) -> bool:
    return way.item is not None and shown.standing.items[way.item].item.type is ItemType.PERSON


def opens(card: Card) -> list[str]:
    return [way.choice or "" for way in ways_of(card) if way.tap is Tap.OPEN]


def was_there(line: FieldLine, shown: Shown) -> str:
    return "; ".join(shown.said[n] for n in line.quote.acts) if line.quote else line.value


# --- what was played elsewhere ---------------------------------------------------------------------------------------

_NAMED = re.compile(rf"(?P<at><@)?\b(?P<name>{'|'.join(PEOPLE)})\b(?(at)>|$)")
_HAS_NAMES = re.compile(r"\w+|\w+/.*|.*<@.*", re.DOTALL)  # people alone, at the end of a message's key, or mentioned


def moved(value: T, who: Callable[[str], str], place: ConversationReference) -> T:
    """With the ids that people have on a platform, and there."""

    def as_id(found: re.Match[str]) -> str:
        if found["at"]:
            return f"<@{who(found['name'])}>"
        whole = found.start() == 0 or found.string[found.start() - 1] == "/"
        return who(found["name"]) if whole else found[0]

    def of(each: Any) -> Any:
        if type(each) is str:
            return _NAMED.sub(as_id, each) if _HAS_NAMES.fullmatch(each) else each
        if isinstance(each, ConversationReference):
            return place
        if isinstance(each, tuple):
            return tuple(of(part) for part in each)
        if is_dataclass(each) and not isinstance(each, type | Pack):
            return replace(each, **{field.name: of(getattr(each, field.name)) for field in fields(each)})
        if isinstance(each, Mapping):
            return {key: of(part) for key, part in each.items()}
        return each

    return cast(T, of(value))
