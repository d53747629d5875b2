"""Forms: many answers in one turn, faults at their fields, and two people with the same form."""

from __future__ import annotations

from datetime import date

import pytest

from conversations.activities import Source
from conversations.cards import FieldFault, FormCard, FormErrorsCard, Tap
from conversations.packs import ItemType
from conversations.review import State
from conversations.views import ABOUT, form_named
from tests.dialogue import CORE, Dialogue, a_dialogue, a_dialogue_up_to

RUN = {key: text for key, text in CORE.items() if key.startswith("run.")}


def test_a_form_is_one_turn_with_many_answers() -> None:
    dialogue = a_dialogue().submits("tom", "run", RUN).asked("fail.modes")

    dialogue.posts("question/fail")
    assert {act.turn for act in dialogue.review.acts} == {dialogue.review.version}
    assert {act.via for act in dialogue.review.acts} == {Source.FORM}


def test_vague_fields_are_taken_and_followed_up_in_their_order() -> None:
    values = {"rollback.trigger": "when it is bad", "rollback.steps": "git revert", "rollback.decider": "@lee"}
    dialogue = a_dialogue_up_to("rollback.trigger").submits("ana", "rollback", values).asked("rollback.trigger")

    dialogue.posts("follow_up/rollback.trigger", "follow_up/rollback.steps")
    dialogue.hears(f"ana: {CORE['rollback.trigger']}").asked("rollback.steps")
    dialogue.hears(f"ana: {CORE['rollback.steps']}").asked("rollback.tested_on")


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("run.runbook", "in the wiki", FieldFault.NO_ADDRESS),
        ("approve.decision_date", "soon", FieldFault.NO_DAY),
        ("run.service_owner", "@dana and @lee", FieldFault.TWO_PEOPLE),
        ("run.ops_team", "x" * 4_001, FieldFault.TOO_LONG),
        ("no.such_field", "x", FieldFault.NO_SUCH_FIELD),
        ("approve.decision_date", "n/a because nobody decides", FieldFault.NO_DAY),
    ],
)
def test_what_a_field_cannot_hold_is_said_there_and_nothing_is_saved(field: str, text: str, fault: FieldFault) -> None:
    dialogue = a_dialogue().submits("tom", "run", {"fail.modes": CORE["fail.modes"], field: text})

    dialogue.whispers("tom form_errors").refused().state("fail.modes", State.OPEN)
    assert {key: error.fault for key, error in dialogue.turn.errors.items()} == {field: fault}
    card = dialogue.whispered()
    assert isinstance(card, FormErrorsCard)
    assert [name for name, _, _ in card.errors] == [field]


def test_a_number_needs_a_digit() -> None:
    dialogue = a_dialogue("overlaid").submits("tom", "overlays", {"eu.log_months": "a few"})

    assert [error.fault for error in dialogue.turn.errors.values()] == [FieldFault.NO_NUMBER]


def test_a_rota_may_name_several() -> None:
    dialogue = a_dialogue().submits("tom", "rollback", {"rollback.decider": "PagerDuty rota claims-ai, @lee and @kim"})

    dialogue.state("rollback.decider", State.COMPLETE)


def test_an_empty_form_changes_nothing() -> None:
    dialogue = a_dialogue().submits("tom", "run", {}).says()

    version = dialogue.review.version
    dialogue.submits("tom", "run", {"run.runbook": "  "}).says()
    assert dialogue.review.version == version


def test_an_empty_field_leaves_what_was_answered() -> None:
    dialogue = a_dialogue().submits("tom", "run", RUN).submits("tom", "run", {"run.runbook": "", "fail.modes": "x"})

    dialogue.state("run.runbook", State.COMPLETE)


