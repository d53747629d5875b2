"""Teams, as the contract presses it: with the adapter's own desk, where only what is around it is played."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import NAMESPACE_URL, uuid5

from adapters.news import Step
from adapters.teams.cards import to_card
from adapters.teams.desk import Desk, Shell
from adapters.teams.forms import to_form
from adapters.teams.inbound import to_activities
from adapters.teams.interactions import Interactions
from adapters.teams.people import People
from adapters.teams.places import Places
from adapters.teams.reading import Readings
from adapters.teams.texts import Teams
from adapters.wording import Reader, Wording, Words
from conversations.activities import Activity, ConversationReference
from conversations.cards import Card, FormCard, QuestionCard, Tap, Way
from conversations.effects import Turn
from conversations.people import Preferences
from conversations.preferences import preferences_card
from conversations.review import Review
from tests.adapters import teams_payloads as payloads
from tests.adaptive_cards import actions, complaints, elements, inputs
from tests.contracts.pressing import (
    ALWAYS,
    DAY,
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
Content = dict[str, Any]

PLACE = ConversationReference(
    platform="teams", tenant=payloads.TENANT, channel=payloads.CHANNEL, thread=payloads.THREAD
)
DELIVERY = "0f/12/3"


def who(name: str) -> str:
    return f"29:1{name}-Z_{uuid5(NAMESPACE_URL, name).hex[:6]}"


def in_directory(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"directory/{name}"))


NAMES: Mapping[str, str] = {who(name): name.capitalize() for name in PEOPLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What the desk hears goes no further; Teams tells who everybody is."""

    at: datetime
    review: Review | None
    ran: list[Activity] = field(default_factory=list)

    async def run(self, activity: Activity) -> Turn | None:
        self.ran.append(activity)
        return Turn(review=None)

    async def knows(self, activity: Activity) -> Activity:
        return activity

    async def told(self, *_: object) -> None:
        """Who speaks, and where."""

    async def has_chat(self, *_: object) -> bool:
        return True

    async def names(self, _tenant: str, ids: Iterable[str]) -> Mapping[str, str]:
        return {each: NAMES.get(each, each) for each in ids}

    async def kept(self, *_: object) -> Mapping[str, str]:
        """What their ids look like says who they are."""
        return {}

    async def by_directory(self, _tenant: str, ids: Iterable[str], *, channel: str) -> Mapping[str, str]:
        assert channel in ("", payloads.CHANNEL)
        return {directory: who(name) for name in PEOPLE if (directory := in_directory(name)) in ids}

    async def hear(self, body: Content) -> tuple[Content | None, Activity | None]:
        """How a body is answered, and the activity that it was, if it was one."""
        shell = Shell(
            run=self.run,
            living=_nothing,
            theirs=_nothing,
            review=self._review,
            shown=_nothing,
            preferences=self._preferences,
            clock=lambda: self.at,
            heard=lambda *_: None,
        )
        people = cast(People, self)
        desk = Desk(shell, people, cast(Places, self), TeamsPlatform.wording, zone=UTC_ZONE)
        interactions = Interactions(desk, people, cast(Readings, self), packs=("core", "full"))
        answer = await desk.hear(body, interactions.pressed)
        return answer, next(iter(self.ran), None)

    async def _review(self, _tenant: str, _which: str) -> Review | None:
        return self.review

    async def _preferences(self, *_: object) -> Any:
        """Of somebody who has said nothing yet."""
        return preferences_card(Preferences(), ALWAYS, self.at, weekly=False)


async def _nothing(*_: object) -> Any:
    """No message is known here."""
    return None


