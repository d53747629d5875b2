"""Answers: follow-ups and joins, keep, later, and names that match nobody."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.cards import Ending, FollowUpCard, NoticeCard, WhoCard
from conversations.item_standing import said_by
from conversations.review import State
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to

# --- follow-ups ------------------------------------------------------------------------------------------------------


def ending(dialogue: Dialogue, item: str) -> Ending | None:
    card = dialogue.card(f"follow_up/{item}")
    assert isinstance(card, FollowUpCard)
    return card.ending


def test_a_vague_answer_gets_one_follow_up_and_no_thanks() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert")

    dialogue.says("revise question/rollback", "post follow_up/rollback.steps", "revise root").asked("rollback.steps")
    assert ending(dialogue, "rollback.steps") is None


def test_the_reply_to_a_follow_up_is_joined_to_the_answer_where_that_completes_it() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: we turn the flag claims_copilot off in LaunchDarkly")
    dialogue.hears("tom: 10 minutes, users see the old form").state("rollback.steps", State.COMPLETE)

    answer = dialogue.item("rollback.steps").answer
    assert answer is not None
    assert answer.by == "tom"
    assert [act.by for act in said_by(dialogue.item("rollback.steps"), answer)] == ["ana", "tom"]
    assert ending(dialogue, "rollback.steps") is Ending.NOTED


def test_a_reply_that_is_complete_alone_replaces_the_vague_one() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", f"tom: {CORE['rollback.steps']}")

    answer = dialogue.item("rollback.steps").answer
    assert answer is not None
    assert answer.target is None


def test_a_reply_that_adds_nothing_replaces_and_the_item_is_left() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "tom: the usual way")

    assert ending(dialogue, "rollback.steps") is Ending.LEFT_OPEN
    dialogue.asked("rollback.decider")


def test_what_is_asked_again_after_a_wrong_guess_is_not_said_to_be_left_open() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: steps: we add them by 25 November").waits(days=4)
    dialogue.asked("rollback.steps").hears("tom: fine with me", "tom: not an answer").asked("rollback.steps")

    assert ending(dialogue, "rollback.steps") is Ending.WITHDRAWN


def test_on_a_closed_item_the_second_reply_is_judged_alone() -> None:
    dialogue = a_dialogue().hears("ana: @dana or @lee", "tom: @lee").state("run.service_owner", State.UNCONFIRMED)

    assert dialogue.item("run.service_owner").named == "lee"


def test_a_token_for_another_item_does_not_use_up_the_follow_up() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "tom: 2026-11-10")

    dialogue.state("rollback.tested_on", State.COMPLETE).asked("rollback.steps")


def test_an_aside_does_not_use_up_the_follow_up() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "tom: // hm", "tom: @ana can you say more?")

    dialogue.asked("rollback.steps")


def test_keep_ends_the_asking_and_is_shown_as_kept() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "tom: keep").asked("rollback.decider")

    dialogue.says("revise question/rollback", "revise follow_up/rollback.steps").state("rollback.steps", State.VAGUE)
    assert ending(dialogue, "rollback.steps") is Ending.KEPT


def test_an_answer_that_says_nothing_can_be_kept_as_well() -> None:
    dialogue = a_dialogue().hears("ana: TBD", "ana: keep").asked("run.ops_team").state("run.service_owner", State.OPEN)

    dialogue.hears("ana: keep").whispers("ana nothing_to_keep").refused()


def test_keep_without_a_follow_up_means_the_newest_such_answer() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "ana: the usual way", "ana: keep")

    assert dialogue.item("rollback.steps").kept


def test_a_complete_answer_has_nothing_to_keep() -> None:
    a_dialogue_up_to("fail.modes").hears("ana: keep runbook").whispers("ana nothing_to_keep").refused()


@pytest.mark.parametrize(
    ("word", "how"),
    [
        ("later Fri", Ending.DEFERRED),
        ("ask @sam", Ending.ASKED),
        ("n/a because there is nothing to roll back", Ending.SETTLED),
        ("undo", Ending.WITHDRAWN),
    ],
)
def test_a_follow_up_ends_with_what_was_done_instead(word: str, how: Ending) -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", f"ana: {word}")

    assert ending(dialogue, "rollback.steps") is how


def test_a_known_gap_is_noted_and_asked_for_a_promise_once() -> None:
    dialogue = a_dialogue_up_to("success.baseline").hears("ana: We never measured it")
    dialogue.state("success.baseline", State.KNOWN_GAP).asked("success.baseline")

    dialogue.hears("ana: @lee will, by 4 December").asked("success.review")
    dialogue.state("success.baseline", State.DEFERRED)


# --- later -----------------------------------------------------------------------------------------------------------


def test_later_holds_the_item_until_the_working_day_after() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: later Fri").asked("fail.modes")
    dialogue.state("run.runbook", State.DEFERRED)
    assert dialogue.item("run.runbook").due_on == date(2026, 11, 27)

    dialogue.waits(days=7).state("run.runbook", State.DEFERRED)
    dialogue.waits(days=1).state("run.runbook", State.OPEN).asked("run.runbook")


def test_later_beyond_the_horizon_is_a_known_gap_and_says_so() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: later 15 February").state("run.runbook", State.KNOWN_GAP)

    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    assert (card.notice, card.day) == ("held_until", date(2026, 12, 23))


def test_later_than_the_decision_is_a_known_gap() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: date 1 December", "ana: later 4 December")

    dialogue.state("run.runbook", State.KNOWN_GAP).asked("fail.modes")


def test_an_earlier_answer_stays_known_behind_a_deferral() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "ana: later Fri")

    assert dialogue.item("rollback.steps").answer is not None
    dialogue.waits(days=8).state("rollback.steps", State.OPEN)


def test_what_was_kept_and_then_put_off_is_asked_again_on_its_day() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears(
        "ana: git revert", "ana: keep", "ana: edit steps", "ana: later Fri"
    )

    dialogue.waits(days=8).asked("rollback.steps")


# --- names that match nobody -----------------------------------------------------------------------------------------


def test_a_name_that_matches_nobody_is_asked_about_once() -> None:
    dialogue = a_dialogue().hears("ana: Dana Ruiz from Claims").state("run.service_owner", State.UNCONFIRMED)
    dialogue.posts("who/run.service_owner").asked("run.ops_team")

    dialogue.hears("ana: service_owner: @dana").posts()
    card = dialogue.card("who/run.service_owner")
    assert isinstance(card, WhoCard)
    assert card.named == "dana"


def test_anybody_may_say_who_it_is() -> None:
    dialogue = a_dialogue().hears("ana: Dana Ruiz from Claims", "tom: service owner: @dana")

    dialogue.state("run.service_owner", State.UNCONFIRMED).posts()


def test_a_name_can_stay_as_it_was_written() -> None:
    dialogue = a_dialogue().hears("ana: Dana Ruiz from Claims").presses("ana", "keep", "run.service_owner")
    card = dialogue.card("who/run.service_owner")

    assert isinstance(card, WhoCard)
    assert card.kept
    assert not card.ways
