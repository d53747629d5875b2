"""What was heard, and where: the part of recognizing that words, buttons and replies share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from conversations import events
from conversations.activities import Actor, Source
from conversations.cards import Tap
from conversations.events import Event, Misspoken, Unclear, View, Viewed
from conversations.item_standing import ItemStanding
from conversations.language.days import parse_day
from conversations.language.rules import Rules
from conversations.language.tokens import split_tokens
from conversations.names import find_item, nearest_items
from conversations.packs import Direction, ItemType
from conversations.review import Act
from conversations.standing import Standing
from conversations.told import LOOKS, newest_letter

_SPAN = re.compile(r"(?P<count>\d{1,2}) ?(?P<unit>[dw])", re.IGNORECASE)
_MENTION = re.compile(r"<@(?P<id>[^>\s]+)>")
ASKS_FOR: Mapping[Tap, Unclear] = {  # buttons that do nothing without a choice
    Tap.LATER: Unclear.UNTIL_WHEN,
    Tap.DATE: Unclear.WHICH_DAY,
    Tap.HAND_OVER: Unclear.WHO,
    Tap.ASK: Unclear.WHO,
    Tap.DOES_NOT_APPLY: Unclear.WHY_NOT,
    Tap.SNOOZE: Unclear.UNTIL_WHEN,
}
ABOUT_ITEMS = (Tap.LATER, Tap.ASK, Tap.DOES_NOT_APPLY, Tap.SNOOZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A reply, where it was heard."""

    standing: Standing
    rules: Rules
    by: Actor
    via: Source
    source: str | None
    people: Mapping[str, Actor]
    private: bool = False
    today: date | None = None  # where who speaks is, as far as that is known
    told: tuple[Act, ...] = ()  # what this person was written to about and is open, oldest first

    @property
    def lines(self) -> list[Act]:
        """Those of the newest letter to them, as they stand in it."""
        return newest_letter(list(self.told)) if self.told else []

    @property
    def asked(self) -> ItemStanding | None:
        """What is asked in the thread; in a direct message what this person was written to, or asked for, last."""
        if self.private and self.lines:
            return self.standing.items[self.lines[0].item or ""]
        mine = [i for i in self.standing.items.values() if i.assigned and i.assignee == self.by.id and self.private]
        if mine:
            return max(mine, key=lambda item: item.assigned.n if item.assigned else 0)
        return self.standing.items[self.standing.asked] if self.standing.asked else None

    @property
    def outsiders(self) -> frozenset[str]:
        """Of the people who are here or mentioned, those of other organisations."""
        return frozenset(person.id for person in (self.by, *self.people.values()) if person.outsider)

    def names_me(self, item: ItemStanding) -> bool:
        """Whether an answer names who speaks; of people of other organisations too, who hear that it is not theirs."""
        return self.by.id == (item.named if self.by.outsider else item.named_here)

    def looks_at(self, items: Iterable[str]) -> bool:
        """Whether they were written to so that they say anew what answers all of these items."""
        looks = {told.item for told in self.told if told.about in LOOKS}
        return looks.issuperset(items)

    def misspoken(self, unclear: Unclear, *words: str, count: int = 0) -> Misspoken:
        return Misspoken(by=self.by, via=self.via, source=self.source, unclear=unclear, words=words, count=count)

    def lacking(self, tap: Tap, item: str | None = None, unclear: Unclear | None = None, *words: str) -> Misspoken:
        """What a button asks for was not said, or cannot be it; about the item asked where no other is meant."""
        said = self.misspoken(unclear or ASKS_FOR[tap], *words)
        if tap not in ABOUT_ITEMS:
            return replace(said, tap=tap)
        about = item or (self.asked.item.key if self.asked else None)
        return replace(said, tap=tap, item=about) if about else said

    def viewed(
        self, view: View, question: str | None = None, *, item: str | None = None, message: str | None = None
    ) -> Viewed:
        said = Viewed(by=self.by, via=self.via, source=self.source, view=view)
        return replace(said, question=question, item=item, message=message)

    def day(self, words: str) -> date | None:
        """The day that the whole of `words` names."""
        today, order = self.today or self.standing.now.date(), self.rules.date_order
        tokens = split_tokens(words, self.rules, today, order) or ()
        if [token.kind for token in tokens] != ["date"]:
            return None
        return parse_day(words, today, direction=Direction.FUTURE, date_order=order, rules=self.rules)

    def snoozing_day(self, words: str) -> date | None:
        """`1d` is tomorrow and `1w` the same weekday of next week, where they are; else the day that the words name."""
        span = _SPAN.fullmatch(words)
        if span is None:
            return self.day(words)
        days = int(span["count"]) * (7 if span["unit"] in "wW" else 1)
        return (self.today or self.standing.now.date()) + timedelta(days=days)

    def item_or_asked(self, name: str | None) -> str | Misspoken:
        if not name:
            return self.asked.item.key if self.asked else self.misspoken(Unclear.NOTHING_ASKED)
        return find_item(name, self.standing.pack) or self.no_such_item(name)

    def taking_over(self, item: str | None) -> Event | None:
        """To take something oneself, where somebody's place is to be filled, is to be named there.

        The owner's place is offered in private; in the thread the same words are about what is asked there.
        """
        standing, me = self.standing, self.by.id
        offered = self.private or self.via is Source.BUTTON
        if item is None and offered and standing.heir == me:
            return made(self, events.HandedOver, to=me)
        empty = next((i for i in standing.items.values() if i.item.key == item and i.outdated is not None), None)
        absent = standing.gone.keys() | standing.away.keys()
        left = empty is not None and empty.item.type is ItemType.PERSON and empty.named_here in absent
        return answered(self, {item: self.by.mention}, replaces=True) if item and left else None

    def mistyped(self, name: str) -> Misspoken | None:
        """A name that looks like an item's; other words make a reply an answer ("keep the old form")."""
        return self.no_such_item(name) if nearest_items(name, self.standing.pack) else None

    def no_such_item(self, name: str) -> Misspoken:
        return self.misspoken(Unclear.NO_SUCH_ITEM, *nearest_items(name, self.standing.pack))


