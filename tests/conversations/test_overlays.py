"""Overlays in a running review: answers that join it with the intake, count, leave again and come back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache, partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.board import board
from conversations.cards import (
    AskCard,
    Card,
    MineCard,
    Notice,
    NoticeCard,
    QuestionCard,
    ReportCard,
    RetiredCard,
    RootCard,
    SummaryCard,
    Tap,
)
from conversations.effects import Post, Revise
from conversations.lapses import due_at
from conversations.pack_files.parser import parse_packs
from conversations.packs import PROFILE_FIELDS
from conversations.reports import report
from conversations.review import State
from conversations.scoring import score
from conversations.standing import stand
from tests.conversations.test_packs import BUNDLED, OVERLAY, PARTS
from tests.dialogue import CORE, OF_A_REVIEW, Dialogue, a_dialogue, answering

HIGH_RISK = {"eu_class": "high_risk_annex_iii"}
LLM = {"ai_kind": "llm_app"}
NO_DUTIES = {"eu_class": "minimal", "ai_kind": "classic_ml"}
EU_DAY, LATER_EU_DAY = date(2027, 12, 2), date(2028, 8, 2)
EU = {
    "eu.overseer": "@noor, trained on 2 Nov 2026",
    "eu.instructions": "https://wiki.acme.io/copilot/instructions-for-use",
    "eu.log_months": "12 months",
    "eu.workers_informed": "yes, on 3 Nov 2026, https://wiki.acme.io/copilot/works-council",
    "eu.persons_informed": "yes, last paragraph of the letter: https://wiki.acme.io/copilot/letter",
    "eu.fria": "done, https://grc.acme.io/fria/14",
}
AGENT = {
    "llm.injection_test": "48 poisoned attachments on 9 Nov 2026; 3 got through and were fixed",
    "llm.action_limits": "It may close duplicate tickets by itself, at most 50 a day; it may not send e-mail",
    "llm.spend_cap": "EUR 90 per day, set at the provider",
    "llm.disclosure": "yes, banner above the chat: https://wiki.acme.io/copilot/banner",
}


def about(dialogue: Dialogue, profile: Mapping[str, str]) -> Dialogue:
    return dialogue.submits("ana", "about", profile)


def question(dialogue: Dialogue, key: str) -> QuestionCard:
    card = dialogue.card(f"question/{key}")
    assert isinstance(card, QuestionCard)
    return card


def whispered(dialogue: Dialogue) -> NoticeCard:
    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    return card


def finished(profile: Mapping[str, str]) -> Dialogue:
    """Every answer of the core pack, and then the intake."""
    return about(a_dialogue().hears(*answering()), profile)


# --- joining and leaving ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "joining"),
    [(HIGH_RISK, [*EU]), (LLM, [*AGENT]), (HIGH_RISK | LLM, [*EU, *AGENT]), (NO_DUTIES, []), ({"stage": "idea"}, [])],
)
def test_what_about_says_brings_answers_that_are_needed(profile: dict[str, str], joining: list[str]) -> None:
    dialogue = about(a_dialogue(), profile)

    assert [key for key in dialogue.standing.items if key not in CORE] == joining
    assert dialogue.standing.pack.digest == dialogue.review.pack.digest


def test_who_fills_in_about_is_told_what_joined_and_what_left() -> None:
    dialogue = about(a_dialogue(), LLM).says("revise question/run", "revise root", "whisper ana overlays_changed")
    assert whispered(dialogue).names == (
        "hostile instructions tried", "what it may do alone", "daily spend cap", "disclosure"
    )  # fmt: skip
    assert whispered(dialogue).count == 0

    card = whispered(about(dialogue, HIGH_RISK | {"ai_kind": "classic_ml"}))
    assert (len(card.names), card.count) == (6, 4)
    card = whispered(about(dialogue, NO_DUTIES))
    assert (card.notice, card.names, card.count) == (Notice.OVERLAYS_CHANGED, (), 6)


def test_the_same_answers_once_more_are_nothing_to_tell() -> None:
    about(about(a_dialogue(), LLM), {"ai_kind": "agent"}).says()


def test_a_walk_without_an_intake_is_asked_nothing_of_it() -> None:
    dialogue = a_dialogue().hears(*(f"ana: {text}" for text in CORE.values())).asked(None)

    assert list(dialogue.standing.items) == list(CORE)
    assert question(dialogue, "run").of == 6
    assert len(dialogue.in_thread()) <= 18


def test_cards_count_the_question_that_joined() -> None:
    dialogue = about(a_dialogue(), LLM)
    assert (question(dialogue, "run").number, question(dialogue, "run").of) == (1, 7)

    dialogue.hears(*answering()).asked("llm.injection_test").posts("question/overlay")
    card = question(dialogue, "overlay")
    assert (card.number, card.of, card.short, len(card.rows)) == (7, 7, "Special duties", 4)
    root = dialogue.card("root")
    assert isinstance(root, RootCard)
    assert (root.total, root.questions[-1].short, root.questions[-1].total) == (25, "Special duties", 4)


def test_a_review_that_was_all_asked_goes_on_and_its_summary_is_revised() -> None:
    dialogue = finished(LLM).asked("llm.injection_test")
    assert "summary" in dialogue.review.posted
    dialogue.says(
        *(f"revise question/{key}" for key in ("run", "fail", "success", "rollback", "approve", "train")),
        "post question/overlay",
        "revise summary",
        "revise root",
        "whisper ana overlays_changed",
    )
    card = dialogue.card("summary")
    assert isinstance(card, SummaryCard)
    assert (card.all_asked, card.open, card.total) == (False, 4, 25)

    dialogue.hears(*(f"ana: {text}" for text in AGENT.values())).asked(None)
    card = dialogue.card("summary")
    assert isinstance(card, SummaryCard)
    assert (card.all_asked, card.open) == (True, 0)


def test_the_whole_walk_of_both_overlays() -> None:
    dialogue = finished(HIGH_RISK | LLM)
    for key, text in {**EU, **AGENT}.items():
        dialogue.asked(key).hears(f"ana: {text}")
    dialogue.asked(None).state("eu.overseer", State.UNCONFIRMED)

    states = {dialogue.item(key).state for key in {**EU, **AGENT} if key != "eu.overseer"}
    assert states == {State.COMPLETE}
    dialogue.hears("noor: yes overseer").state("eu.overseer", State.COMPLETE)


def test_answers_that_left_are_kept_and_come_back() -> None:
    dialogue = finished(HIGH_RISK).hears("ana: @noor", f"tom: {EU['eu.instructions']}", "noor: yes overseer")
    before = dialogue.standing.items["eu.overseer"]

    about(dialogue, NO_DUTIES).asked(None)
    assert "eu.overseer" not in dialogue.standing.items
    assert isinstance(dialogue.card("question/overlay"), RetiredCard)
    about(dialogue, HIGH_RISK).asked("eu.log_months").state("eu.instructions", State.COMPLETE)
    assert dialogue.standing.items["eu.overseer"] == before
    assert isinstance(dialogue.card("question/overlay"), QuestionCard)


def test_taking_about_back_takes_its_answers_along() -> None:
    dialogue = finished(LLM).hears("ana: undo").asked(None)

    assert isinstance(dialogue.card("question/overlay"), RetiredCard)
    assert question(dialogue, "run").of == 6
    card = dialogue.card("summary")
    assert isinstance(card, SummaryCard)
    assert card.all_asked


def test_what_the_intake_said_first_holds_again_when_the_second_is_taken_back() -> None:
    dialogue = about(about(a_dialogue(), LLM), {"ai_kind": "classic_ml"}).hears("ana: undo")

    assert "llm.disclosure" in dialogue.standing.items


# --- from when they count --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("eu_class", "day"), [("high_risk_annex_iii", EU_DAY), ("high_risk_annex_i", LATER_EU_DAY)])
def test_duties_are_advisory_until_their_day_and_critical_from_it(eu_class: str, day: date) -> None:
    dialogue = finished({"eu_class": eu_class})
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    before, after = stand(dialogue.review, first.replace(year=day.year - 1)), stand(dialogue.review, first)

    eu = {key for key in after.items if key.startswith("eu.")}
    assert not {key for key in eu if before.is_critical(before.items[key].item)}
    assert {key for key in eu if after.is_critical(after.items[key].item)} == eu
    assert eu.isdisjoint(blocker.item for blocker in score(before).blockers)
    assert eu <= {blocker.item for blocker in score(after).blockers}


def test_the_day_that_duties_count_begins_in_the_zone_of_the_review() -> None:
    dialogue = finished(HIGH_RISK)
    evening = datetime.fromisoformat("2027-12-01T23:30-05:00")
    item = dialogue.item("eu.fria").item

    assert not stand(dialogue.review, evening).is_critical(item)
    assert stand(dialogue.review, evening.astimezone(UTC)).is_critical(item)


def test_a_review_wants_to_be_looked_at_on_the_day_that_duties_count() -> None:
    dialogue = finished({"eu_class": "high_risk_annex_i"}).hears("ana: pause")
    moment, moments = dialogue.now, []
    while (due := due_at(stand(dialogue.review, moment))) is not None:
        moments.append(due)
        moment = due

    assert datetime(2028, 8, 2, tzinfo=UTC) in moments


def test_the_day_of_an_overlay_of_ones_own_is_one_of_them() -> None:
    pack = parse_packs({**BUNDLED, "our.yaml": OVERLAY}, PARTS).packs["core"]
    standing = stand(replace(a_dialogue().hears("ana: pause").review, pack=pack), datetime(2026, 12, 31, 9, tzinfo=UTC))

    assert due_at(standing) == datetime(2027, 1, 1, tzinfo=UTC)


def test_that_day_is_told_by_the_lapse() -> None:
    dialogue = finished(HIGH_RISK).hears("ana: later 1 Dec 2026")
    dialogue.now = datetime(2027, 12, 1, 9, tzinfo=UTC)
    dialogue.waits()
    before = {line.label for line in _root(dialogue).blockers}

    dialogue.waits(days=1)
    assert dialogue.turn.effects[-1] == Revise(key="root", card=_root(dialogue))
    assert {line.label for line in _root(dialogue).blockers} - before == {
        dialogue.item(key).item.label for key in EU
    }  # fmt: skip


def test_duties_of_language_models_never_block() -> None:
    dialogue = finished(LLM)
    standing = stand(dialogue.review, datetime(2030, 1, 1, tzinfo=UTC))

    assert not [key for key in AGENT if standing.is_critical(standing.items[key].item)]


def test_a_critical_duty_that_does_not_apply_is_the_approvers_to_accept_from_that_day() -> None:
    dialogue = finished(HIGH_RISK).hears("ana: instructions: n/a because the provider is ourselves", "priya: yes")
    dialogue.now = datetime(2027, 12, 2, 9, tzinfo=UTC)
    dialogue.hears("ana: approver: @priya", "tom: accept instructions").whispers("tom refused")

    dialogue.hears("priya: accept instructions").state("eu.instructions", State.NA_ACCEPTED)


def test_answers_that_joined_are_scored() -> None:
    dialogue = a_dialogue().hears(*answering(), "dana: yes", "lee: yes", "priya: yes")
    whole = score(dialogue.standing)
    joined = score(about(dialogue, LLM).standing)
    assert (joined.questions["overlay"], joined.weakest) == (0, "overlay")
    assert (joined.total, joined.open) == (whole.total + 4, 4)
    assert joined.progress < whole.progress

    dialogue.hears(*(f"ana: {text}" for text in AGENT.values()))
    assert score(dialogue.standing).questions["overlay"] == 100


def test_a_report_has_what_joined() -> None:
    dialogue = finished(LLM)
    document = report(dialogue.standing, generated_at=dialogue.now, name=lambda who: f"@{who}")
    last = document["questions"][-1]
    assert (last["key"], last["score"], [item["key"] for item in last["items"]]) == ("overlay", 0, list(AGENT))

    card = dialogue.hears("tom: report").whispered()
    assert isinstance(card, ReportCard)
    assert card.questions[-1][0] == "What else applies to this project?"


# --- acts about what joined ------------------------------------------------------------------------------------------


def test_two_answers_to_what_joined_are_settled() -> None:
    dialogue = finished(LLM).hears("tom: spend cap: EUR 150 per day", "lee: spend cap: EUR 90 per day")
    dialogue.state("llm.spend_cap", State.CONFLICT).hears("ana: use 2").state("llm.spend_cap", State.COMPLETE)


def test_what_joined_has_a_form() -> None:
    dialogue = finished(LLM).submits("tom", "overlay", AGENT).asked(None)

    assert {dialogue.item(key).state for key in AGENT} == {State.COMPLETE}


def with_messages_about(item: str) -> Dialogue:
    """Every kind of message that there is about an answer of an overlay."""
    dialogue = finished(HIGH_RISK | LLM).hears("ana: ask @sam overseer", "sam: overseer: @noor", "ana: ask @sam fria")
    dialogue.hears("sam: overseer: Noor Khan from Legal").hears("tom: action limits: some")
    dialogue.hears("tom: spend cap: EUR 150 per day", "lee: spend cap: EUR 90 per day")
    dialogue.hears("tom: disclosure: n/a because it has no users at all").hears("ana: ", file="https://f.acme.io/a.pdf")
    dialogue.written("ask/eu.overseer/sam", "ask/eu.fria/sam", "confirm/eu.overseer/noor").nudges("sam", "eu.fria")
    assert item in dialogue.standing.items
    return dialogue


LEFT = [
    "question/overlay",
    "ask/eu.overseer/sam",
    "ask/eu.fria/sam",
    "confirm/eu.overseer/noor",
    "who/eu.overseer",
    "follow_up/llm.action_limits",
    "conflict/llm.spend_cap",
    "waiver/llm.disclosure",
]


def test_messages_about_what_left_are_retired_and_come_back() -> None:
    dialogue = with_messages_about("eu.fria")
    assert set(LEFT) <= set(dialogue.review.posted)
    before = {key: dialogue.card(key) for key in LEFT}

    about(dialogue, NO_DUTIES)
    assert {type(dialogue.card(key)) for key in LEFT} == {RetiredCard}
    revised = {line.split("→ revise ")[1].split(" to ")[0] for line in dialogue.lines[-30:] if "→ revise" in line}
    assert set(LEFT) <= revised
    about(dialogue, HIGH_RISK | LLM)
    assert {key: type(dialogue.card(key)) for key in LEFT} == {key: type(card) for key, card in before.items()}
    ask = dialogue.card("ask/eu.fria/sam")
    assert isinstance(ask, AskCard)
    assert ask.open


@cache
def retired() -> Dialogue:
    return about(with_messages_about("eu.fria"), NO_DUTIES)


@pytest.mark.parametrize("tap", OF_A_REVIEW)
def test_no_button_of_a_retired_card_does_anything(tap: Tap) -> None:
    dialogue = retired().twin()

    dialogue.presses("sam", tap, "eu.fria", "1").whispers("sam old_button").refused()


@pytest.mark.parametrize("tap", [Tap.ANSWER, Tap.EDIT, Tap.NEXT])
def test_the_form_of_a_question_that_left_is_of_an_old_card(tap: Tap) -> None:
    dialogue = retired().twin()

    dialogue.presses("sam", tap, None, "overlay").whispers("sam old_button").refused()


def test_a_form_of_what_left_meanwhile_saves_nothing() -> None:
    dialogue = about(finished(LLM), NO_DUTIES).submits("tom", "overlay", AGENT).refused()

    assert set(dialogue.turn.errors) == set(AGENT)


def test_a_file_that_was_for_what_left_is_used_for_nothing() -> None:
    dialogue = about(a_dialogue().hears(*answering()), HIGH_RISK).hears("tom: ", file="https://f.acme.io/a.pdf")
    assert dialogue.review.acts[-1].item == "eu.instructions"

    about(dialogue, NO_DUTIES).hears("tom: use that").whispers("tom nothing_to_use").refused()


def test_whoever_was_asked_for_what_left_has_nothing_to_do() -> None:
    dialogue = about(with_messages_about("eu.fria"), NO_DUTIES).hears("sam: mine")
    card = dialogue.whispered()
    assert isinstance(card, MineCard)
    assert card.lines == ()

    dialogue.hears("sam: not me").whispers("sam nothing_to_confirm")


def test_answers_to_what_left_can_be_taken_back_edited_and_deleted() -> None:
    dialogue = with_messages_about("eu.fria")
    number = dialogue.messages + 1
    dialogue.hears("tom: persons informed: yes, https://wiki.acme.io/copilot/letter")
    about(dialogue, NO_DUTIES)
    dialogue.edits("tom", number, "persons informed: no").says()
    dialogue.deletes("tom", number)
    assert "letter" not in repr(dialogue.review.acts)
    dialogue.hears("tom: undo", "tom: undo", "lee: undo", "lee: not an answer", "ana: not an answer")

    about(dialogue, HIGH_RISK | LLM).state("eu.persons_informed", State.OPEN)


def test_who_leaves_meanwhile_was_asked_nothing_any_more() -> None:
    dialogue = about(with_messages_about("eu.fria"), NO_DUTIES).leaves("sam").leaves("noor").archives("#desk")

    assert about(dialogue, HIGH_RISK).item("eu.fria").assignee is None


# --- whatever the intake says ----------------------------------------------------------------------------------------

VALUES = {**CORE, **EU, **AGENT}
people = st.sampled_from(("ana", "tom", "sam"))
key = st.sampled_from((*EU, *AGENT, "run.service_owner", "rollback.tested_on"))
described = {name: st.sampled_from(PROFILE_FIELDS[name]) for name in ("eu_class", "ai_kind", "exposure")}
profiles = st.fixed_dictionaries({}, optional=described)
asks = st.sampled_from(("ask @sam", "edit", "ask me"))
words = st.one_of(
    st.builds(lambda name: f"{name}: {VALUES[name]}", key),
    st.builds(lambda name, text: f"{name}: {text}", key, st.sampled_from(("TBD", "some", "n/a because we have none"))),
    st.builds(lambda word, name: f"{word} {name.partition('.')[2]}", asks, key),
    st.sampled_from(("undo", "undo", "not an answer", "use that", "use 1", "keep", "not me", "yes", "no", "back")),
    st.sampled_from(("skip", "mine", "report", "later Fri", "ok", "next")),
)
steps = st.one_of(
    st.tuples(st.just("about"), profiles),
    st.tuples(st.just("says"), people, words),
    st.tuples(st.just("answers"), people),
    st.tuples(st.just("edits"), people, st.integers(1, 12), words),
    st.tuples(st.just("deletes"), people, st.integers(1, 12)),
    st.tuples(st.just("presses"), people, st.sampled_from(list(Tap)), key, st.sampled_from((None, "1", "sam"))),
    st.tuples(st.just("file"), people),
    st.tuples(st.just("leaves"), st.sampled_from(("sam", "noor"))),
    st.tuples(st.just("waits"), st.sampled_from((0, 1, 8, 200, 400))),
)


def does(dialogue: Dialogue, step: tuple[Any, ...]) -> Callable[[], Dialogue]:
    """What one drawn step is."""
    what, *rest = step
    match what:
        case "about":
            return partial(about, dialogue, *rest)
        case "says":
            return partial(dialogue.hears, f"{rest[0]}: {rest[1]}")
        case "answers":
            asked = dialogue.standing.asked
            return partial(dialogue.hears, f"{rest[0]}: {VALUES[asked] if asked else 'Nothing to add'}")
        case "file":
            return partial(dialogue.hears, f"{rest[0]}: ", file="https://f.acme.io/a.pdf")
        case "waits":
            return partial(dialogue.waits, days=rest[0])
        case _:
            return partial(getattr(dialogue, str(what)), *rest)


@given(st.booleans(), profiles, st.lists(steps, max_size=14))
def test_whatever_about_says_and_whoever_answers_nothing_is_lost_from_sight(
    all_answered: bool, profile: dict[str, str], drawn: list[tuple[Any, ...]]
) -> None:
    dialogue = a_dialogue()
    if all_answered:
        for name in ("run", "fail", "success", "rollback", "approve", "train"):
            dialogue.submits("ana", name, {key: text for key, text in CORE.items() if key.startswith(f"{name}.")})
    about(dialogue, profile)
    for step in drawn:
        does(dialogue, step)()
        standing = dialogue.standing
        posted = [e.key for turn in dialogue.turns for e in turn.effects if isinstance(e, Post)]
        assert set(dialogue.review.posted) <= set(board(standing))
        assert len(posted) == len(set(posted)), dialogue.lines
        document = report(standing, generated_at=dialogue.now, name=str)
        assert [item["key"] for each in document["questions"] for item in each["items"]] == list(standing.items)


def _root(dialogue: Dialogue) -> RootCard:
    card: Card = dialogue.card("root")
    assert isinstance(card, RootCard)
    return card
