from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from adapters.prompting import needs_prompt
from adapters.slack.forms import errors, to_view
from adapters.slack.modals import Origin, Submission, loading, origin, view_key
from adapters.slack.prompts import Prompt, to_prompt, to_start
from adapters.slack.submissions import chosen_channels, submitted
from adapters.slack.texts import Slack
from adapters.slack.ways import from_ids
from adapters.wording import Reader, Wording
from conversations.activities import Button, ConversationReference, Form
from conversations.cards import FieldFault, FieldLine, FormCard, FormErrorsCard, Tap, Way
from conversations.packs import ItemType
from tests.adapters.samples import CARDS, TODAY, WORDS, quote
from tests.adapters.screen import UTC_ZONE
from tests.block_kit import complaints

WORDING = Wording(Slack())
HERE = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1700000000.000100")
NAMES = {"U1": "Dana Rossi", "U2": "Lee", "U3": "Lee"}
DIGEST = "0123456789abcdef"
ASKED = Prompt(
    tap=Tap.LATER, item="run.support_route", digest=DIGEST[:12], origin=Origin(review="r1", channel="C1", thread="1.2")
)
NONSENSE = ["", "{", "[]", "null", "7", '{"form":7}', '{"tap":"skip","item":null,"digest":null}', '{"form":"run"}']


def line(type_: ItemType = ItemType.TEXT, name: str = "run.it", **changes: Any) -> FieldLine:
    return replace(FieldLine(name=name, label="support_route", hint="Where is it?", type=type_), **changes)


def form(*fields: FieldLine, ways: tuple[Way, ...] = (), name: str = "run", title: str = "Who runs it?") -> FormCard:
    return FormCard(name=name, title=title, fields=fields, seen=3, pack=DIGEST, ways=ways)


def view_of(card: FormCard, said: Mapping[int, str] = WORDS) -> dict[str, Any]:
    words = WORDING.of(card, Reader(words=said, today=TODAY, zone=UTC_ZONE))
    view = to_view(card, words, said, review="r1", reference=HERE, names=NAMES)
    assert complaints(view) == []
    return view


def answered(words: str, type_: ItemType = ItemType.TEXT, **changes: Any) -> dict[str, Any]:
    """The form of one field that has this answer already."""
    return view_of(form(line(type_, quote=quote(1), **changes)), {1: words})


def inputs(view: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def saved(view: Mapping[str, Any], **typed: Any) -> dict[str, Any]:
    """The view as its submission brings it; `typed` are values by block, a `__` in its name for a dot."""
    given = {name.replace("__", "."): value for name, value in typed.items()}
    states = {block["block_id"]: {"value": _state(block, given)} for block in inputs(view)}
    return {**view, "id": "V1", "state": {"values": states}}


def _state(block: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    element = block["element"]
    kind = element["type"]
    key = {
        "users_select": "user",
        "datepicker": "date",
        "static_select": "option",
        "conversations_select": "conversation",
    }
    held = f"selected_{key[kind]}" if kind in key else "value"
    first = element.get(f"initial_{key.get(kind, 'value')}")
    value = typed.get(block["block_id"], first)
    if kind == "static_select" and isinstance(value, str):
        value = next(option for option in element["options"] if option["value"] == value)
    return {"type": kind, held: value}


def changed(view: Mapping[str, Any], **typed: Any) -> Mapping[str, str]:
    read = submitted(saved(view, **typed))
    assert read is not None
    assert isinstance(read.content, Form)
    return read.content.values


def only(view: Mapping[str, Any]) -> dict[str, Any]:
    (block,) = inputs(view)
    return block


# --- what stands in a form at first ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (ItemType.PERSON, "users_select"),
        (ItemType.DATE, "datepicker"),
        (ItemType.URL, "url_text_input"),
        (ItemType.CHOICE, "static_select"),
        (ItemType.NUMBER, "plain_text_input"),
        (ItemType.YES_NO, "plain_text_input"),
        (ItemType.TEXT, "plain_text_input"),
        (ItemType.METRIC, "plain_text_input"),
    ],
)
def test_an_open_field_is_an_empty_input_of_its_kind(type_: ItemType, kind: str) -> None:
    view = view_of(form(line(type_, options=("in_review", "approved") if type_ is ItemType.CHOICE else ())))
    block = only(view)
    assert (block["element"]["type"], block["block_id"], block["optional"]) == (kind, "run.it", True)
    assert (block["label"]["text"], block["hint"]["text"]) == ("Support route", "Where is it?")
    assert [key for key in block["element"] if key.startswith("initial")] == []
    assert changed(view) == {}


