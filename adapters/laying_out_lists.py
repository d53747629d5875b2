"""Lists as layouts: what waits for somebody, and reviews. Beyond what is shown, they are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from adapters.layout import Part
from adapters.pieces import break_if, buttons_of_line, line, more
from adapters.wording import Words
from conversations.cards import MineLine, ReviewLine


def waiting(lines: Sequence[MineLine], most: int, words: Words) -> Iterator[Part]:
    for number, each in enumerate(lines[:most], 1):
        place = words.say("place", each)
        yield from line(words.say("line", each), lead=f"{number}. {place}")
        yield from buttons_of_line(each.ways, f"{number}, {place.removesuffix(':')}")
    yield from more(len(lines) - most, words)


def reviews(lines: Sequence[ReviewLine], most: int, facts: Callable[[ReviewLine], str], words: Words) -> Iterator[Part]:
    for number, each in enumerate(lines[:most], 1):
        project = words.say("project", each)
        yield from break_if(number > 1)
        yield from line(f"· {facts(each)}", lead=project)
        yield from buttons_of_line(each.ways, f"{number}, {project}")
    yield from more(len(lines) - most, words)
