"""How a sentence looks in the terminal: people as `@name`, and nothing that people typed can steer the screen.

Styles travel inside the sentences as control characters, which are taken out of everything that comes from outside.
"""

from __future__ import annotations

import re

from rich.text import Text

from adapters.filters import named, visible

ID = r"[^\W_](?:[\w.-]*\w)?"  # what follows the @ of a person
_STYLES = {"\x01": "person", "\x02": "said", "\x03": "typed"}
_END = "\x04"
_MARKED = re.compile(r"([\x01-\x04])")
STYLES = {"person": "bold", "said": "italic", "typed": "cyan"}


class Terminal:
    """The terminal as a `wording.Platform`."""

    def escape(self, text: str) -> str:
        return visible(text)

    def person(self, who: str, *, ring: bool = False) -> str:  # noqa: ARG002  # nobody is rung in a terminal
        return f"\x01{handle(who)}{_END}"

    def name(self, who: str) -> str:
        return f"\x01{visible(who[:1].upper() + who[1:])}{_END}"

    def said(self, text: str) -> str:
        return f"\x02{visible(named(text))}{_END}"

    def typed(self, word: str) -> str:
        return f"\x03`{visible(word)}`{_END}"

    def command(self, words: str) -> str:
        return self.typed(f"/ai-readiness {words}")

    def invitation(self) -> str:
        return f"Type {self.typed('/invite @AI Readiness')} there"


def handle(who: str) -> str:
    """`@dana` for an id, the name itself where it matches nobody here."""
    return f"@{who}" if re.fullmatch(ID, who) and who == who.casefold() else visible(who)


def styled(marked: str, style: str = "") -> Text:
    """A sentence with its styles, as Rich has them; `style` is that of the rest."""
    text = Text(style=style)
    inner = ""
    for piece in _MARKED.split(marked):
        if piece in _STYLES or piece == _END:
            inner = STYLES[_STYLES[piece]] if piece in _STYLES else ""
        else:
            text.append(piece, inner)
    return text
