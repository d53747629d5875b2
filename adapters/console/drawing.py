"""Layouts as lines of the terminal: their parts in order, with the words beside the buttons."""

from __future__ import annotations

from typing import assert_never

from adapters.console.page import INDENT, Page
from adapters.console.pieces import LEAD, way
from adapters.console.terminal import handle
from adapters.layout import Break, Buttons, Choice, ItemLine, Layout, Line, Part, Tone
from conversations.cards import Tap

UNDER_NUMBER = " " * len("  1  ")


def draw(layout: Layout, page: Page) -> None:
    page.put(layout.title, lead="", style="bold")
    below = INDENT
    for part in layout.parts:
        draw_part(part, page, below)
        below = _below(part, below)


def draw_part(part: Part, page: Page, below: str = INDENT) -> None:
    """`below`: where a line without a number begins."""
    match part:
        case Line():
            _line(part, page, below)
        case ItemLine():
            page.put(f"\x01{part.label}\x04 · {part.text}", lead=f"  {part.mark} ")
        case Buttons():
            page.row(map(_choice, part.choices), lead=f"   {LEAD}" if part.of_line else LEAD)
        case Break():
            page.gap()
        case _:
            assert_never(part)


def _below(part: Part, before: str) -> str:
    """What belongs to a numbered line stands under its words."""
    if not isinstance(part, Line):
        return INDENT
    return UNDER_NUMBER if part.lead.isdigit() else before


def _line(line: Line, page: Page, below: str) -> None:
    style = "dim" if line.tone is Tone.QUIET else ""
    if line.lead.isdigit():
        page.put(line.text, lead=f"  {line.lead:<2} ", style=style)
    else:
        page.put(f"\x01{line.lead}\x04 {line.text}".strip() if line.lead else line.text, lead=below, style=style)


def _choice(choice: Choice) -> str:
    """Who is chosen already is named in the word too."""
    shown = way(choice.way, elsewhere=True, label=lambda _: choice.label)
    chosen = choice.way.tap is Tap.ASK and choice.way.choice
    return shown.replace("@name", handle(chosen)) if chosen else shown
