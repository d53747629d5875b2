from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from adapters.console.inbound import is_name, to_activity, to_archive, to_deletion, to_departure, to_edit, to_form
from adapters.console.sender import ConsoleSender
from adapters.console.terminal import handle
from conversations.activities import Activity, ActivityKind, ConversationReference, Form
from conversations.cards import Card, FieldLine, FormCard, GoneCard, QuestionCard, Tap, Way
from conversations.ports import Delivery, DeliveryKind
from tests.adapters.samples import CARDS, WORDS
from tests.adapters.screen import UTC_ZONE, output, shown, terminal

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
REFERENCE = ConversationReference(platform="console", tenant="local", channel="terminal", thread="r1")


def heard(line: str, *, thread: str | None = "r1") -> Activity:
    return to_activity(line, number=3, who="@Ana", reference=replace(REFERENCE, thread=thread), at=AT)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("ask @Sam decider", "ask <@sam> decider"),
        ("@dana, Claims Platform", "<@dana>, Claims Platform"),
        ("@dana.ruiz.", "<@dana.ruiz>."),
        ("(@lee)", "(<@lee>)"),
        ("@zoë", "<@zoë>"),
        ("<@U03LEE> it is", "<@U03LEE> it is"),
        ("see #claims-ai", "see #claims-ai"),
        ("@channel @here @Everyone", "@channel @here @Everyone"),
        ("mail dana@acme.io", "mail dana@acme.io"),
        ("https://medium.com/@dana/page", "https://medium.com/@dana/page"),
        ("run `notify @dana` now, @lee", "run `notify @dana` now, <@lee>"),
        ("```\n@dana\n``` @lee", "```\n@dana\n``` <@lee>"),
        ("nul\x00 and half\ud83d", "nul and half"),
        ("@ nobody", "@ nobody"),
    ],
)
def test_people_are_mentions_and_nothing_else_is(line: str, text: str) -> None:
    assert heard(line).text == text


def test_every_name_is_a_person_of_the_terminal() -> None:
    activity = heard("@Dana and @lee, not dana@acme.io")
    assert {name: actor.mention for name, actor in activity.people.items()} == {"dana": "<@dana>", "lee": "<@lee>"}


def test_a_line_has_its_thread_and_number_as_key() -> None:
    activity = heard("an answer")
    assert activity.keys == ("console/r1/3",)
    assert activity.source == "console/r1/3"
    assert activity.kind is ActivityKind.MESSAGE
    assert activity.reference == REFERENCE


@pytest.mark.parametrize("line", ["/ai-readiness start  Claims Copilot ", "/AI-Readiness  start  Claims Copilot"])
def test_the_slash_command_is_one_in_a_thread_too(line: str) -> None:
    for thread in ("r1", None):
        activity = heard(line, thread=thread)
        assert activity.kind is ActivityKind.COMMAND
        assert activity.text.split() == ["start", "Claims", "Copilot"]
        assert activity.reference.thread is None


@pytest.mark.parametrize(
    "line", ["@AI Readiness undo", "@ai readiness, undo", "@ai-readiness   undo", "@AIReadiness: undo"]
)
def test_a_mention_is_a_command_outside_of_threads_and_a_reply_within(line: str) -> None:
    assert (heard(line, thread=None).kind, heard(line, thread=None).text) == (ActivityKind.COMMAND, "undo")
    assert (heard(line).kind, heard(line).text) == (ActivityKind.MESSAGE, "undo")


def test_a_bare_mention_or_slash_asks_for_help() -> None:
    for line in ("/ai-readiness", "@AI Readiness", "@AI Readiness "):
        assert (heard(line).kind, heard(line).text) == (ActivityKind.COMMAND, "")


@pytest.mark.parametrize("line", ["/ai-readinessstart", "@ai readinesss", "tell @AIR"])
def test_what_only_looks_like_the_bot_is_a_reply(line: str) -> None:
    assert heard(line).kind is ActivityKind.MESSAGE


