from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.digest_lines import in_full, in_short
from adapters.laying_out import lay_out
from adapters.layout import ItemLine, Line, fallback
from adapters.pieces import buttons_aside
from adapters.teams.cards import Rendered, shares
from adapters.teams.texts import bare, plain
from adapters.teams.ways import DIGEST_SHOWN, Pressed, from_data
from adapters.wording import template_name
from conversations.cards import (
    Card,
    DigestCard,
    DigestState,
    FormCard,
    HomeCard,
    LetterCard,
    ListCard,
    MineCard,
    Notice,
    NoticeCard,
    QuestionCard,
    QuestionLine,
    Quote,
    ReportCard,
    Tap,
    Way,
    WhoCard,
)
from conversations.preferences import WORDS_OF
from conversations.review import Phase
from tests.adapters.playing import of_project
from tests.adapters.private_samples import nudge
from tests.adapters.samples import CARDS, WORDS, ask, gone, question, quote, root, row, summary, ways
from tests.adapters.teams_screen import DELIVERY, LINKS, NAMES, PACK, REVIEW, drawn, in_words, message
from tests.adaptive_cards import actions, complaints, elements, entities, texts

GOLDEN = Path(__file__).parent / "golden" / "teams"
KINDS = ("conflict", "digest", "follow_up", "help", "letter", "list", "not_applicable", "question", "root", "who")
MARKS = re.compile("[▓░▶▸○◐✓⏸↻]")
NASTY = (
    "<at>Ana</at> *bold* [a](http://b.example) {{DATE(2026-01-01, SHORT)}} `code` https://a.example/b?c=d \x1b[31mred"
)
LONG = "A rather long sentence, with nothing to cut it at. " * 120


def transcript(kind: str) -> str:
    """All samples of one card class, as Teams shows them."""
    cards = ((name, card) for name, card in CARDS.items() if template_name(type(card)) == kind)
    return "\n".join(f"## {name}\n{drawn(message(card).card)}" for name, card in cards)


@pytest.mark.parametrize("kind", KINDS)
def test_cards_look_as_they_did(kind: str) -> None:
    path, now = GOLDEN / f"{kind}.txt", transcript(kind)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8"), "if it is meant: UPDATE_GOLDEN=1"


# --- what Teams takes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CARDS)
def test_teams_takes_every_sample(name: str) -> None:
    shown = message(CARDS[name])
    assert complaints(shown.card) == []
    assert 0 < len(shown.summary) <= 200


