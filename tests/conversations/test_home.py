"""What one person sees over all reviews, and what the bot says where no review is: at home, welcome, help."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conversations.activities import Activity, ActivityKind, ConversationReference
from conversations.cards import Card, HelpCard, HomeCard, ListCard, MineCard, SummaryCard, Tap, Way, WelcomeCard
from conversations.effects import Turn, Whisper
from conversations.ports import Found
from conversations.review import Review, State
from tests.dialogue import Dialogue, a_dialogue, answering, engine, person

ALONE = ConversationReference(platform="slack", tenant="T1", channel="D1")


def says(who: str, text: str, *others: Review, **more: Any) -> Turn:
    activity = Activity(
        keys=("k",), kind=ActivityKind.COMMAND, actor=person(who), reference=ALONE, at=a_dialogue().now, text=text
    )
    return engine().decide(replace(activity, **more), Found(others=others))


def card_of(turn: Turn) -> Card:
    (effect,) = turn.effects
    assert isinstance(effect, Whisper)
    return effect.card


def home(who: str, *others: Review) -> HomeCard:
    card = card_of(says(who, "home", *others))
    assert isinstance(card, HomeCard)
    return card


def placed(name: str, dialogue: Dialogue, thread: str | None = "1.1") -> Review:
    place = ConversationReference(platform="slack", tenant="T1", channel="C1", thread=thread)
    return replace(dialogue.review, id=name, project=name, reference=place)


def test_at_home_is_what_mine_lists_with_a_button_for_each() -> None:
    asked = placed("Asked", a_dialogue().hears("ana: ask @tom runbook"))
    named = placed("Named", a_dialogue().hears("ana: @tom"))
    approves = placed(
        "Approves", a_dialogue().hears("ana: approver: @tom", "tom: yes", "ana: steps: n/a because batch")
    )
    card = home("tom", asked, named, approves)

    assert card_of(says("tom", "mine", asked, named, approves)) == MineCard(lines=card.waiting)
    assert [(line.project, [way.tap for way in line.ways], line.ways[0].item) for line in card.waiting] == [
        ("Named", [Tap.YES, Tap.NO], "run.service_owner"),
        ("Approves", [Tap.ACCEPT, Tap.REJECT], "rollback.steps"),
        ("Asked", [Tap.ANSWER], "run.runbook"),
    ]
    assert {(line.project, way.review, way.name) for line in card.waiting for way in line.ways} == {
        ("Named", "Named", "service_owner"),
        ("Approves", "Approves", "steps"),
        ("Asked", "Asked", "runbook"),
    }
    assert [way.tap for way in card.ways] == [Tap.START, Tap.HELP]


def test_projects_are_those_in_which_one_has_a_part_the_next_decision_first() -> None:
    undated = placed("Undated", a_dialogue())
    later = placed("Later", a_dialogue().hears("ana: date 15 Jan 2027"), thread=None)
    soon = placed("Soon", a_dialogue().hears("ana: date 15 Dec"))
    done = placed("Done", a_dialogue().hears("ana: done"))
    card = home("ana", done, undated, later, soon)

    assert [(line.project, line.next_question) for line in card.projects] == [
        ("Soon", "Running it"),
        ("Later", "Running it"),
        ("Undated", "Running it"),
    ]
    soon_ways, later_ways, _ = (line.ways for line in card.projects)
    assert soon_ways == (Way(tap=Tap.NEXT, review="Soon"), Way(tap=Tap.OPEN, choice="C1/1.1", review="Soon"))
    assert later_ways == (Way(tap=Tap.NEXT, review="Later"),)


def test_an_owner_finds_at_home_what_is_theirs_by_name_and_the_rest_behind_a_button_of_the_project() -> None:
    dialogue = a_dialogue().hears("ana: ask me runbook", "ana: service_owner: @ana", "tom: service_owner: @dana")
    card = home("ana", placed("One", dialogue))
    assert [line.name for line in card.waiting] == ["service_owner", "runbook"]  # two answers are theirs to settle
    for quiet in (a_dialogue().hears(*answering()), a_dialogue().hears("ana: pause")):
        assert [way.tap for line in home("ana", placed("One", quiet)).projects for way in line.ways] == [Tap.OPEN]


@pytest.mark.parametrize(("who", "shown"), [("ana", True), ("sam", True), ("dana", True), ("tom", False)])
def test_from_elsewhere_a_project_is_there_for_its_people_only(who: str, shown: bool) -> None:
    review = placed("One", a_dialogue().hears("ana: @dana", "ana: ask @sam runbook", "tom: ops team: Claims Ops"))

    assert [line.project for line in home(who, review).projects] == ["One"] * shown


def test_who_said_something_there_has_a_part_in_it_in_its_channel() -> None:
    review = placed("One", a_dialogue().hears("tom: ops team: Claims Ops"))
    there = replace(ALONE, channel="C1")

    for who, shown in (("tom", 1), ("zoe", 0)):
        card = card_of(says(who, "home", review, reference=there))
        assert isinstance(card, HomeCard)
        assert len(card.projects) == shown


def test_administrators_see_only_their_own_at_home() -> None:
    review = placed("One", a_dialogue())
    card = card_of(says("zoe", "home", review, actor=person("zoe", admin=True)))

    assert isinstance(card, HomeCard)
    assert replace(card, preferences=None) == HomeCard(
        waiting=(), projects=(), ways=(Way(tap=Tap.START), Way(tap=Tap.HELP))
    )


def test_a_list_has_the_way_to_each_thread() -> None:
    card = card_of(says("ana", "list", placed("One", a_dialogue()), placed("Two", a_dialogue(), thread=None)))

    assert isinstance(card, ListCard)
    assert [line.ways for line in card.reviews] == [(Way(tap=Tap.OPEN, choice="C1/1.1", review="One"),), ()]


def test_who_installs_the_bot_is_welcomed() -> None:
    turn = says("ana", "", kind=ActivityKind.INSTALLED)

    assert card_of(turn) == WelcomeCard(ways=(Way(tap=Tap.START), Way(tap=Tap.HELP_ALL)))
    assert turn.review is None


# --- said to the bot alone -------------------------------------------------------------------------------------------


def test_who_speaks_to_the_bot_about_no_review_gets_help() -> None:
    hello = says("ana", "hello", kind=ActivityKind.MESSAGE, private=True)
    assert isinstance(card_of(hello), HelpCard)
    assert (hello.review, hello.refused) == (None, False)

    assert says("ana", "hello", kind=ActivityKind.MESSAGE) == Turn(review=None)
    assert says("ana", "", kind=ActivityKind.DELETION, private=True) == Turn(review=None)
    robot = says("robo", "hello", kind=ActivityKind.MESSAGE, private=True, actor=person("robo", bot=True))
    assert robot == Turn(review=None)


def test_a_private_status_is_of_all_that_one_may_see() -> None:
    one, two = placed("One", a_dialogue()), placed("Two", a_dialogue())
    foreign = placed("Foreign", a_dialogue().hears("ana: owner @tom"))

    card = card_of(says("ana", "status", one, two, foreign, private=True))
    assert isinstance(card, ListCard)
    assert [line.project for line in card.reviews] == ["One", "Two"]
    assert isinstance(card_of(says("ana", "status", one, foreign, private=True)), SummaryCard)
    assert card_of(says("ana", "status", one, two)) == ListCard(reviews=())


@pytest.mark.parametrize(("channel", "state"), [("D1", State.COMPLETE), ("C1", State.CONFLICT)])
def test_a_reply_is_private_only_where_the_review_lives_elsewhere(channel: str, state: State) -> None:
    """In a direct message a reply is meant as it is, and makes a conflict; in the review's own channel it replaces."""
    dialogue = a_dialogue().hears("ana: runbook: https://wiki.acme.io/a", "ana: ask @sam runbook")
    review = replace(placed("One", dialogue), reference=replace(ALONE, channel=channel, thread="1.1"))
    heard = replace(
        dialogue.heard, text="https://wiki.acme.io/b", actor=person("sam"), reference=ALONE, source="m9", private=True
    )
    after = engine().decide(heard, Found(review=review)).review

    assert after is not None
    dialogue.turn = Turn(review=after)
    dialogue.state("run.runbook", state)
