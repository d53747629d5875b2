from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from conversations.board import board
from conversations.once import Known, knowing, once
from conversations.reminders import looks
from conversations.standing import stand
from tests.dialogue import Dialogue, a_dialogue
from tests.dialogue import person as a_person


@dataclass(frozen=True, slots=True)
class Thing:
    size: int = 1
    known: Known = field(default_factory=dict, init=False, repr=False, compare=False)


asked: list[tuple[object, ...]] = []


@once
def grown(thing: Thing, *by: int, note: str = "") -> int:
    asked.append((*by, note))
    return thing.size + sum(by)


def test_it_is_worked_out_once_for_each_value_and_anew_for_another() -> None:
    asked.clear()
    thing = Thing()
    assert [grown(thing), grown(thing), grown(replace(thing, size=2))] == [1, 1, 2]
    assert len(asked) == 2


def test_the_newest_result_is_found_while_the_arguments_are_equal_whatever_they_are_called_with() -> None:
    asked.clear()
    thing = Thing()
    assert [grown(thing, 1, note="a"), grown(thing, 1, note="b"), grown(thing, 2), grown(thing, 1)] == [2, 2, 3, 2]
    assert asked == [(1, "a"), (2, ""), (1, "")]


def test_another_value_may_be_told_what_is_known_and_is_told_no_more() -> None:
    asked.clear()
    one = Thing()
    assert knowing(Thing(), one, grown).known == {}
    grown(one)
    assert grown(knowing(Thing(size=5), one, grown)) == 1
    assert len(asked) == 1


ROUTE = "ana: support route: #claims-ai-helpdesk, Mon-Fri 8-18"
AROUND: dict[str, Callable[[Dialogue], Dialogue]] = {
    "the owner is another one": lambda dialogue: dialogue.hears("ana: owner @tom"),
    "the owner is another one beside a lead": lambda dialogue: dialogue.submits(
        "ana", "about", {"lead": "@lena"}
    ).hears("ana: owner @tom"),
    "there is a lead": lambda dialogue: dialogue.submits("ana", "about", {"lead": "@lena"}),
    "there is a sponsor": lambda dialogue: dialogue.submits("ana", "about", {"sponsor": "@lena"}),
    "something else is critical": lambda dialogue: dialogue.submits("ana", "about", {"eu_class": "high_risk_annex_i"}),
    "there is a day of the decision": lambda dialogue: dialogue.hears("ana: date 2026-12-04"),
    "it is paused until a day": lambda dialogue: dialogue.hears("ana: pause until 2026-12-10"),
    "it goes on": lambda dialogue: dialogue.hears("ana: pause", "ana: resume"),
    "somebody leaves": lambda dialogue: dialogue.leaves("dana"),
    "who had left is back": lambda dialogue: dialogue.leaves("dana").hears("dana: ops team: Claims Platform Ops"),
    "the owner leaves": lambda dialogue: dialogue.leaves("ana"),
    "somebody is away": lambda dialogue: dialogue.hears("ana: date 2026-12-04").goes_away("dana", "2027-01-15"),
    "somebody cannot be written to": lambda dialogue: dialogue.cannot_be_reached("ben"),
    "who could not be written to is there": lambda dialogue: dialogue.cannot_be_reached("ben").hears("ben: status"),
    "somebody is of another organisation": lambda dialogue: dialogue.hears("eve: the answer is to come"),
    "who was asked is written to": lambda dialogue: dialogue.written("ask/run.runbook/ben"),
    "who was named is written to": lambda dialogue: dialogue.written("confirm/run.service_owner/dana"),
    "somebody is reminded": lambda dialogue: dialogue.nudges("ana", "run.ops_team"),
    "who was named says yes": lambda dialogue: dialogue.hears("dana: yes service owner"),
    "somebody takes their word back": lambda dialogue: dialogue.hears("ana: undo"),
    "a message is deleted": lambda dialogue: dialogue.deletes("ana", 1),
    "a channel is closed": lambda dialogue: dialogue.hears(ROUTE).archives("#claims-ai-helpdesk"),
    "the walk comes to another item": lambda dialogue: dialogue.hears("ana: skip"),
}


@pytest.mark.parametrize("name", AROUND)
def test_whatever_happens_around_items_what_is_known_of_them_is_what_would_be_found_anew(name: str) -> None:
    lines = ("ana: @dana", "ana: edit runbook", "ana: ask @ben", "ana: edit support route", "ana: later Fri")
    dialogue = a_dialogue("full", people=(a_person("eve", outsider=True),)).hears(*lines)
    after = AROUND[name](dialogue).turn
    assert after.standing is not None
    fresh = stand(after.standing.review, after.standing.now)
    assert after.standing == fresh
    assert looks(after.standing) == looks(fresh)
    assert board(after.standing) == board(fresh)
