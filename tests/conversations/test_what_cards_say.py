"""What each card says in a situation that is typical of it: every field that is not empty, as `cards.txt` has it.

`python -m tests.conversations.test_what_cards_say` writes the file anew; what changes in it is a decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path

import pytest

from conversations.cards import About, Card
from conversations.digests import digest_card
from conversations.reminders import Kind
from tests.dialogue import Dialogue, a_dialogue, a_dialogue_up_to, answering

FILE = Path(__file__).parent / "cards.txt"
WRONG_RUNBOOK = "tom: runbook: https://wiki.acme.io/other/runbook"
_DIGEST = re.compile(r"[0-9a-f]{64}")
NO_TRAINING = "ana: n/a because it is a batch job without users"


def lacking() -> Dialogue:
    return a_dialogue_up_to("rollback.trigger").hears("ana: latency")


def warned() -> Dialogue:
    asked = a_dialogue().hears("ana: ask @sam service owner").nudges("sam", "run.service_owner")
    return asked.nudges("sam", "run.service_owner", kind=Kind.HEADS_UP)


def escalated() -> Dialogue:
    return warned().nudges("ana", "run.service_owner", kind=Kind.ESCALATION)


def digest_of(dialogue: Dialogue, person: str) -> Card:
    return digest_card([dialogue.standing], person, dialogue.now, None)[0]


def finished(*more: str) -> Dialogue:
    return a_dialogue().hears(*answering(), *more)


def asked_of_sam() -> Dialogue:
    return a_dialogue_up_to("rollback.trigger").hears("ana: latency", "ana: ask @sam trigger")


def choosing() -> Dialogue:
    return a_dialogue("full").hears("ana: edit secure.review_status")


def torn() -> Dialogue:
    return a_dialogue_up_to("fail.modes").hears(WRONG_RUNBOOK)


CARDS: Mapping[str, Callable[[], Card]] = {
    "the root after one answer": lambda: a_dialogue().hears("ana: @dana").card("root"),
    "the root of a paused review": lambda: a_dialogue().hears("ana: pause until 4 December").card("root"),
    "the root of a finished review": lambda: finished("ana: done").card("root"),
    "the root of a cancelled review": lambda: a_dialogue().hears("ana: cancel", "ana: cancel").card("root"),
    "a question, of which one item is asked": lambda: a_dialogue().hears("ana: @dana").card("question/run"),
    "a question that asks for a person": lambda: a_dialogue().card("question/run"),
    "a question that asks for an option": lambda: choosing().card("question/secure"),
    "a question with nothing left": lambda: a_dialogue_up_to("fail.modes").card("question/run"),
    "what is lacking": lambda: (
        a_dialogue_up_to("rollback.trigger").hears("ana: latency").card("follow_up/rollback.trigger")
    ),
    "what was lacking, and is asked of somebody": lambda: asked_of_sam().card("follow_up/rollback.trigger"),
    "what was lacking, and is kept": lambda: (
        a_dialogue_up_to("rollback.trigger").hears("ana: latency", "ana: keep").card("follow_up/rollback.trigger")
    ),
    "what somebody is asked": lambda: asked_of_sam().card("ask/rollback.trigger/sam"),
    "what somebody is named for": lambda: a_dialogue().hears("ana: @dana").card("confirm/run.service_owner/dana"),
    "two answers": lambda: torn().card("conflict/run.runbook"),
    "two answers, of which one was chosen": lambda: torn().hears("ana: use 2").card("conflict/run.runbook"),
    "what does not apply": lambda: a_dialogue_up_to("train.plan").hears(NO_TRAINING).card("waiver/train.plan"),
    "what does not apply, as was accepted": lambda: (
        a_dialogue_up_to("train.plan").hears(NO_TRAINING, "priya: accept").card("waiver/train.plan")
    ),
    "a name that matches nobody": lambda: a_dialogue().hears("ana: Dana Ruiz").card("who/run.service_owner"),
    "what is waited for": lambda: a_dialogue().nudges("ana", "run.service_owner").newest(),
    "what is waited for, as parts are missing": lambda: (
        lacking().nudges("ana", "rollback.trigger", About.PARTS).newest()
    ),
    "what was waited for, and is answered": lambda: (
        a_dialogue().nudges("ana", "run.service_owner").hears("tom: @dana").newest()
    ),
    "what was waited for, and is put off": lambda: (
        a_dialogue().nudges("ana", "run.service_owner").hears("ana: snooze 1d", private=True).newest()
    ),
    "what was waited for, of somebody else": lambda: (
        asked_of_sam().nudges("sam", "rollback.trigger").hears("sam: not me", private=True).newest()
    ),
    "what will be told to the lead": lambda: warned().newest(),
    "what the lead is told": lambda: escalated().newest(),
    "what the lead was told, and leaves": lambda: escalated().hears("ana: ok", private=True).newest(),
    "why somebody was written to": lambda: (
        a_dialogue().nudges("ana", "run.service_owner").hears("ana: why", private=True).whispered()
    ),
    "the digest of an owner": lambda: digest_of(a_dialogue().hears("ana: @dana"), "ana"),
    "a summary": lambda: finished().card("summary"),
    "the status, with two promises": lambda: (
        a_dialogue()
        .hears("ana: later 4 Dec", "ana: lead: nobody yet, @kim picks one by 3 December", "ana: status")
        .whispered()
    ),
    "an answer, to who gave it": lambda: a_dialogue().hears("ana: @dana").whispered(),
    "the form of a question": lambda: a_dialogue().hears("ana: @dana", "ana: next").whispered(),
    "the form of the project": lambda: a_dialogue().hears("ana: about").whispered(),
    "all answers, to change one": lambda: a_dialogue().hears("ana: @dana", "ana: edit").whispered(),
    "what is mine": lambda: a_dialogue_up_to("train.plan").hears("ana: mine").whispered(),
    "a promise that is too far away": lambda: a_dialogue().hears("ana: later 2027-03-01").whispered(),
    "a cancellation that has to be said twice": lambda: a_dialogue().hears("ana: cancel").whispered(),
    "help": lambda: a_dialogue().hears("ana: help").whispered(),
    "help with everything": lambda: a_dialogue().hears("ana: help all").whispered(),
}


def told(name: str, value: object, depth: int = 1) -> Iterator[str]:
    """What is empty is left out, so that a new field changes nothing where it is not used."""
    if value in (None, "", (), False):
        return
    if isinstance(value, tuple) and any(is_dataclass(each) for each in value):
        for each in value:
            yield from told(name, each, depth)
    elif is_dataclass(value) and (depth == 1 or any(is_dataclass(each) for _, each in fields_of(value))):
        yield f"{'  ' * depth}{name}:"
        for field, each in fields_of(value):
            yield from told(field, each, depth + 1)
    else:
        yield f"{'  ' * depth}{name}: {plain(value)}"


def fields_of(value: object) -> list[tuple[str, object]]:
    assert is_dataclass(value)
    return [(field.name, getattr(value, field.name)) for field in fields(value)]


def plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(plain(each) for each in value)
    if is_dataclass(value):
        return ", ".join(
            f"{name}={plain(each)}" for name, each in fields_of(value) if each not in (None, "", (), False)
        )
    if isinstance(value, Enum):
        return str(value.value)
    return "(a digest)" if _DIGEST.fullmatch(str(value)) else str(value)


def section(name: str) -> str:
    card = CARDS[name]()
    return "\n".join([name, *told(type(card).__name__, card)])


def kept() -> dict[str, str]:
    sections = FILE.read_text(encoding="utf-8").strip().split("\n\n")
    return {each.partition("\n")[0]: each for each in sections}


@pytest.mark.parametrize("name", CARDS)
def test_a_card_says_what_the_file_has(name: str) -> None:
    assert section(name) == kept()[name]


if __name__ == "__main__":
    FILE.write_text("\n\n".join(section(name) for name in CARDS) + "\n", encoding="utf-8")
