from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.teams.forms import faults, to_form
from adapters.teams.prompts import asking_of, to_prompt, to_start
from adapters.teams.submissions import Submission, picked, submitted
from adapters.teams.texts import Teams
from adapters.teams.ways import Pressed, from_data, goes_back
from adapters.wording import Reader, Wording
from conversations.activities import Button, Form
from conversations.cards import FieldFault, FieldLine, FormCard, FormErrorsCard, Tap, Way
from conversations.packs import ItemType
from tests.adapters.samples import CARDS, TODAY, WORDS, quote
from tests.adapters.teams_screen import UTC_ZONE
from tests.adaptive_cards import actions, complaints, inputs, texts

WORDING = Wording(Teams())
DANA, LEE = "29:1dana", "29:2lee"
NAMES = {DANA: "Dana Rossi", LEE: "Lee", "29:3lee": "Lee", "user-id-1": "Alex Wilber"}
DIGEST, IN = "0123456789abcdef", "r1/3/0"
STRANGER, KNOWN = "00000000-0000-4000-8000-00000000000a", "11111111-1111-4111-8111-11111111111b"
PEOPLE = {KNOWN: LEE, LEE: LEE, DANA: DANA, "user-id-1": "user-id-1"}
ASKED = Pressed(tap=Tap.LATER, item="run.support_route", review="r1", digest=DIGEST[:12], shown_in=IN, inputs={})
SEVERAL_ANSWERS = 80_000


def line(type_: ItemType = ItemType.TEXT, name: str = "run.it", **changes: Any) -> FieldLine:
    return replace(FieldLine(name=name, label="support_route", hint="Where is it?", type=type_), **changes)


def form(*fields: FieldLine, ways: tuple[Way, ...] = (), name: str = "run", title: str = "Who runs it?") -> FormCard:
    return FormCard(name=name, title=title, fields=fields, seen=3, pack=DIGEST, ways=ways)


def card_of(
    shown: FormCard,
    said: Mapping[int, str] = WORDS,
    names: Mapping[str, str] = NAMES,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    words = WORDING.of(shown, Reader(words=said, today=TODAY, zone=UTC_ZONE))
    card = to_form(shown, words, said, review="r1", shown_in=IN, names=names, typed=typed, faults=faults)
    assert complaints(card, 25_000 if typed is None else SEVERAL_ANSWERS) == []
    return card


def answered(words: str, type_: ItemType = ItemType.TEXT, **changes: Any) -> dict[str, Any]:
    """The form of one field that has this answer already."""
    return card_of(form(line(type_, quote=quote(1), **changes)), {1: words})


def only(card: Mapping[str, Any]) -> dict[str, Any]:
    (element,) = inputs(card)
    return element


def saved(card: Mapping[str, Any], **typed: str) -> Any:
    """What the first button brings; `typed` are values by input, a `__` in its name for a dot."""
    first = {element["id"]: element["value"] for element in inputs(card) if "value" in element}
    given = {name.replace("__", "."): value for name, value in typed.items()}
    return json.loads(json.dumps(actions(card)[0]["data"])) | first | given


def changed(card: Mapping[str, Any], **typed: str) -> Mapping[str, str]:
    read = submitted(saved(card, **typed), PEOPLE)
    assert read is not None
    assert isinstance(read.content, Form)
    return read.content.values


# --- what stands in a form at first ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "kind", "style"),
    [
        (ItemType.PERSON, "Input.ChoiceSet", "filtered"),
        (ItemType.DATE, "Input.Date", None),
        (ItemType.URL, "Input.Text", "Url"),
        (ItemType.CHOICE, "Input.ChoiceSet", "compact"),
        (ItemType.CHANNEL, "Input.Text", None),
        (ItemType.TEXT, "Input.Text", None),
    ],
)
def test_an_open_field_is_an_empty_input_of_its_kind(type_: ItemType, kind: str, style: str | None) -> None:
    card = card_of(form(line(type_, options=("in_review", "approved") if type_ is ItemType.CHOICE else ())))
    element = only(card)
    assert (element["type"], element.get("style"), element["id"], element["label"]) == (
        kind,
        style,
        "run.it",
        "Support route",
    )
    assert "value" not in element
    assert "Where is it?" in texts(card)
    assert changed(card) == {}


