"""Undo: the speaker's own newest act, one step back."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.cards import NotedCard, Tap
from conversations.effects import Whisper
from conversations.review import ActKind, Phase, State
from conversations.standing import Standing
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to, answering, short

PLAN = "ana: plan: n/a because it runs in a nightly batch without users"
BEFORE: dict[str, list[str]] = {  # what each word needs before it
    "keep": ["ana: steps: git revert"],
    "accept plan": ["ana: owner @tom", PLAN],
    "reject plan": ["ana: owner @tom", PLAN],
    "yes": ["ana: owner @tom", "ana: service owner: @tom"],
    "no": ["ana: owner @tom", "ana: service owner: @tom"],
    "not me": ["ana: owner @tom", "ana: ask @tom"],
    "use 2": ["ana: owner @tom", "ana: runbook: https://wiki.acme.io/a", "lee: runbook: https://wiki.acme.io/b"],
    "resume": ["ana: owner @tom", "tom: pause"],
}
WORDS = [
    *(
        "@dana, Claims Platform",
        "runbook: https://wiki.acme.io/copilot",
        "TBD",
        "n/a because there is none",
        "skip",
        "back",
    ),
    *("edit runbook", "later Fri", "later 1 May 2027", "ask @sam", "ask me", "pause", "pause until Fri", "done"),
    *("owner @lee", "date 15 Dec", *BEFORE),
]


def adds_up(standing: Standing) -> object:
    """Where a review stands, but for how often an item was answered."""
    items = [(item.state, item.answer, item.waiver, item.assignee, item.assigned) for item in standing.items.values()]
    return standing.phase, standing.owner, standing.decision_on, standing.asked, items


def prepared(word: str) -> Dialogue:
    return a_dialogue().hears("ana: @kim", *BEFORE.get(word, ["ana: owner @tom"]))


@pytest.mark.parametrize("word", WORDS)
def test_each_act_is_taken_back_by_its_author_and_only_once(word: str) -> None:
    dialogue = prepared(word)
    who = "ana" if word == "keep" else "tom"
    before = adds_up(dialogue.standing)
    dialogue.hears(f"{who}: {word}")
    assert dialogue.turn.review is not None
    assert adds_up(dialogue.standing) != before, "the word did nothing"

    dialogue.hears(f"{who}: undo").expects("as before", before, adds_up(dialogue.standing))
    dialogue.hears(f"{who}: undo").whispers(f"{who} nothing_to_undo").refused()


def test_nobody_takes_back_what_another_did() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "tom: undo").whispers("tom nothing_to_undo").refused()

    dialogue.hears(f"tom: {CORE['run.ops_team']}", "ana: undo").state("run.service_owner", State.OPEN)
    dialogue.state("run.ops_team", State.COMPLETE)


def test_the_thanks_go_with_the_answer_and_only_where_there_were_any() -> None:
    dialogue = a_dialogue().hears("ana: @dana").written("confirm/run.service_owner/dana").hears("ana: undo")
    dialogue.says(
        "unreact m1",
        "revise question/run",
        "revise confirm/run.service_owner/dana to dana",
        "revise root",
        "whisper ana taken_back",
    )

    dialogue.hears("ana: TBD", "ana: undo").says(
        "revise question/run", "revise follow_up/run.service_owner", "whisper ana taken_back"
    )


def test_after_a_new_act_there_is_something_to_undo_again() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: undo", "ana: @lee", "ana: undo").asked("run.service_owner")

    dialogue.hears("ana: undo").whispers("ana nothing_to_undo")


def test_what_one_said_to_somebody_is_no_act_to_undo() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: @carol can you look?", "ana: undo")

    dialogue.state("run.service_owner", State.OPEN)


def test_undo_of_a_join_takes_back_the_second_message() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: we turn the flag claims_copilot off in LaunchDarkly")
    dialogue.hears("ana: 10 minutes, users see the old form").state("rollback.steps", State.COMPLETE)

    dialogue.hears("ana: undo").state("rollback.steps", State.VAGUE).asked("rollback.steps")


def test_undo_of_the_first_message_leaves_the_second_alone() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: we turn the flag claims_copilot off in LaunchDarkly")
    dialogue.hears("tom: 10 minutes, users see the old form").state("rollback.steps", State.COMPLETE)

    dialogue.hears("ana: undo").state("rollback.steps", State.VAGUE)
    answer = dialogue.item("rollback.steps").answer
    assert answer is not None
    assert (answer.by, answer.said) == ("tom", "10 minutes, users see the old form")


def test_undo_of_a_form_takes_back_the_whole_form() -> None:
    form = {key: CORE[key] for key in ("run.service_owner", "run.runbook")}
    dialogue = a_dialogue().submits("ana", "run", form).hears("ana: undo")

    dialogue.state("run.service_owner", State.OPEN).state("run.runbook", State.OPEN)


def test_undo_of_an_answer_brings_the_earlier_one_back() -> None:
    dialogue = a_dialogue().hears("ana: @dana", "ana: service owner: @lee", "ana: undo")

    assert dialogue.item("run.service_owner").named == "dana"


def test_undo_of_the_date_brings_the_earlier_one_back() -> None:
    dialogue = a_dialogue().hears("ana: date 15 Dec", "ana: date 18 Dec", "ana: undo")

    assert dialogue.standing.decision_on == date(2026, 12, 15)


@pytest.mark.parametrize(("words", "phase"), [(["done"], Phase.DONE), (["cancel", "cancel"], Phase.CANCELLED)])
def test_who_closed_a_review_can_take_that_back(words: list[str], phase: Phase) -> None:
    dialogue = a_dialogue().hears("ana: @dana", *(f"ana: {word}" for word in words)).phase(phase)

    dialogue.hears("tom: undo").whispers("tom closed").refused()
    dialogue.hears("ana: undo").phase(Phase.OPEN).asked("run.ops_team")
    dialogue.hears("ana: undo").whispers("ana nothing_to_undo").refused()


def test_of_a_closed_review_only_the_closing_is_taken_back() -> None:
    dialogue = (
        a_dialogue().hears("ana: @dana", "ana: done", "ana: cancel", "ana: cancel", "ana: undo").phase(Phase.DONE)
    )

    dialogue.hears("ana: undo").refused()


def test_an_undo_is_itself_an_act_and_the_words_stay() -> None:
    dialogue = a_dialogue().hears(*answering("run.runbook"), "ana: undo")

    assert dialogue.review.acts[-1].kind is ActKind.WITHDRAWN
    assert dialogue.review.acts[-2].said == CORE["train.help_channel"]


@pytest.mark.parametrize("tap", [Tap.UNDO, Tap.NOT_AN_ANSWER])
def test_a_button_beside_an_older_answer_does_not_take_back_the_newer_one(tap: Tap) -> None:
    dialogue = a_dialogue().hears("ana: @dana")
    (noted,) = [e.card for e in dialogue.turn.effects if isinstance(e, Whisper) and isinstance(e.card, NotedCard)]
    (beside,) = [way for way in noted.ways if way.tap is tap]
    late = dialogue.hears("ana: runbook: https://wiki.acme.io/runbook", "tom: modes: it invents numbers")
    late.presses("ana", tap, choice=beside.choice).says("whisper ana old_button")
    at_once = a_dialogue().hears("ana: @dana", "tom: runbook: https://wiki.acme.io/runbook")
    assert "whisper ana taken_back" in map(short, at_once.presses("ana", tap, choice=beside.choice).turn.effects)
