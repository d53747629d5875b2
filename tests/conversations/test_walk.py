"""Whole walks: what is asked in which order, what the bot says on the way, and when it sums up."""

from __future__ import annotations

from dataclasses import replace

from conversations.cards import QuestionCard, RootCard, SummaryCard
from conversations.review import State
from tests.dialogue import CORE, a_dialogue, a_dialogue_up_to, answering, person

QUESTIONS = ["run", "fail", "success", "rollback", "approve", "train"]


def test_a_start_posts_the_root_and_the_first_question() -> None:
    a_dialogue().says("post root", "post question/run").asked("run.service_owner")


def test_a_clean_walk_asks_item_after_item_and_sums_up_at_the_end() -> None:
    dialogue = a_dialogue()
    for key, text in CORE.items():
        dialogue.asked(key).hears(f"ana: {text}")

    dialogue.says("react m21", "revise question/train", "post summary", "revise root").asked(None)
    posted = [*(f"question/{key}" for key in QUESTIONS), "summary"]
    dialogue.expects("in the thread", ["root", *posted], dialogue.in_thread())
    assert len(dialogue.in_thread()) <= 18


def test_an_answer_is_thanked_shown_and_followed_by_the_next_prompt() -> None:
    a_dialogue().hears("ana: @dana, Claims Platform").says(
        "react m1",
        "revise question/run",
        "revise root",
        "whisper ana noted",
    )


def test_where_the_card_itself_says_what_was_understood_nobody_is_thanked_besides() -> None:
    dialogue = a_dialogue()
    dialogue.engine = replace(dialogue.engine, unthanked=frozenset({"console"}))
    dialogue.hears("ana: @dana, Claims Platform").says("revise question/run", "revise root")
    dialogue.presses("tom", "pause").whispers("tom refused")


def test_only_the_asked_row_has_a_reason_and_an_example() -> None:
    dialogue = a_dialogue().hears("ana: @dana")
    card = dialogue.card("question/run")

    assert isinstance(card, QuestionCard)
    assert card.example == dialogue.item("run.ops_team").item.example
    assert [row.item for row in card.rows if row.asked] == ["run.ops_team"]


def test_a_question_with_nothing_left_to_ask_keeps_only_edit() -> None:
    card = a_dialogue_up_to("fail.modes").card("question/run")

    assert isinstance(card, QuestionCard)
    assert [way.tap for way in card.ways] == ["edit"]
    assert card.why is None


def test_the_summary_waits_for_the_last_required_item() -> None:
    dialogue = a_dialogue().hears(*answering("train.lead", "run.runbook"))
    assert "summary" not in dialogue.review.posted

    dialogue.hears("ana: https://wiki.acme.io/copilot/runbook").asked("train.lead")
    dialogue.hears("ana: @mika").posts("summary")


def test_the_summary_comes_once_and_is_revised_afterwards() -> None:
    dialogue = a_dialogue().hears(*answering()).written("confirm/approve.approver/priya").hears("priya: yes")
    dialogue.says(
        "revise question/approve", "revise confirm/approve.approver/priya to priya", "revise summary", "revise root"
    )

    dialogue.hears("ana: edit runbook", "ana: https://wiki.acme.io/copilot/new")
    assert [key for key in dialogue.in_thread() if key == "summary"] == ["summary"]


def test_what_waits_for_somebody_does_not_hold_up_the_summary() -> None:
    dialogue = a_dialogue().hears(*answering("run.runbook", "fail.modes", "train.plan", "rollback.steps"))
    dialogue.hears("ana: ask @sam", "ana: later Fri", "ana: git revert", "ana: keep").asked("train.plan")
    dialogue.hears("ana: n/a because it runs in a nightly batch").posts("waiver/train.plan", "summary")

    summary = dialogue.card("summary")
    assert isinstance(summary, SummaryCard)
    assert summary.open == 3  # what is kept counts as answered
    assert set(summary.waiting_for) == {"sam", "dana", "lee", "priya", "mika"}


def test_an_item_that_lacks_something_twice_is_not_asked_again() -> None:
    dialogue = a_dialogue_up_to("rollback.steps").hears("ana: git revert").asked("rollback.steps")

    dialogue.hears("tom: the usual way").asked("rollback.decider").state("rollback.steps", State.VAGUE)


