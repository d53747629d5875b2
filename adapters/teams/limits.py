"""What Teams takes of a card, by the pages that say so, and how one that is larger is cut. Nothing here fails."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from adapters.cutting import MORE, clamp

Element: TypeAlias = dict[str, Any]  # of an Adaptive Card

# Later ones are not shown: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
VERSION = "1.5"
# https://learn.microsoft.com/microsoftteams/platform/concepts/deploy-and-publish/appsource/prepare/teams-store-validation-guidelines
IN_SIGHT = 6  # buttons of a card; all others are behind "…"
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages: 80 KB are recommended at
# most for a message, 28 KB are all that some ways of sending let through.
CARD_BYTES = 25_000
ROW = 20  # buttons of one row, with those behind "…"
# As Slack's, so that nobody has to look at a message's words twice.
FALLBACK = 4_000
SUMMARY = 200
LABEL = 24  # characters of a button
HEARD = 150
URL = 2_000
# The engine keeps no more of an answer.
TYPED = 4_000
CHOICES = 100
PLACEHOLDER = 150
VALUES_BYTES = 9_000  # of all that stands in a form at first; what it remembers has to fit beside it, twice
REMEMBERED = 3_000
TYPED_BYTES = 80_000  # of a form that is shown once more: nothing is lost of what was typed into it
PEOPLE = 25  # who are offered at once; the directory has the others

_LONGEST = (1_000, 500, 250)  # characters of one text, in a card that is too large
_CUT: Element = {"type": "TextBlock", "text": MORE, "wrap": True}


def fitting(body: Sequence[Element], most: int) -> list[Element]:
    """As much as has room in `most` bytes: long texts are cut first, and lines go last. The last buttons stay."""
    for longest in _LONGEST:
        if size_of(body) <= most:
            return list(body)
        body = [_shortened(element, longest) for element in body]
    last = [element for element in body[-1:] if element["type"] == "ActionSet"]
    room = most - size_of(last) - size_of(_CUT)
    kept: list[Element] = []
    for element in body[: len(body) - len(last)]:
        room -= size_of(element)
        if room < 0:
            kept.append(_CUT)
            break
        kept.append(element)
    return kept + last


def _shortened(element: Element, longest: int) -> Element:
    """Its texts with so many characters at most; an address is whole or not there."""
    runs = element.get("inlines", ())
    cut = [run if "selectAction" in run else run | {"text": clamp(run["text"], longest)} for run in runs]
    return element | {"inlines": cut} if cut else element


def size_of(value: object) -> int:
    """In bytes, as it is sent; with what parts it from the next one."""
    return len(json.dumps(value).encode()) + len(", ")
