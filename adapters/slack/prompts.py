"""Small modals that ask for what a button needs first, and the one that starts a review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from slack_sdk.models.blocks import (
    ConversationSelectElement,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    PlainTextInputElement,
    UserSelectElement,
)

from adapters.prefilled import packed
from adapters.prompting import ASKING, BECAUSE, PACK_ASKED, PROJECT_ASKED, With, asked, chosen, start_command
from adapters.slack.limits import OPTIONS, TYPED
from adapters.slack.modals import (
    ACTION,
    Origin,
    Submission,
    channels_only,
    field,
    metadata,
    modal,
    origin,
    select,
    values,
)
from adapters.wording import LABELS
from conversations.activities import Button
from conversations.cards import Tap
from conversations.decide import MAX_NAME

CALLBACK = "prompt"
START_CALLBACK = "start"

_CHOICE, _NAME, _PACK, CHANNEL = "choice", "name", "pack", "channel"  # blocks


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A button that was pressed, and what it lacks is to be asked for."""

    tap: Tap
    item: str | None = None
    digest: str | None = None
    origin: Origin


def to_prompt(prompt: Prompt) -> dict[str, Any]:
    """The modal of every button that `needs_prompt`, but for *Start a review*."""
    asking = ASKING[prompt.tap]
    block = field(
        _CHOICE, asked(asking, prompt.item), _asked_with(asking.by), hint=asking.hint, optional=asking.optional
    )
    button = {"tap": prompt.tap, "item": prompt.item, "digest": prompt.digest}
    return modal(
        LABELS[prompt.tap].button,
        [block],
        callback=CALLBACK,
        submit=asking.submit,
        metadata=packed(button | asdict(prompt.origin)),
    )


def to_start(packs: Sequence[str], *, channel: str | None = None, name: str = "") -> dict[str, Any]:
    """The modal that starts a review. The first pack is the usual one; `channel` and `name` where they are known.

    The payload of its submission has `response_urls`, for what is to be whispered where the bot is not a member.
    """
    naming = PlainTextInputElement(
        action_id=ACTION, initial_value=name[:MAX_NAME] or None, max_length=MAX_NAME, focus_on_load=True
    )
    return modal(
        LABELS[Tap.START].button,
        [
            field(_NAME, PROJECT_ASKED, naming, optional=False),
            *([_pack_field(packs)] if len(packs) > 1 else []),
            _channel_field(channel),
        ],
        callback=START_CALLBACK,
        submit="Start",
        metadata=packed({"pack": packs[0]}),
    )


def prompted(view: Mapping[str, Any]) -> Submission | None:
    """A prompt that was saved, as the button with its choice; None for one that is not ours to read."""
    match metadata(view):
        case {"tap": str(tap), "item": str() | None as item, "digest": str() | None as digest} if tap in ASKING:
            choice = chosen(ASKING[Tap(tap)], values(view).get(_CHOICE, "")) or None
            return Submission(content=Button(act=tap, item=item, choice=choice, digest=digest), origin=origin(view))
        case _:
            return None


def started(view: Mapping[str, Any]) -> Submission | None:
    """The start modal that was saved, as a command in the chosen channel; None for one that is not ours to read."""
    said, usual = values(view), metadata(view).get("pack")
    pack = said.get(_PACK) or usual
    if not isinstance(pack, str):
        return None
    command = start_command(said.get(_NAME, ""), pack)
    return Submission(content=command, origin=Origin(channel=said.get(CHANNEL) or None))


def _asked_with(by: With) -> InputInteractiveElement:
    match by:
        case With.DAY:
            return DatePickerElement(action_id=ACTION, focus_on_load=True)
        case With.PERSON:
            return UserSelectElement(action_id=ACTION, focus_on_load=True)
        case With.TEXT:
            return PlainTextInputElement(action_id=ACTION, placeholder=BECAUSE, max_length=TYPED, focus_on_load=True)


def _pack_field(packs: Sequence[str]) -> InputBlock:
    return field(_PACK, PACK_ASKED, select(packs[:OPTIONS], packs[0]), optional=False)


def _channel_field(channel: str | None) -> InputBlock:
    choosing = ConversationSelectElement(
        action_id=ACTION,
        initial_conversation=channel,
        default_to_current_conversation=True,  # `initial_conversation` goes before it
        response_url_enabled=True,
        filter=channels_only(),
    )
    return field(CHANNEL, "in which channel?", choosing, hint="I ask in a thread there.", optional=False)
