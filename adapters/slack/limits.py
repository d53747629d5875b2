"""What Block Kit takes, by the pages that say so, and how a message that is longer is cut. Nothing here fails."""

from __future__ import annotations

from typing import Any, TypeAlias

from adapters.cutting import MORE

# https://docs.slack.dev/reference/block-kit/blocks
BLOCKS_IN_MESSAGE = 50
BLOCKS_IN_VIEW = 100
# https://docs.slack.dev/reference/block-kit/blocks/header-block
HEADER = 150
# https://docs.slack.dev/reference/block-kit/blocks/section-block
TEXT = 3_000
# https://docs.slack.dev/reference/block-kit/blocks/actions-block
ACTIONS = 25
# https://docs.slack.dev/reference/block-kit/block-elements/button-element
ACCESSIBILITY_LABEL = 75
URL = 3_000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
OPTION_TEXT = 75
OPTION_VALUE = 150
# https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element
PLACEHOLDER = 150
OPTIONS = 100
# https://docs.slack.dev/reference/block-kit/blocks/input-block
INPUT_LABEL = 2_000  # and a hint's
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
TYPED = 3_000
# https://docs.slack.dev/reference/views/modal-views
VIEW_TITLE = 24
METADATA = 3_000
# https://docs.slack.dev/reference/methods/chat.update: above it `msg_too_long`
MESSAGE_TEXT = 4_000
# All texts of a message together: `msg_blocks_too_long` comes somewhere above 11,000, and is written down nowhere but
# in https://github.com/slackapi/bolt-js/issues/2509 and …/2867
MESSAGE_CHARACTERS = 10_000
# https://docs.slack.dev/reference/views: 250 KB, of which a character may take four bytes, and names more than texts
VIEW_CHARACTERS = 25_000

Blocks: TypeAlias = list[dict[str, Any]]
_CUT: dict[str, Any] = {"type": "context", "elements": [{"type": "plain_text", "text": MORE, "emoji": False}]}


def fitting(blocks: Blocks, most: int, most_characters: int) -> Blocks:
    """At most `most` blocks with `most_characters` to read. The last buttons stay; what does not fit goes."""
    last = [block for block in blocks[-1:] if block["type"] == "actions"]
    body = blocks[: len(blocks) - len(last)]
    room = most_characters - characters(last)
    kept: Blocks = []
    for block in body:
        room -= characters(block)
        if room < 0 or (len(kept) + len(last) >= most - 1 and len(blocks) > most):
            kept.append(_CUT)
            break
        kept.append(block)
    return kept + last


def characters(value: object) -> int:
    """How many there are to read, and in addresses."""
    if isinstance(value, list):
        return sum(characters(each) for each in value)
    if not isinstance(value, dict):
        return 0
    read = 0
    for key, each in value.items():
        if not isinstance(each, str):
            read += characters(each)
        elif key in ("text", "url"):
            read += len(each)
    return read