@pytest.mark.parametrize(
    ("type_", "words", "value"),
    [
        (ItemType.PERSON, f"<@{DANA}>", DANA),
        (ItemType.PERSON, "<@user-id-1>", "user-id-1"),
        (ItemType.DATE, "2026-12-15", "2026-12-15"),
        (ItemType.URL, "https://wiki.acme.io/runbook#off", "https://wiki.acme.io/runbook#off"),
        (ItemType.NUMBER, "14 minutes", "14 minutes"),
        (ItemType.TEXT, "a\n *b* `c` <at>x</at> {{DATE(1)}} ", "a\n *b* `c` <at>x</at> {{DATE(1)}}"),
        (ItemType.METRIC, "x" * 4_000, "x" * 4_000),
    ],
)
def test_what_is_known_stands_in_the_input_and_untouched_it_is_no_change(
    type_: ItemType, words: str, value: str
) -> None:
    card = answered(words, type_)
    assert only(card)["value"] == value
    assert changed(card) == {}


def test_a_short_answer_has_a_line_and_others_have_several() -> None:
    kinds = (line(ItemType.NUMBER, "a"), line(brief=True, name="b"), line(name="c"))
    assert [element["isMultiline"] for element in inputs(card_of(form(*kinds)))] == [False, False, True]
    assert {element["maxLength"] for element in inputs(card_of(form(*kinds)))} == {4_000}


def test_a_choice_is_shown_in_words_and_comes_back_as_its_value() -> None:
    card = answered("In review", ItemType.CHOICE, options=("in_review", "approved"))
    assert [each["title"] for each in only(card)["choices"]] == ["In review", "Approved"]
    assert only(card)["value"] == "in_review"
    assert changed(card) == {}
    assert changed(card, run__it="approved") == {"run.it": "approved"}


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (ItemType.PERSON, f"<@{DANA}> or whoever is on the rota"),
        (ItemType.PERSON, "Dana from Claims"),
        (ItemType.DATE, "end of next week"),
        (ItemType.CHOICE, "it depends"),
    ],
)
def test_what_a_picker_cannot_hold_is_said_below_it(type_: ItemType, words: str) -> None:
    card = answered(words, type_, options=("yes",) if type_ is ItemType.CHOICE else ())
    said = words.replace(f"<@{DANA}>", "@Dana Rossi")
    assert f"Where is it? Now: “{said}”. Choose to replace it." in texts(card)
    assert "value" not in only(card)
    assert changed(card) == {}


def test_an_answer_that_no_input_holds_is_kept_and_the_hint_says_so() -> None:
    card = answered("x" * 4_001)
    assert "Where is it? Your answer (4,001 characters) is kept; write to replace it." in texts(card)
    assert changed(card) == {}
    assert changed(card, run__it="shorter") == {"run.it": "shorter"}


def test_where_there_is_no_room_for_all_answers_the_longest_are_kept_out_of_sight() -> None:
    fields = (*(line(name=f"run.{n}", quote=quote(1)) for n in range(5)), line(name="run.short", quote=quote(2)))
    card = card_of(form(*fields), {1: "ä" * 900, 2: "10 minutes"})
    shown = {element["id"]: "value" in element for element in inputs(card)}
    assert shown["run.short"]
    assert 0 < list(shown.values()).count(False) < len(fields)
    assert changed(card) == {}


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if isinstance(card, FormCard)])
def test_every_sample_of_a_form_is_a_card(name: str) -> None:
    card = CARDS[name]
    assert isinstance(card, FormCard)
    assert changed(card_of(card)) == {}


def test_all_of_a_form_is_said_for_clients_without_cards() -> None:
    lines = card_of(form(line(), line(name="run.b", label="b")))["fallbackText"].splitlines()
    assert lines == ["Who runs it?", "Support route", "B", "You can: save; back."]


# --- people ------------------------------------------------------------------------------------------------------


def test_people_stand_in_texts_by_name_and_come_back_as_people() -> None:
    card = answered(f"<@{DANA}> posts it, <@{LEE}> reads it")
    assert only(card)["value"] == "@Dana Rossi posts it, @Lee reads it"
    assert changed(card) == {}
    assert changed(card, run__it="@Dana Rossi posts it, @Leeds reads it") == {
        "run.it": f"<@{DANA}> posts it, @Leeds reads it"
    }


def test_who_is_known_can_be_chosen_and_the_directory_has_the_others() -> None:
    element = only(card_of(form(line(ItemType.PERSON))))
    assert {each["value"]: each["title"] for each in element["choices"]} == NAMES
    assert element["choices.data"] == {
        "type": "Data.Query",
        "dataset": "graph.microsoft.com/users?scope=currentContext",
    }


@pytest.mark.parametrize("chosen", [LEE, KNOWN])
def test_a_choice_comes_back_as_our_id_whoever_named_it(chosen: str) -> None:
    assert changed(card_of(form(line(ItemType.PERSON))), run__it=chosen) == {"run.it": f"<@{LEE}>"}