@pytest.mark.parametrize(
    ("type_", "words", "initial"),
    [
        (ItemType.PERSON, "<@U1>", {"initial_user": "U1"}),
        (ItemType.DATE, "2026-12-15", {"initial_date": "2026-12-15"}),
        (ItemType.URL, "https://wiki.acme.io/runbook#off", {"initial_value": "https://wiki.acme.io/runbook#off"}),
        (ItemType.NUMBER, "14 minutes", {"initial_value": "14 minutes"}),
        (ItemType.YES_NO, "yes, since May", {"initial_value": "yes, since May"}),
        (ItemType.TEXT, "a\n *b* `c` <!channel> &amp; ", {"initial_value": "a\n *b* `c` <!channel> &amp;"}),
        (ItemType.METRIC, "x" * 3_000, {"initial_value": "x" * 3_000}),
    ],
)
def test_what_is_known_stands_in_the_input_and_untouched_it_is_no_change(
    type_: ItemType, words: str, initial: Mapping[str, str]
) -> None:
    view = answered(words, type_)
    element = only(view)["element"]
    assert {key: value for key, value in element.items() if key.startswith("initial")} == initial
    assert changed(view) == {}


@pytest.mark.parametrize("words", ["in_review", "In review", "IN REVIEW"])
def test_a_choice_is_shown_in_words_and_comes_back_as_its_value(words: str) -> None:
    view = answered(words, ItemType.CHOICE, options=("in_review", "approved"))
    element = only(view)["element"]
    assert [option["text"]["text"] for option in element["options"]] == ["In review", "Approved"]
    assert element["initial_option"]["value"] == "in_review"
    assert changed(view) == {}
    assert changed(view, run__it="approved") == {"run.it": "approved"}


@pytest.mark.parametrize(
    ("type_", "words"),
    [
        (ItemType.PERSON, "<@U1> or whoever is on the rota"),
        (ItemType.PERSON, "Dana from Claims"),
        (ItemType.DATE, "end of next week"),
        (ItemType.DATE, "2026-13-45"),
        (ItemType.CHOICE, "it depends"),
    ],
)
def test_what_a_picker_cannot_hold_is_said_below_it(type_: ItemType, words: str) -> None:
    view = answered(words, type_, options=("yes",) if type_ is ItemType.CHOICE else ())
    said = words.replace("<@U1>", "@Dana Rossi")
    assert only(view)["hint"]["text"] == f"Where is it? Now: “{said}”. Choose to replace it."
    assert [key for key in only(view)["element"] if key.startswith("initial")] == []
    assert changed(view) == {}


@pytest.mark.parametrize(
    "words", ["https://wiki.acme.io/run and https://wiki.acme.io/stop", "wiki.acme.io/run", "http://wiki/run", "soon"]
)
def test_an_answer_that_is_more_or_less_than_one_address_is_not_lost(words: str) -> None:
    view = answered(words, ItemType.URL)
    assert only(view)["element"]["type"] == "plain_text_input"
    assert only(view)["element"]["initial_value"] == words
    assert changed(view) == {}


@pytest.mark.parametrize(("words", "count"), [("x" * 3_412, "3,412"), ("x" * 3_001, "3,001"), ("😀" * 1_501, "1,501")])
def test_an_answer_that_no_input_holds_is_kept_and_the_hint_says_so(words: str, count: str) -> None:
    view = answered(words)
    hint = f"Where is it? Your answer ({count} characters) is kept; write to replace it."
    assert only(view)["hint"]["text"] == hint
    assert "initial_value" not in only(view)["element"]
    assert changed(view) == {}
    assert changed(view, run__it="shorter") == {"run.it": "shorter"}


def test_two_messages_that_made_one_answer_stand_together() -> None:
    view = view_of(form(line(quote=quote(3, 4))))
    assert only(view)["element"]["initial_value"] == "more or less; 10 minutes"


def test_words_that_were_erased_leave_an_open_field() -> None:
    view = view_of(form(line(quote=quote(99))))
    assert "initial_value" not in only(view)["element"]
    assert only(view)["hint"]["text"] == "Where is it?"


# --- people in texts ---------------------------------------------------------------------------------------------


