"""A terminal of 80 columns in memory, and cards as it shows them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from rich.console import Console

from adapters.console.rendering import render
from adapters.console.terminal import Terminal
from adapters.wording import Reader, Wording
from conversations.cards import Card
from tests.adapters.samples import TODAY, WORDS

UTC_ZONE = ZoneInfo("UTC")
WORDING = Wording(Terminal())


def terminal(*, encoding: str = "utf-8") -> Console:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    return Console(file=file, width=80, color_system=None)


def output(console: Console) -> str:
    file = console.file
    assert isinstance(file, io.TextIOWrapper)
    file.seek(0)
    return file.read()


def shown(card: Card, *, again: bool = False, words: Mapping[int, str] = WORDS, encoding: str = "utf-8") -> str:
    """What the terminal shows of a card, without what marks styles."""
    console = terminal(encoding=encoding)
    said = WORDING.of(card, Reader(words=words, today=TODAY, zone=UTC_ZONE))
    for line in render(card, said, console, again=again):
        console.print(line, soft_wrap=True)
    return output(console)
