"""Quiet reviews: when the owner is told, once each time, and what `ok` is then."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from conversations.cards import NoticeCard, QuietCard, Tap
from conversations.effects import Post
from conversations.review import ActKind, Phase
from tests.dialogue import CORE, Dialogue, a_dialogue, answering

FIRST = "quiet/0/ana"  # nothing was done since the start


def quiet_card(dialogue: Dialogue, key: str = FIRST) -> QuietCard:
    card = dialogue.card(key)
    assert isinstance(card, QuietCard)
    return card


def at(dialogue: Dialogue, moment: str) -> Dialogue:
    """The bot looks at that moment."""
    ahead = datetime.fromisoformat(moment) - dialogue.now
    return dialogue.waits(hours=ahead // timedelta(hours=1)) if not ahead % timedelta(hours=1) else _to(dialogue, ahead)


def _to(dialogue: Dialogue, ahead: timedelta) -> Dialogue:
    dialogue.now += ahead
    return dialogue.waits()


@pytest.mark.parametrize(
    ("started", "told"),
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
def test_after_two_working_days_the_owner_is_told_as_the_next_one_begins(started: str, told: str) -> None:
    moment = datetime.fromisoformat(told)
    just_before = (moment - timedelta(seconds=1)).isoformat()

    at(a_dialogue(at=started), just_before).says()
    at(a_dialogue(at=started), told).says(f"post {FIRST} to ana")


def test_it_says_since_when_what_is_not_asked_and_what_is_next() -> None:
    dialogue = at(a_dialogue().hears("ana: @dana, Claims Platform"), "2026-11-25T09:30Z")
    card = quiet_card(dialogue, "quiet/1/ana")

    assert (card.since, card.unasked, card.total, card.next_question) == (date(2026, 11, 23), 19, 21, "Running it")
    assert (card.open, [way.tap for way in card.ways]) == (True, [Tap.GO_ON, Tap.ASK, Tap.PAUSE])


def test_it_is_said_once_each_time() -> None:
    dialogue = at(a_dialogue(), "2026-11-25T09:30Z").posts(FIRST)
    dialogue.waits(days=5).says().waits(days=30).says()

    dialogue.hears("tom: @dana").waits(days=1).says().waits(days=1).posts("quiet/1/ana")


def test_where_nobody_looked_in_time_it_waits_for_the_next_working_day() -> None:
    dialogue = at(a_dialogue(), "2026-11-28T12:00Z").says()  # a Saturday

    at(dialogue, "2026-11-30T09:00Z").says()
    at(dialogue, "2026-11-30T09:30Z").posts(FIRST)


@pytest.mark.parametrize("doing", ["tom: skip", "tom: runbook: https://wiki.acme.io/a", "ana: ok", "ana: pause"])
def test_whatever_anybody_does_settles_it_and_it_is_not_touched_again(doing: str) -> None:
    dialogue = at(a_dialogue(), "2026-11-25T09:30Z").hears(doing)
    assert f"revise {FIRST} to ana" in _short(dialogue)
    assert (quiet_card(dialogue).open, quiet_card(dialogue).ways) == (False, ())

    dialogue.hears(f"ana: modes: {CORE['fail.modes']}")
    assert f"revise {FIRST} to ana" not in _short(dialogue)


def _short(dialogue: Dialogue) -> list[str]:
    return [line.removeprefix("      → ") for line in dialogue.lines[-1 - len(dialogue.turn.effects) :]]


def test_go_on_is_a_word_only_then_and_only_for_who_was_told() -> None:
    dialogue = a_dialogue().hears("ana: ok").says()  # mere thanks
    at(dialogue, "2026-11-25T09:30Z").posts(FIRST)

    dialogue.hears("tom: ok").says().hears("tom: OK").says()
    dialogue.hears("ana: OK").says(f"revise {FIRST} to ana")
    assert dialogue.review.acts[-1].kind is ActKind.QUIET_ENDED
    assert dialogue.review.acts[-1].by == "ana"
    dialogue.hears("ana: ok").says()


def test_go_on_is_a_button_that_ends_with_it() -> None:
    dialogue = at(a_dialogue(), "2026-11-25T09:30Z").presses("ana", Tap.GO_ON).says(f"revise {FIRST} to ana")

    dialogue.presses("ana", Tap.GO_ON).whispers("ana old_button")
    at(a_dialogue(), "2026-11-25T09:30Z").presses("tom", Tap.GO_ON).whispers("tom old_button")


def test_after_going_on_it_may_become_quiet_again() -> None:
    dialogue = at(a_dialogue(), "2026-11-25T09:30Z").hears("ana: ok")

    at(dialogue, "2026-11-27T09:30Z").posts("quiet/1/ana")


def test_ok_belongs_to_the_newest_private_message() -> None:
    dialogue = at(a_dialogue(), "2026-11-25T09:30Z").hears("tom: ask @ana runbook", "ana: ok").says()

    assert dialogue.review.acts[-1].kind is ActKind.DELEGATED


def test_ok_is_the_answer_where_it_is_an_option() -> None:
    dialogue = at(a_dialogue("full").hears("ana: edit secure.review_status"), "2026-11-25T09:30Z")

    dialogue.hears("ana: passed")
    assert dialogue.review.acts[-1].kind is ActKind.ANSWERED


@pytest.mark.parametrize("word", ["pause", "done", "cancel"])
def test_a_review_that_nobody_walks_is_not_quiet(word: str) -> None:
    dialogue = a_dialogue().presses("ana", word, choice="sure").waits(days=30, hours=1)

    assert not [key for key in dialogue.review.posted if key.startswith("quiet/")]


def test_nothing_is_quiet_where_nothing_is_left_to_ask() -> None:
    dialogue = a_dialogue().hears(*answering("train.help_channel")).waits(days=30, hours=1)
    dialogue.asked("train.help_channel")  # it stands on the card, so that it was asked

    assert not [key for key in dialogue.review.posted if key.startswith("quiet/")]


def test_a_pause_that_ends_by_itself_begins_the_days_anew() -> None:
    dialogue = a_dialogue().hears("ana: pause until 2026-12-07")  # a Monday
    at(dialogue, "2026-12-07T00:00Z").phase(Phase.OPEN).says("revise root")

    at(dialogue, "2026-12-09T09:00Z").says()
    at(dialogue, "2026-12-09T09:30Z").posts("quiet/1/ana")
    assert quiet_card(dialogue, "quiet/1/ana").since == date(2026, 12, 7)


def test_after_resuming_by_hand_the_day_of_the_pause_counts_no_more() -> None:
    dialogue = a_dialogue().hears("ana: pause until 2026-11-26", "ana: resume")

    at(dialogue, "2026-11-26T09:30Z").posts("quiet/2/ana")
    assert quiet_card(dialogue, "quiet/2/ana").since == date(2026, 11, 23)


def test_what_time_reopens_at_night_is_brought_up_in_the_morning() -> None:
    dialogue = a_dialogue().hears(*answering("run.runbook", "train.plan"))
    dialogue.hears("ana: later 2026-12-04", "ana: later 2026-12-04").asked(None)  # a Friday

    at(dialogue, "2026-12-08T00:00Z").asked("run.runbook")
    assert not [effect for effect in dialogue.turn.effects if isinstance(effect, Post) and effect.to]
    key = f"quiet/{len(dialogue.review.acts)}/ana"
    at(dialogue, "2026-12-08T09:30Z").posts(key)


def test_who_left_is_not_told_and_a_new_owner_is() -> None:
    dialogue = a_dialogue().submits("ana", "about", {"lead": "@lena"}).leaves("ana").waits(days=30, hours=1)
    assert not [key for key in dialogue.review.posted if key.startswith("quiet/")]

    dialogue.hears("lena: owner me").waits(days=6, hours=1).posts("quiet/3/lena")


def test_what_the_world_does_is_nobody_speaking() -> None:
    dialogue = a_dialogue().hears("ana: ask @sam runbook")
    at(dialogue, "2026-11-24T12:00Z").leaves("sam")

    at(dialogue, "2026-11-25T09:30Z").posts("quiet/1/ana")
    dialogue.hears("ana: decider: @lee")
    at(dialogue, "2026-11-27T09:30Z").posts("quiet/3/ana").leaves("lee")
    assert quiet_card(dialogue, "quiet/3/ana").open
    dialogue.hears("ana: ok").says()  # the newest private message is another one by now


def test_the_way_out_asks_somebody() -> None:
    dialogue = at(a_dialogue(), "2026-11-25T09:30Z").presses("ana", Tap.ASK).whispers("ana who")

    card = dialogue.whispered()
    assert isinstance(card, NoticeCard)
    dialogue.presses("ana", Tap.ASK, choice="sam").posts("ask/run.service_owner/sam")
