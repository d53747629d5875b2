"""What a card shows and where, for platforms that show cards: its title, its lines and its buttons, in order.

No platform is in it: texts are as the platform's `wording.Platform` has returned them, and a platform draws the parts
with what it has. Which part a card has where is said in `laying_out.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from conversations.cards import Tap, Way


class Tone(StrEnum):
    NORMAL = "normal"
    QUIET = "quiet"  # what is there to look up


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    lead: str = ""  # stressed, before the text
    bar: str = ""  # before both; its number stands in words elsewhere
    tone: Tone = Tone.NORMAL
    spoken: str = ""  # what is said for a text that has marks in it


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One answer; the state is in the text too, in words."""

    mark: str
    state: str
    name: str  # what people can type for it
    label: str
    text: str
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button. `heard` is what a screen reader says where the label alone does not tell it from others."""

    way: Way
    label: str
    heard: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Buttons:
    """A row of buttons. The `picker` chooses a person, who becomes the choice of its way."""

    in_sight: tuple[Choice, ...]
    more: tuple[Choice, ...] = ()  # in the overflow
    picker: Choice | None = None
    of_line: bool = False  # about the line before it, not about the card

    @property
    def choices(self) -> tuple[Choice, ...]:
        return (*([self.picker] if self.picker else []), *self.in_sight, *self.more)


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Something else begins."""


Part: TypeAlias = Line | ItemLine | Buttons | Break


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    title: str  # says it all
    heading: bool  # the title heads something that is looked at often
    parts: tuple[Part, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(choice for part in self.parts if isinstance(part, Buttons) for choice in part.choices)

    def without(self, left_out: Callable[[Way], bool]) -> Layout:
        """The same without some ways, as those that lead nowhere."""
        parts = (_without(part, left_out) if isinstance(part, Buttons) else part for part in self.parts)
        return replace(self, parts=tuple(part for part in parts if not isinstance(part, Buttons) or part.choices))


def address_of(way: Way, review: str | None, links: Mapping[str, str]) -> str | None:
    """Where a `Tap.OPEN` leads. `links` are addresses by choice, "" for where the message itself stands.

    That is where its own `review` is, and no other one.
    """
    if way.tap is not Tap.OPEN or not (way.choice or way.review in (None, review)):
        return None
    return links.get(way.choice or "")


def fallback(layout: Layout) -> list[str]:
    """All that a layout shows, in words and in order, without bars and marks; the last line says the ways on."""
    lines = [layout.title, *(_spoken(part) for part in layout.parts if isinstance(part, Line | ItemLine))]
    return [*lines, _ways_on(layout.choices)] if layout.choices else lines


def _spoken(part: Line | ItemLine) -> str:
    if isinstance(part, ItemLine):
        return f"{part.label}, {part.text}"
    return " ".join(piece for piece in (part.lead, part.spoken or part.text) if piece)


def _without(buttons: Buttons, left_out: Callable[[Way], bool]) -> Buttons:
    if not any(left_out(choice.way) for choice in (*buttons.in_sight, *buttons.more)):
        return buttons  # as nearly always

    def kept(choices: Iterable[Choice]) -> tuple[Choice, ...]:
        return tuple(choice for choice in choices if not left_out(choice.way))

    return replace(buttons, in_sight=kept(buttons.in_sight), more=kept(buttons.more))


def _ways_on(choices: Iterable[Choice]) -> str:
    said = dict.fromkeys(_in_a_sentence(choice.heard or choice.label) for choice in choices)
    return f"You can: {'; '.join(said)}."


def _in_a_sentence(label: str) -> str:
    """`Answer next` → `answer next`; `I'll do it`, and a name, as they are."""
    return label if label.startswith("I'") else f"{label[:1].lower()}{label[1:]}"