def test_a_filled_form_names_its_people_too() -> None:
    form = CARDS["form"]
    assert isinstance(form, FormCard)
    typed = {"fail.fallback": "they ask @Lee\x00"}
    activity = to_form(form, typed, who="@Ana", reference=REFERENCE, at=AT, key="terminal/1")
    assert activity.kind is ActivityKind.FORM
    assert activity.form == Form(name="fail", values={"fail.fallback": "they ask <@lee>"}, seen=3)
    assert (activity.actor.id, list(activity.people), activity.keys) == ("ana", ["lee"], ("terminal/1",))


@pytest.mark.parametrize("thread", ["r1", None])
def test_a_change_names_the_line_that_it_changes(thread: str | None) -> None:
    reference = replace(REFERENCE, thread=thread)
    line = heard("10 minutes", thread=thread)
    changed = to_edit("@Lee takes `@x` 12 minutes", number=3, who="Ana", reference=reference, at=AT, key="terminal/7")
    assert (changed.kind, changed.source, changed.keys) == (ActivityKind.EDIT, line.source, ("terminal/7",))
    assert (changed.text, list(changed.people)) == ("<@lee> takes `@x` 12 minutes", ["lee"])
    assert (changed.actor, changed.reference, changed.at) == (line.actor, reference, AT)


def test_a_changed_line_is_read_without_the_mention_of_the_bot_as_the_line_was() -> None:
    changed = to_edit("@AI Readiness, 12 minutes", number=3, who="ana", reference=REFERENCE, at=AT, key="terminal/7")
    assert changed.text == "12 minutes"


def test_a_removal_names_the_line_that_is_gone_and_has_no_words() -> None:
    gone = to_deletion(3, who="Ana", reference=REFERENCE, at=AT, key="terminal/8")
    assert (gone.kind, gone.source, gone.keys) == (ActivityKind.DELETION, heard("?").source, ("terminal/8",))
    assert (gone.text, gone.actor.id) == ("", "ana")


def test_who_leaves_is_the_actor() -> None:
    left = to_departure("@Lee", reference=REFERENCE, at=AT, key="terminal/9")
    assert (left.kind, left.actor.id, left.keys) == (ActivityKind.LEFT, "lee", ("terminal/9",))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("lee", True), ("@Lee", True), ("lee.ho-2", True), ("a/b", False), ("Lee Ho", False), ("@", False), ("", False)],
)
def test_a_name_is_one_word_without_a_slash(typed: str, name: bool) -> None:
    assert is_name(typed) is name


@pytest.mark.parametrize("typed", ["#claims-ai", "claims-ai", " #claims-ai "])
def test_a_closed_channel_has_its_sign(typed: str) -> None:
    closed = to_archive(typed, who="ana", reference=REFERENCE, at=AT, key="terminal/10")
    assert (closed.kind, closed.text, closed.keys) == (ActivityKind.ARCHIVED, "#claims-ai", ("terminal/10",))


@pytest.mark.parametrize(
    ("who", "seen"), [("dana", "@dana"), ("Dana from Claims", "Dana from Claims"), ("Dana", "Dana")]
)
def test_an_id_has_its_sign_and_a_name_from_elsewhere_has_none(who: str, seen: str) -> None:
    assert handle(who) == seen


def delivery(
    kind: DeliveryKind, card: Card | None = None, *, key: str | None = None, to: str | None = None
) -> Delivery:
    return Delivery(
        id=1,
        delivery_id="r1/1/0",
        lane="r1",
        kind=kind,
        reference=REFERENCE,
        review="r1",
        key=key,
        to=to,
        card=card,
        created_at=AT,
    )


def sender(screen: Console, *, echo: bool = False) -> ConsoleSender:
    return ConsoleSender(screen, zone=UTC_ZONE, clock=lambda: AT, speaker="ana", echo=echo)


def said(sent: Delivery, words: Mapping[int, str] = WORDS, *, console: Console | None = None) -> tuple[str | None, str]:
    screen = console or terminal()
    return asyncio.run(sender(screen).deliver(sent, words)), output(screen)


