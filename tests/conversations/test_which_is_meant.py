"""A word without the name of an item means the newest one it can be about; and a word that changes nothing says why."""

from __future__ import annotations

import pytest

from conversations.cards import Tap
from conversations.review import State
from tests.dialogue import a_dialogue, a_dialogue_up_to


def test_keep_means_the_newest_answer_that_lacks_something() -> None:
    dialogue = a_dialogue_up_to("rollback.trigger").hears("ana: steps: git revert", "ana: trigger: latency")
    dialogue.hears("ana: edit audience", "ana: keep")
    assert [key for key, item in dialogue.standing.items.items() if item.kept] == ["rollback.trigger"]

    dialogue.hears("ana: keep")
    assert [key for key, item in dialogue.standing.items.items() if item.kept] == ["rollback.trigger", "rollback.steps"]

    dialogue.hears("ana: keep").whispers("ana nothing_to_keep").refused()


def test_use_means_the_newest_conflict() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears(
        "tom: runbook: https://wiki.acme.io/other/runbook", "tom: ops team: Data Engineering since 5 October 2026"
    )
    dialogue.hears("ana: use 1").state("run.ops_team", State.COMPLETE).state("run.runbook", State.CONFLICT)
    dialogue.hears("ana: use 1").state("run.runbook", State.COMPLETE)


@pytest.mark.parametrize(("word", "becomes"), [("yes", State.COMPLETE), ("not me", State.OPEN), ("no", State.OPEN)])
def test_who_is_named_twice_means_the_newer_one(word: str, becomes: State) -> None:
    dialogue = a_dialogue().hears("ana: decider: @dana", "ana: service owner: @dana", f"dana: {word}")
    dialogue.state("run.service_owner", becomes).state("rollback.decider", State.UNCONFIRMED)


@pytest.mark.parametrize(("word", "becomes"), [("yes", State.COMPLETE), ("no", State.OPEN)])
def test_who_is_named_can_say_for_what_as_cards_say_it(word: str, becomes: State) -> None:
    dialogue = a_dialogue().hears("ana: decider: @dana", "ana: service owner: @dana", f"dana: {word} who can order it")
    dialogue.state("rollback.decider", becomes).state("run.service_owner", State.UNCONFIRMED)


def test_who_is_asked_twice_gives_back_the_newer_one() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: ask @sam decider", "ana: ask @sam runbook", "sam: not me")
    assert [key for key, item in dialogue.standing.items.items() if item.assigned] == ["rollback.decider"]


def test_a_day_within_the_month_is_taken_without_a_word() -> None:
    a_dialogue().hears("ana: later 4 Dec").says("revise question/run", "revise root")


def test_a_line_to_somebody_else_can_be_used_all_the_same() -> None:
    card = a_dialogue().hears("ana: @ben can you look at this?").whispered()
    assert [way.tap for way in getattr(card, "ways", ())] == [Tap.USE_THAT]
