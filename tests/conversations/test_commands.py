"""The command: to start a review, and to look at several from outside of their threads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import HelpCard, ListCard, MineCard, Notice, NoticeCard, SummaryCard
from conversations.decide import project_to_start
from conversations.effects import Revise, Turn, Whisper
from conversations.ports import Found
from conversations.review import Phase, Review
from tests.dialogue import a_dialogue, engine, person


def commands(
    text: str,
    *others: Review,
    by: Actor | None = None,
    platform: str = "slack",
    channel: str = "C1",
    kind: ActivityKind = ActivityKind.COMMAND,
    thread: str | None = None,
    hosts: bool = False,
) -> Turn:
    activity = Activity(
        keys=("k1", "k2"),
        kind=kind,
        actor=by or person("tom"),
        reference=ConversationReference(platform=platform, tenant="T1", channel=channel, thread=thread),
        at=a_dialogue().now,
        text=text,
        addressed=kind is ActivityKind.MESSAGE,
        hosts=hosts,
    )
    return engine().decide(activity, Found(others=others))


def said(turn: Turn) -> object:
    (effect,) = turn.effects
    assert isinstance(effect, Whisper)
    return effect.card


def a_review(project: str, *, channel: str = "C1", lines: tuple[str, ...] = ()) -> Review:
    review = a_dialogue(project=project).hears(*lines).review
    place = replace(review.reference, platform="slack", tenant="T1", channel=channel, thread="1.1")
    return replace(review, id=project, reference=place)


@pytest.mark.parametrize(
    ("text", "project", "pack"),
    [
        ("start Claims Copilot", "Claims Copilot", "core"),
        ("  START   “Claims   Copilot” ", "Claims Copilot", "core"),
        ("start Claims Copilot --pack full", "Claims Copilot", "full"),
        ("start Claims Copilot —pack=FULL", "Claims Copilot", "full"),
        ("start " + "x" * 100, "x" * 80, "core"),
    ],
)
def test_a_start(text: str, project: str, pack: str) -> None:
    review = commands(text).review

    assert review is not None
    assert (review.project, review.pack.name, review.owner) == (project, pack, "tom")
    assert (review.version, review.posted[0]) == (1, "root")


def test_the_same_start_makes_the_same_review() -> None:
    first, second = commands("start A"), commands("start A")

    assert first == second
    assert first.review is not None
    assert len(first.review.id) == 32


def test_a_terminal_names_its_thread_after_the_review_and_others_wait_for_the_root() -> None:
    terminal, slack = commands("start A", platform="console").review, commands("start A").review

    assert terminal is not None
    assert slack is not None
    assert (terminal.reference.thread, slack.reference.thread) == (terminal.id, None)


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("start", Notice.NAME_MISSING),
        ("start  --pack full", Notice.NAME_MISSING),
        ("start A --pack fulll", Notice.NO_SUCH_PACK),
        ("start  claims   COPILOT", Notice.NAME_TAKEN),
    ],
)
def test_a_start_that_cannot_be(text: str, notice: Notice) -> None:
    turn = commands(text, a_review("Claims Copilot", channel="C2"), by=person("ana"))

    assert turn.refused
    assert turn.review is None
    card = said(turn)
    assert isinstance(card, NoticeCard)
    assert card.notice is notice


def test_a_review_that_is_started_again_in_its_place_is_shown_once_more() -> None:
    review = a_review("Claims Copilot")
    turn = commands("start claims copilot", review)

    *revised, told = turn.effects
    assert turn.refused
    assert turn.review is review
    assert (turn.looks, turn.looked) == ({}, {})
    assert {each.key for each in revised if isinstance(each, Revise)} == {"root", "question/run"}
    assert isinstance(told, Whisper)
    assert isinstance(told.card, NoticeCard)
    assert told.card.notice is Notice.NAME_TAKEN


def test_the_name_of_a_closed_review_is_free() -> None:
    assert commands("start Claims Copilot", a_review("Claims Copilot", lines=("ana: done",))).review is not None


def test_status_shows_the_only_review_of_the_channel_or_a_list() -> None:
    one, two = a_review("One"), a_review("Two")
    card = said(commands("status", one, a_review("Elsewhere", channel="C2")))
    assert isinstance(card, SummaryCard)
    assert card.project == "One"

    card = said(commands("status", one, two))
    assert isinstance(card, ListCard)
    assert [line.project for line in card.reviews] == ["One", "Two"]


def test_status_in_a_chat_of_several_tells_of_what_one_may_see() -> None:
    one, two = a_review("One"), replace(a_review("Two", channel="C2"), owner="tom", started_by="tom")
    card = said(commands("status", one, two, by=person("ana"), channel=""))
    assert isinstance(card, SummaryCard)
    assert card.project == "One"


def test_status_of_a_name_finds_what_one_may_see() -> None:
    there = a_review("Elsewhere", channel="C2")
    turn = commands("status elsewhere", there, a_review("Else"))
    assert turn.refused
    card = said(turn)
    assert isinstance(card, NoticeCard)
    assert (card.notice, card.names) == (Notice.NO_SUCH_REVIEW, ("Else",))

    card = said(commands("Status   ELSEWHERE", there, by=person("ana")))
    assert isinstance(card, SummaryCard)


def test_a_living_review_hides_a_closed_one_of_its_name() -> None:
    closed = replace(a_review("One", lines=("ana: done",)), id="closed")
    card = said(commands("status one", closed, a_review("One")))

    assert isinstance(card, SummaryCard)
    assert card.phase is Phase.OPEN


def test_list_is_of_all_that_one_may_see() -> None:
    reviews = [a_review("One"), a_review("Hidden", channel="C2"), a_review("Done", lines=("ana: done",))]
    card = said(commands("list", *reviews))

    assert isinstance(card, ListCard)
    assert [(line.project, line.phase) for line in card.reviews] == [("One", Phase.OPEN), ("Done", Phase.DONE)]


def test_mine_is_over_all_living_reviews() -> None:
    asked = ("ana: ask @tom runbook",)
    reviews = [a_review("One", lines=asked), a_review("Two", lines=asked), a_review("Old", lines=(*asked, "ana: done"))]
    card = said(commands("mine", *reviews))

    assert isinstance(card, MineCard)
    assert [(line.project, line.name) for line in card.lines] == [("One", "runbook"), ("Two", "runbook")]


def test_what_only_they_can_say_comes_first_in_mine() -> None:
    named = a_review("Two", lines=("ana: @tom",))
    card = said(commands("mine", a_review("One", lines=("ana: ask @tom runbook",)), named))

    assert isinstance(card, MineCard)
    assert [(line.project, line.wants) for line in card.lines] == [("Two", "confirm"), ("One", "answer")]


@pytest.mark.parametrize(
    ("text", "everything"), [("help", False), ("help all", True), ("", False), ("dance", False), ("HELP", False)]
)
def test_no_word_or_an_unknown_one_is_help(text: str, everything: bool) -> None:
    card = said(commands(text))

    assert isinstance(card, HelpCard)
    assert card.everything is everything


def test_a_mention_in_a_thread_without_a_review_is_a_command_that_belongs_to_no_thread() -> None:
    started = commands("start Claims Copilot", kind=ActivityKind.MESSAGE, thread="9.9")
    assert started.review
    assert (started.review.project, started.review.reference.thread) == ("Claims Copilot", None)
    assert isinstance(said(commands("good morning", kind=ActivityKind.MESSAGE, thread="9.9")), HelpCard)


def test_a_thread_that_can_hold_a_reviews_own_message_becomes_the_reviews() -> None:
    started = commands("start Claims Copilot", kind=ActivityKind.MESSAGE, thread="9.9", hosts=True)
    assert started.review
    assert started.review.reference.thread == "9.9"


def test_where_no_channel_is_nothing_is_started() -> None:
    turn = commands("start Claims Copilot", channel="")
    card = said(turn)

    assert isinstance(card, NoticeCard)
    assert (card.notice, card.project, turn.review, turn.refused) == (
        Notice.NEEDS_CHANNEL,
        "Claims Copilot",
        None,
        True,
    )


def test_help_tells_how_much_waits_for_its_reader() -> None:
    asked = a_review("One", lines=("ana: ask @tom",))

    for by, waiting in (("tom", 1), ("mika", 0)):
        card = said(commands("hello", asked, by=person(by)))
        assert isinstance(card, HelpCard)
        assert card.waiting == waiting


def test_a_reply_without_a_review_means_nothing() -> None:
    activity = replace(a_dialogue().heard, kind=ActivityKind.MESSAGE)

    assert engine().decide(activity, Found()) == Turn(review=None)


@pytest.mark.parametrize("text", ["status one", "Status  “ONE”", "status 'One'", "status\tone", "STATUS\u00a0One "])
def test_a_name_may_be_typed_as_it_comes(text: str) -> None:
    card = said(commands(text, a_review("One"), a_review("Two")))

    assert isinstance(card, SummaryCard)
    assert card.project == "One"


def test_a_turn_says_who_is_to_be_looked_at_where_its_review_has_changed() -> None:
    dialogue = a_dialogue()
    started = dialogue.turn
    assert (set(started.looked), "ana" in started.looks) == (set(), True)

    named = dialogue.hears("ana: @dana, Claims Platform").turn
    assert (set(named.looked), "dana" in named.looks) == (set(started.looks), True)
    assert dialogue.hears("ana: status").turn.looks == {}
    assert commands("list").looks == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [("start “Claims  Copilot” --pack full", "Claims Copilot"), ("start", ""), ("list", None)],
)
def test_the_name_of_a_project_is_known_before_it_is_started(text: str, name: str | None) -> None:
    place = ConversationReference(platform="slack", tenant="T1", channel="C1")
    at = a_dialogue().now
    activity = Activity(keys=("k",), kind=ActivityKind.COMMAND, actor=person("tom"), reference=place, at=at, text=text)
    assert project_to_start(activity) == name


def test_the_usual_pack_comes_first_among_those_that_can_be_chosen() -> None:
    assert (engine().packs[0], engine("full").packs[0]) == ("core", "full")
    assert sorted(engine().packs) == sorted(engine("full").packs)
