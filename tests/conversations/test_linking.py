"""The word `link`, and what is said of accounts that are one person's."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from conversations.accounts import CountTry, Join, Joined, KeepCode, Linking, NoteTold, Part
from conversations.activities import Activity, ActivityKind, Actor, ConversationReference
from conversations.cards import Elsewhere, HelpCard, HomeCard, Notice, NoticeCard, PreferencesCard, Tap
from conversations.effects import Turn, Whisper, Write
from conversations.linking import asked_in, is_own_doing
from conversations.people import Account, Preferences, together
from conversations.ports import Found
from tests.dialogue import a_dialogue, engine, person, short

HERE = Account(platform="slack", tenant="T1", id="ana")
THERE = Joined(account=Account(platform="teams", tenant="T9", id="29:ana"), name="Ana Lima")
FURTHER = Joined(account=Account(platform="console", tenant="local", id="ana"), name="ana")
CODE = "K7QM-4XWP"
NEW = Linking(new_code=CODE)
MINE = Linking(new_code=CODE, owner=THERE)


def activity(text: str, *, kind: ActivityKind = ActivityKind.COMMAND, by: Actor | None = None) -> Activity:
    return Activity(
        keys=("k",),
        kind=kind,
        actor=by or person("ana"),
        reference=ConversationReference(platform="slack", tenant="T1", channel="C1"),
        at=a_dialogue().now,
        text=text,
        addressed=kind is ActivityKind.MESSAGE,
    )


def says(text: str, found: Found, *, kind: ActivityKind = ActivityKind.COMMAND, by: Actor | None = None) -> Turn:
    return engine().decide(activity(text, kind=kind, by=by), found)


def whispered(turn: Turn) -> NoticeCard:
    card = next(each.card for each in turn.effects if isinstance(each, Whisper))
    assert isinstance(card, NoticeCard)
    return card


def written(turn: Turn) -> list[tuple[Account, NoticeCard]]:
    return [
        (each.to, each.card) for each in turn.effects if isinstance(each, Write) and isinstance(each.card, NoticeCard)
    ]


@pytest.mark.parametrize("kind", [ActivityKind.COMMAND, ActivityKind.MESSAGE])
def test_the_word_alone_gives_a_code(kind: ActivityKind) -> None:
    turn = says("Link", Found(linking=NEW), kind=kind)
    assert (whispered(turn).notice, whispered(turn).label) == (Notice.CODE_TO_JOIN, CODE)
    assert (turn.joining, turn.review, turn.refused) == (KeepCode(code=CODE), None, False)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("link", ""),
        ("link  off", "OFF"),
        ("“LINK k7qm-4xwp”", "K7QM4XWP"),
        ("link K7QM 4XWP.", "K7QM4XWP"),
        ("link `K7QM–4XWP`", "K7QM4XWP"),
        ("linked", None),
        ("list", None),
    ],
)
def test_a_code_is_read_however_it_is_typed(text: str, asked: str | None) -> None:
    assert asked_in(activity(text)) == asked


@pytest.mark.parametrize(
    ("heard", "own"),
    [
        (activity("list"), True),
        (activity("yes", kind=ActivityKind.BUTTON), True),
        (activity("", kind=ActivityKind.LEFT), False),
        (activity("list", by=person("robo", bot=True)), False),
    ],
)
def test_who_did_something_themselves_can_be_told_something_with_it(heard: Activity, own: bool) -> None:
    assert is_own_doing(heard) is own


def test_what_is_said_in_a_thread_is_no_command() -> None:
    said = replace(activity("link off", kind=ActivityKind.MESSAGE), addressed=False)
    assert asked_in(said) is None


def test_a_code_joins_and_both_sides_are_told_at_once() -> None:
    turn = says(f"link {CODE}", Found(linking=MINE, joined=(FURTHER,)))
    assert turn.joining == Join(account=THERE.account, code="K7QM4XWP")
    here = whispered(turn)
    assert (here.notice, here.act) == (Notice.JOINED, "link")
    assert here.accounts == (Elsewhere(platform="teams", name="Ana Lima"), Elsewhere(platform="console", name="ana"))
    ((to, there),) = written(turn)
    assert (to, there.notice, there.accounts) == (
        THERE.account,
        Notice.JOINED,
        (Elsewhere(platform="slack", name="Ana"),),
    )
    assert [way.tap for way in there.ways] == [Tap.PREFERENCES]
    assert [short(effect) for effect in turn.effects] == ["whisper ana joined", "write 29:ana joined"]


@pytest.mark.parametrize(
    ("linking", "notice", "joining"),
    [
        (NEW, Notice.NO_SUCH_CODE, CountTry()),
        (replace(MINE, spent=True), Notice.CODES_SPENT, None),
        (replace(MINE, owner=Joined(account=HERE, name="Ana")), Notice.CODE_FOR_ELSEWHERE, None),
        (replace(MINE, owner=Joined(account=replace(HERE, id="ben"), name="Ben")), Notice.CODE_FOR_ELSEWHERE, None),
    ],
)
def test_a_code_that_does_not_fit_joins_nobody(linking: Linking, notice: Notice, joining: object) -> None:
    turn = says(f"link {CODE}", Found(linking=linking))
    assert (whispered(turn).notice, turn.joining, turn.refused, written(turn)) == (notice, joining, True, [])


def test_who_is_joined_can_part_and_all_are_told() -> None:
    turn = says("link off", Found(linking=NEW, joined=(THERE, FURTHER)))
    assert (turn.joining, whispered(turn).notice) == (Part(), Notice.APART)
    assert [(to, card.notice) for to, card in written(turn)] == [
        (THERE.account, Notice.APART),
        (FURTHER.account, Notice.APART),
    ]


def test_there_is_nothing_to_part_for_who_is_not_joined() -> None:
    turn = says("link off", Found(linking=NEW))
    assert (turn.joining, whispered(turn).notice, turn.refused) == (None, Notice.NOT_JOINED, True)


@pytest.mark.parametrize("text", ["link", f"link {CODE}", "link off"])
def test_it_is_no_word_for_people_of_other_organisations(text: str) -> None:
    turn = says(text, Found(linking=MINE, joined=(THERE,)), by=person("eve", outsider=True))
    assert turn.joining is None
    assert [type(each.card) for each in turn.effects if isinstance(each, Whisper)] == [HelpCard]


# --- who was joined by their e-mail ----------------------------------------------------------------------------------

UNTOLD = Found(joined=(THERE,), untold=True, preferences=Preferences())


def test_who_was_joined_is_told_with_the_next_thing_that_the_bot_answers() -> None:
    turn = says("list", UNTOLD)
    ((to, card),) = written(turn)
    assert (to, card.notice, card.act, card.accounts) == (
        HERE,
        Notice.JOINED,
        "email",
        (Elsewhere(platform="teams", name="Ana Lima"),),
    )
    assert turn.joining == NoteTold()
    assert written(says("list", replace(UNTOLD, untold=False))) == []


def test_who_is_told_something_else_about_it_is_not_told_twice() -> None:
    turn = says("link off", replace(UNTOLD, linking=NEW))
    assert (turn.joining, [card.notice for _, card in written(turn)]) == (Part(), [Notice.APART])


def test_nobody_is_told_with_what_the_bot_leaves_alone() -> None:
    said = replace(activity("good morning", kind=ActivityKind.MESSAGE), addressed=False)
    turn = engine().decide(said, UNTOLD)
    assert (turn.effects, turn.joining) == ((), None)


@pytest.mark.parametrize("text", ["nudges", "home"])
def test_how_one_is_written_to_says_with_whom_one_is_joined(text: str) -> None:
    turn = says(text, replace(UNTOLD, untold=False))
    (effect,) = turn.effects
    assert isinstance(effect, Whisper)
    card = effect.card.preferences if isinstance(effect.card, HomeCard) else effect.card
    assert isinstance(card, PreferencesCard)
    assert card.joined == (Elsewhere(platform="teams", name="Ana Lima"),)


# --- what both have said ---------------------------------------------------------------------------------------------

EARLY = Preferences(begins=time(8), ends=time(9), digest_at=time(8), zone="Europe/Berlin")
AWAY = Preferences(away_until=date(2026, 12, 1), begins=time(10), ends=time(12), digest_at=time(10), country="DE")


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (Preferences(), Preferences(), Preferences()),
        (EARLY, Preferences(), EARLY),
        (Preferences(), EARLY, EARLY),
        (EARLY, AWAY, replace(EARLY, away_until=AWAY.away_until, country="DE")),
        (AWAY, EARLY, replace(AWAY, zone="Europe/Berlin")),
        (Preferences(nudges=False), Preferences(digest=False), Preferences(nudges=False, digest=False)),
        (EARLY, Preferences(digest_day=4), replace(EARLY, digest_day=4)),
        (
            Preferences(begins=time(12), ends=time(14), digest_at=time(9, 30)),
            Preferences(digest_since=datetime(2026, 11, 23, tzinfo=UTC)),
            Preferences(
                begins=time(12), ends=time(14), digest_at=time(12), digest_since=datetime(2026, 11, 23, tzinfo=UTC)
            ),
        ),
    ],
)
def test_what_was_said_on_either_counts_and_the_first_where_both_said_it(
    first: Preferences, second: Preferences, both: Preferences
) -> None:
    assert together(first, second) == both
