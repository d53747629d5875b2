"""People who are away past a day on which something of theirs is due: who sees to it then, and what comes back."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.cards import GoneCard, Tap
from conversations.review import Phase, State
from tests.dialogue import CORE, Dialogue, a_dialogue, answering

OWNER, RUNBOOK, DECIDER = "run.service_owner", "run.runbook", "rollback.decider"
BACK = "2027-01-11"


def dated(*lines: str) -> Dialogue:
    """With a decision on the 15th of December."""
    return a_dialogue().hears("ana: date 2026-12-15", *lines)


def gone_card(dialogue: Dialogue, key: str) -> GoneCard:
    card = dialogue.card(key)
    assert isinstance(card, GoneCard)
    return card


def test_what_somebody_was_asked_is_asked_again_and_offered_to_others() -> None:
    dialogue = dated("ana: ask @sam").asked("run.ops_team").goes_away("sam", BACK).asked(OWNER)

    dialogue.says("revise question/run", "revise root")
    assert dialogue.item(OWNER).assignee is None
    assert "sam" not in dialogue.standing.gone
    card = gone_card(dialogue, "gone/sam/ana")
    assert (card.person, card.until, card.roles, card.open) == ("sam", date(2027, 1, 11), ("service owner",), True)
    assert [way.tap for way in card.ways] == [Tap.TAKE, Tap.ASK]


def test_what_somebody_promised_for_a_day_before_is_open() -> None:
    dialogue = a_dialogue().hears("tom: ask me runbook", "tom: runbook: later 2026-12-04").goes_away("tom", BACK)

    dialogue.state(RUNBOOK, State.OPEN)
    card = gone_card(dialogue, "gone/tom/ana")
    assert (card.roles, [way.tap for way in card.ways]) == (("runbook",), [Tap.EDIT])


def test_who_is_back_sooner_than_they_said_keeps_their_promise() -> None:
    dialogue = a_dialogue().hears("tom: runbook: later 2026-12-04").goes_away("tom", BACK).state(RUNBOOK, State.OPEN)

    dialogue.goes_away("tom", "2026-11-23").state(RUNBOOK, State.DEFERRED)
    assert dialogue.item(RUNBOOK).due_on == date(2026, 12, 4)


def test_who_is_back_already_has_never_been_away() -> None:
    dialogue = a_dialogue().hears("tom: runbook: later 2026-11-24").waits(days=1)
    review = dialogue.review

    assert dialogue.goes_away("tom", "2026-11-24").says().review is review


def test_who_has_not_said_yes_and_will_not_in_time_is_missed() -> None:
    dialogue = dated("tom: decider: @lee", "tom: steps: git revert").goes_away("lee", BACK).state(DECIDER, State.STALE)

    card = gone_card(dialogue, "gone/lee/ana")
    assert (card.heirs, card.until) == (("tom",), date(2027, 1, 11))
    dialogue.presses("ana", Tap.TAKE, DECIDER).state(DECIDER, State.COMPLETE)
    assert dialogue.item(DECIDER).named == "ana"


def test_who_has_said_yes_is_only_away() -> None:
    dialogue = dated("tom: decider: @lee", "lee: yes")
    review = dialogue.review

    assert dialogue.goes_away("lee", BACK).says().review is review


@pytest.mark.parametrize("until", ["2026-12-15", "2026-11-30"])
def test_who_is_back_on_the_day_is_back_in_time(until: str) -> None:
    dated("ana: ask @sam").goes_away("sam", until).says().asked("run.ops_team")


def test_where_nothing_has_a_day_nobody_is_missed() -> None:
    a_dialogue().hears("ana: ask @sam").goes_away("sam", BACK).says()


def test_who_is_away_is_not_offered_in_the_place_of_another() -> None:
    dialogue = dated("sam: steps: git revert", "tom: trigger: soon", "ana: decider: @lee", "ana: ask @sam runbook")
    dialogue.goes_away("sam", BACK).goes_away("lee", BACK)

    assert gone_card(dialogue, "gone/lee/ana").heirs == ("tom",)


def test_it_comes_back_on_the_day_with_who_it_was_asked_of() -> None:
    dialogue = dated("ana: decider: @lee").goes_away("lee", "2026-12-20").written("gone/lee/ana")
    dialogue.waits(days=27).state(DECIDER, State.UNCONFIRMED)

    assert not gone_card(dialogue, "gone/lee/ana").open
    assert gone_card(dialogue, "gone/lee/ana").until is None


def test_who_says_that_they_are_back_is_back() -> None:
    dialogue = dated("ana: ask @sam").goes_away("sam", BACK).goes_away("sam", "2026-11-23").asked("run.ops_team")

    assert dialogue.item(OWNER).assignee == "sam"
    assert dialogue.standing.away == {}
    review = dialogue.review
    assert dialogue.goes_away("sam", "2026-11-23").says().review is review


def test_who_does_something_is_back() -> None:
    dialogue = dated("ana: ask @sam").goes_away("sam", BACK).hears(f"sam: {RUNBOOK}: {CORE[RUNBOOK]}")

    assert dialogue.item(OWNER).assignee == "sam"


def test_another_day_of_return_is_noted_and_the_same_is_not() -> None:
    dialogue = dated("ana: ask @sam").goes_away("sam", BACK)
    review = dialogue.review

    assert dialogue.goes_away("sam", BACK).says().review is review
    dialogue.goes_away("sam", "2027-02-01")
    assert gone_card(dialogue, "gone/sam/ana").until == date(2027, 2, 1)


def test_what_is_asked_of_who_is_known_to_be_away_is_left_to_them() -> None:
    dialogue = dated("ana: ask @sam").goes_away("sam", BACK).hears("ana: ask @sam runbook")

    assert dialogue.item(RUNBOOK).assignee == "sam"
    assert gone_card(dialogue, "gone/sam/ana").roles == ("service owner",)


def test_somebody_else_who_is_asked_fills_the_place() -> None:
    dialogue = dated("ana: ask @sam").goes_away("sam", BACK).written("gone/sam/ana").hears("ana: ask @kim")

    assert not gone_card(dialogue, "gone/sam/ana").open


def test_a_promise_of_who_is_away_is_nobodys_place_where_somebody_else_was_asked() -> None:
    dialogue = a_dialogue().hears("ana: runbook: later 2026-12-04", "tom: ask @sam runbook").goes_away("ana", BACK)

    assert dialogue.item(RUNBOOK).assignee == "sam"
    assert dialogue.item(RUNBOOK).vacated is None


def test_an_owner_who_is_away_is_not_asked_about_themselves() -> None:
    dialogue = a_dialogue().hears("ana: runbook: later 2026-12-04").goes_away("ana", BACK).state(RUNBOOK, State.OPEN)

    assert not gone_card(dialogue, "gone/ana/ana").open
    assert dialogue.standing.heir is None


def test_who_leaves_while_they_are_away_has_left() -> None:
    dialogue = dated("ana: decider: @lee").goes_away("lee", BACK).leaves("lee")
    card = gone_card(dialogue, "gone/lee/ana")

    assert (card.open, card.until) == (True, None)


def test_nobody_takes_back_that_somebody_is_away() -> None:
    dated("ana: ask @sam").goes_away("sam", BACK).hears("sam: undo").whispers("sam nothing_to_undo")


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.DONE, Phase.CANCELLED])
def test_it_is_noted_in_every_phase(phase: Phase) -> None:
    words = {Phase.PAUSED: ["pause"], Phase.DONE: ["done"], Phase.CANCELLED: ["cancel", "cancel"]}[phase]
    dialogue = dated("ana: decider: @lee", *(f"ana: {word}" for word in words)).goes_away("lee", BACK)

    dialogue.state(DECIDER, State.STALE)
    assert gone_card(dialogue, "gone/lee/ana").open is (phase is Phase.PAUSED)


def test_of_a_finished_walk_nothing_is_due() -> None:
    a_dialogue().hears(*answering(), "lee: yes").goes_away("lee", BACK).says()