def made(heard: Heard, event: Callable[..., Event], **fields: object) -> Event:
    return event(by=heard.by, via=heard.via, source=heard.source, **fields)


def answered(heard: Heard, values: Mapping[str, str], *, explicit: bool = False, replaces: bool = False) -> Event:
    reopened = heard.asked is not None and heard.asked.claim is not None and heard.asked.claim.verdict is None
    return events.Answered(
        by=heard.by,
        via=heard.via,
        source=heard.source,
        values=values,
        explicit=explicit,
        replaces=replaces or (reopened and not explicit) or heard.looks_at(values),
        outsiders=heard.outsiders,
    )


def person_in(heard: Heard, words: str) -> str | None:
    if words.casefold() == "me":
        return heard.by.id
    mention = _MENTION.fullmatch(words)
    return mention["id"] if mention else None


def on_day(heard: Heard, day: date, event: Callable[..., Event], **fields: object) -> Event:
    """What is to be on a day, where that day is still to come."""
    said = made(heard, event, **fields)
    if day >= heard.standing.now.date():
        return said
    match said:
        case events.Deferred():
            return heard.lacking(Tap.LATER, said.item, Unclear.PAST_DAY)
        case events.Snoozed():
            return heard.lacking(Tap.SNOOZE, said.item, Unclear.PAST_DAY)
        case events.DateChanged():
            return heard.lacking(Tap.DATE, None, Unclear.PAST_DAY)
        case _:
            return heard.misspoken(Unclear.PAST_DAY)


def person_or(
    heard: Heard, words: str, event: Callable[[str], Event], tap: Tap = Tap.ASK, item: str | None = None
) -> Event:
    """`tap` is the button by which somebody else can be chosen, for `item`."""
    person = person_in(heard, words)
    known = heard.people.get(person or "")
    gone = person in heard.standing.gone and person != heard.by.id
    if person is None or gone or (known is not None and known.bot):
        return heard.lacking(tap, item)
    if person in heard.outsiders:
        return heard.lacking(tap, item, Unclear.OUTSIDER, person)
    return event(person)