_MANY = tuple(row(f"name_{n}", CARDS["question-asked"].rows[0].state, quote=quote(10)) for n in range(60))  # type: ignore[union-attr]  # it is a QuestionCard
_REPORT = CARDS["report"]
assert isinstance(_REPORT, ReportCard)
TOO_MUCH: dict[str, Card] = {
    "a long title": question(title=LONG),
    "a long prompt": ask(prompt=LONG, example=LONG, ways=ways(*Tap)),
    "many answers": question(*_MANY),
    "many questions": root(
        questions=tuple(QuestionLine(short=f"Question {n}", answered=1, total=9) for n in range(400))
    ),
    "a long report": replace(_REPORT, questions=tuple((f"Question {n}", 5, _MANY[:9]) for n in range(40))),
    "many ways": NoticeCard(notice=Notice.CLOSED, phase=Phase.DONE, ways=ways(*Tap)),
    "many ways to one": gone(
        "owner", ways=tuple(Way(tap=Tap.ASK, item="q.a", choice=f"29:{n}") for n in range(60)), heirs=("29:1", "29:2")
    ),
    "a long reason": summary(checks=(LONG,), blockers=()),
    "many things that wait": MineCard(lines=CARDS["mine"].lines * 30),  # type: ignore[union-attr,arg-type]  # it is a MineCard
    "many reviews": ListCard(reviews=CARDS["list"].reviews * 30),  # type: ignore[union-attr]  # it is a ListCard
    "many signs": NoticeCard(notice=Notice.NO_SUCH_PACK, label="ä" * 9_000, names=("core",)),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_would_be_too_much_is_cut_and_taken(name: str) -> None:
    shown = message(TOO_MUCH[name], said={**WORDS, 10: f"https://a.example/{'x' * 1_900}"})
    assert complaints(shown.card) == []


@pytest.mark.parametrize("name", ["many answers", "a long report", "many signs"])
def test_what_was_cut_says_so_and_the_ways_on_stay(name: str) -> None:
    card = message(TOO_MUCH[name], said={**WORDS, 10: f"https://a.example/{'x' * 1_900}"}).card
    assert any("…" in each for each in texts(card))
    if name == "many answers":
        assert card["body"][-1]["type"] == "ActionSet"
        assert card["fallbackText"].splitlines()[-1].startswith("You can: ")


def test_long_texts_are_cut_before_a_line_is_left_out() -> None:
    lines = tuple(nudge(prompt=f"part {n} {'x' * 9_000}", example="y" * 9_000) for n in range(3))
    card = message(LetterCard(to="29:1una", lines=lines)).card
    assert complaints(card) == []
    shown = "\n".join(texts(card))
    assert all(f"part {n}" in shown for n in range(3))
    assert "…" in shown


# --- ways ------------------------------------------------------------------------------------------------------------


def _ways(value: object) -> Iterator[Way]:
    """All ways of a card, wherever they stand in it."""
    if isinstance(value, Way):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _ways(each)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _ways(getattr(value, each.name))


def _pressed(shown: Rendered) -> list[Pressed]:
    """What comes back of each button; none of a link."""
    came = (from_data(action["data"]) for action in actions(shown.card) if "data" in action)
    return [pressed for pressed in came if pressed is not None]


def _as_pressed(way: Way, *, picks: bool = False) -> Pressed:
    about = None if way.tap in WORDS_OF else way.review or REVIEW
    return Pressed(
        tap=way.tap,
        item=way.item,
        choice=way.choice,
        review=about,
        digest=PACK[:DIGEST_SHOWN] if about == REVIEW else None,
        shown_in=DELIVERY,
        picks=picks,
        inputs={},
    )


def _offered(card: Card) -> list[Pressed]:
    shown = list(_ways(card))
    match card:
        case WhoCard():
            asked = [way for way in shown if way.tap is Tap.WRITE_ANOTHER]
            picked = [_as_pressed(replace(way, tap=Tap.ANSWER), picks=True) for way in asked]
            return picked + [_as_pressed(way) for way in shown if way not in asked]
        case FormCard():
            shown = [Way(tap=Tap.ABOUT) if card.name == "about" else Way(tap=Tap.ANSWER, choice=card.name)]
        case HomeCard():
            shown = [*_ways(card.waiting[:10]), *_ways(card.projects[:10]), *_ways(card.preferences), *card.ways]
        case DigestCard():
            asked_for = [line for line in in_short(card) if line.state is DigestState.IDLE]
            shown = [*_ways(tuple(in_full(card))), *_ways(tuple(asked_for)), *card.ways]
        case QuestionCard():
            shown = [*(way for way in shown if way.tap is not Tap.HELP), *card.aside]
        case MineCard():
            shown = [*_ways(card.lines[:10])]
        case ReportCard():
            shown = []  # a document
        case _:
            pass
    return [_as_pressed(way) for way in shown if way.tap is not Tap.OPEN]


@pytest.mark.parametrize("name", CARDS)
def test_every_way_of_a_card_is_a_button_and_comes_back_as_it_went(name: str) -> None:
    assert sorted(_pressed(message(CARDS[name])), key=str) == sorted(_offered(CARDS[name]), key=str)


@pytest.mark.parametrize("name", [*CARDS, *TOO_MUCH])
def test_buttons_that_read_the_same_are_heard_apart(name: str) -> None:
    heard = [each.get("tooltip", each["title"]) for each in actions(message({**CARDS, **TOO_MUCH}[name]).card)]
    assert len(set(heard)) == len(heard)


@pytest.mark.parametrize("name", CARDS)
def test_at_most_one_button_is_primary(name: str) -> None:
    assert sum(each.get("style") == "positive" for each in actions(message(CARDS[name]).card)) <= 1


@given(st.lists(st.integers(min_value=1, max_value=9), max_size=12))
def test_each_row_has_a_button_in_sight_before_any_has_two(rows: list[int]) -> None:
    shared = shares(rows)
    assert sum(shared) == min(6, sum(rows))
    assert all(0 <= mine <= row for mine, row in zip(shared, rows, strict=True))
    assert sum(mine > 0 for mine in shared) == min(6, len(rows))


def test_what_has_no_place_in_sight_is_behind_the_dots() -> None:
    shown = actions(message(CARDS["mine-long"]).card)
    assert [each.get("mode") for each in shown].count(None) == 6


def test_what_cancels_is_marked_as_such() -> None:
    (button,) = actions(message(CARDS["notice-cancel_sure"]).card)
    assert button["style"] == "destructive"


def test_who_it_is_can_be_chosen_beside_the_buttons() -> None:
    first, *_ = actions(message(CARDS["who"]).card)
    pressed = from_data(first["data"])
    assert pressed is not None
    assert (first["title"], pressed.tap, pressed.item, pressed.picks) == (
        "Choose a person",
        Tap.ANSWER,
        "run.service_owner",
        True,
    )


def test_an_heir_is_a_button_with_their_name() -> None:
    button = actions(message(CARDS["gone"]).card)[0]
    assert (button["title"], button["data"]["air"]["choice"]) == ("@Sam", "sam")


def test_what_only_opens_something_is_a_link_in_its_line() -> None:
    card = message(CARDS["list"]).card
    assert actions(card) == []
    links = [run["selectAction"]["url"] for run in elements(card, "TextRun") if "selectAction" in run]
    assert LINKS["C1/1700000000.000100"] in links


def test_what_opens_something_among_others_is_a_button_that_does() -> None:
    opens = [each for each in actions(message(CARDS["ask"]).card) if each["type"] == "Action.OpenUrl"]
    assert [each["url"] for each in opens] == [LINKS[""]]


def test_what_has_no_address_is_left_out_and_not_said_either() -> None:
    shown = message(CARDS["ask"], links={})
    assert "Action.OpenUrl" not in {each["type"] for each in actions(shown.card)}
    assert "see the thread" not in shown.card["fallbackText"]


# --- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in CARDS if name != "report"])
def test_all_that_a_card_shows_is_said_without_it(name: str) -> None:
    card, text = CARDS[name], message(CARDS[name]).card["fallbackText"]
    layout = lay_out(card, in_words(card))
    if isinstance(card, QuestionCard):
        layout = layout.without(lambda way: way.tap is Tap.HELP)
        layout = replace(layout, parts=(*layout.parts, *buttons_aside(card.aside)))
    lines = fallback(layout)
    assert text == "\n".join(plain(line, NAMES) for line in lines)
    assert len(lines) == 1 + sum(isinstance(p, Line | ItemLine) for p in layout.parts) + bool(layout.choices)


@pytest.mark.parametrize("name", CARDS)
def test_what_is_said_has_no_bars_and_no_marks(name: str) -> None:
    assert MARKS.findall(message(CARDS[name]).card["fallbackText"]) == []


@pytest.mark.parametrize("name", CARDS)
def test_a_notification_says_the_first_line(name: str) -> None:
    shown = message(CARDS[name])
    assert shown.summary == bare(lay_out(CARDS[name], in_words(CARDS[name])).title, NAMES)


def test_only_who_is_asked_to_act_is_rung() -> None:
    def rung(card: Card, *, rings: bool) -> list[str]:
        return [entity["mentioned"]["id"] for entity in entities(message(card, rings=rings).card)]

    assert {name: who for name, card in CARDS.items() if (who := rung(card, rings=True))} == {
        "conflict": ["sam"],
        "conflict-outside": ["sam"],
        "not-applicable-critical": ["priya"],
        "notice-no_private_chat": ["sam"],
        "ask-here": ["dana"],
        "ask-here-named": ["dana"],
        "ask-here-holds": ["dana"],
    }
    assert [name for name, card in CARDS.items() if rung(card, rings=False)] == []


def test_a_command_begins_with_a_mention_of_the_bot() -> None:
    said = "\n".join(texts(message(CARDS["help-all"]).card))
    assert "@AI Readiness start NAME" in said
    whole = "\n".join(line for card in CARDS.values() for line in texts(message(card).card))
    assert "/ai-readiness" not in whole


# --- what people typed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CARDS)
def test_nothing_that_people_typed_acts(name: str) -> None:
    said = dict.fromkeys([*WORDS, 10], NASTY)
    names = {who: f"{who} <at>x</at> *b* {{{{TIME(1)}}}}" for who in NAMES}
    shown = message(of_project(CARDS[name], NASTY), said=said, names=names)
    assert complaints(shown.card) == []
    assert "\x1b" not in str(shown.card)
    links = {each["url"] for each in elements(shown.card, "Action.OpenUrl")}
    assert links <= {*LINKS.values(), "https://a.example/b?c=d", "http://b.example"}


def test_quotes_are_shown_as_typed() -> None:
    card = question(row("modes", CARDS["question-asked"].rows[0].state, quote=Quote(acts=(10,), by="tom", at=_AT)))  # type: ignore[union-attr]  # it is a QuestionCard
    (line,) = [line for line in texts(message(card, said={10: "*a* <at>b</at> {{x}} # c"}).card) if "*a*" in line]
    assert (
        line.replace("\u2060", "").startswith("✓ modes · answered: “*a* <at>b</at> {{x}} # c”") or "*a* <at>b" in line
    )


_AT = quote(10).at
