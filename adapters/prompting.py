"""What a button needs to know before it can be heard, and how it is asked: a day, a person, a reason, a name.

No turn is taken to ask: it does not depend on where a review stands. Once answered it is the button with its choice,
or the command.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapters.filters import plain
from conversations.cards import Tap
from conversations.names import mentioned

PROJECT_ASKED, PACK_ASKED = "what is the project called?", "which questions?"  # to start a review
BECAUSE = "because …"

_BECAUSE = re.compile(r"\s*because\b[\s:,]*", re.IGNORECASE)


class With(StrEnum):
    """What it is asked with."""

    DAY = "day"
    PERSON = "person"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    label: str
    submit: str
    hint: str = ""
    by: With
    optional: bool = False


_SOMEBODY_ELSE = Asking(label="who could it be?", submit="Save", hint="No name is fine.", by=With.PERSON, optional=True)
ASKING: Mapping[Tap, Asking] = {
    Tap.LATER: Asking(label="until when?", submit="Save", by=With.DAY),
    Tap.SNOOZE: Asking(label="when shall I ask again?", submit="Save", by=With.DAY),
    Tap.DATE: Asking(label="on which day is it decided?", submit="Save", by=With.DAY),
    Tap.ASK: Asking(label="who could answer it?", submit="Ask", hint="Choose yourself to take it.", by=With.PERSON),
    Tap.NOT_ME: _SOMEBODY_ELSE,
    Tap.NO: _SOMEBODY_ELSE,
    Tap.HAND_OVER: Asking(label="who takes the review over?", submit="Hand over", by=With.PERSON),
    Tap.DOES_NOT_APPLY: Asking(
        label="why does it not apply?", submit="Save", hint="A second person is asked to agree.", by=With.TEXT
    ),
}


_FORMS = (Tap.NEXT, Tap.NAME, Tap.WRITE_ANOTHER, Tap.ABOUT)


def needs_prompt(tap: Tap, choice: str | None) -> bool:
    """Whether a button cannot be heard before something was asked for."""
    return not choice and (tap in ASKING or tap is Tap.START)


def opens_form(tap: Tap, item: str | None, choice: str | None) -> bool:
    """Whether what a button asks for is a form. *Answer* with a person chosen is an answer itself."""
    match tap:
        case Tap.ANSWER:
            return not (item and choice)
        case Tap.EDIT:
            return item is None
        case _:
            return tap in _FORMS


def asked(asking: Asking, item: str | None) -> str:
    """The question, with what it is about before it."""
    about = f"{plain(item.rpartition('.')[2])}: " if item else ""
    return capitalised(f"{about}{asking.label}")


def chosen(asking: Asking, value: str) -> str:
    """What was typed or picked, as the choice of a button; a person who was picked is `<@ID>`."""
    if asking.by is With.TEXT:
        because = _BECAUSE.match(value)
        return value[because.end() :] if because else value
    return mentioned(value) or value


def start_command(name: str, pack: str) -> str:
    """In quotes, which a name sheds: so that one that begins like an option is a name, too."""
    return f'start "{" ".join(name.split())}" --pack {pack}'


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
