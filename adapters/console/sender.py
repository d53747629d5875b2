"""The terminal's screen: says deliveries aloud, and what the chat itself has to say.

What is for one person stands there for all to see, with the name.
"""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from adapters.console.page import WIDTH
from adapters.console.rendering import field_lines, needs_somebody, render
from adapters.console.terminal import Terminal, handle
from adapters.filters import visible
from adapters.marks import fitting
from adapters.wording import Reader, Wording, Words
from conversations.cards import Card, FieldLine, FormCard, QuestionCard, RootCard, SummaryCard
from conversations.ports import Delivery, DeliveryKind

MAX_ECHO = 400  # characters of a line that is shown again


def aside(zone: ZoneInfo, clock: Callable[[], datetime]) -> ConsoleSender:
    """On standard error, to nobody's keyboard: what people are told is no document."""
    return ConsoleSender(Console(stderr=True, highlight=False), zone=zone, clock=clock, speaker="")


class ConsoleSender:
    """A `ports.Sender`. `speaker` is who sits at the keyboard: what is for them needs no name.

    With `echo` the lines that are heard are shown too, as they come from a file and not from this screen.
    """

    def __init__(
        self, console: Console, *, zone: ZoneInfo, clock: Callable[[], datetime], speaker: str, echo: bool = False
    ) -> None:
        self.speaker = speaker
        self._console = console
        self._zone = zone
        self._clock = clock
        self._echo = echo
        self._wording = Wording(Terminal())
        self._form: Words | None = None  # the one being filled
        self._ahead: str | None = None  # said before the next thing, where there is one
        self._gists: dict[tuple[str | None, str | None], str] = {}  # of the messages that are revised often
        self._heads: dict[str | None, tuple[object, ...]] = {}

    # --- a Sender ----------------------------------------------------------------------------------------------------

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        if delivery.card is None:
            return None  # a reaction: the card that changed says it already
        said = self._said(delivery.card, words)
        if isinstance(delivery.card, FormCard):
            self._form = said
        turned, news = self._has_turned(delivery.review, delivery.card), self._is_news(delivery, said)
        again = delivery.kind is DeliveryKind.REVISE and not turned
        if turned or news:
            self._print([*self._addressed(delivery), *render(delivery.card, said, self._console, again=again)])
        return delivery.review if delivery.key == "root" else f"{delivery.review}/{delivery.key}"

    async def look_up(self, delivery: Delivery) -> str | None:
        """A terminal forgets what scrolled by. Raises `LookupError` always."""
        raise LookupError(delivery.delivery_id)

    # --- the chat ----------------------------------------------------------------------------------------------------

    def prompt(self, number: int) -> str:
        """What stands before the `number`-th line while it is typed."""
        return f"\n{number} {handle(self.speaker)}> "

    def heard(self, number: int | None, line: str) -> None:
        """A line of a file, as it would stand on the screen if it had been typed there."""
        if self._echo:
            before = f"{number} " if number else ""
            shown = line if len(line) <= MAX_ECHO else f"{line[:MAX_ECHO]}…"
            self._print([Text(self._fitting(f"{before}{handle(self.speaker)}> {visible(shown)}"), "bold blue")])

    def note(self, sentence: str) -> None:
        lines = textwrap.wrap(self._fitting(visible(sentence)), WIDTH, break_long_words=False, break_on_hyphens=False)
        self._print(Text(line) for line in lines)

    def ahead(self, sentence: str | None) -> None:
        """Says it just before whatever comes next; None takes it back, as nothing came."""
        self._ahead = sentence

    def table(self, title: str, rows: Mapping[str, str]) -> None:
        """What can be typed, and what it does."""
        width = max(len(typed) for typed in rows)
        lines = (f"  {typed:<{width}}  {does}" for typed, does in rows.items())
        self._print([Text(self._fitting(visible(line))) for line in (title, *lines)])

    def not_carried_out(self, line_number: int) -> None:
        """After the sentence that says why; lines of a file are counted, a person knows which one it was."""
        if self._echo:
            self.note(f"Line {line_number} was not carried out.")

    def acts_as(self, who: str) -> None:
        self.speaker = who
        self.note(f"You are {handle(who)} now.")

    def asks_field(self, number: int, field: FieldLine) -> None:
        """One field of the form that was shown last."""
        if self._form is not None:
            self._print(field_lines(number, field, self._form, self._console), gap=False)

    def comes_back(self, review: str, board: Mapping[str, Card], words: Mapping[int, str], number: int) -> None:
        """The root card, and what waits for somebody; `number` lines were typed before."""
        for key, card in board.items():
            self._has_turned(review, card)
            self._gists[review, key] = self._gist(card, self._said(card, words))
            if isinstance(card, RootCard) or needs_somebody(card):
                self._print(render(card, self._said(card, words), self._console))
        self.note(f"Your next line is number {number + 1}.")

    def farewell(self, card: Card) -> None:
        """Where the review stands, in a line, and how to come back to it."""
        self._print(render(card, self._said(card, {}), self._console, again=True))
        if isinstance(card, RootCard):
            back = f"Come back with: ai-readiness chat {shlex.quote(visible(card.project))}"
            self._print([Text(self._fitting(back))], gap=False)

    def _is_news(self, delivery: Delivery, said: Words) -> bool:
        """Whether a message says anything new: what is revised without another word would only fill the screen."""
        if delivery.card is None or delivery.key is None:
            return True
        name, gist = (delivery.review, delivery.key), self._gist(delivery.card, said)
        known, self._gists[name] = self._gists.get(name), gist
        return delivery.kind is not DeliveryKind.REVISE or gist != known

    def _gist(self, card: Card, said: Words) -> str:
        shown = replace(card, ways=()) if isinstance(card, RootCard | QuestionCard | SummaryCard) else card
        return "\n".join(line.plain for line in render(shown, said, self._console, again=True))

    def _has_turned(self, review: str | None, card: Card) -> bool:
        """Whether a review has another owner, date or phase: then its card is worth its whole length."""
        if not isinstance(card, RootCard):
            return False
        known = self._heads.get(review)
        self._heads[review] = head = (card.owner, card.decision_on, card.phase)
        return known is not None and known != head

    def _said(self, card: Card, words: Mapping[int, str]) -> Words:
        today = self._clock().astimezone(self._zone).date()
        return self._wording.of(card, Reader(words=words, today=today, zone=self._zone))

    def _addressed(self, delivery: Delivery) -> list[Text]:
        if delivery.to is None or (delivery.kind is DeliveryKind.WHISPER and delivery.to == self.speaker):
            return []
        who = handle(delivery.to)
        named = f"(to {who} only)" if delivery.kind is DeliveryKind.WHISPER else f"→ to {who}:"
        return [Text(self._fitting(named), "magenta")]

    def _fitting(self, text: str) -> str:
        return fitting(text, self._console.encoding)

    def _print(self, lines: Iterable[Text], *, gap: bool = True) -> None:
        """With an empty line before it; what is too long to wrap is left to the terminal."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            self.note(ahead)
        for line in [*([Text()] if gap else []), *lines]:
            self._console.print(line, soft_wrap=True)
