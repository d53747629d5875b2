"""What somebody has saved in one of our cards, in the engine's words. Only a change counts; an empty input is none.

All of it can have been written by anybody: what is not of the form that we gave it is nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.payloads import words
from adapters.prefilled import changes, with_ids
from adapters.prompting import Asking, With, chosen, start_command
from adapters.teams.prompts import CHOICE, ITEM, NAME, PACK, asking_of
from adapters.teams.ways import Pressed, from_data, inputs_of, said_in, shown_in
from conversations.activities import Button, Form
from conversations.cards import Tap


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form, a button with what it needed to know, or a command's words; and the message it was opened in.

    `typed` is what its inputs held, to be shown once more. `strangers` are those in which somebody was chosen who
    is not known here: for them nothing is said.
    """

    content: Form | Button | str
    review: str | None
    shown_in: str | None
    typed: Mapping[str, str]
    strangers: tuple[str, ...] = ()


def submitted(value: object, people: Mapping[str, str]) -> Submission | None:
    """A form, a prompt or a start that was saved; None for all else. `people` are our ids, by what was `picked`."""
    said, pressed = said_in(value), from_data(value)
    if pressed is not None:
        return _prompted(value, pressed, people) if pressed.asked else None
    match said:
        case {"form": str(name), "seen": int(seen), "known": dict(known), "people": dict(shown), "pickers": list(pick)}:
            typed, strangers = _typed(value, pick, people)
            ids = {who: name for who, name in shown.items() if isinstance(name, str)}
            given = {key: _mention(text) if key in pick else with_ids(text, ids) for key, text in typed.items()}
            return Submission(
                content=Form(name=name, values=changes(name, given, known), seen=seen),
                review=words(said, "review") or None,
                shown_in=shown_in(value),
                typed=typed,
                strangers=strangers,
            )
        case _:
            return None


def picked(value: object) -> tuple[str, ...]:
    """Who was chosen where a person is: by an id of the directory or one of ours, or anything that was typed."""
    pickers, pressed = said_in(value).get("pickers"), from_data(value)
    asking = asking_of(pressed) if pressed else None
    if asking is not None and asking.by is With.PERSON:
        pickers = [CHOICE]
    given = inputs_of(value)
    return tuple(
        given[key] for key in (pickers if isinstance(pickers, list) else ()) if isinstance(key, str) and given.get(key)
    )


def _prompted(value: object, pressed: Pressed, people: Mapping[str, str]) -> Submission | None:
    asking = asking_of(pressed)
    if asking is not None:
        return _asked(value, pressed, asking, people)
    if pressed.tap is Tap.ANSWER:  # one of all, whose form is to be opened
        button = Button(act=Tap.ANSWER, item=pressed.inputs.get(ITEM) or None, digest=pressed.digest)
        return Submission(content=button, review=pressed.review, shown_in=pressed.shown_in, typed=pressed.inputs)
    pack = pressed.inputs.get(PACK) or words(said_in(value), "usual")
    if pressed.tap is not Tap.START or not pack:
        return None
    command = start_command(pressed.inputs.get(NAME, ""), pack)
    return Submission(content=command, review=None, shown_in=pressed.shown_in, typed=pressed.inputs)


def _asked(value: object, pressed: Pressed, asking: Asking, people: Mapping[str, str]) -> Submission:
    pickers = [CHOICE] if asking.by is With.PERSON else []
    typed, strangers = _typed(value, pickers, people)
    choice = chosen(asking, typed.get(CHOICE, "")) or None
    return Submission(
        content=Button(act=pressed.tap, item=pressed.item, choice=choice, digest=pressed.digest),
        review=pressed.review,
        shown_in=pressed.shown_in,
        typed=typed,
        strangers=strangers,
    )


def _typed(
    value: object, pickers: Sequence[object], people: Mapping[str, str]
) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """What the inputs held, people by our ids; and the inputs that hold somebody else."""
    given = inputs_of(value)
    typed = {key: people.get(text, "") if key in pickers else text for key, text in given.items()}
    return typed, tuple(key for key, text in given.items() if key in pickers and text and not typed[key])


def _mention(who: str) -> str:
    return f"<@{who}>" if who else ""
