"""What somebody sees of a message or a card, and whom it rings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.fake_teams_state import Json, Message

_READ = (
    *("title", "text", "label", "placeholder", "errorMessage", "value", "facts", "choices", "body", "items", "columns"),
    *("inlines", "rows", "cells", "selectAction", "inlineAction", "actions", "card"),
)
_AT = re.compile(r"<at>(.*?)</at>")


def text_of(shown: Message | Json | list[Any] | None) -> str:
    """All that a person can read in a message or a card, a line for each text. The runs of a block are one text."""
    if isinstance(shown, Message):
        return text_of(shown.card) if shown.card else shown.text
    return "\n".join(_texts(shown))


def _texts(shown: Any) -> Iterator[str]:
    if isinstance(shown, str):
        yield shown
    elif isinstance(shown, list):
        for each in shown:
            yield from _texts(each)
    elif isinstance(shown, dict) and shown.get("type") == "RichTextBlock":
        yield "".join(each if isinstance(each, str) else each["text"] for each in shown["inlines"])
    elif isinstance(shown, dict):
        for key in _READ:
            if key in shown and not _is_name(shown, key):
                yield from _texts(shown[key])


def _is_name(shown: Json, key: str) -> bool:
    """A choice's value is for machines."""
    return key == "value" and "type" not in shown and "title" in shown and "choices" not in shown and not _fact(shown)


def _fact(shown: Json) -> bool:
    return set(shown) == {"title", "value"} and " " in str(shown["value"])


def rung(message: Message) -> set[str]:
    """Who is notified by name in a message: ids of those in its mentions whose words stand in it."""
    written = set(_AT.findall(text_of(message)))
    return {each["mentioned"]["id"] for each in mentions(message.activity) if _named(each) in written}


def mentions(activity: Json) -> list[Json]:
    """Those of a message's text, or of its card."""
    attachments = activity.get("attachments") or []
    cards = [each["content"] for each in attachments if each.get("contentType", "").endswith("card.adaptive")]
    inside = [each for card in cards for each in card.get("msteams", {}).get("entities", [])]
    return [each for each in [*(activity.get("entities") or []), *inside] if each.get("type") == "mention"]


def _named(mention: Json) -> str:
    return str(mention["text"]).removeprefix("<at>").removesuffix("</at>")