def test_people_stand_in_texts_by_name_and_come_back_as_people() -> None:
    view = answered("<@U1> posts it, <@U2> reads it")
    assert only(view)["element"]["initial_value"] == "@Dana Rossi posts it, @Lee reads it"
    assert changed(view) == {}
    assert changed(view, run__it="@Dana Rossi posts it, @Leeds reads it") == {
        "run.it": "<@U1> posts it, @Leeds reads it"
    }


@pytest.mark.parametrize("words", ["<@U2> or <@U3>", "<@U9> posts it"])
def test_where_a_name_would_not_lead_back_the_id_stays(words: str) -> None:
    view = answered(words)
    assert changed(view) == {}
    assert changed(view, run__it=f"{only(view)['element']['initial_value']} now") == {"run.it": f"{words} now"}


def test_a_name_that_was_typed_beside_a_mention_changes_nothing_by_itself() -> None:
    assert changed(answered("<@U1> or @Dana Rossi")) == {}


# --- channels ----------------------------------------------------------------------------------------------------


def test_an_open_channel_can_be_chosen_and_its_hours_written_beside_it() -> None:
    view = view_of(form(line(ItemType.CHANNEL)))
    picker, place = inputs(view)
    assert picker["element"]["type"] == "conversations_select"
    assert place["label"]["text"] == "Support route: its hours, or a place that is no channel"
    both = saved(view, **{"run.it": "C7", "run.it/place": "Mon-Fri 8-18"})
    assert chosen_channels(both) == ("C7",)
    read = submitted(both, {"C7": "claims-ai-helpdesk"})
    assert read is not None
    assert isinstance(read.content, Form)
    assert read.content.values == {"run.it": "#claims-ai-helpdesk, Mon-Fri 8-18"}
    assert changed(view, **{"run.it": "C7"}) == {"run.it": "#C7"}
    assert changed(view, **{"run.it/place": "claims@acme.io"}) == {"run.it": "claims@acme.io"}
    assert changed(view) == {}


@pytest.mark.parametrize(
    ("words", "then"),
    [
        ("#claims-ai, Mon-Fri 8-18", "#C7, Mon-Fri 8-18"),
        ("#claims-ai", "#C7"),
        ("Slack", "#C7, Slack"),
        ("x" * 3_001, "#C7"),
    ],
)
def test_a_chosen_channel_takes_the_place_of_the_one_before(words: str, then: str) -> None:
    view = answered(words, ItemType.CHANNEL)
    assert changed(view) == {}
    assert changed(view, **{"run.it": "C7"}) == {"run.it": then}
    assert inputs(view)[0]["hint"]["text"].endswith("A channel that you choose here takes the place of the one below.")


# --- limits ------------------------------------------------------------------------------------------------------


def test_whatever_is_too_long_is_cut() -> None:
    long = line(label="l" * 2_100, hint="h" * 2_100, example=f"<@U02DANA> {'e ' * 100}")
    view = view_of(form(long, title="What happens when it fails?"))
    block = only(view)
    assert view["title"]["text"] == "What happens when it…"
    assert block["element"]["placeholder"]["text"].startswith("@dana e e")
    assert [len(block[part]["text"]) for part in ("label", "hint")] == [2_000, 2_000]
    assert view_of(form(long, title="x" * 5_000))["title"]["text"] == "x" * 23 + "…"
    view_of(form(line(ItemType.CHOICE, options=("o" * 150, "p"))))


def test_what_a_modal_cannot_remember_stays_out_of_its_inputs_and_is_kept() -> None:
    lines = [line(name=f"question_of_a_long_name.item_{n}", quote=quote(1)) for n in range(95)]
    view = view_of(form(*lines), {1: "<@U1> has it"})
    shown = ["initial_value" in block["element"] for block in inputs(view)]
    assert len(view["private_metadata"]) <= 3_000
    assert 20 < sum(shown) < 95
    assert inputs(view)[-1]["hint"]["text"].endswith("is kept; write to replace it.")
    assert changed(view) == {}


