"""What somebody sees of a message or view, and whom it rings."""

from __future__ import annotations

import re
from typing import Any

from tests.fake_slack_state import Json, Message, View


def text_of(shown: Any) -> str:
    """All that a person can read in a message, view, block or list of blocks, a line for each text.

    Of a message with blocks these alone are read, as by somebody with a screen.
    """
    if isinstance(shown, Message):
        return text_of(shown.blocks) if shown.blocks else shown.text
    if isinstance(shown, View):
        return text_of(shown.body)
    return "\n".join(_texts(shown))


_READ = (
    *("title", "text", "fields", "label", "hint", "elements", "accessory", "element", "placeholder", "initial_value"),
    *("options", "description", "blocks", "submit", "close"),
)


def _texts(shown: Any) -> list[str]:
    if isinstance(shown, str):
        return [shown]
    if isinstance(shown, list):
        return [text for each in shown for text in _texts(each)]
    if shown.get("type") in ("rich_text_section", "rich_text_quote", "rich_text_preformatted"):
        return ["".join(_inline(each) for each in shown["elements"])]
    return [text for key in _READ if key in shown for text in _texts(shown[key])]


def _inline(element: Json) -> str:
    match element["type"]:
        case "user":
            return f"<@{element['user_id']}>"
        case "channel":
            return f"<#{element['channel_id']}>"
        case "broadcast":
            return f"@{element['range']}"
        case "emoji":
            return f":{element['name']}:"
        case "date":
            return str(element.get("fallback", element["timestamp"]))
        case _:
            return str(element.get("text", element.get("url")))


def rung(shown: Any) -> set[str]:
    """Who is notified by name in a message or blocks: ids of people, and `here`, `channel`, `everyone`."""
    if isinstance(shown, Message):
        return _marks(shown.text) | rung(shown.blocks)
    if isinstance(shown, list):
        return {each for part in shown for each in rung(part)}
    if not isinstance(shown, dict):
        return set()
    match shown.get("type"):
        case "mrkdwn":
            return _marks(shown["text"])
        case "user":
            return {shown["user_id"]}
        case "broadcast":
            return {shown["range"]}
        case _:
            return {each for part in shown.values() for each in rung(part)}


def _marks(text: str) -> set[str]:
    return set(re.findall(r"<[@!]((?:[UW][A-Z0-9]+)|here|channel|everyone)(?:\|[^>]*)?>", text))
