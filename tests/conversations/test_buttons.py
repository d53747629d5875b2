"""A table of buttons and forms, and the events that they are where a review stands."""

from __future__ import annotations

import pytest

from conversations.activities import ActivityKind, Button, Form, Source
from conversations.cards import QuestionCard, Tap
from conversations.review import State
from tests.dialogue import CORE, Dialogue, a_dialogue
from tests.situations import hears, short

BUTTONS = [
    ("team", Button(act="skip", item="run.ops_team"), "Skipped run.ops_team"),
    ("team", Button(act="back", item="run.ops_team"), "Reopened run.service_owner"),
    ("team", Button(act="skip", item="run.service_owner"), "Misspoken old_button"),  # of an older card
    ("team", Button(act="skip", digest="of another pack"), "Misspoken old_button"),
    ("team", Button(act="skip", item="no.such_item"), "Misspoken old_button"),
    ("team", Button(act="dance"), "Misspoken old_button"),
    ("team", Button(act="open"), "Misspoken old_button"),
    ("team", None, "Misspoken old_button"),
    ("team", Button(act="answer", choice="run"), "Viewed form run"),
    ("team", Button(act="answer", item="train.plan"), "Viewed form train train.plan"),
    ("team", Button(act="answer", item="train.lead"), "Viewed form train train.lead"),
    ("team", Button(act="answer", item="train.lead", choice="mika"), "Answered train.lead=<@mika> explicit"),
    ("team", Button(act="write_another", item="train.lead", choice="mika"), "Answered train.lead=<@mika> explicit"),
    ("team", Button(act="answer", item="train.plan", choice="mika"), "Viewed form train train.plan"),
    ("team", Button(act="next"), "Viewed form"),
    ("conflict", Button(act="write_another", item="run.runbook"), "Viewed form run run.runbook"),
    ("team", Button(act="edit", item="run.runbook"), "Reopened run.runbook"),
    ("team", Button(act="edit", choice="run"), "Viewed form run"),
    ("team", Button(act="later", item="run.runbook", choice="2026-12-04"), "Deferred run.runbook 2026-12-04"),
    ("team", Button(act="later", item="run.runbook"), "Misspoken until_when later run.runbook"),
    ("team", Button(act="later", item="run.runbook", choice="soon"), "Misspoken until_when later run.runbook"),
    ("team", Button(act="later", choice="2020-01-01"), "Misspoken past_day later run.ops_team"),
    ("finished", Button(act="later"), "Misspoken until_when"),
    ("team", Button(act="does_not_apply", item="run.runbook"), "Misspoken why_not does_not_apply run.runbook"),
    (
        "team",
        Button(act="does_not_apply", item="run.runbook", choice="no wiki"),
        "Answered run.runbook=N/A because no wiki",
    ),
    ("finished", Button(act="does_not_apply", choice="no wiki"), "Misspoken nothing_asked"),
    ("team", Button(act="ask", item="run.runbook"), "Misspoken who ask run.runbook"),
    ("team", Button(act="ask", item="run.runbook", choice="sam"), "Delegated run.runbook sam"),
    ("team", Button(act="ask", item="run.runbook", choice="eve"), "Misspoken outsider ask run.runbook"),
    ("team", Button(act="take", item="run.runbook"), "Delegated run.runbook ana"),
    ("team", Button(act="hand_over", choice="tom"), "HandedOver tom"),
    ("team", Button(act="hand_over"), "Misspoken who hand_over"),
    ("team", Button(act="date", choice="2026-12-15"), "DateChanged 2026-12-15"),
    ("team", Button(act="date"), "Misspoken which_day date"),
    ("conflict", Button(act="use", item="run.runbook", choice="2"), "Settled run.runbook 2"),
    ("follow-up", Button(act="keep", item="rollback.steps"), "Kept rollback.steps"),
    ("follow-up", Button(act="not_an_answer", item="rollback.steps"), "Disowned rollback.steps"),
    ("team", Button(act="not_an_answer"), "Disowned"),
    ("waiver", Button(act="accept", item="train.plan"), "WaiverAccepted train.plan"),
    ("waiver", Button(act="reject", item="train.plan"), "WaiverRejected train.plan"),
    ("team", Button(act="yes", item="run.service_owner"), "Confirmed run.service_owner"),
    ("team", Button(act="no", item="run.service_owner"), "Declined run.service_owner"),
    ("team", Button(act="no", item="run.service_owner", choice="sam"), "Declined run.service_owner sam"),
    ("team", Button(act="no"), "Misspoken old_button"),
    ("asked sam", Button(act="not_me", item="run.runbook"), "Declined run.runbook"),
    ("asked sam", Button(act="not_me", item="run.runbook", choice="tom"), "Declined run.runbook tom"),
    ("asked sam", Button(act="not_me", item="run.runbook", choice="eve"), "Misspoken outsider ask run.runbook"),
    ("asked sam", Button(act="not_me"), "Misspoken nothing_to_confirm"),
    ("team", Button(act="cancel"), "Cancelled"),
    ("team", Button(act="cancel", choice="sure"), "Cancelled True"),
    ("team", Button(act="undo"), "Undone"),
    ("team", Button(act="use_that"), "Reclaimed"),
    ("team", Button(act="status"), "Viewed status"),
    ("team", Button(act="report"), "Viewed report"),
    ("team", Button(act="about"), "Viewed about"),
    ("team", Button(act="mine"), "Viewed mine"),
    ("team", Button(act="help"), "Viewed help"),
    ("team", Button(act="help_all"), "Viewed help all"),
    ("team", Button(act="pause"), "Paused"),
    ("team", Button(act="resume"), "Resumed"),
    ("team", Button(act="done"), "Finished"),
]


