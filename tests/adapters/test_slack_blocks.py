from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from adapters.digest_lines import in_full, in_short
from adapters.laying_out import lay_out
from adapters.layout import Buttons, ItemLine, Line, fallback
from adapters.slack import limits
from adapters.slack.blocks import LABEL, Message, to_home, to_message, to_modal
from adapters.slack.texts import bare, plain
from adapters.slack.ways import DIGEST_SHOWN, OVERFLOW, Pressed, from_ids
from adapters.wording import template_name
from conversations.cards import (
    Card,
    ConflictCard,
    DigestCard,
    DigestState,
    FormCard,
    GoneCard,
    HomeCard,
    LetterCard,
    ListCard,
    MineCard,
    Notice,
    NoticeCard,
    QuestionLine,
    Quote,
    ReportCard,
    ReviewLine,
    Tap,
    Way,
    WhoCard,
)
from conversations.preferences import WORDS_OF
from conversations.review import Phase, State
from tests.adapters.playing import of_project
from tests.adapters.samples import CARDS, TODAY, WORDS, ask, gone, question, quote, root, row, summary, ways
from tests.adapters.slack_screen import LINKS, NAMES, PACK, REVIEW, Reading, drawn, in_words, message, reading
from tests.block_kit import complaints, elements_of

GOLDEN = Path(__file__).parent / "golden" / "slack"
CLASSES = {template_name(card) for card in get_args(Card)}
MARKS = re.compile("[▓░▶▸○◐✓⏸↻]")
NASTY = "<!channel> @here <@U1> *bold* <http://x|y> `code` :smile: https://a.example/b?c=d \x1b[31mred\x01\x02"
LONG = "A rather long sentence, with nothing to cut it at. " * 120


def transcript(kind: str) -> str:
    """All samples of one card class, as Slack shows them."""
    cards = ((name, card) for name, card in CARDS.items() if template_name(type(card)) == kind)
    return "\n".join(f"## {name}\n{drawn(message(card))}" for name, card in cards)


@pytest.mark.parametrize("kind", sorted(CLASSES))
def test_cards_look_as_they_did(kind: str) -> None:
    path, now = GOLDEN / f"{kind}.txt", transcript(kind)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8"), "if it is meant: UPDATE_GOLDEN=1"


# --- what Block Kit takes --------------------------------------------------------------------------------------------


