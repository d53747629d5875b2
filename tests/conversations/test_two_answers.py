""" "Does not apply" and two answers: what a second person decides."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.cards import ConflictCard
from conversations.review import ActKind, State
from conversations.verdicts import Verdict
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to, answering

# --- does not apply --------------------------------------------------------------------------------------------------

BATCH = "n/a because it runs in a nightly batch without users"


def test_does_not_apply_waits_for_a_second_person() -> None:
    dialogue = a_dialogue_up_to("train.plan").hears(f"ana: {BATCH}").asked("train.lead")
    dialogue.says("react m19", "revise question/train", "post waiver/train.plan", "revise root", "whisper ana noted")
    dialogue.state("train.plan", State.NA_PENDING)

    dialogue.hears("ana: accept plan").whispers("ana refused").refused()
    dialogue.hears("tom: accept plan").state("train.plan", State.NA_ACCEPTED)
    dialogue.hears("tom: accept plan").whispers("tom nothing_to_accept").refused()


def test_refused_it_is_asked_again() -> None:
    a_dialogue_up_to("train.plan").hears(f"ana: {BATCH}", "tom: reject plan").asked("train.plan")


def test_for_a_critical_item_the_approver_decides() -> None:
    dialogue = a_dialogue().hears(*answering("rollback.steps", "approve.approver"))
    dialogue.hears(f"ana: steps: {BATCH}", "tom: accept steps").whispers("tom refused").refused()

    dialogue.hears("ana: @priya", "tom: accept steps").refused()
    dialogue.hears("priya: accept steps").state("rollback.steps", State.NA_ACCEPTED)


def test_the_approver_cannot_accept_what_they_said_themselves() -> None:
    dialogue = a_dialogue().hears(*answering("rollback.steps"), f"priya: steps: {BATCH}", "priya: accept steps")

    dialogue.whispers("priya refused").refused()


def test_the_approver_item_always_applies() -> None:
    dialogue = a_dialogue_up_to("approve.approver").hears(f"ana: {BATCH}").whispers("ana always_applies").refused()

    dialogue.submits("ana", "approve", {"approve.approver": BATCH}).whispers("ana always_applies").refused()


def test_who_was_asked_and_says_it_does_not_apply_is_not_waited_for() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam plan", f"sam: plan: {BATCH}")

    assert dialogue.item("train.plan").assigned is None


def test_an_answer_replaces_what_was_said_not_to_apply() -> None:
    dialogue = a_dialogue_up_to("train.plan").hears(f"ana: {BATCH}", f"tom: plan: {CORE['train.plan']}")

    dialogue.state("train.plan", State.COMPLETE)


# --- two answers -----------------------------------------------------------------------------------------------------

OTHER = "https://wiki.acme.io/other/runbook"


def torn() -> Dialogue:
    """@ana (the owner) and @tom gave different answers; @sam was asked for it once."""
    dialogue = a_dialogue_up_to("run.runbook").hears("lee: https://wiki.acme.io/copilot/runbook")
    return dialogue.hears(f"tom: runbook: {OTHER}").state("run.runbook", State.CONFLICT)


def standing_words(dialogue: Dialogue) -> str | None:
    answer = dialogue.item("run.runbook").answer
    return answer.said if answer else None


def test_another_answer_in_other_words_makes_a_conflict() -> None:
    dialogue = torn().posts("conflict/run.runbook")
    card = dialogue.card("conflict/run.runbook")

    assert isinstance(card, ConflictCard)
    assert [side.by for side in card.sides] == ["lee", "tom"]
    assert card.settlers == ("ana",)


def test_the_same_words_make_none() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears("lee: runbook: https://wiki.acme.io/copilot/runbook")
    dialogue.hears("tom: runbook:   https://wiki.acme.io/copilot/runbook").state("run.runbook", State.COMPLETE)


def test_its_author_corrects_an_answer_without_a_conflict() -> None:
    a_dialogue_up_to("fail.modes").hears(f"ana: runbook: {OTHER}").state("run.runbook", State.COMPLETE)


def test_an_answer_that_lacks_something_is_simply_replaced() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert", f"tom: steps: {CORE['rollback.steps']}")

    dialogue.state("rollback.steps", State.COMPLETE)


@pytest.mark.parametrize(("n", "words"), [(1, "https://wiki.acme.io/copilot/runbook"), (2, OTHER)])
def test_the_owner_chooses_a_side(n: int, words: str) -> None:
    dialogue = torn().hears(f"ana: use {n}").state("run.runbook", State.COMPLETE)

    assert standing_words(dialogue) == words
    card = dialogue.card("conflict/run.runbook")
    assert isinstance(card, ConflictCard)
    assert card.holds is not None


def test_nobody_else_chooses() -> None:
    torn().hears("tom: use 2").whispers("tom refused").refused()
    torn().hears("ana: use 3").whispers("ana no_conflict").refused()


def test_the_assignee_chooses_too() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("ana: ask @sam runbook", f"sam: runbook: {OTHER}")
    dialogue.state("run.runbook", State.CONFLICT).hears("sam: use 2").state("run.runbook", State.COMPLETE)
    assert standing_words(dialogue) == OTHER


def test_any_answer_of_the_owner_settles_it() -> None:
    dialogue = torn().hears("ana: runbook: https://wiki.acme.io/third").state("run.runbook", State.COMPLETE)

    assert standing_words(dialogue) == "https://wiki.acme.io/third"


def test_an_author_replaces_their_own_side_and_others_add_one() -> None:
    dialogue = torn().hears("tom: runbook: https://wiki.acme.io/toms", "kim: runbook: https://wiki.acme.io/kims")
    sides = dialogue.item("run.runbook").sides

    assert [(side.by, side.said) for side in sides[1:]] == [
        ("tom", "https://wiki.acme.io/toms"),
        ("kim", "https://wiki.acme.io/kims"),
    ]


def test_undo_of_one_side_leaves_the_other() -> None:
    dialogue = torn().hears("lee: undo").state("run.runbook", State.COMPLETE)
    assert standing_words(dialogue) == OTHER

    dialogue.hears("tom: runbook: https://wiki.acme.io/toms").state("run.runbook", State.COMPLETE)
    assert standing_words(dialogue) == "https://wiki.acme.io/toms"


def test_a_new_side_of_an_author_whose_rival_went_stands_alone() -> None:
    dialogue = torn().hears("tom: runbook: https://wiki.acme.io/toms", "lee: undo").state("run.runbook", State.COMPLETE)

    assert standing_words(dialogue) == "https://wiki.acme.io/toms"


def test_a_conflict_that_does_not_apply_waits_and_comes_back_when_refused() -> None:
    dialogue = torn().hears(f"kim: runbook: {BATCH}").state("run.runbook", State.NA_PENDING)

    dialogue.hears("tom: reject runbook").state("run.runbook", State.CONFLICT)


def test_a_choice_keeps_what_the_named_person_confirmed() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "dana: yes", "tom: service owner: @lee")
    dialogue.state("run.service_owner", State.CONFLICT).hears("ana: use 1").state("run.service_owner", State.COMPLETE)


def test_a_named_person_who_declines_takes_their_side_away() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "tom: service owner: @lee", "dana: no service_owner")

    dialogue.state("run.service_owner", State.UNCONFIRMED)
    assert dialogue.item("run.service_owner").named == "lee"


def test_the_date_of_the_side_that_holds_is_the_decision_date() -> None:
    dialogue = a_dialogue().hears("lee: decision date: 15 Dec 2026", "tom: decision date: 18 Dec 2026", "ana: use 2")

    assert dialogue.standing.decision_on == date(2026, 12, 18)


def test_edit_and_forms_replace_without_a_conflict() -> None:
    dialogue = (
        a_dialogue_up_to("fail.modes").hears("tom: edit runbook", f"tom: {OTHER}").state("run.runbook", State.COMPLETE)
    )

    dialogue.submits("kim", "run", {"run.runbook": "https://wiki.acme.io/kims"}).state("run.runbook", State.COMPLETE)


def test_every_answer_stays_among_the_acts() -> None:
    dialogue = torn().hears("ana: use 1", "lee: undo", "ana: undo")
    said = [act.said for act in dialogue.review.acts if act.verdict is Verdict.COMPLETE and act.item == "run.runbook"]

    assert said == ["https://wiki.acme.io/copilot/runbook", OTHER]
    assert {act.kind for act in dialogue.review.acts} >= {ActKind.WITHDRAWN}


def test_an_authors_newer_side_is_what_the_question_shows() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").hears(f"bob: {CORE['run.ops_team']}")
    dialogue.hears("ana: ops team: Ops Alpha, they joined the weekly call on 6 October")
    dialogue.hears("bob: ops team: Ops Beta, they joined the weekly call on 7 October")
    dialogue.state("run.ops_team", State.CONFLICT)
    row = next(row for row in dialogue.card("question/run").rows if row.item == "run.ops_team")  # type: ignore[union-attr]  # a question card
    assert row.quote is not None
    assert row.quote.acts == (dialogue.review.acts[-1].n,)


def test_who_was_asked_is_asked_on_while_two_others_differ() -> None:
    dialogue = a_dialogue().hears("ana: runbook: https://wiki.acme.io/a/b", "ana: ask @sam runbook")
    dialogue.hears("tom: runbook: https://wiki.acme.io/c/d").state("run.runbook", State.CONFLICT)
    assert dialogue.item("run.runbook").assigned

    dialogue.hears("sam: runbook: https://wiki.acme.io/e/f")
    assert not dialogue.item("run.runbook").assigned
