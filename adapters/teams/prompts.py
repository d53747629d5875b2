"""Small cards that ask for what a button needs first, and the one that starts a review.

`refused` is why they stand there once more, in a sentence, and `typed` what was typed into them. `opened` is another
each time, as what is saved in it twice is heard once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from adapters.prompting import ASKING, BECAUSE, PACK_ASKED, PROJECT_ASKED, Asking, With, asked, capitalised
from adapters.teams import inputs
from adapters.teams.cards import action, to_adaptive
from adapters.teams.limits import Element
from adapters.teams.texts import to_heading, to_runs
from adapters.teams.ways import Pressed, ours, to_asked, to_data
from adapters.wording import LABELS
from conversations.cards import EditCard, Tap, Way
from conversations.decide import MAX_NAME
from conversations.review import Review

CHOICE, NAME, PACK, ITEM = "choice", "name", "pack", "answer"  # inputs
NOTHING: Mapping[str, str] = MappingProxyType({})

_PICK = "Choose a person"
_PICKING = Asking(label="who is it?", submit="Save", by=With.PERSON)
_MISSING = {With.DAY: "Choose a day.", With.PERSON: "Choose a person.", With.TEXT: "Write a few words."}


def asking_of(pressed: Pressed) -> Asking | None:
    """What a button has to ask for before it can be heard; None where it can, and for *Start a review*."""
    if pressed.picks:
        return _PICKING
    return None if pressed.choice else ASKING.get(pressed.tap)


def to_prompt(
    pressed: Pressed,
    *,
    names: Mapping[str, str],
    opened: str | None = None,
    refused: str = "",
    typed: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    """The card of every button that has an `asking_of`. `names` are of people who can be chosen, by id."""
    asking = asking_of(pressed) or _PICKING
    label, value = asked(asking, pressed.item), typed.get(CHOICE, "")
    element = _asked_with(asking.by, names, value)
    title = _PICK if pressed.picks else LABELS[pressed.tap].button
    required = "" if asking.optional else _MISSING[asking.by]
    fields = inputs.field(element, label, value=value, hint=asking.hint, required=required)
    save = inputs.saving(asking.submit, pressed.tap, to_asked(pressed, opened), shown_in=pressed.shown_in)
    return _card(title, refused, fields, save, said=[label, f"You can: {asking.submit.lower()}; back."])


def to_sure(sentence: str, way: Way, review: Review | None, shown_in: str | None) -> dict[str, Any]:
    """The card that asks once more before `way` is gone."""
    pack = review.pack.digest if review else None
    data = to_data(way, review=review.id if review else None, pack=pack, shown_in=shown_in)
    label = LABELS[way.tap].button
    buttons = [action(label, way.tap, data, style="destructive"), inputs.back(shown_in)]
    body = [to_runs(sentence, {}, weight="Bolder"), {"type": "ActionSet", "actions": buttons}]
    return to_adaptive(body, said=[sentence, f"You can: {label.lower()}; back."])


def to_start(
    packs: Sequence[str],
    *,
    shown_in: str | None,
    opened: str | None = None,
    name: str = "",
    refused: str = "",
    typed: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    """The card that starts a review. The first pack is the usual one; `name` where it is known."""
    naming = inputs.text(NAME, several_lines=False, most=MAX_NAME)
    fields = inputs.field(
        naming, PROJECT_ASKED, value=typed.get(NAME, name)[:MAX_NAME], required="Write the project's name."
    )
    if len(packs) > 1:
        chosen = typed.get(PACK, packs[0])
        fields += inputs.field(inputs.select(PACK, packs), PACK_ASKED, value=chosen)
    data = ours(tap=Tap.START, usual=packs[0], asked=True, opened=opened, shown_in=shown_in)
    save = inputs.saving("Start", Tap.START, data, shown_in=shown_in)
    return _card(
        LABELS[Tap.START].button, refused, fields, save, said=[capitalised(PROJECT_ASKED), "You can: start; back."]
    )


def to_edit(card: EditCard, drawn: Mapping[str, Any], pressed: Pressed, *, opened: str | None = None) -> dict[str, Any]:
    """The answers, as they are `drawn`, with a choice of one above, whose form it opens. `pressed` is its *Edit*."""
    rows = [(f"{each.short}: {row.label}", row.item) for each in card.lines for row in each.rows]
    title, *lines = drawn["body"]
    fields = inputs.field(inputs.choice(ITEM, rows), "which answer?", required="Choose an answer.")
    data = to_asked(replace(pressed, tap=Tap.ANSWER), opened)
    save = inputs.saving(LABELS[Tap.EDIT].button, Tap.ANSWER, data, shown_in=pressed.shown_in)
    said = [*drawn["fallbackText"].splitlines(), "You can: edit; back."]
    return to_adaptive([title, *fields, *lines, save], said=said)


def _card(title: str, refused: str, fields: Sequence[Element], save: Element, *, said: Sequence[str]) -> dict[str, Any]:
    above = [to_runs(refused, {}, color="Attention", weight="Bolder")] if refused else []
    return to_adaptive([to_heading(title, {}), *above, *fields, save], said=[title, *said])


def _asked_with(by: With, names: Mapping[str, str], value: str) -> Element:
    match by:
        case With.DAY:
            return inputs.day(CHOICE)
        case With.PERSON:
            return inputs.person(CHOICE, names, value)
        case With.TEXT:
            return inputs.text(CHOICE, several_lines=True, placeholder=BECAUSE)
