"""Edits and deletions of messages: what they do to the answers that came from them, and to nobody else's."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from conversations.cards import NoticeCard, QuestionCard
from conversations.packs import ItemType
from conversations.quiet import quiet_since
from conversations.review import ActKind, State
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to

RUNBOOK = "https://wiki.acme.io/copilot/runbook"
OTHER = "https://wiki.acme.io/other/runbook"


def words(dialogue: Dialogue, key: str) -> str | None:
    answer = dialogue.item(key).answer
    return answer.said if answer else None


# --- edits ---------------------------------------------------------------------------------------------------------


def test_an_edit_is_a_new_version_with_a_new_verdict() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: Ops").edits("ana", 2, CORE["run.ops_team"])

    dialogue.state("run.ops_team", State.COMPLETE).asked("run.support_route")
    dialogue.says("react m2", "revise question/run", "revise follow_up/run.ops_team", "revise root")
    dialogue.expects("versions", 2, dialogue.item("run.ops_team").history_count)


def test_an_edit_that_lacks_something_is_followed_up_and_loses_its_thanks() -> None:
    dialogue = a_dialogue_up_to("run.support_route").edits("ana", 2, "Ops")

    dialogue.state("run.ops_team", State.VAGUE).asked("run.ops_team")
    dialogue.says("unreact m2", "revise question/run", "post follow_up/run.ops_team", "revise root")


def test_an_edit_of_what_is_followed_up_takes_no_try() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: Ops").edits("ana", 2, "Ops team")
    dialogue.state("run.ops_team", State.VAGUE).asked("run.ops_team")

    dialogue.hears("ana: since 6 October 2026")
    dialogue.asked("run.support_route")


def test_an_edit_answers_the_item_it_answered_though_another_is_asked_now() -> None:
    dialogue = a_dialogue_up_to("fail.modes").edits("ana", 1, "@lee")

    dialogue.expects("named", "lee", dialogue.item("run.service_owner").named)
    dialogue.state("fail.modes", State.OPEN).asked("fail.modes")


def test_an_edit_of_what_another_answer_replaced_says_nothing_again() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert")
    message = dialogue.messages

    dialogue.hears(f"tom: {CORE['rollback.steps']}").edits("ana", message, "switch it off").says()


def test_an_edit_into_the_same_words_changes_nothing() -> None:
    dialogue = a_dialogue().hears("ana: @dana")
    before = dialogue.review
    dialogue.edits("ana", 1, "@dana").says().expects("review", before, dialogue.review)


def test_the_items_name_is_no_part_of_the_edited_answer() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {RUNBOOK}").edits("ana", 1, f"runbook: {OTHER}")
    dialogue.expects("words", OTHER, words(dialogue, "run.runbook"))


def test_an_edit_that_names_another_item_moves_the_answer() -> None:
    dialogue = a_dialogue().hears("ana: decider: @lee").edits("ana", 1, "approver: @lee")

    dialogue.state("rollback.decider", State.OPEN).state("approve.approver", State.UNCONFIRMED)


def test_a_message_that_filled_several_items_is_spread_over_them_again() -> None:
    dialogue = a_dialogue().hears(f"ana: @dana {RUNBOOK}").edits("ana", 1, f"@lee {OTHER}")
    dialogue.expects("named", "lee", dialogue.item("run.service_owner").named)
    dialogue.expects("words", OTHER, words(dialogue, "run.runbook"))

    dialogue.edits("ana", 1, "@lee").state("run.runbook", State.OPEN)
    dialogue.expects("named", "lee", dialogue.item("run.service_owner").named)


def test_an_edit_back_brings_the_answer_back_to_where_it_was() -> None:
    dialogue = a_dialogue().hears("ana: @dana").edits("ana", 1, "support route: #help-desk, Mon-Fri 8-18")
    dialogue.state("run.service_owner", State.OPEN).edits("ana", 1, "@lee")
    dialogue.state("run.support_route", State.OPEN).state("run.service_owner", State.UNCONFIRMED)

    dialogue.edits("ana", 1, "// no").state("run.service_owner", State.OPEN).edits("ana", 1, "@kim")
    dialogue.expects("named", "kim", dialogue.item("run.service_owner").named)


def test_a_file_stays_the_file_whatever_is_written_beside_it() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: ", file="https://files.acme.io/runbook.pdf")
    dialogue.edits("ana", 4, "here it is").says().hears("ana: use that")
    dialogue.expects("words", "https://files.acme.io/runbook.pdf", words(dialogue, "run.runbook"))


def test_what_was_left_alone_and_reads_as_before_is_no_turn() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: @carol can you look at this?")
    before = dialogue.review
    dialogue.edits("ana", 4, "@carol can you look at this?").expects("review", before, dialogue.review)


def test_a_closed_channel_is_not_opened_by_undo() -> None:
    dialogue = a_dialogue_up_to("run.runbook").archives("#claims-ai-helpdesk").state("run.support_route", State.STALE)
    dialogue.hears("nobody: undo").whispers("nobody nothing_to_undo").state("run.support_route", State.STALE)


@pytest.mark.parametrize("text", ["// never mind", "  "])
def test_an_answer_that_is_edited_away_is_taken_back(text: str) -> None:
    dialogue = a_dialogue().hears("ana: @dana").edits("ana", 1, text)

    dialogue.state("run.service_owner", State.OPEN).asked("run.service_owner")
    assert dialogue.turn.effects[0].source == "m1"  # type: ignore[union-attr]  # the ✓ goes


def test_an_edit_is_never_a_word() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").edits("ana", 1, "done").asked("run.service_owner")
    dialogue.expects("phase", "open", dialogue.standing.phase)


def test_the_edit_of_a_word_undoes_nothing() -> None:
    dialogue = a_dialogue().hears("ana: later 4 Dec").edits("ana", 1, "later 5 Dec").says()
    dialogue.state("run.service_owner", State.DEFERRED)


def test_the_edit_of_chatter_is_nobodys_business() -> None:
    a_dialogue().hears("ana: // aside").edits("ana", 1, "// another aside").says()
    a_dialogue().edits("ana", 7, "a message from before").says()


def test_a_reply_that_was_left_alone_is_kept_as_it_reads_now() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: @carol can you look at this?")
    dialogue.edits("ana", 4, f"@carol {RUNBOOK}").says().hears("ana: use that")

    dialogue.state("run.runbook", State.COMPLETE)
    dialogue.expects("words", f"<@carol> {RUNBOOK}", words(dialogue, "run.runbook"))


def test_only_the_author_edits() -> None:
    dialogue = a_dialogue().hears("ana: @dana").edits("tom", 1, "@tom").whispers("tom refused").refused()
    dialogue.expects("named", "dana", dialogue.item("run.service_owner").named)


def test_what_is_too_long_stays_as_it_was() -> None:
    dialogue = a_dialogue_up_to("run.support_route").edits("ana", 2, "x" * 4_001).whispers("ana too_long")
    dialogue.expects("words", CORE["run.ops_team"], words(dialogue, "run.ops_team"))


def test_an_edit_does_not_take_the_place_of_somebody_elses_later_answer() -> None:
    dialogue = a_dialogue().hears("ana: @dana").submits("tom", "run", {"run.service_owner": "@lee"})
    dialogue.edits("ana", 1, "@kim").expects("named", "lee", dialogue.item("run.service_owner").named)

    dialogue.hears("tom: undo").expects("named", "kim", dialogue.item("run.service_owner").named)


def test_an_edited_side_of_a_conflict_stays_a_side() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {RUNBOOK}", f"tom: runbook: {OTHER}")
    dialogue.edits("tom", 2, f"runbook: {OTHER}/2").state("run.runbook", State.CONFLICT)
    dialogue.hears("ana: use 2").expects("words", f"{OTHER}/2", words(dialogue, "run.runbook"))

    dialogue.edits("tom", 2, OTHER).expects("words", OTHER, words(dialogue, "run.runbook"))


def test_a_side_may_be_edited_into_does_not_apply() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {RUNBOOK}", f"tom: runbook: {OTHER}")
    dialogue.edits("tom", 2, "n/a because it has no servers").state("run.runbook", State.CONFLICT)

    dialogue.hears("ana: use 2").state("run.runbook", State.NA_PENDING)


def test_a_reason_that_is_edited_waits_for_agreement_again() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: n/a because it has no servers", "tom: accept runbook")
    dialogue.state("run.runbook", State.NA_ACCEPTED).edits("ana", 4, "n/a because I say so")

    dialogue.state("run.runbook", State.NA_PENDING).edits("ana", 4, RUNBOOK).state("run.runbook", State.COMPLETE)


def test_an_answer_may_be_edited_into_does_not_apply_and_is_none_when_that_is_refused() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {RUNBOOK}").edits("ana", 1, "n/a because it has no servers")
    dialogue.state("run.runbook", State.NA_PENDING).hears("tom: reject runbook").state("run.runbook", State.OPEN)


def test_the_approver_cannot_be_edited_away() -> None:
    dialogue = a_dialogue().hears("ana: approver: @priya").edits("ana", 1, "n/a because nobody asks")
    dialogue.whispers("ana always_applies").refused().state("approve.approver", State.UNCONFIRMED)


def test_what_was_decided_beside_an_answer_stays_when_it_is_edited_and_lacks_something_again() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "ana: keep").edits("ana", 12, "git reset")
    assert dialogue.item("rollback.steps").kept
    dialogue.asked("rollback.decider")

    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", "ana: later 4 Dec")
    dialogue.edits("ana", 12, "git reset").state("rollback.steps", State.DEFERRED)
    dialogue.edits("ana", 12, CORE["rollback.steps"]).state("rollback.steps", State.COMPLETE)


def test_somebody_who_said_yes_is_not_asked_again_when_they_are_named_in_other_words() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: yes").edits("ana", 1, "@dana, Claims Platform")
    dialogue.state("run.service_owner", State.COMPLETE)

    dialogue.edits("ana", 1, "@lee").state("run.service_owner", State.UNCONFIRMED)


def test_what_was_skipped_stays_skipped_when_it_is_edited_and_lacks_something_again() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: Ops", "ana: skip").asked("run.support_route")
    dialogue.edits("ana", 2, "Ops team").asked("run.support_route")


def test_the_answer_chosen_by_edit_stays_the_one_asked() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("tom: edit runbook").asked("run.runbook")
    dialogue.edits("ana", 4, OTHER).asked("run.runbook")


def test_edits_of_a_closed_review_change_nothing() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: // aside", "ana: done").edits("ana", 1, "@lee")
    dialogue.whispers("ana closed").refused().edits("ana", 2, "// more").says()


# --- an answer made of two messages -----------------------------------------------------------------------------------


def in_two_messages() -> Dialogue:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: Claims Platform Ops", "tom: since 6 October 2026")
    return dialogue.state("run.ops_team", State.COMPLETE)


def test_editing_either_judges_the_join_anew() -> None:
    dialogue = in_two_messages().edits("ana", 2, "Ops").state("run.ops_team", State.VAGUE)
    dialogue.edits("ana", 2, "Claims Platform Ops").state("run.ops_team", State.COMPLETE)

    dialogue.edits("tom", 3, "whenever").state("run.ops_team", State.VAGUE)
    dialogue.edits("tom", 3, "since 7 October 2026").state("run.ops_team", State.COMPLETE)
    row = next(row for row in _card(dialogue).rows if row.item == "run.ops_team")
    assert row.quote is not None
    said = [act.said for act in dialogue.review.acts if act.n in row.quote.acts]
    assert said == ["Claims Platform Ops", "since 7 October 2026"]


def test_what_is_only_judged_anew_is_no_answer_more_and_nobody_has_spoken() -> None:
    dialogue = in_two_messages().waits(days=2).deletes("ana", 2)
    dialogue.expects("answers", 2, dialogue.item("run.ops_team").history_count)
    dialogue.expects("quiet since", dialogue.now.date(), quiet_since(dialogue.standing))


def test_deleting_either_leaves_the_other_alone() -> None:
    dialogue = in_two_messages().deletes("ana", 2)
    dialogue.expects("words", "since 6 October 2026", words(dialogue, "run.ops_team"))
    dialogue.state("run.ops_team", State.VAGUE)

    dialogue = in_two_messages().deletes("tom", 3)
    dialogue.expects("words", "Claims Platform Ops", words(dialogue, "run.ops_team"))


def test_undo_takes_back_the_second() -> None:
    dialogue = in_two_messages().edits("ana", 2, "Claims Platform Operations").hears("tom: undo")
    dialogue.expects("words", "Claims Platform Operations", words(dialogue, "run.ops_team"))


def test_the_second_stays_behind_what_was_said_after_it() -> None:
    dialogue = in_two_messages().submits("lee", "run", {"run.ops_team": CORE["run.ops_team"]}).deletes("ana", 2)
    dialogue.expects("words", CORE["run.ops_team"], words(dialogue, "run.ops_team"))


# --- undo and edits ---------------------------------------------------------------------------------------------------


def test_undo_takes_an_answer_back_with_all_its_versions() -> None:
    dialogue = a_dialogue().hears("ana: @dana").edits("ana", 1, "@lee").edits("ana", 1, "@kim").hears("ana: undo")
    dialogue.state("run.service_owner", State.OPEN).hears("ana: undo").whispers("ana nothing_to_undo")


def test_undo_means_the_newest_answer_and_not_the_newest_edit() -> None:
    dialogue = a_dialogue().hears("ana: @dana", f"ana: {CORE['run.ops_team']}").edits("ana", 1, "@lee")
    dialogue.hears("ana: undo").state("run.ops_team", State.OPEN)
    dialogue.expects("named", "lee", dialogue.item("run.service_owner").named)


def test_an_answer_that_was_taken_back_is_not_brought_back_by_an_edit() -> None:
    a_dialogue().hears("ana: @dana", "ana: undo").edits("ana", 1, "@lee").says().state("run.service_owner", State.OPEN)


def test_a_deletion_is_no_undo_and_the_newest_left_can_be_taken_back() -> None:
    dialogue = a_dialogue().hears("ana: @dana", f"ana: {CORE['run.ops_team']}").deletes("ana", 1)
    dialogue.hears("ana: undo").state("run.ops_team", State.OPEN)


# --- deletions ------------------------------------------------------------------------------------------------------


def test_a_deletion_takes_the_answer_back_and_erases_its_words() -> None:
    dialogue = a_dialogue().hears("ana: @dana").written("confirm/run.service_owner/dana").deletes("ana", 1)

    dialogue.state("run.service_owner", State.OPEN).asked("run.service_owner")
    dialogue.says(
        "revise question/run",
        "revise confirm/run.service_owner/dana to dana",
        "revise root",
        "whisper ana forgotten",
    )
    assert [act.kind for act in dialogue.review.acts] == [ActKind.ANSWERED, ActKind.REMINDED, ActKind.WITHDRAWN]
    assert not said_anywhere(dialogue, "dana", but_mentions=True)
    dialogue.expects("answers that there were", 1, dialogue.item("run.service_owner").history_count)


def test_every_version_is_erased_also_of_what_was_taken_back() -> None:
    dialogue = a_dialogue().hears("ana: runbook: https://secret.io/1").edits("ana", 1, "https://secret.io/2")
    dialogue.hears("ana: undo").deletes("ana", 1)
    assert not said_anywhere(dialogue, "secret")
    dialogue.whispers("ana forgotten")
    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    assert card.names == ()


def test_a_name_that_was_only_typed_is_erased_too() -> None:
    dialogue = a_dialogue().hears("ana: Dana Secret from Claims").deletes("ana", 1)
    assert not said_anywhere(dialogue, "Secret")


def test_what_was_left_alone_is_erased_too() -> None:
    dialogue = a_dialogue().hears("ana: @carol can you keep a secret?").deletes("ana", 1)
    assert not said_anywhere(dialogue, "secret")
    dialogue.hears("ana: use that").whispers("ana nothing_to_use")


def test_somebody_elses_answer_comes_forward_when_the_later_one_is_deleted() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("tom: edit runbook", f"tom: {OTHER}").deletes("tom", 6)
    dialogue.expects("words", RUNBOOK, words(dialogue, "run.runbook"))


def test_a_deleted_side_leaves_the_other_standing() -> None:
    dialogue = a_dialogue().hears(f"ana: runbook: {RUNBOOK}", f"tom: runbook: {OTHER}").deletes("ana", 1)
    dialogue.state("run.runbook", State.COMPLETE).expects("words", OTHER, words(dialogue, "run.runbook"))


def test_a_deletion_of_nothing_is_nothing() -> None:
    a_dialogue().hears("ana: // aside").deletes("ana", 1).says().deletes("ana", 9).says()


def test_the_words_of_a_closed_review_are_erased_too() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: done").deletes("ana", 1)
    dialogue.state("run.service_owner", State.OPEN)
    assert not said_anywhere(dialogue, "dana", but_mentions=True)


def said_anywhere(dialogue: Dialogue, secret: str, *, but_mentions: bool = False) -> bool:
    """In any act; where people are meant by their id, the id of whom an answer named may stay."""
    fields = [(act.said, None if but_mentions else act.person, act.follow_up) for act in dialogue.review.acts]
    return secret in str(fields)


def _card(dialogue: Dialogue) -> QuestionCard:
    card = dialogue.card("question/run")
    assert isinstance(card, QuestionCard)
    return card


def test_only_types_that_take_their_own_are_never_joined_by_an_edit() -> None:
    dialogue = a_dialogue().hears("ana: TBD", "tom: somebody from claims")
    assert dialogue.standing.pack.by_key["run.service_owner"].type is ItemType.PERSON
    dialogue.edits("tom", 2, "@dana").state("run.service_owner", State.UNCONFIRMED)


def test_an_edit_of_what_is_followed_up_is_asked_further_before_what_is_open() -> None:
    dialogue = a_dialogue().hears("ana: ops team: Ops").asked("run.ops_team")

    dialogue.edits("ana", 1, "ops team: Ops team").state("run.ops_team", State.VAGUE).asked("run.ops_team")


def test_an_edit_does_not_ask_again_what_somebody_else_was_asked_for() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("ana: Ops", "ana: ask @sam").asked("run.support_route")

    dialogue.edits("ana", 2, "Ops team").state("run.ops_team", State.VAGUE).asked("run.support_route")


def test_an_edited_date_counts_on_while_a_newer_answer_names_none() -> None:
    dialogue = a_dialogue().hears("ana: approve.decision_date: 15 Dec 2026")
    dialogue.edits("ana", 1, "approve.decision_date: 18 Dec 2026").hears("ana: approve.decision_date: when it is ready")

    dialogue.state("approve.decision_date", State.VAGUE)
    dialogue.expects("decided on", date(2026, 12, 18), dialogue.standing.decision_on)


# --- edits in any order ----------------------------------------------------------------------------------------------

EDITIONS = [("1", "@lee"), ("2", "support route: #help-desk, Mon-Fri 8-18"), ("3", "// no"), ("4", "@kim")]


@pytest.mark.parametrize("order", list(permutations(EDITIONS)))
def test_in_whatever_order_edits_come_the_last_that_was_written_counts(order: tuple[tuple[str, str], ...]) -> None:
    dialogue = a_dialogue().hears("ana: @dana")
    for edition, text in order:
        dialogue.edits("ana", 1, text, edition)

    dialogue.expects("named", "kim", dialogue.item("run.service_owner").named)
    dialogue.state("run.support_route", State.OPEN)


@pytest.mark.parametrize("edition", ["1", "2"])
def test_an_earlier_edit_that_comes_later_changes_nothing(edition: str) -> None:
    dialogue = a_dialogue().hears("ana: @dana").edits("ana", 1, "@lee", "2")
    before = dialogue.review

    assert dialogue.edits("ana", 1, "@kim", edition).says().review is before


def test_an_edit_back_to_the_same_words_is_remembered_and_is_nothing_to_undo() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: yes").edits("ana", 1, "@dana", "2").says()
    dialogue.edits("ana", 1, "@lee", "1").says().state("run.service_owner", State.COMPLETE)

    dialogue.hears("ana: undo").state("run.service_owner", State.OPEN)


def test_an_edit_of_words_that_are_no_answer_is_not_remembered() -> None:
    dialogue = a_dialogue().hears("ana: thanks")
    before = dialogue.review

    assert dialogue.edits("ana", 1, "thank you", "2").says().review is before


def test_editions_are_of_one_message_each() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: decider: @dana").edits("ana", 1, "@lee", "2")
    dialogue.edits("ana", 2, "decider: @lee", "1")

    dialogue.expects("named", "lee", dialogue.item("rollback.decider").named)
