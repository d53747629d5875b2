"""What somebody has saved in one of our modals, in the engine's words. Only a change counts; an empty input is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from adapters.payloads import inside, words
from adapters.prefilled import changes, with_ids
from adapters.slack import forms, prompts
from adapters.slack.forms import PLACE
from adapters.slack.modals import ACTION, Submission, metadata, origin, values
from conversations.activities import Form

NO_NAMES: Mapping[str, str] = MappingProxyType({})
_FIRST_CHANNEL = re.compile(r"\s*#[\w-]+[\s,;:]*")


def submitted(view: Mapping[str, Any], channels: Mapping[str, str] = NO_NAMES) -> Submission | None:
    """Any of our modals that was saved; None for one that is not ours to read, or was opened by an older version.

    `channels` are the names of those that were chosen (`chosen_channels`), by id.
    """
    match words(view, "callback_id"):
        case prompts.CALLBACK:
            return prompts.prompted(view)
        case prompts.START_CALLBACK:
            return prompts.started(view)
        case forms.CALLBACK:
            return _form(view, channels)
        case _:
            return None


def chosen_channels(view: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of channels that were chosen in a form, whose names an answer needs: in it a channel is `#name`."""
    states = (inside(actions, ACTION) for actions in inside(view, "state", "values").values())
    return tuple(channel for state in states if (channel := words(state, "selected_conversation")))


def _form(view: Mapping[str, Any], channels: Mapping[str, str]) -> Submission | None:
    match metadata(view):
        case {"form": str(name), "seen": int(seen), "known": dict(known), "people": dict(people)}:
            said = {key: with_ids(text, people) for key, text in _answers(values(view), channels).items()}
            return Submission(
                content=Form(name=name, values=changes(name, said, known), seen=seen), origin=origin(view)
            )
        case _:
            return None


def _answers(typed: Mapping[str, str], channels: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by field: the two blocks of a channel are one answer."""
    places = {key.removesuffix(PLACE): text for key, text in typed.items() if key.endswith(PLACE)}
    others = {key: text for key, text in typed.items() if not key.endswith(PLACE)}
    return others | {name: _in_front(others.get(name, ""), text, channels) for name, text in places.items()}


def _in_front(channel: str, text: str, channels: Mapping[str, str]) -> str:
    """A chosen channel stands before the rest, in the place of a channel that it begins with."""
    if not channel:
        return text
    named, first = f"#{channels.get(channel, channel)}", _FIRST_CHANNEL.match(text)
    rest = text[first.end() :] if first else text
    return f"{named}, {rest.strip()}" if rest.strip() else named