def test_a_button_may_carry_the_beginning_of_the_digest_only() -> None:
    digest = a_dialogue().standing.pack.digest

    for carried in (digest, digest[:12], ""):
        button = Button(act="undo", digest=carried)
        assert short(hears("team", "ana: ", kind=ActivityKind.BUTTON, button=button)) == "Undone"
    other = Button(act="undo", digest=f"{digest[:11]}x")
    assert short(hears("team", "ana: ", kind=ActivityKind.BUTTON, button=other)) == "Misspoken old_button"


@pytest.mark.parametrize(("situation", "button", "event"), BUTTONS, ids=[f"{each[0]}: {each[1]}" for each in BUTTONS])
def test_a_button_is_its_word_about_its_item(situation: str, button: Button | None, event: str) -> None:
    assert short(hears(situation, "ana: ", kind=ActivityKind.BUTTON, button=button)) == event


def test_a_form_brings_its_values_and_the_version_it_showed() -> None:
    form = Form(name="run", values={"run.runbook": CORE["run.runbook"]}, seen=3)

    assert short(hears("team", "ana: ", kind=ActivityKind.FORM, form=form)).startswith("FormSubmitted")
    assert short(hears("team", "ana: ", kind=ActivityKind.FORM)) == "Misspoken old_button"


def test_the_intake_is_a_form_called_about() -> None:
    event = hears("team", "ana: ", kind=ActivityKind.FORM, form=Form(name="about", values={"stage": "pilot"}, seen=3))

    assert short(event) == "Described {'stage': 'pilot'}"


def two_answers() -> Dialogue:
    return a_dialogue().hears("ana: @dana", "tom: Claims Platform Operations")


def test_what_takes_the_newest_answer_back_can_stand_under_a_question() -> None:
    card, empty = two_answers().card("question/run"), a_dialogue().card("question/run")

    assert isinstance(card, QuestionCard)
    assert isinstance(empty, QuestionCard)
    assert [(way.tap, way.choice) for way in card.aside] == [(Tap.UNDO, "act/2"), (Tap.NOT_AN_ANSWER, "act/2")]
    assert empty.aside == ()


@pytest.mark.parametrize("tap", [Tap.UNDO, Tap.NOT_AN_ANSWER])
@pytest.mark.parametrize("who", ["tom", "ana"])  # its author, and the owner
def test_the_answer_before_one_that_was_taken_back_can_be_too(who: str, tap: Tap) -> None:
    dialogue = a_dialogue().hears(f"{who}: @dana", f"{who}: Claims Platform Operations")
    dialogue.presses(who, tap, choice="act/2").presses(who, tap, choice="act/1")

    dialogue.state("run.ops_team", State.OPEN).state("run.service_owner", State.OPEN)


@pytest.mark.parametrize("tap", [Tap.UNDO, Tap.NOT_AN_ANSWER])
@pytest.mark.parametrize("who", ["tom", "ana"])  # its author, and the owner
def test_an_answer_can_be_taken_back_from_under_its_card(who: str, tap: Tap) -> None:
    dialogue = two_answers().presses(who, tap, choice="act/2")

    dialogue.state("run.ops_team", State.OPEN).state("run.service_owner", State.UNCONFIRMED)


@pytest.mark.parametrize("tap", [Tap.UNDO, Tap.NOT_AN_ANSWER])
def test_somebody_elses_answer_stays_and_so_does_ones_own(tap: Tap) -> None:
    dialogue = two_answers().presses("tom", tap, choice="act/1").whispers("tom nothing_to_undo")

    dialogue.state("run.service_owner", State.UNCONFIRMED).state("run.ops_team", State.VAGUE)


@pytest.mark.parametrize("tap", [Tap.UNDO, Tap.NOT_AN_ANSWER])
def test_an_answer_that_is_there_no_longer_is_not_taken_back_twice(tap: Tap) -> None:
    dialogue = two_answers().presses("tom", tap, choice="act/2").presses("tom", tap, choice="act/2")

    dialogue.whispers("tom old_button")


def test_what_a_button_does_is_noted_as_a_buttons() -> None:
    dialogue = a_dialogue().presses("ana", Tap.SKIP, "run.service_owner")

    assert [act.via for act in dialogue.review.acts] == [Source.BUTTON]