def test_two_people_with_the_same_form_do_not_overwrite_each_other() -> None:
    dialogue = a_dialogue()
    opened = dialogue.review.version
    dialogue.submits("tom", "run", RUN, seen=opened)

    dialogue.submits("lee", "run", {"run.runbook": "https://wiki.acme.io/lees"}, seen=opened).refused()
    assert [(error.fault, error.about) for error in dialogue.turn.errors.values()] == [
        (FieldFault.ANSWERED_MEANWHILE, "tom")
    ]
    dialogue.submits("lee", "run", {"run.runbook": "https://wiki.acme.io/lees"}).state("run.runbook", State.COMPLETE)


def test_ones_own_newer_answer_is_no_surprise() -> None:
    dialogue = a_dialogue()
    dialogue.submits("tom", "run", RUN, seen=0).submits("tom", "run", {"run.runbook": "https://wiki.acme.io/t"}, seen=0)

    dialogue.state("run.runbook", State.COMPLETE)


def test_looking_at_a_form_changes_nothing() -> None:
    dialogue = a_dialogue_up_to("run.ops_team").presses("tom", "answer", choice="run").says("whisper tom form")

    card = dialogue.whispered()
    assert isinstance(card, FormCard)
    assert [bool(field.quote) for field in card.fields] == [True, False, False, False]
    assert card.seen == dialogue.review.version
    assert not dialogue.turn.refused


def test_the_form_of_one_answer_begins_with_it_and_holds_its_whole_question() -> None:
    card = a_dialogue().presses("tom", "answer", "run.runbook").whispered()

    assert isinstance(card, FormCard)
    assert card.title == "Running it"
    assert [field.name for field in card.fields] == [
        "run.runbook",
        "run.service_owner",
        "run.ops_team",
        "run.support_route",
    ]


def test_next_is_the_form_of_what_is_asked() -> None:
    dialogue = a_dialogue_up_to("fail.modes").hears("tom: next")
    card = dialogue.whispered()

    assert isinstance(card, FormCard)
    assert card.name == "fail"


def test_next_with_nothing_left_says_so() -> None:
    dialogue = a_dialogue()
    for question in ("run", "fail", "success", "rollback", "approve", "train"):
        dialogue.submits("ana", question, {key: text for key, text in CORE.items() if key.startswith(question)})

    dialogue.asked(None).hears("tom: next").whispers("tom nothing_asked")


# --- about ---------------------------------------------------------------------------------------------------------


def test_the_intake_is_the_owners() -> None:
    dialogue = a_dialogue().submits("tom", "about", {"stage": "scaling"}).whispers("tom refused").refused()

    dialogue.submits("ana", "about", {"stage": "Scaling", "lead": "@tom", "go_live_on": "15 Jan 2027", "sponsor": ""})
    assert dialogue.standing.profile == {"stage": "scaling", "lead": "tom", "go_live_on": "2027-01-15"}


def test_the_intakes_decision_date_answers_the_item() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"decision_date": "15 Dec 2026", "stage": "pilot"})

    dialogue.state("approve.decision_date", State.COMPLETE)
    assert dialogue.standing.decision_on == date(2026, 12, 15)
    dialogue.hears("ana: about")
    card = dialogue.whispered()
    assert isinstance(card, FormCard)
    assert {field.name: field.value for field in card.fields}["decision_date"] == "2026-12-15"


def test_only_a_date_is_an_intake_too() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"decision_date": "15 Dec 2026"})

    assert dialogue.standing.decision_on == date(2026, 12, 15)


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("stage", "soonish", FieldFault.NOT_A_CHOICE),
        ("lead", "my boss", FieldFault.NO_PERSON),
        ("go_live_on", "one day", FieldFault.NO_DAY),
        ("decision_date", "20 Nov 2026", FieldFault.NO_DAY),  # it has passed
        ("colour", "red", FieldFault.NO_SUCH_FIELD),
    ],
)
def test_a_fault_of_the_intake_is_said_at_its_field(field: str, text: str, fault: FieldFault) -> None:
    dialogue = a_dialogue().submits("ana", "about", {"stage": "scaling", field: text}).refused()

    assert [error.fault for error in dialogue.turn.errors.values()] == [fault]
    assert dialogue.standing.profile == {"stage": "pilot"}


