"""Every limit of Slack has a case here that would break it, if nothing were cut: far more, and far longer, than usual.

`LIMITS` says how much there is of it, which must be more than Slack takes, so that no case becomes idle; what Slack
would refuse is judged by `tests/block_kit.py`, apart from the product.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.laying_out import lay_out
from adapters.slack.blocks import Message, to_home, to_message, to_modal
from adapters.slack.forms import to_view
from adapters.slack.modals import Origin
from adapters.slack.prompts import Prompt, needs_prompt, to_prompt, to_start
from adapters.slack.submissions import submitted
from adapters.slack.texts import Slack
from adapters.slack.ways import action_id
from adapters.wording import Reader, Wording
from conversations.activities import Actor, ConversationReference, Form
from conversations.board import board
from conversations.cards import (
    About,
    BlockerLine,
    Card,
    DigestCard,
    DigestLine,
    DigestState,
    FormCard,
    GoneCard,
    HeadsUpCard,
    HomeCard,
    LetterCard,
    Notice,
    NoticeCard,
    NudgeCard,
    PreferencesCard,
    PromiseLine,
    QuestionCard,
    QuestionLine,
    Quote,
    RollUpLine,
    Tap,
    Way,
)
from conversations.events import View, Viewed
from conversations.overview import home_card, list_card
from conversations.packs import Item, ItemType, Option, Pack
from conversations.preferences import WORDS_OF, preferences_form
from conversations.review import ActKind, Review
from conversations.standing import Standing, stand
from conversations.verdicts import Verdict
from conversations.views import view_card
from tests.block_kit import complaints
from tests.builders import AT, a_review, act, pack
from tests.contracts.platforms import ways_of

PROJECT = ("🦄 Claims & <Copilot> *for* everybody " * 4)[:80]
NAME = ("Prof. Dr. Maximiliane-Theodora von und zu Hohenlohe-Langenburg-Schillingsfürst 🦄🦄🦄🦄")[:80]
WORD, LINK, WORDS = "x" * 4_000, f"https://wiki.acme.io/{'a' * 3_879}", "a word & another <one> " * 173 + "🦄" * 21
FLAT = ("a line of an answer 🦄 " * 140)[:3_000]  # as much as an input holds, to a character
ANSWERS = (WORD, LINK, WORDS, "<@U1> reviews it", "🦄" * 4_000)
WORDING, UTC_ZONE = Wording(Slack()), ZoneInfo("UTC")
HERE = ConversationReference(platform="slack", tenant="T1", channel="C1", thread="1763888400.000100")
LONG_KEY = "a_key_" + "k" * 140
VIEW_BYTES = 250_000
TOO_LONG = 11_000  # of all texts together, `msg_blocks_too_long`: https://github.com/slackapi/bolt-js/issues/2509


# --- far too much ----------------------------------------------------------------------------------------------------


def large_pack(type_: ItemType | None = None, items: int = 60) -> Pack:
    """One question with many items, all but their types as long as somebody might make them."""
    types = [type_] if type_ else list(ItemType)
    made = tuple(_item(n, types[n % len(types)]) for n in range(items))
    (question, *_) = pack().questions
    title = "Who will run this in production, and who will when nobody else does? " * 6
    return replace(
        pack(), questions=(replace(question, items=made, title=title, short="Running it " * 9),), overlays=()
    )


def _item(n: int, type_: ItemType) -> Item:
    options = tuple(Option(value=f"{m:03}_" + "option_name_that_is_long_" * 3, credit=1.0) for m in range(120))
    return replace(
        pack().by_key["run.ops_team"],
        key=f"run.{LONG_KEY}_{n:02}"[-150:],
        type=type_,
        label=f"{n} " + "a label of many words " * 100,
        prompt=f"{n} " + "a question that goes on and on " * 80,
        why="because of this and that and more " * 120,
        example="an example of this and that " * 140,
        follow_up="and what is it, then? " * 40,
        role="the one person who answers for it " * 5,
        confirm_by_named_person=type_ is ItemType.PERSON,
        options=options if type_ is ItemType.CHOICE else (),
        parts=(),
        fact=None,
    )


@cache
def large(type_: ItemType | None = None, answer: str | None = None, done: int = 60) -> Standing:
    """Its first `done` items were answered, each in 4,000 characters or in `answer`."""
    asked = large_pack(type_)
    said = [answer or ANSWERS[n % len(ANSWERS)] for n in range(done)]
    acts = [
        act(ActKind.ANSWERED, item.key, said=words, verdict=Verdict.COMPLETE, by="U1")
        for item, words in zip(asked.items, said, strict=False)
    ]
    review = a_review(*acts, pack=asked, project=PROJECT, owner="U1", started_by="U1", reference=HERE, id="f" * 32)
    return stand(review, AT + timedelta(days=1))


@cache
def torn() -> Standing:
    """An item with two answers, of the longest words by the longest names."""
    first, *_ = large_pack().items
    acts = [act(ActKind.ANSWERED, first.key, said=WORD, verdict=Verdict.COMPLETE, by="U1")]
    acts += [act(ActKind.RIVALLED, first.key, said=LINK, verdict=Verdict.COMPLETE, by=f"U{n}") for n in range(2, 62)]
    return stand(a_review(*acts, pack=large_pack(), project=PROJECT, reference=HERE, owner="U1", started_by="U1"), AT)


@cache
def many() -> tuple[Standing, ...]:
    """300 reviews."""
    review = a_review(reference=HERE, owner="U1", started_by="U1")
    return tuple(stand(_named(review, n), AT) for n in range(300))


def _named(review: Review, n: int) -> Review:
    place = replace(review.reference, thread=f"1763888{n:03}.000100")
    return replace(review, id=f"{n:032x}", project=f"{n} {PROJECT}"[:80], reference=place)


def cards() -> Iterator[Card]:
    me = Actor(id="U1", name="U1")
    for standing in (large(), large(done=30), torn()):
        yield from board(standing).values()
        for view in View:
            yield view_card(standing, Viewed(by=me, view=view, question="run" if view is View.FORM else None))
    yield list_card(many())
    yield home_card(many(), "U1")
    yield view_card(large(done=30), Viewed(by=me, view=View.MINE))
    yield heirs()
    yield crowded()
    yield letter()
    yield letter(since=AT.date())
    yield digest()
    yield how_to_write()


def heirs() -> GoneCard:
    people = tuple(f"U{n}" for n in range(2, 42))
    ask = tuple(Way(tap=Tap.ASK, item="run.service_owner", name="service_owner", choice=who) for who in people)
    return GoneCard(project=PROJECT, person="U1", roles=(NAME * 3,) * 40, heirs=people, ways=ask)


def crowded() -> NoticeCard:
    """A way of every kind, all in the overflow."""
    return NoticeCard(notice=Notice.WHICH, names=(WORD,) * 3, ways=tuple(Way(tap=tap, more=True) for tap in Tap))


# --- far too much for one person ---


def of_line(n: int, *taps: Tap) -> tuple[Way, ...]:
    """As many ways as a line has, each of the line's own review."""
    way = Way(tap=Tap.ANSWER, item="run.service_owner", name="service_owner", review=f"{n:032x}")
    snoozes = (replace(way, tap=Tap.SNOOZE, choice=choice, more=True) for choice in ("1d", "1w", None))
    others = (replace(way, tap=tap, more=True) for tap in (Tap.NOT_ME, Tap.DOES_NOT_APPLY))
    return (*(replace(way, tap=tap) for tap in taps), *snoozes, *others)


