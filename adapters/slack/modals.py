"""What forms and prompts share: a modal with its inputs, and what comes back when somebody saves it.

An input's block is named after what it asks for, and its only action is `value`. What a modal has to remember travels
in its `private_metadata`: ids, hashes and names of people, never an answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ConversationFilter,
    InputBlock,
    InputInteractiveElement,
    Option,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.basic_components import PlainTextObject
from slack_sdk.models.views import View

from adapters.cutting import MORE, clamp
from adapters.filters import plain
from adapters.payloads import NoPayload, from_json, inside, words
from adapters.prompting import capitalised
from adapters.slack.limits import INPUT_LABEL, OPTION_TEXT, VIEW_TITLE
from adapters.slack.names import PLATFORM
from adapters.slack.payloads import ident
from conversations.activities import Button, Form

ACTION = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a modal was opened: it does not know its thread by itself."""

    review: str | None = None
    channel: str | None = None
    thread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What somebody has saved: a form, a button with what it needed to know, or a command's words."""

    content: Form | Button | str
    origin: Origin


def loading(title: str) -> dict[str, Any]:
    """To be opened at once: what opens a modal is good for three seconds only."""
    return modal(title, [SectionBlock(text=PlainTextObject(text="One moment …"))])


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback: str | None = None,
    submit: str | None = None,
    close: str = "Cancel",
    metadata: str | None = None,
) -> dict[str, Any]:
    view = View(
        type="modal",
        callback_id=callback,
        title=cut(title, VIEW_TITLE),
        submit=submit,
        close=close,
        blocks=blocks,
        private_metadata=metadata,
    )
    return view.to_dict()


def field(
    block: str, label: str, element: InputInteractiveElement, *, hint: str = "", optional: bool = True
) -> InputBlock:
    """Slack itself asks for what is not optional."""
    return InputBlock(
        block_id=block,
        label=PlainTextObject(text=clamp(capitalised(label), INPUT_LABEL)),
        hint=PlainTextObject(text=clamp(hint, INPUT_LABEL)) if hint else None,
        element=element,
        optional=optional,
    )


def select(names: Sequence[str], chosen: str) -> StaticSelectElement:
    """One of our names, shown in plain words; `chosen` is so already, where it is one of them."""
    options = [Option(value=name, text=clamp(capitalised(plain(name)), OPTION_TEXT)) for name in names]
    first = next((option for option in options if option.value == chosen), None)
    return StaticSelectElement(action_id=ACTION, options=options, initial_option=first)


def channels_only() -> ConversationFilter:
    """Of the conversations that can be chosen: no direct messages."""
    return ConversationFilter(include=["public", "private"], exclude_bot_users=True)


def cut(text: str, most: int) -> str:
    """The text, or as many of its words as there is room for, with `…`."""
    if len(text) <= most:
        return text
    words = text[:most].rpartition(" ")[0] or text[: most - len(MORE)]
    return f"{words.rstrip(' ,;:')}{MORE}"


def values(view: Mapping[str, Any]) -> dict[str, str]:
    """What stands in a modal's inputs, by block; empty where nothing does. A person is `<@ID>`, a channel its id."""
    return {block: _value(inside(actions, ACTION)) for block, actions in inside(view, "state", "values").items()}


def view_key(team: str, view: Mapping[str, Any]) -> str:
    """The name of what was saved, the same when it is saved twice. A form with errors counts as never saved."""
    said = json.dumps(values(view), sort_keys=True)
    return f"{PLATFORM}/{team}/view/{ident(view, 'id')}/{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def metadata(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a modal remembers; nothing where it is not ours to read."""
    try:
        read = from_json(words(view, "private_metadata") or "{}")
    except NoPayload:
        return {}
    return read if isinstance(read, dict) else {}


def origin(view: Mapping[str, Any]) -> Origin:
    """Where a modal was opened, also of one whose buttons are pressed."""
    review, channel, thread = (words(metadata(view), name) or None for name in ("review", "channel", "thread"))
    return Origin(review=review, channel=channel, thread=thread)


def _value(state: Mapping[str, Any]) -> str:
    if user := words(state, "selected_user"):
        return f"<@{user}>"
    chosen = words(state, "selected_date") or words(state, "selected_conversation")
    return chosen or words(state, "selected_option", "value") or words(state, "value")
