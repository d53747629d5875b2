"""What forms and prompts share: inputs with their hints, faults in words beside them, and the row that saves.

A card that asks stands in the place of the one whose button was pressed, and only for who pressed it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from adapters.filters import plain
from adapters.marked import name_of
from adapters.prompting import capitalised
from adapters.teams.cards import action
from adapters.teams.limits import CHOICES, PEOPLE, TYPED, Element
from adapters.teams.texts import still, to_runs
from adapters.teams.ways import Data, to_back

# Those who are in the same channel or chat, wherever the card is:
# https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/people-picker
_MEMBERS = {"type": "Data.Query", "dataset": "graph.microsoft.com/users?scope=currentContext"}
_DIRECTORY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_BESIDE = {"spacing": "None"}


def field(
    element: Element, label: str, *, value: str = "", hint: str = "", fault: str = "", required: str = ""
) -> list[Element]:
    """An input with what is wrong with it, and its hint. `required` is what a client says where it stays empty."""
    shown = element | {"label": still(capitalised(label))} | ({"value": value} if value else {})
    if required:
        shown |= {"isRequired": True, "errorMessage": required}
    below = [to_runs(fault, {}, color="Attention", weight="Bolder") | _BESIDE] if fault else []
    return [shown, *below, *([to_runs(hint, {}, isSubtle=True, size="Small") | _BESIDE] if hint else [])]


def day(name: str) -> Element:
    return {"type": "Input.Date", "id": name}


def text(name: str, *, several_lines: bool, placeholder: str = "", most: int = TYPED) -> Element:
    typed = {"type": "Input.Text", "id": name, "isMultiline": several_lines, "maxLength": most}
    return typed | ({"placeholder": still(placeholder)} if placeholder else {})


def select(name: str, options: Sequence[str]) -> Element:
    """One of our names, shown in plain words."""
    return choice(name, [(capitalised(plain(option)), option) for option in options])


def choice(name: str, options: Sequence[tuple[str, str]]) -> Element:
    """One of these, each with what is read."""
    choices = [{"title": still(read), "value": value} for read, value in options[:CHOICES]]
    return {"type": "Input.ChoiceSet", "id": name, "style": "compact", "choices": choices}


def person(name: str, names: Mapping[str, str], chosen: str = "") -> Element:
    """A search in the names of who is known, and of the channel's members; those come back as directory ids."""
    known = [(who, name_of(who, names)) for who in dict.fromkeys([*([chosen] if chosen else []), *names])]
    choices = [{"title": still(called or who), "value": who} for who, called in known if called or who == chosen]
    return {
        "type": "Input.ChoiceSet",
        "id": name,
        "style": "filtered",
        "choices": choices[:PEOPLE],
        "choices.data": _MEMBERS,
        "placeholder": "Type a name",
    }


def is_directory_id(value: str) -> bool:
    return _DIRECTORY_ID.fullmatch(value) is not None


def saving(title: str, verb: str, data: Data, *, shown_in: str | None, more: Iterable[Element] = ()) -> Element:
    """The row below: what is typed is not asked for by who goes back."""
    return {"type": "ActionSet", "actions": [action(title, verb, data, style="positive"), back(shown_in), *more]}


def back(shown_in: str | None) -> Element:
    return action("Back", "back", to_back(shown_in), associatedInputs="none")