def test_of_many_people_those_are_shown_by_name_that_can_be_remembered() -> None:
    crowd = {f"U{n}": f"A person with quite a long name {n}" for n in range(40)}
    card = form(line(quote=quote(1)))
    said = {1: " ".join(f"<@{who}>" for who in crowd)}
    words = WORDING.of(card, Reader(words=said, today=TODAY, zone=UTC_ZONE))
    view = to_view(card, words, said, review="r1", reference=HERE, names=crowd)
    assert complaints(view) == []
    assert "@A person with quite a long name 0 " in only(view)["element"]["initial_value"]
    assert "<@U39>" in only(view)["element"]["initial_value"]
    assert changed(view) == {}


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if isinstance(card, FormCard)])
def test_every_sample_of_a_form_is_a_modal(name: str) -> None:
    card = CARDS[name]
    assert isinstance(card, FormCard)
    assert changed(view_of(card)) == {}


# --- what is saved -----------------------------------------------------------------------------------------------


def test_a_saved_form_says_what_was_changed_and_where() -> None:
    view = view_of(
        form(
            line(quote=quote(4)), line(ItemType.PERSON, "run.who"), line(ItemType.DATE, "run.when"), line(name="run.x")
        )
    )
    read = submitted(saved(view, run__who="U2", run__when="2026-12-15", run__x="<!channel> *b* &amp; <#C9>\x00"))
    values = {"run.who": "<@U2>", "run.when": "2026-12-15", "run.x": "<!channel> *b* &amp; <#C9>"}
    assert read == Submission(
        content=Form(name="run", values=values, seen=3),
        origin=Origin(review="r1", channel="C1", thread="1700000000.000100"),
    )


@pytest.mark.parametrize("emptied", [None, "", "  \n"])
def test_an_emptied_input_is_no_change(emptied: str | None) -> None:
    assert changed(answered("10 minutes"), run__it=emptied) == {}


def test_other_white_space_is_no_change() -> None:
    assert changed(answered("a\nb"), run__it="a\r\nb ") == {}


def test_about_knows_its_values_and_has_its_ways() -> None:
    fields = (
        line(ItemType.CHOICE, "stage", hint="", value="pilot", options=("idea", "pilot")),
        line(ItemType.PERSON, "lead", hint="", value="U1"),
        line(ItemType.PERSON, "sponsor", hint="", value="ana"),
        line(ItemType.DATE, "decision_date", hint="", value="2026-12-15"),
    )
    view = view_of(form(*fields, name="about", title="Claims Copilot", ways=(Way(tap=Tap.DONE), Way(tap=Tap.CANCEL))))
    assert changed(view) == {}
    assert changed(view, lead="U2", stage="idea") == {"stage": "idea", "lead": "<@U2>"}
    actions = view["blocks"][-1]
    pressed = [from_ids(actions["block_id"], each["action_id"]) for each in actions["elements"]]
    assert [(p.tap, p.review, p.digest) for p in pressed if p] == [
        (tap, "r1", DIGEST[:12]) for tap in (Tap.DONE, Tap.CANCEL)
    ]
    assert [each["text"]["text"] for each in actions["elements"]] == ["The review is done", "Cancel the review"]
    assert (view["title"]["text"], view["close"]["text"]) == ("About Claims Copilot", "Close")
    assert origin(view) == Origin(review="r1", channel="C1", thread="1700000000.000100")


@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("callback", ["form", "prompt", "start", "another", ""])
def test_a_modal_that_is_not_ours_to_read_is_none(nonsense: str, callback: str) -> None:
    view = {"id": "V1", "callback_id": callback, "private_metadata": nonsense, "state": {"values": {}}}
    assert submitted(view) is None
    assert submitted({"callback_id": callback, "private_metadata": nonsense, "state": None}) is None


def test_what_is_saved_twice_has_the_same_name_and_what_is_saved_otherwise_another() -> None:
    view = answered("10 minutes")
    names = [view_key("T1", saved(view, run__it=words)) for words in ("a", "a", "b")]
    assert names[0].startswith("slack/T1/view/V1/")
    assert names[0] == names[1]
    assert names[2] != names[0]


# --- faults ------------------------------------------------------------------------------------------------------


def test_faults_stand_at_their_fields_and_others_at_the_first() -> None:
    view = view_of(form(line(ItemType.CHANNEL, "run.a"), line(name="run.b")))
    card = FormErrorsCard(
        errors=(
            ("run.b", FieldFault.ANSWERED_MEANWHILE, "U1"),
            ("run.a", FieldFault.TOO_LONG, "5210"),
            ("run.old_one", FieldFault.NO_SUCH_FIELD, ""),
        )
    )
    words = WORDING.of(card, Reader(words={}, today=TODAY, zone=UTC_ZONE))
    assert errors(card, words, view, NAMES) == {
        "run.b": "@Dana Rossi has answered this meanwhile. Open the form again to see it.",
        "run.a": "I keep 4,000 characters, this has 5,210. Shorten it, or link a page."
        " Old one: This form has no such line.",
    }