def test_somebody_of_the_directory_has_to_be_known_first() -> None:
    data = saved(card_of(form(line(ItemType.PERSON), line(name="run.x"))), run__it=STRANGER, run__x=STRANGER)
    assert picked(data) == (STRANGER,)
    read = submitted(data, PEOPLE)
    assert read is not None
    assert (read.strangers, read.typed["run.it"]) == (("run.it",), "")
    assert isinstance(read.content, Form)
    assert read.content.values == {"run.x": STRANGER}


def test_what_is_no_id_names_nobody() -> None:
    assert changed(card_of(form(line(ItemType.PERSON))), run__it=f"x> <@{DANA}") == {}


# --- what is saved -----------------------------------------------------------------------------------------------


def test_a_saved_form_says_what_was_changed_and_where() -> None:
    card = card_of(form(line(quote=quote(4)), line(ItemType.DATE, "run.when"), line(name="run.x")))
    read = submitted(saved(card, run__when="2026-12-15", run__x="*b* <at>x</at>\x00"), PEOPLE)
    values = {"run.when": "2026-12-15", "run.x": "*b* <at>x</at>"}
    assert read is not None
    assert (read.content, read.review, read.shown_in) == (Form(name="run", values=values, seen=3), "r1", IN)


@pytest.mark.parametrize("emptied", ["", "  \n"])
def test_an_emptied_input_is_no_change(emptied: str) -> None:
    assert changed(answered("10 minutes"), run__it=emptied) == {}


def test_about_knows_its_values_and_has_its_ways() -> None:
    fields = (
        line(ItemType.CHOICE, "stage", hint="", value="pilot", options=("idea", "pilot")),
        line(ItemType.PERSON, "lead", hint="", value=DANA),
        line(ItemType.DATE, "decision_date", hint="", value="2026-12-15"),
    )
    card = card_of(form(*fields, name="about", title="Claims Copilot", ways=(Way(tap=Tap.DONE), Way(tap=Tap.CANCEL))))
    assert changed(card) == {}
    assert changed(card, lead=LEE, stage="idea") == {"stage": "idea", "lead": f"<@{LEE}>"}
    assert [(each["title"], each.get("style"), each.get("mode")) for each in actions(card)] == [
        ("Save", "positive", None),
        ("Back", None, None),
        ("The review is done", None, "secondary"),
        ("Cancel the review", "destructive", "secondary"),
    ]
    assert [p.tap for each in actions(card) if (p := from_data(each["data"]))] == [Tap.DONE, Tap.CANCEL]
    assert goes_back(actions(card)[1]["data"])


def test_a_day_that_is_taken_out_of_ones_preferences_is_none() -> None:
    fields = (line(ItemType.DATE, "away", value="2026-12-15"), line(name="hours", value="9-17"))
    card = card_of(form(*fields, name="preferences"))
    assert changed(card) == {}
    assert changed(card, away="", hours="") == {"away": "none"}


# --- faults ------------------------------------------------------------------------------------------------------


def test_faults_stand_at_their_fields_and_nothing_that_was_typed_is_lost() -> None:
    shown = form(line(name="run.a", quote=quote(4)), line(name="run.b"), line(ItemType.PERSON, "run.c"))
    wrong = FormErrorsCard(
        errors=(
            ("run.b", FieldFault.ANSWERED_MEANWHILE, DANA),
            ("run.old_one", FieldFault.NO_SUCH_FIELD, ""),
        )
    )
    said = faults(wrong, WORDING.of(wrong, Reader(words={}, today=TODAY, zone=UTC_ZONE)), NAMES)
    typed = {"run.a": "20 minutes", "run.b": "mine", "run.c": LEE}
    card = card_of(shown, typed=typed, faults=said)
    assert {element["id"]: element["value"] for element in inputs(card)} == typed
    read = texts(card)
    assert "Nothing is saved yet: 2 lines to look at again." in read
    assert "Old one: This form has no such line." in read
    at = [element.get("id") for element in card["body"]].index("run.b")
    assert texts({"body": card["body"][at + 1 : at + 2]}) == [
        "@Dana Rossi has answered this meanwhile. Open the form again to see it."
    ]
    assert changed(card) == {"run.a": "20 minutes", "run.b": "mine", "run.c": f"<@{LEE}>"}


def test_what_is_wrong_with_a_whole_form_stands_at_its_top() -> None:
    card = card_of(form(line()), typed={}, faults={"": "A sentence."})
    assert texts(card)[2:4] == ["Nothing is saved yet: 1 line to look at again.", "A sentence."]


def test_a_form_of_long_answers_is_shown_once_more_as_a_whole() -> None:
    fields = [line(name=f"run.{n}") for n in range(13)]
    typed = {field.name: "x" * 4_000 for field in fields}
    card = card_of(form(*fields), typed=typed, faults={"run.0": "A sentence."})
    assert {element["id"]: element["value"] for element in inputs(card)} == typed