LABEL = "a label of many words " * 10
OF_ALL: dict[str, Any] = {"project": PROJECT, "short": "Running it " * 9, "label": LABEL, "seconds": 3_600}
WHO: dict[str, Any] = {"role": "the person who can order a rollback " * 4, "lead": "U1"}


def letter(since: date | None = None, *, asks: str = "a question that goes on and on " * 160) -> LetterCard:
    """Three lines of three reviews, each with more to say than there is room for."""
    nudge = NudgeCard(
        **OF_ALL,
        prompt=asks,
        example="such as " * 300,
        about=About.OPEN,
        type=ItemType.METRIC,
        ways=of_line(1, Tap.ANSWER),
    )
    heads_up = HeadsUpCard(**OF_ALL, **WHO, part="service_owner", on=AT.date(), ways=of_line(2, Tap.NAME, Tap.LET_GO))
    again = replace(nudge, about=About.PARTS, missing=asks, ways=of_line(3, Tap.ANSWER))
    aside = (Way(tap=Tap.WHY, review=f"{1:032x}"), Way(tap=Tap.PREFERENCES))
    return LetterCard(to="U2", lines=(nudge, heads_up, again), since=since, ways=aside)


def digest() -> DigestCard:
    """Ten projects of which three need somebody, with forty known gaps each; and a sponsor's."""
    gap = PromiseLine(label=LABEL, short="Running it", who="U1", on=AT.date(), known_gap=True)
    blocker = BlockerLine(label=LABEL, question="Running it", reason="not answered", who="U2")
    counts = tuple(QuestionLine(short=f"Question {n} " * 2, answered=n, total=12) for n in range(12))
    line = DigestLine(
        project=PROJECT,
        state=DigestState.BLOCKED,
        readiness=59,
        change=6,
        progress=88,
        decision_on=AT.date(),
        days_left=15,
        blockers=20,
        blocker=blocker,
        blocker_asked=True,
        new=(LABEL,) * 3,
        new_more=17,
        next_gap="F3",
        next_gap_labels=(LABEL,) * 12,
        questions=counts,
        due=(replace(gap, known_gap=False),) * 40,
        gaps=(gap,) * 40,
        not_applicable=40,
        spot_check=Quote(acts=(1,), by="U1", at=AT),
        spot_check_label=LABEL,
    )
    states = [*[DigestState.BLOCKED] * 3, *[DigestState.IDLE] * 7, *[DigestState.CALM] * 20]
    return DigestCard(
        on=AT.date(),
        lines=tuple(replace(line, state=state, ways=of_project(n, state)) for n, state in enumerate(states)),
        roll_up=(RollUpLine(project=PROJECT, stage="scaling", readiness=3, blocker=WORD, decision_on=AT.date()),) * 30,
        pack="core 1.4, full 1.4",
        ways=(Way(tap=Tap.DIGEST_DAY), Way(tap=Tap.DIGEST_OFF)),
    )