class TeamsPlatform:
    name = "teams"
    writes = False
    hides: frozenset[Tap] = frozenset()
    skips: tuple[type, ...] = ()
    offers_forms = False
    wording = Wording(Teams())

    def who(self, name: str) -> str:
        return who(name)

    def offers(self, card: Card) -> list[Way]:
        """A question has no *Help*, and what takes its newest answer back: nothing else follows an answer."""
        if not isinstance(card, QuestionCard):
            return ways_of(card)
        return [way for way in (*ways_of(card), *card.aside) if way.tap is not Tap.HELP]

    def moved(self, value: T) -> T:
        return moved(value, who, PLACE)

    def around_commands(self, reviews: tuple[Review, ...]) -> Review | None:
        return None

    def typed(self, words: str, shown: Shown) -> Activity:
        """In a channel, with the mention without which nothing is heard."""
        text, mentions = _typed(words)
        body = payloads.direct(text, *mentions)
        if not shown.private:
            body = payloads.message(f"<at>AI Readiness</at>&nbsp;{text}", payloads.mention(), *mentions)
        return _heard(body, shown.to, shown.now)

    def command(self, words: str, *, who: str, at: datetime) -> Activity:
        text, mentions = _typed(words)
        body = payloads.message(f"<at>AI Readiness</at>&nbsp;{text}", payloads.mention(), *mentions)
        return _heard(body, who, at)

    # --- rendering ---------------------------------------------------------------------------------------------------

    def content(self, shown: Shown, pack: str | None = None) -> Content:
        """What is sent; `pack` is the digest of another pack."""
        card, review = shown.card, shown.review
        if isinstance(card, FormCard):
            card = card if pack is None else replace(card, pack=pack)
            content = to_form(
                card,
                self._words(card, shown),
                shown.said,
                review=review.id if review else None,
                shown_in=DELIVERY,
                names=NAMES,
            )
        else:
            digest = pack or (review.pack.digest if review else None)
            content = to_card(
                card,
                self._words(card, shown),
                review=review.id if review else None,
                pack=digest,
                shown_in=DELIVERY,
                names=NAMES,
                links=_links(card),
            ).card
        assert complaints(content) == []
        return content

    def _words(self, card: Card, shown: Shown) -> Words:
        return self.wording.of(card, Reader(words=shown.said, today=shown.now.date(), zone=UTC_ZONE))

    # --- pressing ----------------------------------------------------------------------------------------------------

    def presses(self, shown: Shown, pack: str | None = None) -> Iterator[Pressed]:
        content = self.content(shown, pack)
        links = {address: choice for choice, address in _links(shown.card).items()}
        for opened in elements(content, "Action.OpenUrl"):
            if (choice := links.get(opened["url"])) is not None:  # else it is an address that somebody typed
                yield from (
                    Pressed(way=way, activity=None)
                    for way in ways_of(shown.card)
                    if way.tap is Tap.OPEN and (way.choice or "") == choice
                )
        for action in actions(content):
            if "tap" in action.get("data", {}).get("air", {}):
                yield self._pressed(action, shown)

    def _pressed(self, action: Content, shown: Shown) -> Pressed:
        said = action["data"]["air"]
        answer, activity = self._hears(action, {}, shown)
        picked = said.get("pick") and who(KIM)
        if activity is None:
            assert answer
            asked = answer["value"]
            assert complaints(asked) == []
            save, *_ = actions(asked)
            _, activity = self._hears(save, {each["id"]: _entered(each) for each in inputs(asked)}, shown)
        return Pressed(way=_way(shown.card, said, picked), activity=activity, picked=bool(picked))

    def _hears(self, action: Content, given: Mapping[str, str], shown: Shown) -> tuple[Content | None, Activity | None]:
        entered = {name: value for name, value in given.items() if value}
        body = payloads.invoke(action["data"] | entered, verb=action["verb"], **{"from": payloads.account(shown.to)})
        around = _Around(at=shown.now, review=shown.review)
        return asyncio.run(around.hear({**body, **(payloads.PERSONALLY if shown.private else {})}))

    # --- forms -------------------------------------------------------------------------------------------------------

    def submits(self, shown: Shown, values: Mapping[str, str]) -> Activity:
        assert isinstance(shown.card, FormCard)
        content, was = self.content(shown), {line.name: was_there(line, shown) for line in shown.card.fields}
        given = {each["id"]: _filled(each, values, was) for each in inputs(content)}
        save, *_ = actions(content)
        _, activity = self._hears(save, given, shown)
        assert activity is not None
        return activity


def _typed(words: str) -> tuple[str, list[dict[str, Any]]]:
    """With mentions, each as a tag and its entity."""
    named = [name for name in re.findall(r"@(\w+)", words) if name in PEOPLE]
    text = re.sub(r"@(\w+)", lambda at: f"<at>{at[1].capitalize()}</at>" if at[1] in PEOPLE else at[0], words)
    return text, [payloads.mention(who(name), name.capitalize()) for name in named]


def _heard(body: Content, person: str, at: datetime) -> Activity:
    news = to_activities(body | {"from": payloads.account(person)}, at=at)
    (step,) = (fact for fact in news.facts if isinstance(fact, Step))
    return step.activity


def _links(card: Card) -> dict[str, str]:
    """An address of its own for each."""
    return {choice: f"https://teams.microsoft.com/l/message/{n}" for n, choice in enumerate(dict.fromkeys(opens(card)))}


def _way(card: Card, said: Mapping[str, Any], picked: str | None) -> Way:
    """The way of a card that a button's data names; what is no way of it is one by that data alone."""
    names = (said["tap"], said.get("item"), said.get("choice"))
    every = [*ways_of(card), *(card.aside if isinstance(card, QuestionCard) else ())]
    same = (way for way in every if (way.tap, way.item, way.choice) == names)
    named = (way for way in same if way.review in (None, said.get("review")))
    return next(named, Way(tap=Tap(said["tap"]), item=said.get("item"), choice=picked or said.get("choice")))


def _entered(element: Content) -> str:
    """What somebody enters where one thing is asked for; of a form, what is there."""
    match element["type"], element["id"]:
        case _, _ if "value" in element:
            return str(element["value"])
        case "Input.Date", _:
            return DAY.isoformat()
        case "Input.ChoiceSet", "choice":
            return in_directory(KIM)
        case "Input.Text", "name":
            return PROJECT
        case "Input.Text", "choice":
            return REASON
        case _:
            return ""


def _filled(element: Content, values: Mapping[str, str], was: Mapping[str, str]) -> str:
    """A field with another value, as a client sends it; people are chosen out of the directory."""
    name, first = element["id"], str(element.get("value", ""))
    value = values.get(name)
    if value is None:
        return first
    if element["type"] == "Input.ChoiceSet":
        return in_directory(KIM) if value == f"<@{who(KIM)}>" else value
    old = was[name]
    return f"{first}{value[len(old) :]}" if old and first and value.startswith(old) else value