def test_the_root_is_named_after_its_review_and_others_after_their_key() -> None:
    assert said(delivery(DeliveryKind.POST, CARDS["root-open"], key="root"))[0] == "r1"
    assert (
        said(delivery(DeliveryKind.POST, CARDS["follow-up"], key="follow_up/rollback.steps"))[0]
        == "r1/follow_up/rollback.steps"
    )


def test_a_root_card_that_changed_is_one_line() -> None:
    _, text = said(delivery(DeliveryKind.REVISE, CARDS["root-open"], key="root"))
    assert text == "\nClaims Copilot · readiness 25 · 9 of 21 answered ▓▓▓░░░░░░░\n"


def test_a_revision_that_changes_only_buttons_is_not_shown_again() -> None:
    card = CARDS["question-asked"]
    assert isinstance(card, QuestionCard)
    screen = terminal()
    speaking = sender(screen)
    for kind, now in (
        (DeliveryKind.POST, card),
        (DeliveryKind.REVISE, replace(card, ways=())),
        (DeliveryKind.REVISE, replace(card, minutes=1)),
    ):
        asyncio.run(speaking.deliver(delivery(kind, now, key="question/fail"), WORDS))
    assert output(screen).count("What happens when it fails?") == 2


def test_a_private_message_says_to_whom_it_goes() -> None:
    _, text = said(delivery(DeliveryKind.POST, CARDS["ask"], key="ask/train.lead/sam", to="sam"))
    assert text.startswith("\n→ to @sam:\n@ana asks you for one answer")


def test_a_letter_says_to_whom_it_goes_and_what_to_type() -> None:
    _, text = said(delivery(DeliveryKind.POST, CARDS["letter-one"], key="letter/1", to="dana"))
    assert text.startswith("\n→ to @dana:\nHi Dana, one gap for Claims Copilot. It takes 20 seconds.\n")
    assert "Answer: decider: … · Later: tomorrow: decider: snooze 1d" in text
    assert text.endswith("▸ Why this?: why · Change when I write: nudges\n")


def test_what_belongs_to_a_numbered_line_stands_under_it() -> None:
    lines = shown(CARDS["letter-mixed"]).splitlines()
    assert lines[1].startswith("  1  @priya named you")
    assert lines[2].startswith("     The question was:")
    assert lines[-1].startswith("  ▸ Why this?")


def test_the_bars_of_a_digest_are_ascii_where_they_must_be() -> None:
    said = shown(CARDS["digest"], encoding="ascii")
    assert "Running it #### 4/4 | Failure ### 3/3 | Success ##. 2/3" in said


def test_a_home_without_preferences_has_no_heading_for_them() -> None:
    assert "How I may write to you\n  Hours:" in shown(CARDS["home-preferences"])
    assert "How I may write to you" not in shown(CARDS["home"])


def test_a_whisper_names_its_reader_unless_they_are_at_the_keyboard() -> None:
    notice = CARDS["notice-nothing_to_undo"]
    assert said(delivery(DeliveryKind.WHISPER, notice, to="ana"))[1] == "\nThere is nothing to undo.\n"
    assert said(delivery(DeliveryKind.WHISPER, notice, to="sam"))[1] == "\n(to @sam only)\nThere is nothing to undo.\n"


def test_a_reaction_says_nothing_where_the_card_says_it() -> None:
    assert said(delivery(DeliveryKind.REACT)) == (None, "")


def test_a_terminal_cannot_tell_what_it_showed() -> None:
    with pytest.raises(LookupError):
        asyncio.run(sender(terminal()).look_up(delivery(DeliveryKind.POST)))


def test_words_that_the_encoding_lacks_do_not_stop_a_message() -> None:
    _, text = said(
        delivery(DeliveryKind.POST, CARDS["question-asked"], key="question/fail"),
        {2: "東京"},
        console=terminal(encoding="ascii"),
    )
    assert '"??" - @tom' in text


def test_colours_are_for_terminals_only() -> None:
    assert "\x1b" not in said(delivery(DeliveryKind.POST, CARDS["question-every-state"], key="question/fail"))[1]


def test_lines_from_a_file_are_shown_with_their_number_and_typed_ones_are_not() -> None:
    for echo, text in ((True, "\n3 @ana> 10 minutes\n"), (False, "")):
        screen = terminal()
        sender(screen, echo=echo).heard(3, "10 \x1b[31mminutes")
        assert output(screen) == text


