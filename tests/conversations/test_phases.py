"""The review as a whole: pause, resume, done, cancel, hand over, the date, and what is said when it is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from conversations.cards import EditCard, HelpCard, NoticeCard, ReportCard, RootCard, SummaryCard, Tap, Way
from conversations.review import Phase, State
from tests.dialogue import CORE, a_dialogue, a_dialogue_up_to, answering


def test_a_paused_review_takes_answers_and_resumes() -> None:
    dialogue = a_dialogue().hears("ana: pause").phase(Phase.PAUSED).says("revise root")

    dialogue.hears("tom: @dana").state("run.service_owner", State.UNCONFIRMED)
    dialogue.hears("ana: resume").phase(Phase.OPEN).hears("ana: resume").whispers("ana already").refused()


def test_a_pause_ends_on_its_day() -> None:
    dialogue = a_dialogue().hears("ana: pause until Fri").waits(days=3).phase(Phase.PAUSED)
    dialogue.waits(days=1).phase(Phase.OPEN)

    assert dialogue.review.phase is Phase.OPEN
    card = dialogue.card("root")
    assert isinstance(card, RootCard)
    assert card.paused_until is None


def test_done_posts_the_summary_early_and_asks_nothing_more() -> None:
    dialogue = a_dialogue().hears("ana: @dana").written("confirm/run.service_owner/dana")
    dialogue.hears("ana: done").phase(Phase.DONE).asked(None)

    dialogue.says(
        "revise question/run",
        "revise confirm/run.service_owner/dana to dana",
        "post summary",
        "revise root",
    )
    dialogue.hears("ana: done").whispers("ana already").refused()


def test_a_done_review_says_so_to_who_answers_and_can_be_opened_again() -> None:
    dialogue = a_dialogue().hears("ana: done", f"tom: {CORE['run.service_owner']}").whispers("tom closed").refused()
    dialogue.submits("tom", "run", {"run.runbook": CORE["run.runbook"]}).whispers("tom closed").refused()

    dialogue.hears("ana: resume").phase(Phase.OPEN).asked("run.service_owner")


def test_the_automatic_summary_leaves_the_review_open() -> None:
    a_dialogue().hears(*answering()).phase(Phase.OPEN)


def test_cancel_asks_once() -> None:
    dialogue = a_dialogue().hears("ana: cancel").whispers("ana cancel_sure").phase(Phase.OPEN)

    dialogue.hears("ana: cancel").phase(Phase.CANCELLED).says("revise question/run", "revise root")
    dialogue.hears("ana: cancel").whispers("ana already").refused()


def test_cancel_asks_again_after_something_else_was_said() -> None:
    a_dialogue().hears("ana: cancel", "ana: @dana", "ana: cancel").phase(Phase.OPEN)


def test_a_button_that_only_asks_asks_each_time() -> None:
    dialogue = a_dialogue().presses("ana", "cancel").whispers("ana cancel_sure")
    dialogue.presses("ana", "cancel").whispers("ana cancel_sure").phase(Phase.OPEN)
    dialogue.hears("ana: cancel").phase(Phase.CANCELLED)


def test_the_button_that_asks_cancels_at_once() -> None:
    a_dialogue().presses("ana", "cancel", choice="sure").phase(Phase.CANCELLED)


def test_a_done_review_can_be_cancelled() -> None:
    a_dialogue().hears("ana: done", "ana: cancel", "ana: cancel").phase(Phase.CANCELLED)


def test_a_cancelled_review_resumes_where_it_was() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: cancel", "ana: cancel", "ana: resume")

    dialogue.phase(Phase.OPEN).asked("run.ops_team")


def test_it_does_not_resume_while_another_bears_its_name() -> None:
    dialogue = a_dialogue().hears("ana: cancel", "ana: cancel")
    other = replace(a_dialogue(project="claims   copilot").review, id="1" * 32)
    dialogue.others = (other, dialogue.review)

    dialogue.hears("ana: resume").whispers("ana name_taken").refused().phase(Phase.CANCELLED)
    dialogue.hears("ana: undo").whispers("ana name_taken").refused()
    dialogue.others = (dialogue.review, replace(other, phase=Phase.DONE))
    dialogue.hears("ana: resume").phase(Phase.OPEN)


def test_handing_over_moves_the_owners_words() -> None:
    dialogue = a_dialogue().hears("ana: owner @tom").says("revise root")

    dialogue.hears("ana: pause").whispers("ana refused").hears("tom: pause").phase(Phase.PAUSED)
    assert dialogue.review.owner == "tom"


def test_the_word_date_and_the_item_set_each_other() -> None:
    dialogue = a_dialogue().hears("ana: date 15 Dec").state("approve.decision_date", State.COMPLETE)
    assert dialogue.standing.decision_on == date(2026, 12, 15)

    dialogue.hears("tom: edit decision date", "tom: 18 December 2026")
    assert dialogue.standing.decision_on == date(2026, 12, 18)


def test_the_date_replaces_somebody_elses_without_a_conflict() -> None:
    dialogue = a_dialogue().hears("tom: decision date: 15 Dec 2026", "ana: date 18 Dec")

    dialogue.state("approve.decision_date", State.COMPLETE)


def test_a_date_that_becomes_unclear_is_still_the_newest_known() -> None:
    dialogue = a_dialogue().hears("ana: date 15 Dec", "ana: decision date: some day soon")

    assert dialogue.standing.decision_on == date(2026, 12, 15)


def test_in_a_pack_that_does_not_ask_for_it_the_date_is_kept_all_the_same() -> None:
    dialogue = a_dialogue("undated").hears("ana: date 15 Dec").says("revise root")

    assert dialogue.standing.decision_on == date(2026, 12, 15)
    assert dialogue.standing.approver is None


@pytest.mark.parametrize(
    ("word", "card"), [("status", SummaryCard), ("help", HelpCard), ("help all", HelpCard), ("report", ReportCard)]
)
@pytest.mark.parametrize("before", [[], ["ana: pause"], ["ana: done"], ["ana: cancel", "ana: cancel"]])
def test_one_can_look_in_every_phase(word: str, card: type, before: list[str]) -> None:
    dialogue = a_dialogue().hears(*before)
    version = dialogue.review.version
    dialogue.hears(f"tom: {word}")

    assert isinstance(dialogue.whispered(), card)
    assert dialogue.review.version == version


def test_all_answers_are_listed_to_change_one_while_one_may() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "tom: edit").whispers("tom edit")
    card = dialogue.whispered()
    assert isinstance(card, EditCard)
    assert [row.item for line in card.lines for row in line.rows] == list(dialogue.standing.items)
    assert [line.ways for line in card.lines[:1]] == [(Way(tap=Tap.EDIT, choice="run"),)]

    dialogue.hears("ana: done", "tom: edit").whispers("tom closed")


def test_why_says_that_nothing_was_sent() -> None:
    a_dialogue().hears("tom: why").whispers("tom nothing_sent")


def test_a_word_that_lacks_something_is_asked_for_in_private() -> None:
    dialogue = a_dialogue().hears("tom: later").whispers("tom until_when")
    assert not dialogue.turn.refused

    dialogue.hears("tom: " + "x" * 4_001).whispers("tom too_long").refused()
    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    assert card.count == 4_001


def test_thanks_and_asides_in_a_closed_review_are_nobodys_business() -> None:
    a_dialogue().hears("ana: done", "tom: thanks").says().phase(Phase.DONE)
