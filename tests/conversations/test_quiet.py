"""Quiet reviews: when the owner is told, once each time, and what `ok` is then."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from conversations.calendars import Calendar
from conversations.cards import NoticeCard, QuietCard, Tap
from conversations.quiet import quiet_from, quiet_key
from conversations.review import ActKind, Phase
from tests.dialogue import CORE, Dialogue, a_dialogue, answering

FIRST = "quiet/0/ana"  # nothing was done since the start


def quiet_card(dialogue: Dialogue, key: str = FIRST) -> QuietCard:
    card = dialogue.card(key)
    assert isinstance(card, QuietCard)
    return card


OFFICE = Calendar(zone=UTC, begins=time(9, 30), ends=time(16, 30), days=frozenset(range(5)))


def due(dialogue: Dialogue) -> str | None:
    """When the owner is told that it is quiet."""
    moment = quiet_from(dialogue.standing, OFFICE)
    return moment.strftime("%Y-%m-%dT%H:%MZ") if moment else None


def told(dialogue: Dialogue, moment: str, key: str = FIRST) -> Dialogue:
    """The owner is told at that moment."""
    dialogue.now = datetime.fromisoformat(moment)
    return dialogue.written(key)


@pytest.mark.parametrize(
    ("started", "moment"),
    [
        ("2026-11-23T09:00Z", "2026-11-25T09:30Z"),  # a Monday
        ("2026-11-23T00:00Z", "2026-11-25T09:30Z"),
        ("2026-11-23T23:59Z", "2026-11-25T09:30Z"),
        ("2026-11-19T09:00Z", "2026-11-23T09:30Z"),  # a Thursday
        ("2026-11-20T17:00Z", "2026-11-24T09:30Z"),  # a Friday
        ("2026-11-21T12:00Z", "2026-11-24T09:30Z"),  # a Saturday
        ("2026-11-22T12:00Z", "2026-11-24T09:30Z"),
    ],
)
def test_after_two_worked_days_the_owner_is_to_be_told_as_the_next_one_begins(started: str, moment: str) -> None:
    assert due(a_dialogue(at=started)) == moment


def test_it_says_since_when_what_is_not_asked_and_what_is_next() -> None:
    dialogue = told(a_dialogue().hears("ana: @dana, Claims Platform"), "2026-11-25T09:30Z", "quiet/1/ana")
    card = quiet_card(dialogue, "quiet/1/ana")

    assert (card.since, card.unasked, card.total, card.next_question) == (date(2026, 11, 23), 19, 21, "Running it")
    assert (card.open, [way.tap for way in card.ways]) == (True, [Tap.GO_ON, Tap.ASK, Tap.PAUSE])


def test_it_is_said_once_each_time() -> None:
    dialogue = told(a_dialogue(), "2026-11-25T09:30Z")
    assert due(dialogue) is None

    dialogue.hears("tom: @dana")
    assert due(dialogue) == "2026-11-27T09:30Z"


@pytest.mark.parametrize("doing", ["tom: skip", "tom: runbook: https://wiki.acme.io/a", "ana: ok", "ana: pause"])
def test_whatever_anybody_does_settles_it_and_it_is_not_touched_again(doing: str) -> None:
    dialogue = told(a_dialogue(), "2026-11-25T09:30Z").hears(doing)
    assert f"revise {FIRST} to ana" in _short(dialogue)
    assert (quiet_card(dialogue).open, quiet_card(dialogue).ways) == (False, ())

    dialogue.hears(f"ana: modes: {CORE['fail.modes']}")
    assert f"revise {FIRST} to ana" not in _short(dialogue)


def _short(dialogue: Dialogue) -> list[str]:
    return [line.removeprefix("      → ") for line in dialogue.lines[-1 - len(dialogue.turn.effects) :]]


def test_go_on_is_a_word_only_then_and_only_for_who_was_told() -> None:
    dialogue = told(a_dialogue().hears("ana: ok").says(), "2026-11-25T09:30Z")  # mere thanks

    dialogue.hears("tom: ok").says().hears("tom: OK").says()
    dialogue.hears("ana: OK").says(f"revise {FIRST} to ana")
    assert dialogue.review.acts[-1].kind is ActKind.QUIET_ENDED
    assert dialogue.review.acts[-1].by == "ana"
    dialogue.hears("ana: ok").says()


def test_go_on_is_a_button_that_ends_with_it() -> None:
    dialogue = told(a_dialogue(), "2026-11-25T09:30Z").presses("ana", Tap.GO_ON).says(f"revise {FIRST} to ana")

    dialogue.presses("ana", Tap.GO_ON).whispers("ana old_button")
    told(a_dialogue(), "2026-11-25T09:30Z").presses("tom", Tap.GO_ON).whispers("tom old_button")


def test_the_digest_offers_to_go_on_too_where_nobody_was_told_otherwise() -> None:
    a_dialogue().sleeps(days=21).presses("ana", Tap.GO_ON).says()
    a_dialogue().sleeps(days=1).presses("ana", Tap.GO_ON).whispers("ana old_button")
    a_dialogue().hears("ana: pause").sleeps(days=21).presses("ana", Tap.GO_ON).whispers("ana old_button")


def test_after_going_on_it_may_become_quiet_again() -> None:
    dialogue = told(a_dialogue(), "2026-11-25T09:30Z").hears("ana: ok")

    assert due(dialogue) == "2026-11-27T09:30Z"


def test_ok_belongs_to_the_newest_private_message() -> None:
    dialogue = told(a_dialogue(), "2026-11-25T09:30Z").hears("tom: ask @ana runbook")
    dialogue.written("ask/run.runbook/ana").hears("ana: ok").says()

    assert dialogue.review.acts[-1].kind is ActKind.REMINDED


def test_ok_is_the_answer_where_it_is_an_option() -> None:
    dialogue = told(a_dialogue("full").hears("ana: edit secure.review_status"), "2026-11-25T09:30Z", "quiet/1/ana")

    dialogue.hears("ana: passed")
    assert dialogue.review.acts[-1].kind is ActKind.ANSWERED


@pytest.mark.parametrize("word", ["pause", "done", "cancel"])
def test_a_review_that_nobody_walks_is_not_quiet(word: str) -> None:
    assert due(a_dialogue().presses("ana", word, choice="sure")) is None


def test_nothing_is_quiet_where_nothing_is_left_to_ask() -> None:
    dialogue = a_dialogue().hears(*answering("train.help_channel"))
    dialogue.asked("train.help_channel")  # it stands on the card, so that it was asked

    assert due(dialogue) is None


def test_a_pause_that_ends_by_itself_begins_the_days_anew() -> None:
    dialogue = a_dialogue().hears("ana: pause until 2026-12-07")  # a Monday
    dialogue.waits(days=14).phase(Phase.OPEN)

    assert due(dialogue) == "2026-12-09T09:30Z"
    told(dialogue, "2026-12-09T09:30Z", "quiet/1/ana")
    assert quiet_card(dialogue, "quiet/1/ana").since == date(2026, 12, 7)


def test_after_resuming_by_hand_the_day_of_the_pause_counts_no_more() -> None:
    dialogue = a_dialogue().hears("ana: pause until 2026-11-26", "ana: resume")

    assert due(dialogue) == "2026-11-25T09:30Z"
    told(dialogue, "2026-11-26T09:30Z", "quiet/2/ana")
    assert quiet_card(dialogue, "quiet/2/ana").since == date(2026, 11, 23)


def test_a_new_owner_is_told_by_a_name_of_its_own() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@lena"}).leaves("ana").hears("lena: owner me")

    assert quiet_key(dialogue.standing) == "quiet/3/lena"


def test_what_the_world_does_is_nobody_speaking() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook").sleeps(days=1)
    dialogue.leaves("sam").written("ask/run.runbook/sam")

    assert (quiet_key(dialogue.standing), due(dialogue)) == ("quiet/1/ana", "2026-11-25T09:30Z")
    told(dialogue, "2026-11-25T09:30Z", "quiet/1/ana").leaves("ana")
    assert quiet_card(dialogue, "quiet/1/ana").open


def test_the_way_out_asks_somebody() -> None:
    dialogue = told(a_dialogue(), "2026-11-25T09:30Z").presses("ana", Tap.ASK).whispers("ana who")

    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    dialogue.presses("ana", Tap.ASK, choice="sam")
    assert dialogue.item("run.service_owner").assignee == "sam"
