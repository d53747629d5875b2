"""What is no answer, and what is one after all."""

from __future__ import annotations

import pytest

from conversations.review import State
from tests.dialogue import CORE, a_dialogue, a_dialogue_up_to, as_typed

# --- what is no answer, after all ------------------------------------------------------------------------------------


def test_words_to_somebody_are_left_alone_and_can_be_used_after_all() -> None:
    dialogue = a_dialogue_up_to("fail.fallback").hears("tom: @carol they write it by hand in the form, can you confirm")
    dialogue.says("whisper tom left_alone").asked("fail.fallback")

    dialogue.hears("ana: use that").asked("fail.first_responder")
    answer = dialogue.item("fail.fallback").answer
    assert answer is not None
    assert (answer.by, answer.source) == ("tom", "m6")
    dialogue.hears("ana: use that").whispers("ana nothing_to_use").refused()


def test_the_thanks_for_used_words_are_put_on_those_words() -> None:
    dialogue = a_dialogue().hears("tom: @dana is it, can you believe", "ana: use that")

    dialogue.says(
        "react m1",
        "revise question/run",
        "revise root",
        "whisper ana noted",
    )


@pytest.mark.parametrize("line", ["tom: // they do it by hand", "tom: thanks", "robo: they do it by hand"])
def test_asides_thanks_and_bots_are_not_kept_for_it(line: str) -> None:
    dialogue = a_dialogue_up_to("fail.fallback").hears(line).says()

    dialogue.hears("ana: use that").whispers("ana nothing_to_use")


def test_a_file_is_offered_and_fills_the_page_that_is_asked_for() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("tom: ", file="https://files.acme.io/runbook.pdf")
    dialogue.whispers("tom left_alone_file")

    dialogue.hears("tom: use that").asked("fail.modes").state("run.runbook", State.COMPLETE)


def test_a_file_goes_to_the_open_page_while_something_else_is_asked() -> None:
    dialogue = a_dialogue().hears("tom: ", file="https://files.acme.io/runbook.pdf").hears("ana: use that")

    dialogue.state("run.runbook", State.COMPLETE).asked("run.service_owner")


def test_a_file_is_left_alone_without_a_word_where_no_page_is_open() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("tom: ", file="https://files.acme.io/runbook.pdf").says()

    dialogue.hears("tom: use that").whispers("tom nothing_to_use")


def test_a_file_does_not_replace_the_page_that_was_given_meanwhile() -> None:
    dialogue = a_dialogue().hears("tom: ", file="https://files.acme.io/runbook.pdf")

    dialogue.hears(f"ana: runbook: {CORE['run.runbook']}", "tom: use that").whispers("tom nothing_to_use")


def test_not_an_answer_takes_back_the_speakers_answer_and_the_owner_anybodys() -> None:
    dialogue = a_dialogue().hears("tom: @dana", f"lee: {CORE['run.ops_team']}", "tom: not an answer")
    dialogue.state("run.service_owner", State.OPEN).state("run.ops_team", State.COMPLETE)

    dialogue.hears("ana: not an answer").state("run.ops_team", State.OPEN)
    dialogue.hears("lee: not an answer").whispers("lee nothing_to_undo").refused()


def test_the_owner_takes_back_each_new_wrong_guess() -> None:
    dialogue = a_dialogue().hears("tom: @dana", "ana: not an answer", "tom: @lee", "ana: not an answer")
    dialogue.state("run.service_owner", State.OPEN)

    dialogue.hears("ana: not an answer").whispers("ana nothing_to_undo").refused()


def test_the_button_of_a_follow_up_takes_back_the_answer_it_stands_under() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "ana: lead: @mika")

    dialogue.presses("ana", "not_an_answer", "rollback.steps").state("rollback.steps", State.OPEN)
    dialogue.state("train.lead", State.UNCONFIRMED)


# --- what somebody points at ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["thanks", "undo", "// by hand", "@carol can you write it by hand?", "status"])
def test_words_that_somebody_points_at_are_an_answer_whatever_they_look_like(text: str) -> None:
    dialogue = a_dialogue_up_to("fail.fallback").uses("tom", 99, text)

    answer = dialogue.item("fail.fallback").answer
    assert answer is not None
    assert (answer.by, answer.source, answer.said) == ("tom", "m99", as_typed(text))


def test_what_was_left_alone_is_its_authors_answer_once_somebody_points_at_it() -> None:
    words = "@carol they write it by hand in the old claim form, can you confirm"
    dialogue = a_dialogue_up_to("fail.fallback").hears(f"tom: {words}").uses("tom", 6, words)

    dialogue.asked("fail.first_responder").hears("ana: use that").whispers("ana nothing_to_use")


def test_what_is_an_answer_already_stays_as_it_is() -> None:
    dialogue = a_dialogue().hears("tom: @dana")
    before = dialogue.review
    dialogue.uses("tom", 1, "@dana").whispers("tom already_an_answer").refused()
    assert dialogue.review is before

    dialogue.hears("tom: undo").uses("tom", 1, "@dana").state("run.service_owner", State.UNCONFIRMED)


def test_a_file_alone_is_pointed_at_as_its_address() -> None:
    dialogue = a_dialogue_up_to("run.runbook").uses("tom", 99, "", file="https://files.acme.io/runbook.pdf")

    dialogue.state("run.runbook", State.COMPLETE)


def test_nothing_to_point_at_and_too_much_of_it_say_so() -> None:
    a_dialogue().uses("tom", 99, " ").whispers("tom nothing_to_use").refused()
    a_dialogue().uses("tom", 99, "x" * 4_001).whispers("tom too_long").refused()
