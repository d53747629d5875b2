"""Every limit of Teams has a case here that would break it, if nothing were cut, as `test_limits.py` has for Slack.

What Teams would refuse is judged by `tests/adaptive_cards.py`, apart from the product.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.laying_out import lay_out
from adapters.prompting import needs_prompt
from adapters.teams import limits
from adapters.teams.cards import Rendered, to_card
from adapters.teams.forms import to_form
from adapters.teams.prompts import to_prompt, to_start
from adapters.teams.submissions import submitted
from adapters.teams.texts import Teams
from adapters.teams.ways import Pressed, from_data
from adapters.wording import Reader, Wording
from conversations.activities import Form
from conversations.cards import Card, Tap
from conversations.events import View
from conversations.overview import list_card
from conversations.packs import ItemType
from conversations.preferences import WORDS_OF, preferences_form
from conversations.standing import Standing
from tests.adaptive_cards import actions, complaints, elements, inputs
from tests.builders import AT
from tests.contracts.pressing import ways_of
from tests.contracts.too_much import (
    ANSWERS,
    FLAT,
    NAME,
    NAMES,
    PACKS,
    SAID,
    WORD,
    asked,
    bytes_of,
    cards,
    crowded,
    digest,
    form_card,
    full_home,
    full_report,
    heirs,
    how_to_write,
    large,
    large_pack,
    letter,
    many,
    said,
)

WORDING, UTC_ZONE = Wording(Teams()), ZoneInfo("UTC")
MESSAGE_BYTES = 80_000  # counted in UTF-16; more is refused, or shown by no client
REVIEW, DELIVERY, PACK = "f" * 32, f"{'f' * 32}/12/3", "0" * 64
ADDRESS = f"https://teams.microsoft.com/l/message/{'C' * 2_900}"


def links(card: Card, address: str = "https://teams.microsoft.com/l/message/1") -> dict[str, str]:
    return {way.choice or "": address for way in ways_of(card)}


def words_of(card: Card, spoken: Mapping[int, str] = SAID) -> Any:
    return WORDING.of(card, Reader(words=spoken, today=AT.date(), zone=UTC_ZONE))


def message(card: Card, spoken: Mapping[int, str] = SAID, **more: Any) -> Rendered:
    where = {"review": REVIEW, "pack": PACK, "shown_in": DELIVERY, "names": NAMES, "links": links(card)} | more
    return to_card(card, words_of(card, spoken), **where)


def form(standing: Standing, view: View = View.FORM, **more: Any) -> dict[str, Any]:
    card = form_card(standing, view)
    where: dict[str, Any] = {"review": REVIEW, "shown_in": DELIVERY, "names": NAMES}
    return to_form(card, words_of(card, said(standing)), said(standing), **where, **more)


def form_of_preferences() -> dict[str, Any]:
    card = preferences_form(how_to_write())
    return to_form(card, words_of(card), {}, review=None, shown_in=DELIVERY, names=NAMES)


def pressed(tap: Tap, item: str | None = None) -> Pressed:
    return Pressed(tap=tap, item=item, review=REVIEW, shown_in=DELIVERY, inputs={})


def utf16(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-16-le"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    limit: int
    there: Callable[[], int]  # how much of it there is, if nothing is cut
    sent: Callable[[], Any]  # a card
    most: int = limits.CARD_BYTES


LIMITS: Mapping[str, Case] = {
    "card": Case(
        limit=limits.CARD_BYTES,
        there=lambda: 100 * 2 * len(many()),  # a line of a review and its link have more characters than that
        sent=lambda: message(list_card(many())).card,
    ),
    "buttons in sight": Case(
        limit=limits.IN_SIGHT, there=lambda: len(heirs().ways), sent=lambda: message(heirs()).card
    ),
    "buttons of a row": Case(limit=limits.ROW, there=lambda: len(crowded().ways), sent=lambda: message(crowded()).card),
    "label": Case(limit=limits.LABEL, there=lambda: len(NAMES["U2"]), sent=lambda: message(heirs()).card),
    "what is heard": Case(
        limit=limits.HEARD, there=lambda: len(f"Ask: {NAME * 3}"), sent=lambda: message(full_home()).card
    ),
    "fallback": Case(
        limit=limits.FALLBACK,
        there=lambda: sum(len(row.label) for row in asked(ItemType.TEXT).rows),
        sent=lambda: message(asked(ItemType.TEXT)).card,
    ),
    "url": Case(
        limit=limits.URL,
        there=lambda: len(ADDRESS),
        sent=lambda: message(list_card(many()), links=links(list_card(many()), ADDRESS)).card,
    ),
    "choices": Case(
        limit=limits.CHOICES,
        there=lambda: len(asked(ItemType.CHOICE).options),
        sent=lambda: form(large(ItemType.CHOICE, done=0)),
    ),
    "people to choose from": Case(
        limit=limits.PEOPLE, there=lambda: len(NAMES), sent=lambda: to_prompt(pressed(Tap.HAND_OVER), names=NAMES)
    ),
    "packs to choose from": Case(
        limit=limits.CHOICES, there=lambda: len(PACKS), sent=lambda: to_start(PACKS, shown_in=DELIVERY, name=WORD)
    ),
    "placeholder": Case(
        limit=limits.PLACEHOLDER,
        there=lambda: len(asked(ItemType.TEXT).example or ""),
        sent=lambda: form(large(ItemType.TEXT, done=0)),
    ),
    "what a form shows": Case(
        limit=limits.VALUES_BYTES, there=lambda: 60 * bytes_of(FLAT), sent=lambda: form(large(ItemType.TEXT, FLAT))
    ),
    "what a form remembers": Case(
        limit=limits.REMEMBERED,
        there=lambda: sum(len(line.name) for line in form_card(large()).fields),
        sent=lambda: form(large(ItemType.TEXT, "a short answer")),
    ),
    "a form once more": Case(
        limit=limits.TYPED_BYTES,
        there=lambda: 60 * len(WORD),
        sent=lambda: form(
            large(ItemType.TEXT),
            typed={line.name: WORD for line in form_card(large(ItemType.TEXT)).fields},
            faults={line.name: "It is no address." for line in form_card(large(ItemType.TEXT)).fields},
        ),
        most=limits.TYPED_BYTES,
    ),
    "the report": Case(
        limit=limits.CARD_BYTES,
        there=lambda: sum(map(len, said(large()).values())),
        sent=lambda: message(full_report()).card,
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_too_much_for_teams_is_cut(limit: str) -> None:
    case = LIMITS[limit]
    assert case.there() > case.limit, "this would never break it"
    assert complaints(case.sent(), case.most) == []


ALL = tuple(cards())


@pytest.mark.parametrize("n", range(len(ALL)), ids=lambda n: f"{n}-{type(ALL[n]).__name__}")
@pytest.mark.parametrize("answer", ANSWERS, ids=("word", "link", "words", "person", "emoji"))
def test_no_card_is_too_much(n: int, answer: str) -> None:
    sent = message(ALL[n], dict.fromkeys(range(1, 62), answer))
    assert complaints(sent.card) == []
    assert 0 < len(sent.summary) <= limits.SUMMARY
    assert "\n" not in sent.summary
    assert utf16([sent.card, sent.summary]) <= MESSAGE_BYTES


@pytest.mark.parametrize("tap", [tap for tap in Tap if needs_prompt(tap, None) and tap is not Tap.START])
def test_a_small_card_takes_the_longest_names(tap: Tap) -> None:
    item = large_pack().items[0].key
    assert len(item) == 150
    assert complaints(to_prompt(pressed(tap, item), names=NAMES, refused=WORD[:300], typed={"choice": WORD})) == []


def test_the_intake_takes_the_longest_names() -> None:
    assert complaints(form(large(), View.ABOUT)) == []


def test_the_form_of_preferences_is_within_all_limits() -> None:
    assert complaints(form_of_preferences()) == []


@pytest.mark.parametrize("type_", [ItemType.TEXT, ItemType.URL, ItemType.METRIC, ItemType.CHANNEL, ItemType.CHOICE])
def test_a_form_that_was_cut_is_saved_like_any_other(type_: ItemType) -> None:
    content = form(large(type_))
    held = {each["id"]: each.get("value") for each in inputs(content)}
    assert held
    assert len(held) < 60
    assert _saved(content, held) == {}
    first = next(each["id"] for each in inputs(content) if each["type"] == "Input.Text")
    assert _saved(content, held | {first: "by phone"}) == {first: "by phone"}


def _saved(content: Mapping[str, Any], held: Mapping[str, str | None]) -> Mapping[str, str]:
    save, *_ = actions(content)
    read = submitted(save["data"] | {name: text for name, text in held.items() if text}, {})
    assert read is not None
    assert isinstance(read.content, Form)
    return read.content.values


LONG = letter(asks="a question that goes on and on " * 40, example="such as " * 60)  # of no pack that is there


@pytest.mark.parametrize("card", [LONG, digest()], ids=["a letter", "a digest"])
def test_every_way_of_a_letter_and_of_a_digest_has_its_button(card: Card) -> None:
    shown = {choice.way for choice in lay_out(card, words_of(card)).choices}
    content = message(card).card
    buttons = [from_data(each["data"]) for each in elements(content, "Action.Execute")]
    assert {(each.review, each.tap, each.item, each.choice) for each in buttons if each} == {
        (None if way.tap in WORDS_OF else way.review or REVIEW, way.tap, way.item, way.choice)
        for way in shown
        if way.tap is not Tap.OPEN
    }
    opened = [each for each in elements(content, "Action.OpenUrl") if each["url"] in links(card).values()]
    assert len(opened) == len([way for way in shown if way.tap is Tap.OPEN])