def test_an_empty_intake_changes_nothing() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"stage": " "}).says()

    assert dialogue.review.acts == ()


def test_a_day_in_the_wrong_direction_is_an_answer_with_its_follow_up() -> None:
    dialogue = a_dialogue_up_to("approve.approver").submits("ana", "approve", {"approve.decision_date": "1 Jan 2025"})
    dialogue.state("approve.decision_date", State.VAGUE).asked("approve.decision_date")


def test_the_intake_opens_for_the_owner_only() -> None:
    a_dialogue().hears("tom: about").whispers("tom refused").refused()


def test_what_can_be_chosen_is_said_where_none_of_it_was() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"exposure": "everybody"})

    assert dialogue.turn.errors["exposure"].about == "staff, customers, decisions_about_people"


def form_of(dialogue: Dialogue) -> FormCard:
    card = dialogue.whispered()
    assert isinstance(card, FormCard)
    return card


def test_a_field_says_what_it_takes_with_an_example() -> None:
    dialogue = a_dialogue().hears("ana: next")

    fields = {field.name: field for field in form_of(dialogue).fields}
    assert [field.type for field in fields.values()] == ["person", "text", "channel", "url"]
    assert fields["run.runbook"].example == "https://wiki.acme.io/claims-copilot/runbook"


def test_the_intake_is_made_of_choices_people_and_days() -> None:
    values = {"lead": "@lena", "go_live_on": "15 Jan 2027", "decision_date": "15 Dec 2026"}
    fields = form_of(a_dialogue().submits("ana", "about", values).hears("ana: about")).fields

    assert [(field.name, field.type, field.value) for field in fields] == [
        ("stage", ItemType.CHOICE, "pilot"),
        ("ai_kind", ItemType.CHOICE, ""),
        ("exposure", ItemType.CHOICE, ""),
        ("eu_class", ItemType.CHOICE, ""),
        ("lead", ItemType.PERSON, "lena"),
        ("sponsor", ItemType.PERSON, ""),
        ("go_live_on", ItemType.DATE, "2027-01-15"),
        ("decision_date", ItemType.DATE, "2026-12-15"),
    ]


@pytest.mark.parametrize(
    ("lines", "taps"),
    [
        ([], [Tap.DONE, Tap.CANCEL]),
        (["ana: pause"], [Tap.DONE, Tap.CANCEL]),
        (["ana: done"], []),
        (["ana: cancel", "ana: cancel"], []),
    ],
)
def test_a_review_is_closed_from_its_intake_while_it_lives(lines: list[str], taps: list[Tap]) -> None:
    form = form_of(a_dialogue().hears(*lines, "ana: about"))

    assert [way.tap for way in form.ways] == taps


@pytest.mark.parametrize("lines", [["ana: pause"], ["ana: done"], ["ana: cancel", "ana: cancel"]])
def test_a_review_that_does_not_run_can_be_looked_at(lines: list[str]) -> None:
    dialogue = a_dialogue().hears(*lines)

    for word, card in [("status", "summary"), ("report", "report"), ("mine", "mine"), ("help", "help")]:
        dialogue.hears(f"tom: {word}").whispers(f"tom {card}")
    dialogue.hears("ana: next").whispers("ana nothing_asked" if "pause" not in lines[0] else "ana form")
    dialogue.presses("ana", Tap.EDIT, choice="run").whispers("ana form")


def test_a_form_is_had_by_its_name() -> None:
    standing = a_dialogue().standing

    for name, field in (("run", "run.service_owner"), (ABOUT, "stage")):
        card = form_named(standing, name)
        assert card is not None
        assert (card.name, card.fields[0].name) == (name, field)
    assert form_named(standing, "no such form") is None