# --- prompts -----------------------------------------------------------------------------------------------------


def test_a_button_that_lacks_something_asks_for_it() -> None:
    asking = {tap for tap in Tap if needs_prompt(tap, None)}
    days, people = {Tap.LATER, Tap.SNOOZE, Tap.DATE}, {Tap.ASK, Tap.HAND_OVER, Tap.NOT_ME, Tap.NO}
    assert asking == {*days, *people, Tap.DOES_NOT_APPLY, Tap.START}
    assert not any(needs_prompt(tap, "U1") for tap in Tap)


@pytest.mark.parametrize(
    ("tap", "typed", "choice", "label"),
    [
        (Tap.LATER, "2026-12-04", "2026-12-04", "Support route: until when?"),
        (Tap.SNOOZE, "2026-12-04", "2026-12-04", "Support route: when shall I ask again?"),
        (Tap.DATE, "2026-12-15", "2026-12-15", "Support route: on which day is it decided?"),
        (Tap.ASK, "U2", "U2", "Support route: who could answer it?"),
        (Tap.HAND_OVER, "U2", "U2", "Support route: who takes the review over?"),
        (
            Tap.DOES_NOT_APPLY,
            "Because: it has *no* users",
            "it has *no* users",
            "Support route: why does it not apply?",
        ),
        (Tap.DOES_NOT_APPLY, "becausement <@U1>", "becausement <@U1>", "Support route: why does it not apply?"),
    ],
)
def test_a_prompt_comes_back_as_its_button_with_the_choice(tap: Tap, typed: str, choice: str, label: str) -> None:
    view = to_prompt(replace(ASKED, tap=tap))
    assert complaints(view) == []
    assert (only(view)["label"]["text"], only(view)["optional"]) == (label, False)
    button = Button(act=tap, item="run.support_route", choice=choice, digest=DIGEST[:12])
    assert submitted(saved(view, choice=typed)) == Submission(content=button, origin=ASKED.origin)


@pytest.mark.parametrize("tap", [Tap.NOT_ME, Tap.NO])
def test_who_it_could_be_may_be_left_open(tap: Tap) -> None:
    view = to_prompt(replace(ASKED, tap=tap))
    assert complaints(view) == []
    assert (only(view)["label"]["text"], only(view)["optional"]) == ("Support route: who could it be?", True)
    for typed, choice in (("U2", "U2"), ("", None)):
        button = Button(act=tap, item="run.support_route", choice=choice, digest=DIGEST[:12])
        assert submitted(saved(view, choice=typed)) == Submission(content=button, origin=ASKED.origin)


def test_a_prompt_about_no_item_has_no_name_before_its_question() -> None:
    view = to_prompt(Prompt(tap=Tap.ASK, origin=Origin()))
    assert only(view)["label"]["text"] == "Who could answer it?"
    assert only(view)["hint"]["text"] == "Choose yourself to take it."
    assert submitted(saved(view, choice="U2")) == Submission(content=Button(act="ask", choice="U2"), origin=Origin())


def test_a_review_is_started_in_the_chosen_channel() -> None:
    view = to_start(["core", "full"], channel="C1", name="x" * 200)
    assert complaints(view) == []
    assert [block["block_id"] for block in inputs(view)] == ["name", "pack", "channel"]
    assert not any(block["optional"] for block in inputs(view))
    read = submitted(saved(view, name=" --Claims  Copilot ", pack="full", channel="C2"))
    assert read == Submission(content='start "--Claims Copilot" --pack full', origin=Origin(channel="C2"))


def test_where_there_is_one_pack_nobody_is_asked_which() -> None:
    view = to_start(["core"])
    assert complaints(view) == []
    assert inputs(view)[-1]["element"]["default_to_current_conversation"] is True
    read = submitted(saved(view, name="Claims --pack x", channel="C2"))
    assert read == Submission(content='start "Claims --pack x" --pack core', origin=Origin(channel="C2"))


def test_a_modal_is_there_before_its_content() -> None:
    view = loading("What happens when it fails?")
    assert complaints(view) == []
    assert json.dumps(view)
    assert "submit" not in view
