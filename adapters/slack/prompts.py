"""Small modals that ask for what a button needs first (a day, a person, a reason), and the one that starts a review.

No turn is taken to open them: what they ask does not depend on where a review stands. Saved, they are the button with
its choice, or the command.
"""

from __future__ import annotations

import re
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

from adapters.filters import plain
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
    packed,
    select,
    values,
)
from adapters.wording import LABELS
from conversations.activities import Button
from conversations.cards import Tap
from conversations.decide import MAX_NAME
from conversations.names import mentioned

CALLBACK = "prompt"
START_CALLBACK = "start"

_CHOICE, _NAME, _PACK, CHANNEL = "choice", "name", "pack", "channel"  # blocks
_BECAUSE = re.compile(r"\s*because\b[\s:,]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A button that was pressed, and what it lacks is to be asked for."""

    tap: Tap
    item: str | None = None
    digest: str | None = None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    label: str
    submit: str
    hint: str = ""


_ASKING: Mapping[Tap, _Asking] = {
    Tap.LATER: _Asking(label="until when?", submit="Save"),
    Tap.SNOOZE: _Asking(label="when shall I ask again?", submit="Save"),
    Tap.DATE: _Asking(label="on which day is it decided?", submit="Save"),
    Tap.ASK: _Asking(label="who could answer it?", submit="Ask", hint="Choose yourself to take it."),
    Tap.HAND_OVER: _Asking(label="who takes the review over?", submit="Hand over"),
    Tap.DOES_NOT_APPLY: _Asking(
        label="why does it not apply?", submit="Save", hint="A second person is asked to agree."
    ),
}


def needs_prompt(tap: Tap, choice: str | None) -> bool:
    """Whether a button cannot be heard before something was asked for; *Start a review* has a modal of its own."""
    return not choice and (tap in _ASKING or tap is Tap.START)


def to_prompt(prompt: Prompt) -> dict[str, Any]:
    """The modal of every button that `needs_prompt`, but for *Start a review*."""
    asking = _ASKING[prompt.tap]
    about = f"{plain(prompt.item.rpartition('.')[2])}: " if prompt.item else ""
    block = field(_CHOICE, f"{about}{asking.label}", _asked_with(prompt.tap), hint=asking.hint, optional=False)
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
            field(_NAME, "what is the project called?", naming, optional=False),
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
        case {"tap": str(tap), "item": str() | None as item, "digest": str() | None as digest} if tap in _ASKING:
            choice = _chosen(Tap(tap), values(view).get(_CHOICE, ""))
            return Submission(content=Button(act=tap, item=item, choice=choice, digest=digest), origin=origin(view))
        case _:
            return None


def started(view: Mapping[str, Any]) -> Submission | None:
    """The start modal that was saved, as a command in the chosen channel; None for one that is not ours to read."""
    said, usual = values(view), metadata(view).get("pack")
    pack = said.get(_PACK) or usual
    if not isinstance(pack, str):
        return None
    name = " ".join(said.get(_NAME, "").split())
    # In quotes, which a name sheds: so that one that begins like an option is a name, too.
    command = f'start "{name}" --pack {pack}'
    return Submission(content=command, origin=Origin(channel=said.get(CHANNEL) or None))


def _asked_with(tap: Tap) -> InputInteractiveElement:
    match tap:
        case Tap.LATER | Tap.SNOOZE | Tap.DATE:
            return DatePickerElement(action_id=ACTION, focus_on_load=True)
        case Tap.ASK | Tap.HAND_OVER:
            return UserSelectElement(action_id=ACTION, focus_on_load=True)
        case _:
            return PlainTextInputElement(
                action_id=ACTION, placeholder="because …", max_length=TYPED, focus_on_load=True
            )


def _chosen(tap: Tap, value: str) -> str:
    if tap is Tap.DOES_NOT_APPLY:
        because = _BECAUSE.match(value)
        return value[because.end() :] if because else value
    return mentioned(value) or value


def _pack_field(packs: Sequence[str]) -> InputBlock:
    return field(_PACK, "which questions?", select(packs[:OPTIONS], packs[0]), optional=False)


def _channel_field(channel: str | None) -> InputBlock:
    choosing = ConversationSelectElement(
        action_id=ACTION,
        initial_conversation=channel,
        default_to_current_conversation=True,  # `initial_conversation` goes before it
        response_url_enabled=True,
        filter=channels_only(),
    )
    return field(CHANNEL, "in which channel?", choosing, hint="I ask in a thread there.", optional=False)
