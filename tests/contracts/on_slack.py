"""Slack, as the contract presses it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from adapters.news import Step
from adapters.slack.blocks import to_home, to_message
from adapters.slack.desk import Desk
from adapters.slack.forms import CALLBACK, to_view
from adapters.slack.inbound import to_activities, to_command
from adapters.slack.interactions import Interactions
from adapters.slack.texts import Slack
from adapters.wording import Reader, Wording, Words
from conversations.activities import Activity, ConversationReference
from conversations.cards import Card, FormCard, HomeCard, Tap, Way
from conversations.effects import Turn
from conversations.people import Preferences
from conversations.preferences import preferences_card, preferences_form
from conversations.review import Review
from tests.adapters import slack_payloads as payloads
from tests.block_kit import complaints, elements_of
from tests.contracts.pressing import (
    ALWAYS,
    DAY,
    HELP,
    KIM,
    PEOPLE,
    PROJECT,
    REASON,
    UTC_ZONE,
    Pressed,
    moved,
    opens,
    was_there,
    ways_of,
)

if TYPE_CHECKING:
    from tests.contracts.situations import Shown

T = TypeVar("T")


class _Desk:
    """Hears what `Interactions` makes of a payload, in the place of the real one."""

    packs = ("core", "full")

    def __init__(self, at: datetime) -> None:
        self.shell = SimpleNamespace(clock=lambda: at)
        self.ran: list[Activity] = []
        self.opened: list[dict[str, Any]] = []

    async def run(self, activity: Activity) -> Turn | None:
        self.ran.append(activity)
        return None

    async def open(self, tenant: str, trigger: str, view: dict[str, Any], *, above: bool = False) -> str:
        assert trigger
        assert complaints(view) == []
        self.opened.append(view)
        return "V0NEW"

    async def call(self, *_: object, **__: object) -> Mapping[str, Any]:
        """Slack does not say who is where."""
        return {}

    async def show(self, *_: object) -> None:
        """Nothing is left to be said."""

    async def preferences(self, *_: object) -> FormCard:
        """Of somebody who has said nothing yet."""
        now = self.shell.clock()
        return preferences_form(preferences_card(Preferences(), ALWAYS, now, weekly=False))

    def words(self, card: Card) -> Words:
        return SlackPlatform.wording.of(card, Reader(words={}, today=self.shell.clock().date(), zone=UTC_ZONE))

    async def channel_names(self, tenant: str, ids: tuple[str, ...]) -> Mapping[str, str]:
        return {channel: name for channel, name in SlackPlatform.channels.items() if channel in ids}


class SlackPlatform:
    name = "slack"
    writes = False
    hides: frozenset[Tap] = frozenset()
    skips: tuple[type, ...] = ()
    offers_forms = True
    channels: Mapping[str, str] = {payloads.CHANNEL: "claims-ai", "C0HELP": HELP}
    wording = Wording(Slack())

    def who(self, name: str) -> str:
        return f"U{name.upper()}"

    def offers(self, card: Card) -> list[Way]:
        return ways_of(card)

    def moved(self, value: T) -> T:
        place = ConversationReference(
            platform="slack", tenant=payloads.T, channel=payloads.CHANNEL, thread=payloads.ROOT
        )
        return moved(value, self.who, place)

    def around_commands(self, reviews: tuple[Review, ...]) -> Review | None:
        return None

    def typed(self, words: str, shown: Shown) -> Activity:
        text = re.sub(r"@(\w+)", lambda found: f"<@{self.who(found[1])}>", words)
        event = payloads.direct(text) if shown.private else payloads.message(text)
        (step,) = to_activities(payloads.enveloped(event | {"user": shown.to}), at=shown.now).facts
        assert isinstance(step, Step)
        return step.activity

    def command(self, words: str, *, who: str, at: datetime) -> Activity:
        activity = to_command(payloads.COMMAND | {"text": words, "user_id": who}, at=at)
        assert activity is not None
        return activity

    # --- rendering ---------------------------------------------------------------------------------------------------

    def presses(self, shown: Shown, pack: str | None = None) -> Iterator[Pressed]:
        blocks, view = self._blocks(shown, pack)
        yield from (each for block in blocks for each in self._in_block(block, shown, view))
        if isinstance(shown.card, FormCard):
            view = self.view(shown, pack)
            yield from (each for block in view["blocks"] for each in self._in_block(block, shown, view))

    def view(self, shown: Shown, pack: str | None = None) -> dict[str, Any]:
        assert isinstance(shown.card, FormCard)
        assert shown.review is not None
        card = shown.card if pack is None else replace(shown.card, pack=pack)
        at, review = shown.review.reference, shown.review.id
        view = to_view(card, self.words(card, shown), shown.said, review=review, reference=at, names=NAMES)
        assert complaints(view) == []
        return view

    def words(self, card: Card, shown: Shown) -> Words:
        return self.wording.of(card, Reader(words=shown.said, today=shown.now.date(), zone=UTC_ZONE))

    def _blocks(self, shown: Shown, pack: str | None) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        card, review = shown.card, shown.review
        words, links = self.words(card, shown), dict.fromkeys(opens(card), "https://acme.slack.com/archives/C1/p1")
        if isinstance(card, HomeCard):
            view = to_home(card, words, names=NAMES, links=links)
            assert complaints(view) == []
            return view["blocks"], view
        digest = pack or (review.pack.digest if review else None)
        message = to_message(card, words, review=review.id if review else None, pack=digest, names=NAMES, links=links)
        assert complaints(message.blocks) == []
        return message.blocks, None

    # --- pressing ----------------------------------------------------------------------------------------------------

    def _in_block(self, block: Mapping[str, Any], shown: Shown, view: Mapping[str, Any] | None) -> Iterator[Pressed]:
        if block["type"] == "input":
            return
        for element in elements_of(block):
            for said in _hands(element, self.who(KIM)):
                names = said["selected_option"]["value"] if "selected_option" in said else element["action_id"]
                picked = said.get("selected_user")
                way = _way(shown.card, block["block_id"], names, picked)
                action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
                payload = self._payload({**action, "action_ts": "1763888470.5", **said}, shown, view)
                activity = asyncio.run(_pressed(payload, shown.now, self.who(KIM)))
                assert (activity is None) == ("url" in element or "url" in said.get("selected_option", {}))
                yield Pressed(way=way, activity=activity, picked=picked is not None)

    def _payload(self, action: Mapping[str, Any], shown: Shown, view: Mapping[str, Any] | None) -> dict[str, Any]:
        user = {"user": {"id": shown.to, "team_id": payloads.T}}
        if view is not None:
            return payloads.in_view(action, view) | user
        channel, ts = (payloads.DIRECT, payloads.TS) if shown.private else (payloads.CHANNEL, payloads.TS)
        ts = payloads.ROOT if shown.root else ts
        thread = {} if shown.private else {"thread_ts": payloads.ROOT}
        container = {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False} | thread
        message = {**payloads.OWN, "ts": ts} | thread
        where = {"container": container, "channel": {"id": channel, "name": "here"}, "message": message}
        return payloads.pressing(action, **user, **where)

    # --- forms -------------------------------------------------------------------------------------------------------

    def submits(self, shown: Shown, values: Mapping[str, str]) -> Activity:
        assert isinstance(shown.card, FormCard)
        view, was = self.view(shown), {line.name: was_there(line, shown) for line in shown.card.fields}
        state = {
            block["block_id"]: {block["element"]["action_id"]: self._state(block, values, was)}
            for block in view["blocks"]
            if block["type"] == "input"
        }
        user = {"id": shown.to, "team_id": payloads.T}
        return asyncio.run(_saved(view, state, shown.now, user=user))

    def _state(self, block: Mapping[str, Any], values: Mapping[str, str], was: Mapping[str, str]) -> dict[str, Any]:
        name, element = block["block_id"].removesuffix("/place"), block["element"]
        value, first = values.get(name), _first(element)
        if value is None:
            return first
        match element["type"]:
            case "users_select":
                return first | {"selected_user": value[2:-1]}
            case "datepicker":
                return first | {"selected_date": value}
            case "static_select":
                return first | {"selected_option": next(o for o in element["options"] if o["value"] == value)}
            case "conversations_select":
                chosen = next((id_ for id_, called in self.channels.items() if value.startswith(f"#{called}")), None)
                return first | {"selected_conversation": chosen}
            case _ if block["block_id"].endswith("/place"):  # the hours, which stay where they are there
                return first if first["value"] else first | {"value": value.partition(", ")[2]}
            case _:
                old = was[name]
                added = old and first["value"] and value.startswith(old)
                return first | {"value": f"{first['value']}{value[len(old) :]}" if added else value}


NAMES: Mapping[str, str] = {f"U{name.upper()}": name.capitalize() for name in PEOPLE}


def _hands(element: Mapping[str, Any], person: str) -> Iterator[dict[str, Any]]:
    """What a client adds to a control's names, for everything that can be done with it."""
    match element["type"]:
        case "overflow":
            yield from ({"selected_option": option} for option in element["options"])
        case "users_select":
            yield {"selected_user": person}
        case _:
            yield {"text": element["text"]}


