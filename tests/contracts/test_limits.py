"""Every limit of Slack has a case here that would break it, if nothing were cut: far more, and far longer, than usual.

`LIMITS` says how much there is of it, which must be more than Slack takes, so that no case becomes idle; what Slack
would refuse is judged by `tests/block_kit.py`, apart from the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.laying_out import lay_out
from adapters.prompting import needs_prompt
from adapters.slack.blocks import Message, to_home, to_message, to_modal
from adapters.slack.forms import to_view
from adapters.slack.modals import Origin
from adapters.slack.prompts import Prompt, to_prompt, to_start
from adapters.slack.submissions import submitted
from adapters.slack.texts import Slack
from adapters.slack.ways import action_id
from adapters.wording import Reader, Wording
from conversations.activities import Form
from conversations.board import board
from conversations.cards import Card, Tap
from conversations.events import View
from conversations.overview import list_card
from conversations.packs import ItemType
from conversations.preferences import WORDS_OF, preferences_form
from conversations.standing import Standing
from tests.block_kit import complaints
from tests.builders import AT
from tests.contracts.pressing import ways_of
from tests.contracts.too_much import (
    ANSWERS,
    FLAT,
    HERE,
    NAME,
    NAMES,
    PACKS,
    PROJECT,
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
    torn,
)

WORDING, UTC_ZONE = Wording(Slack()), ZoneInfo("UTC")
VIEW_BYTES = 250_000
TOO_LONG = 11_000  # of all texts together, `msg_blocks_too_long`: https://github.com/slackapi/bolt-js/issues/2509

# --- as Slack is sent it ---------------------------------------------------------------------------------------------


ADDRESS = f"https://acme.slack.com/archives/{'C' * 3_900}"


def links(card: Card, address: str = "https://acme.slack.com/archives/C1/p1") -> dict[str, str]:
    return {way.choice or "": address for way in ways_of(card)}


def words_of(card: Card, spoken: Mapping[int, str] = SAID) -> Any:
    return WORDING.of(card, Reader(words=spoken, today=AT.date(), zone=UTC_ZONE))


def message(card: Card, spoken: Mapping[int, str] = SAID, **more: Any) -> Message:
    where = {"review": "f" * 32, "pack": "0" * 64, "names": NAMES, "links": links(card)} | more
    return to_message(card, words_of(card, spoken), **where)


def form(standing: Standing, view: View = View.FORM) -> dict[str, Any]:
    card = form_card(standing, view)
    words = words_of(card, said(standing))
    return to_view(card, words, said(standing), review="f" * 32, reference=HERE, names=NAMES)


def form_of_preferences() -> dict[str, Any]:
    card = preferences_form(how_to_write())
    return to_view(card, words_of(card), {}, review=None, reference=HERE, names=NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    limit: int
    there: Callable[[], int]  # how much of it there is, if nothing is cut
    sent: Callable[[], Any]  # blocks, or a view


LIMITS: Mapping[str, Case] = {
    "blocks in a message": Case(
        limit=50, there=lambda: 2 * len(many()), sent=lambda: message(list_card(many())).blocks
    ),
    "blocks in a tab": Case(
        limit=100,
        there=lambda: 2 * (len(full_home().waiting) + len(full_home().projects)),
        sent=lambda: to_home(full_home(), words_of(full_home()), names=NAMES, links=links(full_home())),
    ),
    "blocks in a modal": Case(
        limit=100,
        there=lambda: 2 * len(form_card(large(ItemType.CHANNEL)).fields),  # a channel is asked for by two inputs
        sent=lambda: form(large(ItemType.CHANNEL, "#help, Mon-Fri 8-18")),
    ),
    "view size": Case(
        limit=VIEW_BYTES,
        there=lambda: 60 * bytes_of(FLAT),
        sent=lambda: form(large(ItemType.TEXT, FLAT)),
    ),
    "section text": Case(
        limit=3_000,
        there=lambda: sum(min(len(text), 60) for text in said(large()).values()),  # as much of each as is shown
        sent=lambda: message(full_report()).blocks,
    ),
    "context text": Case(
        limit=3_000,
        there=lambda: len(asked(ItemType.TEXT).why or ""),
        sent=lambda: message(asked(ItemType.TEXT)).blocks,
    ),
    "header": Case(
        limit=150, there=lambda: len(asked(ItemType.TEXT).title), sent=lambda: message(asked(ItemType.TEXT)).blocks
    ),
    "actions elements": Case(limit=25, there=lambda: len(heirs().ways), sent=lambda: message(heirs()).blocks),
    "overflow": Case(limit=5, there=lambda: len(crowded().ways), sent=lambda: message(crowded()).blocks),
    "button text": Case(limit=75, there=lambda: len(NAMES["U2"]), sent=lambda: message(heirs()).blocks),
    "accessibility label": Case(
        limit=75,
        there=lambda: len(f"Use this: answer 1, by {NAME}"),
        sent=lambda: message(board(torn())[f"conflict/{large_pack().items[0].key}"]).blocks,
    ),
    "url": Case(
        limit=3_000,
        there=lambda: len(ADDRESS),
        sent=lambda: message(list_card(many()), links=links(list_card(many()), ADDRESS)).blocks,
    ),
    "option value": Case(
        limit=150,
        there=lambda: max(len(action_id(way)) for way in asked(ItemType.TEXT).ways if way.more),
        sent=lambda: message(asked(ItemType.TEXT)).blocks,
    ),
    "option text": Case(
        limit=75,
        there=lambda: len(asked(ItemType.CHOICE).options[0]),
        sent=lambda: form(large(ItemType.CHOICE, done=0)),
    ),
    "select options": Case(
        limit=100,
        there=lambda: len(asked(ItemType.CHOICE).options),
        sent=lambda: form(large(ItemType.CHOICE, done=0)),
    ),
    "packs to choose from": Case(limit=100, there=lambda: len(PACKS), sent=lambda: to_start(PACKS, name=WORD)),
    "placeholder": Case(
        limit=150,
        there=lambda: len(asked(ItemType.TEXT).example or ""),
        sent=lambda: form(large(ItemType.TEXT, done=0)),
    ),
    "input label": Case(
        limit=2_000,
        there=lambda: len(form_card(large()).fields[0].label),
        sent=lambda: form(large()),
    ),
    "input hint": Case(limit=2_000, there=lambda: len(form_card(large()).fields[0].hint), sent=lambda: form(large())),
    "plain_text_input": Case(limit=3_000, there=lambda: len(WORD), sent=lambda: form(large(ItemType.TEXT, WORD))),
    "modal title": Case(limit=24, there=lambda: len(form_card(large()).title), sent=lambda: form(large())),
    "private_metadata": Case(
        limit=3_000,
        there=lambda: sum(len(line.name) for line in form_card(large()).fields),
        sent=lambda: form(large(ItemType.TEXT, "a short answer")),
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_too_much_for_slack_is_cut(limit: str) -> None:
    case = LIMITS[limit]
    assert case.there() > case.limit, "this would never break it"
    sent = case.sent()
    assert complaints(sent) == []
    assert bytes_of(sent) <= VIEW_BYTES


ALL = tuple(cards())


@pytest.mark.parametrize("n", range(len(ALL)), ids=lambda n: f"{n}-{type(ALL[n]).__name__}")
@pytest.mark.parametrize("answer", ANSWERS, ids=("word", "link", "words", "person", "emoji"))
def test_no_card_is_too_much_wherever_it_stands(n: int, answer: str) -> None:
    card, spoken = ALL[n], dict.fromkeys(range(1, 62), answer)
    sent = message(card, spoken)
    assert complaints(sent.blocks) == []
    assert 0 < len(sent.text) <= 4_000
    assert sum(map(len, _texts(sent.blocks))) <= TOO_LONG
    where: dict[str, Any] = {"review": "f" * 32, "pack": "0" * 64, "names": NAMES, "links": links(card)}
    view = to_modal(card, words_of(card, spoken), title=PROJECT, **where)
    assert complaints(view) == []
    assert bytes_of(view) <= VIEW_BYTES


def _texts(value: object) -> Iterator[str]:
    """Everything that is to be read in blocks."""
    for each in value if isinstance(value, list) else value.values() if isinstance(value, Mapping) else ():
        yield from _texts(each)
    if isinstance(value, Mapping) and isinstance(value.get("text"), str):
        yield value["text"]


def test_what_is_said_of_a_card_is_cut_where_it_is_too_much() -> None:
    lines = [row.label for row in asked(ItemType.TEXT).rows]
    assert sum(map(len, lines)) > 4_000
    assert len(message(asked(ItemType.TEXT)).text) <= 4_000
    assert message(asked(ItemType.TEXT)).text.splitlines()[-1].startswith("You can:")


@pytest.mark.parametrize("tap", [tap for tap in Tap if needs_prompt(tap, None) and tap is not Tap.START])
def test_a_small_modal_takes_the_longest_names(tap: Tap) -> None:
    item = large_pack().items[0].key
    assert len(item) == 150
    prompt = Prompt(tap=tap, item=item, digest="0" * 12, origin=Origin(review="f" * 32, channel="C1", thread="1.2"))
    assert complaints(to_prompt(prompt)) == []


def test_the_intake_takes_the_longest_names() -> None:
    assert complaints(form(large(), View.ABOUT)) == []


def test_the_form_of_preferences_is_within_all_limits() -> None:
    assert complaints(form_of_preferences()) == []


@pytest.mark.parametrize("type_", [ItemType.CHANNEL, ItemType.CHOICE])
def test_a_form_that_was_cut_is_saved_like_any_other(type_: ItemType) -> None:
    answer = "#help, Mon-Fri 8-18" if type_ is ItemType.CHANNEL else large_pack(type_).items[0].options[110].value
    view = form(large(type_, answer))
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    assert {block["element"]["type"] for block in inputs} == {"plain_text_input"}
    first, *_ = (block["block_id"] for block in inputs)
    held = {block["block_id"]: block["element"].get("initial_value") for block in inputs}
    assert _saved(view, held) == {}
    assert _saved(view, held | {first: "by phone"}) == {first.removesuffix("/place"): "by phone"}


def _saved(view: Mapping[str, Any], held: Mapping[str, str | None]) -> Mapping[str, str]:
    state = {name: {"value": {"type": "plain_text_input", "value": text}} for name, text in held.items()}
    read = submitted({**view, "state": {"values": state}})
    assert read is not None
    assert isinstance(read.content, Form)
    return read.content.values


LONG_PROMPT = "a question that goes on and on " * 40  # of no pack that is there


@pytest.mark.parametrize("card", [letter(asks=LONG_PROMPT), digest()], ids=["a letter", "a digest"])
def test_every_way_of_a_letter_and_of_a_digest_has_its_button(card: Card) -> None:
    shown = {choice.way for choice in lay_out(card, words_of(card)).choices}
    blocks = message(card).blocks
    assert {name for block in blocks for name in _buttons(block)} == {
        (None if way.tap in WORDS_OF else way.review or "f" * 32, action_id(way)) for way in shown
    }


def _buttons(block: Mapping[str, Any]) -> Iterator[tuple[str | None, str]]:
    """Each with its review, but for what is one's own."""
    elements = block["elements"] if block["type"] == "actions" else [block.get("accessory")]
    for element in filter(None, elements):
        review = block["block_id"].split("/")[1]
        options = element.get("options") or [{"value": element["action_id"]}]
        names = (option["value"] for option in options)
        yield from ((None if name.partition("|")[0] in WORDS_OF else review, name) for name in names)


# What Slack limits and nothing here uses: were it used, it would need a case above.
UNUSED = {"fields", "confirm", "external_id", "attachments", "markdown", "table", "card", "carousel", "checkboxes"}


def test_what_has_no_case_is_not_used() -> None:
    sent: list[Any] = [message(card).blocks for card in ALL]
    sent += [form(large()), form(large(), View.ABOUT), to_start(["core", "full"]), form_of_preferences()]
    assert UNUSED & set(_named_in(sent)) == set()


def _named_in(value: object) -> Iterator[str]:
    """Every key and every type."""
    if isinstance(value, list):
        for each in value:
            yield from _named_in(each)
    elif isinstance(value, Mapping):
        yield from value
        yield str(value.get("type"))
        for each in value.values():
            yield from _named_in(each)
