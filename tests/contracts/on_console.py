"""The terminal, as the contract types in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.text import Text

from adapters.console import inbound as console
from adapters.console.rendering import render
from adapters.console.terminal import STYLES, Terminal, handle
from adapters.filters import plain
from adapters.wording import Reader, Wording, button, word
from conversations.activities import Activity, ActivityKind, Button, ConversationReference
from conversations.cards import Card, FormCard, ReviewLine, Tap, Way
from conversations.review import Review
from tests.contracts.pressing import UTC_ZONE, Pressed, filled, ways_of

if TYPE_CHECKING:
    from tests.contracts.situations import Shown

T = TypeVar("T")


class ConsolePlatform:
    name = "console"
    writes = True
    # A link; the rest of *About* is asked for line by line, and only its own buttons say that a review is done.
    hides = frozenset({Tap.OPEN, Tap.DONE})
    skips: tuple[type, ...] = (
        FormCard,
        ReviewLine,
    )  # a word is about the review that one is in
    offers_forms = False
    _wording = Wording(Terminal())
    _console = Console(width=80, force_terminal=False, legacy_windows=False)

    def who(self, name: str) -> str:
        return name

    def offers(self, card: Card) -> list[Way]:
        return [way for way in ways_of(card, self.skips) if way.tap not in self.hides]

    def moved(self, value: T) -> T:
        return value

    def around_commands(self, reviews: tuple[Review, ...]) -> Review | None:
        return reviews[0]

    def presses(self, shown: Shown, pack: str | None = None) -> Iterator[Pressed]:
        said = Reader(words=shown.said, today=shown.now.date(), zone=UTC_ZONE)
        lines = render(shown.card, self._wording.of(shown.card, said), self._console)
        printed = [each for line in lines for each in _printed(line)]
        for way in ways_of(shown.card, self.skips):
            if typed := _take(printed, way):
                yield Pressed(way=way, activity=self.typed(filled(typed, way, shown), shown))

    def typed(self, words: str, shown: Shown) -> Activity:
        if words.startswith("/form"):  # `bot.chat`: the button of a question, as no word opens one form of many
            button = Button(act=Tap.ANSWER, choice=words.partition(" ")[2] or None)
            return replace(self.typed("", shown), kind=ActivityKind.BUTTON, button=button)
        assert shown.review is not None
        at = shown.review.reference
        return console.to_activity(words, number=7, who=shown.to, reference=at, at=shown.now)

    def command(self, words: str, *, who: str, at: datetime) -> Activity:
        place = ConversationReference(platform="console", tenant="local", channel="terminal")
        return console.to_activity(f"/ai-readiness {words}", number=1, who=who, reference=place, at=at)

    def submits(self, shown: Shown, values: Mapping[str, str]) -> Activity:
        assert isinstance(shown.card, FormCard)
        assert shown.review is not None
        options = {option for line in shown.card.fields for option in line.options}
        typed = {
            name: plain(value) if value in options else re.sub(r"<@(\w+)>", r"@\1", value)
            for name, value in values.items()
        }
        return console.to_form(
            shown.card, typed, who=shown.to, reference=shown.review.reference, at=shown.now, key="a form"
        )


def _printed(line: Text) -> Iterator[tuple[str, str]]:
    """The words in a line that can be typed, each with the label before it; without one it is its own."""
    for span in line.spans:
        if span.style == STYLES["typed"]:
            typed, before = line.plain[span.start : span.end].strip("`"), line.plain[: span.start]
            label = re.split(r" · |▸ ", before)[-1]
            yield (label[:-2].strip() if label.endswith(": ") else typed).lower(), typed


def _take(printed: list[tuple[str, str]], way: Way) -> str | None:
    """The next word behind a way's label. One that several lines share is taken each time."""
    label = handle(way.choice) if way.tap is Tap.ASK and way.choice else button(way).lower()
    at = next((n for n, (name, _) in enumerate(printed) if name == label), None)
    if at is None:  # in a sentence, which says the word and not the button
        said = (word(way, elsewhere=True), word(way))
        return next((typed for _, typed in printed if typed in said), None)
    return printed.pop(at)[1]
