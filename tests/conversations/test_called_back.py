"""A letter that was planned and never sent: to its reviews it is as if nobody had been written to."""

from __future__ import annotations

import pytest

from conversations.cards import About
from conversations.quiet import last_done, quiet_key
from conversations.reminders import Kind, Reminder
from conversations.review import ActKind
from tests.dialogue import Dialogue, a_dialogue
from tests.reminding import due

STEPS, RUNBOOK = "rollback.steps", "run.runbook"
ASK_STEPS = f"ask/{STEPS}/dana"


def dana_is_asked() -> Dialogue:
    return a_dialogue().hears("ana: ask @dana steps").written(ASK_STEPS)


def to(dialogue: Dialogue, who: str) -> list[Reminder]:
    return [each for each in due(dialogue) if each.person == who]


def test_who_was_to_be_asked_is_to_be_asked_again_by_the_same_message() -> None:
    before = to(a_dialogue().hears("ana: ask @dana steps"), "dana")
    dialogue = dana_is_asked().is_called_back("dana", ASK_STEPS)

    assert to(dialogue, "dana") == before
    assert ASK_STEPS not in dialogue.review.posted
    dialogue.written(ASK_STEPS)
    assert [each.key for each in to(dialogue, "dana") if each.kind is Kind.ASK] == []


def test_whoever_waited_for_it_is_to_be_looked_at_because_of_it() -> None:
    assert "dana" in dana_is_asked().is_called_back("dana", ASK_STEPS).turn.looks


def test_the_next_step_is_the_one_that_was_not_sent() -> None:
    dialogue = a_dialogue().sleeps(days=1).nudges("ana", "run.service_owner").sleeps(days=1)
    (second,) = (each for each in due(dialogue, "run.service_owner"))

    (again,) = due(dialogue.is_called_back("ana", dialogue.review.posted[-1]), "run.service_owner")

    assert (second.step, again.step) == (2, 1)
    assert again.at < second.at


def test_all_that_was_noted_with_it_is_gone_and_nothing_of_others() -> None:
    dialogue = a_dialogue().nudges("tom", STEPS).in_one_letter("ana", STEPS, RUNBOOK)
    dialogue.is_called_back("ana", dialogue.review.posted[-1])

    told = [act.person for act in dialogue.standing.live if act.kind is ActKind.REMINDED]
    assert told == ["tom"]


def test_told_of_what_is_no_longer_known_only_the_message_goes() -> None:
    dialogue = dana_is_asked()
    acts = dialogue.is_called_back("dana", ASK_STEPS).review.acts

    assert dialogue.is_called_back("dana", ASK_STEPS).says().review.acts == acts


def test_it_is_nothing_that_anybody_has_done() -> None:
    dialogue = a_dialogue().hears("ana: steps: git revert").nudges("ana", STEPS, About.PARTS)
    key, last = quiet_key(dialogue.standing), last_done(dialogue.standing)
    dialogue.is_called_back("ana", dialogue.review.posted[-1])

    assert (quiet_key(dialogue.standing), last_done(dialogue.standing)) == (key, last)
    answers = [act.n for act in dialogue.standing.live if act.kind is ActKind.ANSWERED]
    dialogue.hears("ana: undo")
    assert [act.n for act in dialogue.standing.live if act.kind is ActKind.ANSWERED] == answers[:-1]


@pytest.mark.parametrize("words", ["ana: undo", "dana: undo", "dana: not an answer"])
def test_nobody_can_take_it_back(words: str) -> None:
    dialogue = a_dialogue().nudges("dana", STEPS).is_called_back("dana", "reminder/1/dana")

    dialogue.hears(words).refused()


def test_that_it_is_quiet_is_to_be_said_once_more() -> None:
    dialogue = a_dialogue().sleeps(days=3)
    key = quiet_key(dialogue.standing)
    dialogue.written(key)
    assert key not in [each.key for each in due(dialogue)]

    dialogue.is_called_back("ana", key)

    assert key in [each.key for each in due(dialogue)]


def test_a_review_that_was_closed_meanwhile_forgets_it_as_well() -> None:
    dialogue = dana_is_asked().hears("ana: done").is_called_back("dana", ASK_STEPS)

    assert ASK_STEPS not in dialogue.review.posted
    assert [each.kind for each in to(dialogue.hears("ana: resume"), "dana")] == [Kind.ASK]
