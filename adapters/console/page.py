"""The lines of one message in the terminal: wrapped, indented, within 80 columns; a long link stays whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from adapters.console.terminal import styled
from adapters.marks import fitting
from adapters.wording import Words

WIDTH = 80
INDENT = "  "
_WORD = re.compile(r"\S+\s*")


class Page:
    """Takes a card's parts in order, and keeps them as lines."""

    def __init__(self, console: Console, words: Words) -> None:
        self.lines: list[Text] = []
        self._console = console
        self._words = words
        self._width = min(console.width, WIDTH)

    def title(self, after: str = "") -> None:
        """The first line, which says it all."""
        self.put(f"{self._words.say('title')}{after}", lead="", style="bold")

    def say(self, part: str, *values: object, lead: str = INDENT, style: str = "") -> None:
        self.put(self._words.say(part, *values), lead=lead, style=style)

    def text(self, part: str, *values: object) -> str:
        return self._words.say(part, *values)

    def put(self, marked: str, *, lead: str = INDENT, style: str = "", lead_style: str = "") -> None:
        """A paragraph behind `lead`, below which its other lines begin. Nothing to say makes no line."""
        if not marked:
            return
        first = styled(self._fitting(lead), lead_style)
        body = styled(self._fitting(marked), style)
        room = max(self._width - first.cell_len, 20)
        for wrapped in body.divide(_breaks(body.plain, room)):
            wrapped.rstrip()
            self.lines.append(Text.assemble(first, wrapped))
            first = Text(" " * first.cell_len)

    def row(self, pieces: Iterable[str], *, lead: str = INDENT, lead_style: str = "dim") -> None:
        """Pieces side by side; a line ends between them only."""
        texts = [styled(self._fitting(piece)) for piece in pieces if piece]
        gap = Text(self._fitting(" · "), "dim")
        line, room = Text.assemble((self._fitting(lead), lead_style)), self._width
        start = line.cell_len
        for text in texts:
            if line.cell_len > start and line.cell_len + gap.cell_len + text.cell_len > room:
                self.lines.append(line)
                line = Text(" " * start)
            if line.cell_len > start:
                line.append_text(gap)
            line.append_text(text)
        if texts:
            self.lines.append(line)

    def gap(self) -> None:
        self.lines.append(Text())

    def _fitting(self, text: str) -> str:
        return fitting(text, self._console.encoding)


def _breaks(text: str, room: int) -> list[int]:
    """Where lines of at most `room` cells begin; Rich would cut a word that is longer."""
    breaks: list[int] = []
    begin = 0
    for word in _WORD.finditer(text):
        if word.start() > begin and cell_len(text[begin : word.end()].rstrip()) > room:
            begin = word.start()
            breaks.append(begin)
    return breaks
