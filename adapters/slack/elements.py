"""The blocks of messages as Slack takes them, in JSON; what is None is left out.

They are made without the SDK's models, which look at each of their fields again when they are written, and take longer
for that than all the rest of a message. Modals with inputs are rare, and use them.
https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

Element: TypeAlias = dict[str, Any]


def plain_text(text: str) -> Element:
    return {"type": "plain_text", "text": text, "emoji": False}


def markup(text: str) -> Element:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: Element) -> Element:
    return {"type": "header", "text": text}


def section(text: Element, **others: object) -> Element:
    return {"type": "section", "text": text, "expand": True} | _said(others)


def context(text: Element) -> Element:
    return {"type": "context", "elements": [text]}


def divider() -> Element:
    return {"type": "divider"}


def actions(block_id: str, elements: Sequence[Element]) -> Element:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(text: Element, action_id: str, **others: object) -> Element:
    return {"type": "button", "text": text, "action_id": action_id} | _said(others)


def overflow(action_id: str, options: Sequence[Element]) -> Element:
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def option(text: Element, value: str, **others: object) -> Element:
    return {"text": text, "value": value} | _said(others)


def select_person(action_id: str, placeholder: Element) -> Element:
    return {"type": "users_select", "action_id": action_id, "placeholder": placeholder}


def _said(fields: dict[str, object]) -> Element:
    return {name: value for name, value in fields.items() if value is not None}
