"""The pieces that layouts are made of: lines of a card's words, and rows of its buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from adapters.layout import Break, Buttons, Choice, ItemLine, Line, Tone
from adapters.marks import MARKS, STATE_WORDS
from adapters.wording import Words, button
from conversations.cards import Row, Tap, Way

IN_SIGHT = 3  # buttons, of one row
IN_OVERFLOW = 5

# --- lines -----------------------------------------------------------------------------------------------------------


def said(words: Words, *parts: str) -> Iterator[Line]:
    """A part that has nothing to say makes no line."""
    for part in parts:
        yield from line(words.say(part))


def said_quietly(words: Words, *parts: str) -> Iterator[Line]:
    return (replace(each, tone=Tone.QUIET) for each in said(words, *parts))


def line(text: str, *, lead: str = "", bar: str = "", tone: Tone = Tone.NORMAL) -> list[Line]:
    return [Line(text=text, lead=lead, bar=bar, tone=tone)] if text or lead else []


def break_if(needed: bool) -> list[Break]:
    return [Break()] if needed else []


def more(count: int, words: Words) -> list[Line]:
    return line(words.say("more", count)) if count > 0 else []


def item(row: Row, text: str, *, asked: bool = False) -> ItemLine:
    mark, state = MARKS[row.state], STATE_WORDS[row.state]
    return ItemLine(mark=mark, state=state, name=row.name, label=row.label, text=text, asked=asked)


# --- buttons ---------------------------------------------------------------------------------------------------------


def buttons(ways: Iterable[Way], *, label: Callable[[Way], str] = button) -> list[Buttons]:
    """A card's own ways; the first one is primary, but for one that only takes something back."""
    choices = [Choice(way=way, label=label(way)) for way in dict.fromkeys(ways)]
    if not choices:
        return []
    choices[0] = replace(choices[0], primary=choices[0].way.tap is not Tap.UNDO)
    return [in_a_row(choices)]


def buttons_aside(ways: Iterable[Way], *, label: Callable[[Way], str] = button) -> list[Buttons]:
    """Ways that nobody has to take: none is primary."""
    choices = [Choice(way=way, label=label(way)) for way in dict.fromkeys(ways)]
    return [in_a_row(choices)] if choices else []


def buttons_of_line(ways: Iterable[Way], about: str, *, label: Callable[[Way], str] = button) -> list[Buttons]:
    """The ways of one line among others: none is primary, and each is heard with what it is about."""
    choices = [Choice(way=way, label=label(way), heard=f"{label(way)}: {about}") for way in dict.fromkeys(ways)]
    return [in_a_row(choices, of_line=True)] if choices else []


def in_a_row(choices: Sequence[Choice], *, of_line: bool = False) -> Buttons:
    """What has no place in sight goes into the overflow, and what has none there comes back."""
    first = [choice for choice in choices if not choice.way.more]
    menu = [*first[IN_SIGHT:], *(choice for choice in choices if choice.way.more)]
    return Buttons(in_sight=(*first[:IN_SIGHT], *menu[IN_OVERFLOW:]), more=tuple(menu[:IN_OVERFLOW]), of_line=of_line)
