"""Marks and the words that always stand beside them, and what both become where an encoding has no room for them."""

from __future__ import annotations

from collections.abc import Mapping

from conversations.review import State

MARKS: Mapping[State, str] = {
    State.OPEN: "○",
    State.KNOWN_GAP: "○",
    State.VAGUE: "◐",
    State.DEFERRED: "⏸",
    State.UNCONFIRMED: "?",
    State.COMPLETE: "✓",
    State.STALE: "↻",
    State.CONFLICT: "!",
    State.NA_PENDING: "?",
    State.NA_ACCEPTED: "—",
}
STATE_WORDS: Mapping[State, str] = {
    State.OPEN: "open",
    State.KNOWN_GAP: "known gap",
    State.VAGUE: "partly",
    State.DEFERRED: "later",
    State.UNCONFIRMED: "to be confirmed",
    State.COMPLETE: "answered",
    State.STALE: "due for review",
    State.CONFLICT: "different answers",
    State.NA_PENDING: "waits for a second person",
    State.NA_ACCEPTED: "does not apply",
}
BAR = 10  # cells of the progress bar
_ASCII = str.maketrans(
    {
        "○": "o",
        "◐": "~",
        "⏸": "=",
        "✓": "+",
        "↻": "*",
        "—": "-",
        "–": "-",
        "▶": ">",
        "▸": ">",
        "→": "->",
        "▓": "#",
        "░": ".",
        "·": "|",
        "…": "...",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
    }
)


def bar(readiness: int) -> str:
    """Full only where nothing is left to do. It says nothing that does not stand beside it as a number."""
    full = BAR if readiness >= 100 else min((readiness * BAR + 50) // 100, BAR - 1)
    return "▓" * full + "░" * (BAR - full)


def cells(answered: int, total: int) -> str:
    """A short bar with a cell for each answer. Its numbers stand beside it."""
    return "▓" * answered + "░" * (total - answered)


def fitting(text: str, encoding: str) -> str:
    """The text as `encoding` can write it: marks in ASCII where they have to be, and `?` for what is left."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text
