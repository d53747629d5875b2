"""The pieces that cards are made of in the terminal: parts in order, the bar, and the words beside the buttons."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from adapters import filters
from adapters.console.page import Page
from adapters.marks import bar
from adapters.wording import button, word
from conversations.cards import Tap, Way

GOOD = 80  # readiness from which the bar is green; a colour only, the words are by the band
LEAD = "  ▸ "


def parts(page: Page, *names: str) -> None:
    page.title()
    for name in names:
        page.say(name)


def standing(readiness: int, page: Page) -> None:
    """The bar has its number in the title above it."""
    page.put(page.text("standing"), lead=f"  {bar(readiness)} ", lead_style="green" if readiness >= GOOD else "yellow")


def more(count: int, page: Page) -> None:
    if count > 0:
        page.say("more", count)


def ways(shown: Sequence[Way], page: Page, *, elsewhere: bool = False, choice: str = "…") -> None:
    """Each button's label with the word that does the same."""
    page.row(dict.fromkeys(way(each, elsewhere=elsewhere).replace("…", choice) for each in shown), lead=LEAD)


def way(shown: Way, *, elsewhere: bool, label: Callable[[Way], str] = button) -> str:
    """Nothing for what has no word."""
    typed = _console_word(shown, elsewhere=elsewhere)
    if not typed:
        return ""
    marked = f"\x03{filters.visible(typed)}\x04"
    return marked if typed == label(shown).lower() else f"{label(shown)}: {marked}"


def _console_word(shown: Way, *, elsewhere: bool) -> str:
    if shown.tap is Tap.ANSWER and shown.item is None:  # the form of a question, which `choice` names
        return f"/form {shown.choice}" if shown.choice else "/form"
    return word(shown, elsewhere=elsewhere)