def of_project(n: int, state: DigestState) -> tuple[Way, ...]:
    review = f"{n:032x}"
    answer = Way(tap=Tap.ANSWER, item="run.service_owner", name="service_owner", review=review)
    if state is DigestState.BLOCKED:
        return (answer, Way(tap=Tap.OPEN, choice=f"C1/1763888{n:03}.000100", review=review))
    return (Way(tap=Tap.PAUSE, review=review), Way(tap=Tap.GO_ON, review=review))


def how_to_write(**changes: Any) -> PreferencesCard:
    so = PreferencesCard(
        begins=time(9, 30),
        ends=time(16, 30),
        days=(0, 2, 4, 6),
        zone="America/Argentina/ComodRivadavia",
        country="DE-BY",
        away_until=AT.date(),
        nudges=True,
        nudges_from=AT.date(),
        digest=True,
        digest_day=6,
        digest_at=time(23, 30),
        next_digest_on=AT.date(),
        ways=tuple(Way(tap=tap) for tap in (Tap.PREFERENCES, Tap.NUDGES_OFF, Tap.DIGEST_OFF, Tap.DIGEST_NOW)),
    )
    return replace(so, **changes)


# --- as Slack is sent it ---------------------------------------------------------------------------------------------


class Names(dict[str, str]):
    """Everybody has a long one."""

    def __missing__(self, _: str) -> str:
        return NAME


NAMES = Names({f"U{n}": f"{n} {NAME}"[:80] for n in range(1, 62)})
PACKS = [f"{n}_{'p' * 90}" for n in range(120)]
ADDRESS = f"https://acme.slack.com/archives/{'C' * 3_900}"


def links(card: Card, address: str = "https://acme.slack.com/archives/C1/p1") -> dict[str, str]:
    return {way.choice or "": address for way in ways_of(card)}


def said(standing: Standing) -> dict[int, str]:
    return {each.n: each.said for each in standing.review.acts if each.said}


SAID = dict.fromkeys(range(1, 62), WORD)


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


def form_card(standing: Standing, view: View = View.FORM) -> FormCard:
    card = view_card(standing, Viewed(by=Actor(id="U1", name="U1"), view=view, question="run"))
    assert isinstance(card, FormCard)
    return card


def asked(type_: ItemType) -> QuestionCard:
    card = board(large(type_, done=0))["question/run"]
    assert isinstance(card, QuestionCard)
    return card


def bytes_of(view: object) -> int:
    return len(json.dumps(view).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    limit: int
    there: Callable[[], int]  # how much of it there is, if nothing is cut
    sent: Callable[[], Any]  # blocks, or a view


def _home() -> HomeCard:
    return replace(home_card(many(), "U1"), preferences=how_to_write())


LIMITS: Mapping[str, Case] = {
    "blocks in a message": Case(
        limit=50, there=lambda: 2 * len(many()), sent=lambda: message(list_card(many())).blocks
    ),
    "blocks in a tab": Case(
        limit=100,
        there=lambda: 2 * (len(_home().waiting) + len(_home().projects)),
        sent=lambda: to_home(_home(), words_of(_home()), names=NAMES, links=links(_home())),
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
        sent=lambda: message(_report()).blocks,
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


def _report() -> Card:
    return view_card(large(), Viewed(by=Actor(id="U1", name="U1"), view=View.REPORT))


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