# --- prompts -----------------------------------------------------------------------------------------------------


def test_a_button_that_lacks_something_asks_for_it() -> None:
    asking = {tap for tap in Tap if asking_of(Pressed(tap=tap, inputs={}))}
    days, people = {Tap.LATER, Tap.SNOOZE, Tap.DATE}, {Tap.ASK, Tap.HAND_OVER, Tap.NOT_ME, Tap.NO}
    assert asking == {*days, *people, Tap.DOES_NOT_APPLY}
    assert not any(asking_of(Pressed(tap=tap, choice="x", inputs={})) for tap in Tap)
    assert asking_of(Pressed(tap=Tap.ANSWER, item="run.owner", picks=True, inputs={}))


@pytest.mark.parametrize(
    ("tap", "typed", "choice", "label"),
    [
        (Tap.LATER, "2026-12-04", "2026-12-04", "Support route: until when?"),
        (Tap.DATE, "2026-12-15", "2026-12-15", "Support route: on which day is it decided?"),
        (Tap.ASK, LEE, LEE, "Support route: who could answer it?"),
        (Tap.HAND_OVER, KNOWN, LEE, "Support route: who takes the review over?"),
        (Tap.DOES_NOT_APPLY, "Because: *no* users", "*no* users", "Support route: why does it not apply?"),
    ],
)
def test_a_prompt_comes_back_as_its_button_with_the_choice(tap: Tap, typed: str, choice: str, label: str) -> None:
    card = to_prompt(replace(ASKED, tap=tap), names=NAMES)
    assert complaints(card) == []
    assert (only(card)["label"], only(card)["isRequired"]) == (label, True)
    read = submitted(saved(card, choice=typed), PEOPLE)
    assert read is not None
    assert read.content == Button(act=tap, item="run.support_route", choice=choice, digest=DIGEST[:12])
    assert (read.review, read.shown_in, read.strangers) == ("r1", IN, ())


@pytest.mark.parametrize("tap", [Tap.NOT_ME, Tap.NO])
def test_who_it_could_be_may_be_left_open(tap: Tap) -> None:
    card = to_prompt(replace(ASKED, tap=tap), names=NAMES)
    assert complaints(card) == []
    assert only(card)["label"] == "Support route: who could it be?"
    assert "isRequired" not in only(card)
    for typed, choice in (({"choice": LEE}, LEE), ({}, None)):
        read = submitted(saved(card, **typed), PEOPLE)
        assert read is not None
        assert read.content == Button(act=tap, item="run.support_route", choice=choice, digest=DIGEST[:12])


def test_who_was_picked_for_a_name_is_its_answer() -> None:
    card = to_prompt(replace(ASKED, tap=Tap.ANSWER, picks=True), names=NAMES)
    assert complaints(card) == []
    assert only(card)["label"] == "Support route: who is it?"
    data = saved(card, choice=STRANGER)
    assert picked(data) == (STRANGER,)
    read = submitted(saved(card, choice=LEE), PEOPLE)
    assert read is not None
    assert read.content == Button(act=Tap.ANSWER, item="run.support_route", choice=LEE, digest=DIGEST[:12])
    nobody = submitted(data, PEOPLE)
    assert nobody is not None
    assert nobody.strangers == ("choice",)


def test_a_prompt_that_was_refused_says_why_and_keeps_what_was_typed() -> None:
    card = to_prompt(
        replace(ASKED, tap=Tap.DOES_NOT_APPLY), names=NAMES, refused="A sentence.", typed={"choice": "no *users*"}
    )
    assert complaints(card) == []
    assert only(card)["value"] == "no *users*"
    assert "A sentence." in texts(card)


def test_a_review_is_started_by_its_name_and_its_questions() -> None:
    card = to_start(["core", "full"], shown_in=IN, name="x" * 200)
    assert complaints(card) == []
    assert [(element["id"], element["value"]) for element in inputs(card)] == [("name", "x" * 80), ("pack", "core")]
    typed = {"name": " --Claims  Copilot ", "pack": "full"}
    assert submitted(saved(card, **typed), PEOPLE) == Submission(
        content='start "--Claims Copilot" --pack full', review=None, shown_in=IN, typed=typed
    )


def test_where_there_is_one_pack_nobody_is_asked_which() -> None:
    card = to_start(["core"], shown_in=None)
    assert complaints(card) == []
    read = submitted(saved(card, name="Claims"), PEOPLE)
    assert read is not None
    assert read.content == 'start "Claims" --pack core'
