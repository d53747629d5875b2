"""A question's form, and *About*, as a modal, and its faults at their fields.

What an input cannot hold stays out of it, and its hint says that it is kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import accumulate
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    ConversationSelectElement,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    PlainTextInputElement,
    UrlInputElement,
    UserSelectElement,
)
from slack_sdk.models.blocks.basic_components import PlainTextObject

from adapters.cutting import clamp
from adapters.prefilled import Filled, Holds, filled, kept, packed, people_in, placeholder, remembered, with_names
from adapters.prompting import capitalised
from adapters.slack.limits import BLOCKS_IN_VIEW, METADATA, OPTION_VALUE, OPTIONS, PLACEHOLDER, TEXT, TYPED, VIEW_TITLE
from adapters.slack.modals import (
    ACTION,
    Origin,
    channels_only,
    field,
    modal,
    select,
)
from adapters.slack.texts import bare, is_person
from adapters.slack.ways import action_id, block_id
from adapters.wording import Words, button
from conversations.activities import ConversationReference
from conversations.cards import FormCard, FormErrorsCard
from conversations.names import mentioned
from conversations.packs import ItemType

CALLBACK = "form"
PLACE = "/place"  # behind a channel field's name: the block of what is no channel

_HOLDS = Holds(typed=TYPED, remembered=METADATA, is_person=is_person)
_INPUTS = BLOCKS_IN_VIEW - 2  # besides what comes before and after them
_INPUT_BYTES = 200_000  # of the 250 KB that a view may have: https://docs.slack.dev/reference/views


def to_view(
    card: FormCard,
    words: Words,
    said: Mapping[int, str],
    *,
    review: str | None,
    reference: ConversationReference,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """The modal of a form. `said` are the words of acts, `names` those of people, by id."""
    opened = Origin(review=review, channel=reference.channel, thread=reference.thread)
    base = asdict(opened) | {"form": card.name, "seen": card.seen}
    answers = [filled(line, said, _HOLDS) for line in card.fields]
    people = people_in(answers, names)
    known, fields = remembered(base | {"people": people}, answers, people, _HOLDS)
    heading = bare(words.say("heading"), names)
    # A title that is cut above the inputs is said whole once more.
    intro = bare(words.say("intro" if len(heading) > VIEW_TITLE else "how"), names)
    inputs = [block for each in fields for block in _inputs(each, words, people, names)]
    ways = [_ways(card, review)] if card.ways else []
    return modal(
        heading,
        [ContextBlock(elements=[PlainTextObject(text=clamp(intro, TEXT))]), *_fitting(inputs), *ways],
        callback=CALLBACK,
        submit="Save",
        close="Close" if card.ways else "Cancel",
        metadata=packed(base | {"people": people, "known": known}),
    )


def errors(card: FormErrorsCard, words: Words, view: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """What keeps a form from being saved, by the block it is said at: the first one where a field has none."""
    blocks = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
    said: dict[str, str] = {}
    for name, fault, about in card.errors:
        block, sentence = name, bare(words.say("fault", fault, about), names)
        if name not in blocks:
            block, sentence = blocks[0], f"{capitalised(bare(words.say('field', name), names))}: {sentence}"
        said[block] = f"{said[block]} {sentence}" if block in said else sentence
    return said


def _inputs(each: Filled, words: Words, people: Mapping[str, str], names: Mapping[str, str]) -> list[InputBlock]:
    line, shown = each.line, with_names(each.first, people, _HOLDS)
    label, hint = (bare(words.say(part, line), names) for part in ("label", "hint"))
    if line.type is not ItemType.CHANNEL:
        return [field(line.name, label, _element(each, shown), hint=_joined(hint, bare(kept(each, words), names)))]
    # An answer has its hours with it, and can be a queue, a mailbox or a number: a picker alone would not hold it.
    replaces = bare(words.say("channel"), names) if each.answer else ""
    place = bare(words.say("place", line), names)
    return [
        field(
            line.name,
            label,
            ConversationSelectElement(action_id=ACTION, filter=channels_only()),
            hint=_joined(hint, replaces),
        ),
        field(f"{line.name}{PLACE}", place, _element(each, shown), hint=bare(kept(each, words), names)),
    ]


def _fitting(inputs: Sequence[InputBlock]) -> list[InputBlock]:
    """As many as a modal takes. Where it cannot take all a channel is typed, and the last ones are left to replies."""
    if len(inputs) > _INPUTS:
        inputs = [each for each in inputs if not isinstance(each.element, ConversationSelectElement)]
    sizes = accumulate(len(json.dumps(each.to_dict())) for each in inputs)
    return [each for each, size in zip(inputs[:_INPUTS], sizes, strict=False) if size <= _INPUT_BYTES]


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _element(each: Filled, shown: str) -> InputInteractiveElement:
    line, example = each.line, placeholder(each.line, PLACEHOLDER) or None
    match line.type:
        case ItemType.PERSON:
            return UserSelectElement(action_id=ACTION, initial_user=mentioned(each.first))
        case ItemType.DATE:
            return DatePickerElement(action_id=ACTION, initial_date=each.first or None)
        case ItemType.CHOICE if _can_be_chosen(line.options):
            return select(line.options, each.first)
        case ItemType.URL if each.is_address:
            return UrlInputElement(action_id=ACTION, initial_value=shown or None, placeholder=example)
        case _:
            return PlainTextInputElement(
                action_id=ACTION,
                initial_value=shown or None,
                placeholder=example,
                multiline=each.several_lines(shown),
                max_length=TYPED,
            )


def _can_be_chosen(options: Sequence[str]) -> bool:
    """Of more, or longer ones, one is typed."""
    return 0 < len(options) <= OPTIONS and max(map(len, options)) <= OPTION_VALUE


def _ways(card: FormCard, review: str | None) -> ActionsBlock:
    return ActionsBlock(
        block_id=block_id(0, review, card.pack),
        elements=[ButtonElement(text=button(way, card), action_id=action_id(way)) for way in card.ways],
    )