def test_an_item_without_an_answer_twice_stays_open_and_is_left() -> None:
    dialogue = a_dialogue().hears("ana: TBD").asked("run.service_owner")

    dialogue.hears("ana: TBD").asked("run.ops_team").state("run.service_owner", State.OPEN)
    dialogue.hears(*answering("run.service_owner")).posts("summary")


def test_skipped_items_come_again_after_all_others() -> None:
    dialogue = a_dialogue().hears("ana: skip", "tom: skip").asked("run.support_route")
    dialogue.hears(*answering("run.service_owner", "run.ops_team")).asked("run.service_owner")
    dialogue.hears("ana: skip").asked("run.ops_team")
    dialogue.hears("ana: Claims Platform Ops since 6 October 2026").asked("run.service_owner")
    dialogue.hears("ana: skip").whispers("ana only_one_left").asked("run.service_owner")


def test_back_asks_the_one_before_and_its_answer_replaces() -> None:
    dialogue = a_dialogue_up_to("run.support_route").hears("tom: back").asked("run.ops_team")

    dialogue.hears("tom: Claims Operations since 1 October 2026").asked("run.support_route")
    assert dialogue.item("run.ops_team").history_count == 2
    dialogue.state("run.ops_team", State.COMPLETE)


def test_back_twice_is_one_way_there_and_none_through_the_items_between() -> None:
    dialogue = a_dialogue_up_to("run.runbook").hears("ana: back", "ana: back").asked("run.ops_team")

    dialogue.hears("ana: Claims Operations since 1 October 2026").asked("run.runbook")


def test_edit_chooses_the_item_asked_next_and_the_walk_returns() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("tom: edit runbook").asked("run.runbook")

    dialogue.hears("tom: https://wiki.acme.io/copilot/new").asked("fail.modes").state("run.runbook", State.COMPLETE)


def test_a_chosen_item_can_be_left_as_it_is() -> None:
    a_dialogue_up_to("fail.modes").hears("tom: edit runbook", "tom: skip").asked("fail.modes")


def test_the_root_says_what_is_next_and_what_holds_it_back() -> None:
    card = a_dialogue_up_to("fail.modes").card("root")

    assert isinstance(card, RootCard)
    assert (card.answered, card.total, card.next_question) == (4, 21, "Failure")
    assert card.decision_on is None
    assert card.blockers


def test_the_days_to_the_decision_go_down_while_nobody_says_anything() -> None:
    dialogue = a_dialogue().hears("ana: date 15 Dec").waits(days=2).says("revise root")

    card = dialogue.card("root")
    assert isinstance(card, RootCard)
    assert card.days_left == 20
    dialogue.waits().says()


def test_an_answer_goes_stale_and_is_shown_so() -> None:
    dialogue = a_dialogue().hears(*answering(), "priya: yes").waits(days=61)

    dialogue.says("revise question/approve", "revise summary", "revise root")
    dialogue.state("approve.decision_date", State.STALE)


def test_a_question_that_only_time_makes_due_is_posted_by_the_next_turn() -> None:
    """Its one open item was promised before the question was ever shown; now the day has passed unnoticed."""
    dialogue = a_dialogue().hears(*(line for line in answering() if not line.startswith("ana: run.")))
    assert "question/fail" not in dialogue.review.posted
    dialogue.hears("ana: modes: @tom will write them down by Friday").state("fail.modes", State.DEFERRED)
    dialogue.hears(*(line for line in answering() if line.startswith("ana: run."))).asked(None)

    dialogue.sleeps(days=9).hears("ana: date 18 Dec").asked("fail.modes").posts("question/fail")


def test_in_the_full_pack_options_are_shown_while_a_choice_is_asked() -> None:
    dialogue = a_dialogue("full").hears("ana: edit secure.review_status")
    card = dialogue.card("question/secure")

    assert isinstance(card, QuestionCard)
    assert card.options
    dialogue.hears("ana: Passed").state("secure.review_status", State.COMPLETE)


def test_people_of_other_organisations_may_answer() -> None:
    somebody = person("eve", outsider=True)
    dialogue = a_dialogue(people=(somebody,)).hears("eve: @dana, Claims Platform")

    dialogue.state("run.service_owner", State.UNCONFIRMED)
