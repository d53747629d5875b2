"""A question's form, *About*, and how one is written to, as a card with inputs; its faults at their fields.

What there is no room for stays out of its input, and the hint says that it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.cutting import clamp
from adapters.filters import plain
from adapters.prefilled import Filled, Holds, filled, kept, people_in, placeholder, remembered, with_names
from adapters.prompting import capitalised
from adapters.teams import inputs
from adapters.teams.cards import action, to_adaptive
from adapters.teams.limits import (
    CARD_BYTES,
    CHOICES,
    LABEL,
    PLACEHOLDER,
    REMEMBERED,
    TYPED,
    TYPED_BYTES,
    VALUES_BYTES,
    Element,
    size_of,
)
from adapters.teams.texts import bare, is_person, to_heading, to_runs
from adapters.teams.ways import ours, to_data
from adapters.wording import Words, button
from conversations.cards import FieldLine, FormCard, FormErrorsCard, Tap, Way
from conversations.names import mentioned
from conversations.packs import ItemType

SAVE = "save"


def to_form(
    card: FormCard,
    words: Words,
    said: Mapping[int, str],
    *,
    review: str | None,
    shown_in: str | None,
    names: Mapping[str, str],
    opened: str | None = None,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The card of a form. `said` are the words of acts; `names` are people's, by id, and those who can be chosen.

    `opened` is another each time, as what is saved in it twice is heard once. Shown once more, `typed` is what its
    inputs held when it was saved, and `faults` are sentences, by field.
    """
    holds = Holds(typed=TYPED, remembered=REMEMBERED, is_person=lambda who: who in names or is_person(who))
    answers = _with_room([filled(line, said, holds) for line in card.fields])
    people = people_in(answers, names)
    known, fields = remembered({"people": people}, answers, people, holds)
    form = _Form(words, names, people, holds, typed, faults or {})
    heading = words.say("heading")
    data = ours(
        form=card.name,
        seen=card.seen,
        review=review,
        known=known,
        people=people,
        pickers=[line.name for line in card.fields if line.type is ItemType.PERSON],
        opened=opened,
        shown_in=shown_in,
    )
    ways = [_way(way, card, review, shown_in) for way in card.ways]
    body = [
        to_heading(heading, names),
        to_runs(words.say("how"), names, isSubtle=True),
        *form.wrong(card.fields),
        *(element for each in fields for element in form.field(each)),
        inputs.saving("Save", SAVE, data, shown_in=shown_in, more=ways),
    ]
    labels = [bare(words.say("label", line), names) for line in card.fields]
    most = CARD_BYTES if typed is None else TYPED_BYTES
    return to_adaptive(body, said=[bare(heading, names), *labels, "You can: save; back."], most=most)


def faults(card: FormErrorsCard, words: Words, names: Mapping[str, str]) -> dict[str, str]:
    """What keeps a form from being saved, in sentences, by field; two of one field are one."""
    said: dict[str, str] = {}
    for name, fault, about in card.errors:
        sentence = bare(words.say("fault", fault, about), names)
        said[name] = f"{said[name]} {sentence}" if name in said else sentence
    return said


class _Form:
    """The fields of one form."""

    def __init__(
        self,
        words: Words,
        names: Mapping[str, str],
        people: Mapping[str, str],
        holds: Holds,
        typed: Mapping[str, str] | None,
        faults: Mapping[str, str],
    ) -> None:
        self._words, self._names, self._people, self._holds = words, names, people, holds
        self._typed, self._faults = typed, faults

    def wrong(self, fields: Sequence[FieldLine]) -> list[Element]:
        """That something is, and faults of what is no field here, or of the whole form (of no name)."""
        shown = {line.name for line in fields}
        others = [_of(name, fault) for name, fault in self._faults.items() if name not in shown]
        first = [self._words.say("again", len(self._faults))] if self._faults else []
        return [to_runs(each, {}, color="Attention", weight="Bolder") for each in (*first, *others)]

    def field(self, each: Filled) -> list[Element]:
        line, shown = each.line, self._shown(each)
        hint = (self._words.say("hint", line), kept(each, self._words) if not shown else "")
        return inputs.field(
            self._element(each, shown),
            bare(self._words.say("label", line), self._names),
            value=shown,
            hint=" ".join(bare(part, self._names) for part in hint if part),
            fault=self._faults.get(line.name, ""),
        )

    def _shown(self, each: Filled) -> str:
        """What stands in the input: what was typed into it just now, else what is known."""
        if self._typed is not None:
            return self._typed.get(each.line.name, "")
        if each.line.type is ItemType.PERSON:
            return mentioned(each.first) or ""
        return with_names(each.first, self._people, self._holds)

    def _element(self, each: Filled, shown: str) -> Element:
        line, example = each.line, placeholder(each.line, PLACEHOLDER)
        match line.type:
            case ItemType.PERSON:
                return inputs.person(line.name, self._names, shown)
            case ItemType.DATE:
                return inputs.day(line.name)
            case ItemType.CHOICE if 0 < len(line.options) <= CHOICES:
                return inputs.select(line.name, line.options)
            case ItemType.URL if each.is_address:
                return inputs.text(line.name, several_lines=False, placeholder=example) | {"style": "Url"}
            case _:
                return inputs.text(line.name, several_lines=each.several_lines(shown), placeholder=example)


def _with_room(fields: Sequence[Filled]) -> list[Filled]:
    """The longest answers stay out where a card has no room for all of them."""
    room, kept = VALUES_BYTES, set[str]()
    for each in sorted(fields, key=lambda each: len(each.first)):
        room -= size_of(each.first)
        if room >= 0:
            kept.add(each.line.name)
    return [each if each.line.name in kept else replace(each, first="") for each in fields]


def _of(field: str, fault: str) -> str:
    return f"{capitalised(plain(field.rpartition('.')[2]))}: {fault}" if field else fault


def _way(way: Way, card: FormCard, review: str | None, shown_in: str | None) -> Element:
    data = to_data(way, review=review, pack=card.pack, shown_in=shown_in)
    style = "destructive" if way.tap is Tap.CANCEL else None
    label = clamp(button(way, card), LABEL)
    return action(label, way.tap, data, style=style, associatedInputs="none", mode="secondary")