def _way(card: Card, block: str, names: str, picked: str | None) -> Way:
    """The way of a card that bears these names; a button that is no way of it is one by its names alone."""
    tap, item, choice = names.split("|", 2)
    _, review, _ = block.split("/")
    same = [w for w in ways_of(card) if (w.tap, w.item or "", w.choice or "") == (tap, item, choice)]
    named = (way for way in same if way.review in (None, review))
    return next(named, Way(tap=Tap(tap), item=item or None, choice=picked or choice or None))


async def _pressed(payload: Mapping[str, Any], at: datetime, person: str) -> Activity | None:
    desk = _Desk(at)
    await Interactions(cast(Desk, desk)).pressed(payload)
    if desk.ran or not desk.opened:
        return next(iter(desk.ran), None)
    (view,) = desk.opened
    entered = _untouched if view["callback_id"] == CALLBACK else _filled
    state = {
        block["block_id"]: {block["element"]["action_id"]: entered(block, person)}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    return await _sent(view, state, at, user=payload["user"])


def _filled(block: Mapping[str, Any], person: str) -> dict[str, Any]:
    """What somebody enters into a small modal that asks for one thing."""
    first = _first(block["element"])
    match block["element"]["type"]:
        case "users_select":
            return first | {"selected_user": person}
        case "datepicker":
            return first | {"selected_date": DAY.isoformat()}
        case "conversations_select":
            return first | {"selected_conversation": payloads.CHANNEL}
        case "plain_text_input":
            return first | {"value": PROJECT if block["block_id"] == "name" else REASON}
        case _:
            return first


def _untouched(block: Mapping[str, Any], _person: str) -> dict[str, Any]:
    """Of a form with many fields, none of which has to be changed."""
    return _first(block["element"])


def _first(element: Mapping[str, Any]) -> dict[str, Any]:
    """What an input holds that nobody has touched, as a submission says it."""
    held = {
        "users_select": ("selected_user", "initial_user"),
        "datepicker": ("selected_date", "initial_date"),
        "static_select": ("selected_option", "initial_option"),
        "conversations_select": ("selected_conversation", "initial_conversation"),
    }
    key, initial = held.get(element["type"], ("value", "initial_value"))
    return {"type": element["type"], key: element.get(initial)}


async def _sent(view: Mapping[str, Any], state: Mapping[str, Any], at: datetime, *, user: object) -> Activity:
    desk = _Desk(at)
    address = {"response_urls": [{"response_url": "https://hooks.slack.com/app/T0ACME/4/w"}]}
    saved = payloads.saving({**view, "state": {"values": state}}, user=user, **address)
    await Interactions(cast(Desk, desk)).saved(saved)
    activity, *_ = desk.ran  # what was done in the Home is shown there afterwards
    return activity


_saved = _sent