def _all(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a payload."""
    if isinstance(value, list):
        for each in value:
            yield from _all(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from _all(each)


def _longest(payload: object, kind: str, key: str) -> int:
    """Of all objects of a type: the length of a text, or of a list."""
    found = [each.get(key, "") for each in _all(payload) if each.get("type") == kind]
    return max((len(text["text"] if isinstance(text, dict) else text) for text in found), default=0)


def readings(blocks: list[dict[str, Any]]) -> list[Reading]:
    """Every text of a payload, as Slack reads it."""
    return [reading(each) for each in _all(blocks) if each.get("type") in ("mrkdwn", "plain_text")]


def assert_valid(blocks: list[dict[str, Any]], most: int) -> None:
    assert 0 < len(blocks) <= most
    assert _longest(blocks, "header", "text") <= 150
    assert _longest(blocks, "plain_text", "text") <= 3_000
    assert _longest(blocks, "actions", "elements") <= 25
    assert _longest(blocks, "context", "elements") <= 10
    assert _longest(blocks, "button", "text") <= 24
    assert _longest(blocks, "button", "accessibility_label") <= 75
    assert _longest(blocks, "button", "action_id") <= 255
    assert _longest(blocks, "button", "url") <= 3_000
    assert _longest(blocks, "users_select", "placeholder") <= 150
    assert _longest(blocks, "overflow", "options") <= 5
    options = [option for each in _all(blocks) if each.get("type") == "overflow" for option in each["options"]]
    assert all(len(o["value"]) <= 150 and len(o["text"]["text"]) <= 75 for o in options)
    assert _longest(blocks, "mrkdwn", "text") <= 3_000
    names = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 255 for name in names)
    assert {block["type"] for block in blocks} <= {"header", "section", "context", "actions", "divider"}
    assert [each for each in _all(blocks) if each.get("text") == ""] == []
    assert all(each["emoji"] is False for each in _all(blocks) if each.get("type") == "plain_text")
    assert all(each["verbatim"] is True for each in _all(blocks) if each.get("type") == "mrkdwn")
    assert complaints(blocks if most == limits.BLOCKS_IN_MESSAGE else {"type": "home", "blocks": blocks}) == []


def assert_sent(shown: Message) -> None:
    assert_valid(shown.blocks, 50)
    assert 0 < len(shown.text) <= 4_000
    assert sum(len(each["text"]) for each in _all(shown.blocks) if isinstance(each.get("text"), str)) <= 10_000


@pytest.mark.parametrize("name", CARDS)
def test_slack_takes_every_sample(name: str) -> None:
    assert_sent(message(CARDS[name]))


_MANY = tuple(
    row(f"name_{n}", State.COMPLETE, quote=Quote(acts=(10,), by="tom", at=datetime(2026, 11, 23, tzinfo=UTC)))
    for n in range(60)
)
_REPORT = CARDS["report"]
assert isinstance(_REPORT, ReportCard)
_ITEM = "a" * 140
TOO_MUCH: dict[str, Card] = {
    "a long title": question(title=LONG),
    "a long prompt": ask(prompt=LONG, example=LONG, ways=ways(*Tap)),
    "many answers": question(*_MANY),
    "many questions": root(
        questions=tuple(QuestionLine(short=f"Question {n}", answered=1, total=9) for n in range(400))
    ),
    "many sides": ConflictCard(
        short="Rollback",
        label="decider",
        settlers=("sam",),
        sides=tuple(quote(2) for _ in range(40)),
        ways=tuple(Way(tap=Tap.USE, item="rollback.decider", choice=str(n)) for n in range(1, 41)),
    ),
    "a long report": replace(_REPORT, questions=tuple((f"Question {n}", 5, _MANY[:9]) for n in range(40))),
    "many ways": NoticeCard(notice=Notice.CLOSED, phase=Phase.DONE, ways=ways(*Tap)),
    "many ways to one": gone(
        "owner", ways=tuple(Way(tap=Tap.ASK, item="q.a", choice=f"U{n}") for n in range(60)), heirs=("U1", "U2")
    ),
    "a long name of an item": NoticeCard(notice=Notice.CLOSED, phase=Phase.DONE, ways=ways(*Tap, item=_ITEM)),
    "a long reason": summary(checks=(LONG,), blockers=()),
    "many things that wait": MineCard(lines=CARDS["mine"].lines * 30),  # type: ignore[union-attr,arg-type]  # it is a MineCard
    "many reviews": ListCard(reviews=CARDS["list"].reviews * 30),  # type: ignore[union-attr]  # it is a ListCard
    "many signs to escape": NoticeCard(notice=Notice.NO_SUCH_PACK, label="&" * 5_000, names=("core",)),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_what_would_be_too_much_is_cut_and_taken(name: str) -> None:
    shown = message(TOO_MUCH[name], said={**WORDS, 10: f"https://a.example/{'x' * 2_900}"})
    assert_sent(shown)
    assert_valid(to_modal_of(TOO_MUCH[name])["blocks"], 100)


@pytest.mark.parametrize("name", ["a long prompt", "many answers", "a long report", "a long title"])
def test_what_was_cut_says_so(name: str) -> None:
    shown = message(TOO_MUCH[name], said={**WORDS, 10: f"https://a.example/{'x' * 2_900}"})
    assert "…" in drawn(shown)


def test_the_ways_on_stay_when_the_rest_is_cut() -> None:
    for name in ("many answers", "a long prompt"):
        shown = message(TOO_MUCH[name])
        assert shown.blocks[-1]["type"] == "actions"
        assert shown.text.splitlines()[-1].startswith("You can: ")


def test_names_of_people_are_cut_like_anything_else() -> None:
    names = {"sam": "Sam " * 40, "tom": "Sam " * 40}
    card = gone(
        "owner", heirs=("sam", "tom"), ways=tuple(Way(tap=Tap.ASK, item="q.a", choice=who) for who in ("sam", "tom"))
    )
    shown = message(card, names=names)
    assert_sent(shown)
    first, second = shown.blocks[-1]["elements"]
    assert first["text"]["text"] == second["text"]["text"]
    assert first.get("accessibility_label") != second["accessibility_label"]


def to_modal_of(card: Card) -> dict[str, Any]:
    return to_modal(
        card, in_words(card), title="What happens when it fails?", review=REVIEW, pack=PACK, names=NAMES, links=LINKS
    )


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


def _pressed(shown: Message) -> list[Pressed | None]:
    """What comes back of each button and of each entry of an overflow."""
    pressed: list[Pressed | None] = []
    for block in shown.blocks:
        for element in elements_of(block):
            names = [o["value"] for o in element["options"]] if "options" in element else [element["action_id"]]
            pressed.extend(from_ids(block["block_id"], name) for name in names)
    return pressed


def _as_pressed(way: Way) -> Pressed:
    digest = PACK[:DIGEST_SHOWN] if way.review in (None, REVIEW) else None
    return Pressed(review=way.review or REVIEW, digest=digest, tap=way.tap, item=way.item, choice=way.choice)


@pytest.mark.parametrize("name", CARDS)
def test_every_way_of_a_card_is_a_button_and_comes_back_as_it_went(name: str) -> None:
    card = CARDS[name]
    shown = [way for way in _ways(card) if way.tap is not Tap.WRITE_ANOTHER or not isinstance(card, WhoCard)]
    if isinstance(card, WhoCard) and card.ways:
        shown.append(Way(tap=Tap.ANSWER, item="run.service_owner"))
    if isinstance(card, FormCard):
        shown = [Way(tap=Tap.ABOUT) if card.name == "about" else Way(tap=Tap.ANSWER, choice=card.name)]
    if isinstance(card, HomeCard):
        shown = [*_ways(card.waiting[:10]), *_ways(card.projects[:10]), *_ways(card.preferences), *card.ways]
    if isinstance(card, DigestCard):
        asked = [line for line in in_short(card) if line.state is DigestState.IDLE]
        shown = [*_ways(tuple(in_full(card))), *_ways(tuple(asked)), *card.ways]
    if isinstance(card, MineCard):
        shown = [*_ways(card.lines[:10])]
    if isinstance(card, ReportCard):
        shown = []  # a document
    came = [_as_meant(pressed) for pressed in _pressed(message(card))]
    assert sorted(came, key=str) == sorted((_as_meant(_as_pressed(way)) for way in shown), key=str)


def _as_meant(pressed: Pressed | None) -> Pressed | None:
    """What is one's own to say is no review's, whichever it stands beside."""
    return replace(pressed, review=None, digest=None) if pressed and pressed.tap in WORDS_OF else pressed


def test_what_is_ones_own_to_say_stands_beside_what_is_a_reviews() -> None:
    why = Way(tap=Tap.WHY, choice="ask/q.a/U1", review="other")
    letter = LetterCard(to="U1", lines=(ask(ways=(replace(why, tap=Tap.ANSWER),)),), ways=(why, *ways(Tap.PREFERENCES)))
    *_, last = message(letter).blocks
    assert [element["action_id"] for element in last["elements"]] == ["why||ask/q.a/U1", "preferences||"]
    assert last["block_id"].split("/")[1:] == ["other", ""]


def test_a_button_about_another_review_carries_that_one_and_no_digest() -> None:
    way = Way(tap=Tap.ANSWER, item="q.a", review="other")
    mixed = NoticeCard(notice=Notice.CLOSED, phase=Phase.DONE, ways=(Way(tap=Tap.RESUME), way))
    assert _pressed(message(mixed)) == [
        Pressed(review=REVIEW, digest=PACK[:DIGEST_SHOWN], tap=Tap.RESUME, item=None, choice=None),
        Pressed(review="other", digest=None, tap=Tap.ANSWER, item="q.a", choice=None),
    ]


def _buttons(shown: Message) -> list[dict[str, Any]]:
    return [each for each in _all(shown.blocks) if each.get("type") == "button"]


@pytest.mark.parametrize("name", [*CARDS, *TOO_MUCH])
def test_buttons_that_read_the_same_are_heard_apart(name: str) -> None:
    shown = _buttons(message({**CARDS, **TOO_MUCH}[name]))
    heard = [button.get("accessibility_label", button["text"]["text"]) for button in shown]
    assert len(set(heard)) == len(heard)


def test_what_a_side_is_about_is_heard_with_its_button() -> None:
    heard = [button.get("accessibility_label") for button in _buttons(message(CARDS["conflict"]))]
    assert heard[:2] == ["Use this: answer 1, by @Ana", "Use this: answer 2, by @Tom"]


@pytest.mark.parametrize("name", CARDS)
def test_at_most_one_button_is_primary_and_three_are_in_sight(name: str) -> None:
    layout = lay_out(CARDS[name], in_words(CARDS[name]))
    assert sum(choice.primary for choice in layout.choices) <= 1
    rows = [part for part in layout.parts if isinstance(part, Buttons)]
    assert all(len(part.in_sight) <= 3 and len(part.more) <= 5 for part in rows)
    assert all(len(choice.label) <= LABEL for choice in layout.choices if choice.way.choice not in ("sam", "tom"))


def test_an_overflow_comes_last_and_is_named_as_one() -> None:
    *_, last = message(CARDS["question-asked"]).blocks[-1]["elements"]
    assert (last["type"], last["action_id"]) == ("overflow", OVERFLOW)


def test_what_cancels_is_marked_as_such() -> None:
    (button,) = _buttons(message(CARDS["notice-cancel_sure"]))
    assert button["style"] == "danger"


def test_who_it_is_can_be_chosen_beside_the_buttons() -> None:
    block = message(CARDS["who"]).blocks[-1]
    assert [element["type"] for element in block["elements"]] == ["users_select", "button"]
    pressed = from_ids(block["block_id"], block["elements"][0]["action_id"])
    assert pressed is not None
    assert (pressed.tap, pressed.item) == (Tap.ANSWER, "run.service_owner")


def test_an_heir_is_a_button_with_their_name() -> None:
    button = _buttons(message(CARDS["gone"]))[0]
    assert (button["text"]["text"], button["action_id"]) == ("@Sam", "ask|fail.first_responder|sam")


def test_what_opens_something_is_a_link_to_it() -> None:
    opens = next(button for button in _buttons(message(CARDS["list"])))
    assert opens["url"] == LINKS["C1/1700000000.000100"]
    menu = [o for each in _all(message(CARDS["ask"]).blocks) for o in each.get("options", ())]
    assert [o["url"] for o in menu if "url" in o] == [LINKS[""]]


def test_what_has_no_address_is_left_out_and_not_said_either() -> None:
    card = CARDS["ask"]
    shown = to_message(card, in_words(card), review=REVIEW, pack=PACK, names=NAMES, links={})
    assert Tap.OPEN not in {pressed.tap for pressed in _pressed(shown) if pressed}
    assert "see the thread" not in shown.text
    alone = NoticeCard(notice=Notice.NAME_TAKEN, ways=ways(Tap.OPEN))
    without = to_message(alone, in_words(alone), review=None, pack=None, names={}, links={})
    assert [block["type"] for block in without.blocks] == ["section"]
    assert "You can" not in without.text


def test_the_place_of_the_message_is_no_place_of_another_review() -> None:
    here, there = (Way(tap=Tap.OPEN, review=review) for review in (REVIEW, "other"))
    elsewhere = replace(there, choice="C1/1700000000.000100")
    shown = message(NoticeCard(notice=Notice.NAME_TAKEN, ways=(here, there, elsewhere)))
    assert [button["url"] for button in _buttons(shown)] == list(LINKS.values())


# --- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in CARDS if name != "report"])
def test_all_that_a_card_shows_is_said_without_it(name: str) -> None:
    layout, text = lay_out(CARDS[name], in_words(CARDS[name])), message(CARDS[name]).text
    lines = fallback(layout)
    assert text == "\n".join(plain(line, NAMES) for line in lines)
    assert len(lines) == 1 + sum(isinstance(p, Line | ItemLine) for p in layout.parts) + bool(layout.choices)
    for choice in layout.choices:
        assert bare(choice.label, NAMES).lower() in text.lower()
    assert all(plain(p.label, NAMES) in text for p in layout.parts if isinstance(p, ItemLine))


@pytest.mark.parametrize("name", CARDS)
def test_what_is_said_has_no_bars_and_no_marks(name: str) -> None:
    assert MARKS.findall(message(CARDS[name]).text) == []


def test_a_count_is_said_in_words() -> None:
    assert "Failure answered, 3 of 3" in message(CARDS["root-open"]).text


@pytest.mark.parametrize("name", CARDS)
def test_a_mark_stands_beside_its_word(name: str) -> None:
    items = [part for part in lay_out(CARDS[name], in_words(CARDS[name])).parts if isinstance(part, ItemLine)]
    told = ("asked now", "was asked", "will be asked", "later, by")
    assert [item for item in items if item.state not in item.text and not any(t in item.text for t in told)] == []


def test_only_who_is_asked_to_act_is_rung() -> None:
    rung = {name: [who for read in readings(message(card).blocks) for who in read.rung] for name, card in CARDS.items()}
    assert {name: who for name, who in rung.items() if who} == {
        "conflict": ["sam"],
        "conflict-outside": ["sam"],
        "not-applicable-critical": ["priya"],
        "notice-no_private_chat": ["sam"],
        "ask-here": ["dana"],
        "ask-here-named": ["dana"],
        "ask-here-holds": ["dana"],
    }


# --- what people typed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CARDS)
def test_nothing_that_people_typed_acts(name: str) -> None:
    shown = message(of_project(CARDS[name], NASTY), said=dict.fromkeys(WORDS, NASTY))
    assert_sent(shown)
    assert not set(shown.text) & set("<>\x1b\x01\x02")
    assert "@here" not in shown.text
    read = readings(shown.blocks)
    assert {who for each in read for who in each.rung} <= {"sam", "priya", "dana"}
    assert {sign for each in read for sign in each.acts} <= {"*"}
    assert all(link == "https://a.example/b?c=d" for each in read for link in each.links)
    assert not any("bold" in each["text"] for each in _all(shown.blocks) if each.get("type") == "mrkdwn")


def test_what_is_quoted_is_shown_as_typed() -> None:
    shown = drawn(message(CARDS["who"], said={8: NASTY}))
    assert "'“<!channel> @here @Una *bold* <http://x|y> `code` :smile: https://a.example/b?c=d" in shown


def test_a_link_in_what_is_quoted_can_be_opened() -> None:
    shown = drawn(message(CARDS["who"], said={8: "see https://a.example/b_c?d&e <b>"}))
    assert "“see <https://a.example/b_c?d&amp;e> &lt;b&gt;” – @Ana" in shown


def test_lines_that_belong_together_are_one_block() -> None:
    kinds = [block["type"] for block in message(CARDS["question-asked"]).blocks]
    assert kinds == ["header", "context", "section", "context", "actions"]
    assert [block["type"] for block in message(CARDS["root-open"]).blocks] == ["header", "section", "actions"]


def test_one_button_of_a_line_stands_beside_it() -> None:
    _, first, second, last = message(CARDS["conflict"]).blocks
    assert [block["accessory"]["action_id"] for block in (first, second)] == [
        "use|rollback.decider|1",
        "use|rollback.decider|2",
    ]
    assert [element["text"]["text"] for element in last["elements"]] == ["Write another", "Ask somebody"]


def test_several_buttons_of_a_line_stand_below_it() -> None:
    card = CARDS["mine"]
    assert isinstance(card, MineCard)
    line = replace(card.lines[0], ways=ways(Tap.ANSWER, Tap.LATER, Tap.NOT_ME, item="q.a"))
    kinds = [block["type"] for block in message(MineCard(lines=(line, line))).blocks]
    assert kinds == ["section", "actions", "section", "actions"]


def test_a_line_that_would_act_keeps_its_button_and_who_is_rung_is_rung_before_it() -> None:
    use = Way(tap=Tap.USE, item="q.a", choice="1")
    card = ConflictCard(short="*Rollback*", label="decider", settlers=("sam",), sides=(quote(9),), ways=(use,))
    ring, title, side = message(card).blocks
    assert (ring["text"]["text"], title["text"]["text"][:16]) == ("<@sam>", "@Sam, *Rollback*")
    assert (side["text"]["type"], side["accessory"]["action_id"]) == ("plain_text", "use|q.a|1")


@pytest.mark.parametrize(
    ("name", "count"),
    [("list", 1), ("home", 3), ("home-nothing-waits", 1), ("home-empty", 0), ("report", 2), ("mine", 0)],
)
def test_what_is_apart_is_divided(name: str, count: int) -> None:
    kinds = [block["type"] for block in message(CARDS[name]).blocks]
    assert kinds.count("divider") == count
    assert "divider" not in (kinds[0], kinds[-1])


@pytest.mark.parametrize("name", CARDS)
def test_nothing_that_was_erased_is_quoted(name: str) -> None:
    shown = drawn(message(CARDS[name], said={}))
    assert "“”" not in shown
    assert [words for words in WORDS.values() if len(words) > len("<@dana>") and f"“{words[:40]}" in shown] == []


# --- views -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, card in CARDS.items() if isinstance(card, HomeCard)])
def test_the_home_is_a_view_with_the_same_blocks(name: str) -> None:
    card = CARDS[name]
    assert isinstance(card, HomeCard)
    view = to_home(card, in_words(card), names=NAMES, links=LINKS)
    assert (view["type"], set(view)) == ("home", {"type", "blocks"})
    assert_valid(view["blocks"], 100)
    assert drawn(Message(text="", blocks=view["blocks"])) == drawn(Message(text="", blocks=message(card).blocks))


@pytest.mark.parametrize("name", CARDS)
def test_any_card_can_stand_in_a_modal(name: str) -> None:
    view = to_modal_of(CARDS[name])
    assert (view["type"], view["title"]["text"], view["close"]["text"]) == (
        "modal",
        "What happens when it fa…",
        "Close",
    )
    assert "submit" not in view
    assert_valid(view["blocks"], 100)
    assert view["blocks"] == message(CARDS[name]).blocks


def test_reviews_are_counted_beyond_the_tenth() -> None:
    line = ReviewLine(
        project="P", stage="pilot", phase=Phase.OPEN, readiness=1, blockers=0, decision_on=TODAY, owner="ana"
    )
    shown = drawn(message(ListCard(reviews=(line,) * 12)))
    assert "and 2 more" in shown


def test_a_card_without_heirs_has_no_line_of_them() -> None:
    card = CARDS["gone-several-roles"]
    assert isinstance(card, GoneCard)
    assert [block["type"] for block in message(card).blocks] == ["section", "actions"]
    assert limits.BLOCKS_IN_MESSAGE == 50