def test_a_form_is_asked_field_by_field() -> None:
    screen = terminal()
    form = CARDS["form"]
    assert isinstance(form, FormCard)
    asking = sender(screen)
    asyncio.run(asking.deliver(delivery(DeliveryKind.WHISPER, form, to="ana"), WORDS))
    for number, field in enumerate(form.fields, 1):
        asking.asks_field(number, field)
    assert output(screen).splitlines()[1:3] == [
        "What happens when it fails? · 3 lines, an empty one changes nothing",
        "  1  modes: Name up to three ways it can go wrong. Now: “1) Summary invents a",
    ]


def test_coming_back_shows_where_it_stands_and_what_waits() -> None:
    screen = terminal()
    waiting = ("root-open", "question-asked", "follow-up", "conflict", "not-applicable", "who")
    quiet = ("question-answered", "follow-up-noted", "conflict-settled", "not-applicable-agreed", "who-named", "ask")
    sender(screen).comes_back("r1", {name: CARDS[name] for name in (*waiting, *quiet)}, WORDS, 7)
    text = output(screen)
    assert [name for name in waiting if shown(CARDS[name]) not in text] == []
    assert [name for name in quiet if shown(CARDS[name]) in text] == []
    assert text.endswith("\n\nYour next line is number 8.\n")


def test_the_place_of_an_owner_is_taken_with_words_that_do_it_in_a_thread() -> None:
    card = CARDS["gone-owner"]
    assert isinstance(card, GoneCard)
    assert "▸ I'll do it: owner me" in shown(replace(card, ways=(Way(tap=Tap.TAKE), Way(tap=Tap.HAND_OVER))))


def test_a_farewell_says_where_it_stands_and_how_to_come_back() -> None:
    screen = terminal()
    sender(screen).farewell(CARDS["root-open"])
    assert output(screen).splitlines()[1:] == [
        "Claims Copilot · readiness 25 · 9 of 21 answered ▓▓▓░░░░░░░",
        "Come back with: ai-readiness chat 'Claims Copilot'",
    ]


def test_a_revision_that_says_the_same_is_not_shown_again() -> None:
    screen = terminal()
    speaking = sender(screen)
    for kind in (DeliveryKind.POST, DeliveryKind.REVISE):
        asyncio.run(speaking.deliver(delivery(kind, CARDS["conflict"], key="conflict/rollback.decider"), WORDS))
    assert output(screen) == "\n" + shown(CARDS["conflict"])


def test_what_goes_ahead_of_something_is_said_only_when_something_comes() -> None:
    screen = terminal()
    speaking = sender(screen)
    speaking.ahead("It is nine.")
    speaking.ahead(None)
    speaking.note("Nothing came.")
    speaking.ahead("It is ten.")
    speaking.note("This came.")
    speaking.note("And this.")
    assert output(screen) == "\nNothing came.\n\nIt is ten.\n\nThis came.\n\nAnd this.\n"


def test_acting_as_somebody_changes_whom_a_whisper_need_not_name() -> None:
    screen = terminal()
    speaking = sender(screen)
    speaking.acts_as("sam")
    asyncio.run(speaking.deliver(delivery(DeliveryKind.WHISPER, CARDS["notice-nothing_to_undo"], to="sam"), {}))
    assert output(screen) == "\nYou are @sam now.\n\nThere is nothing to undo.\n"
    assert speaking.prompt(4) == "\n4 @sam> "


def test_a_choice_can_be_typed_as_it_is_shown() -> None:
    kind = FieldLine(name="ai_kind", label="kind of AI", hint="", options=("llm_app", "agent"))
    form = FormCard(name="about", title="Claims Copilot", fields=(kind,), seen=3, pack="digest")
    filled = to_form(form, {"ai_kind": "LLM application"}, who="ana", reference=REFERENCE, at=AT, key="terminal/1")
    assert filled.form == Form(name="about", values={"ai_kind": "llm_app"}, seen=3)
