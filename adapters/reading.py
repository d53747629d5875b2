"""A card for who reads it, on every platform: days in their zone, people by name, links that lead somewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, is_dataclass
from datetime import datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from adapters.marked import MENTION
from adapters.people import People
from adapters.wording import Reader, Wording, Words
from conversations.cards import Card, Tap, Way
from conversations.errors import DeliveryFailed, Unsayable
from conversations.ports import Delivery

NamesOf: TypeAlias = Callable[[str, frozenset[str]], Awaitable[Mapping[str, str]]]
LinkTo: TypeAlias = Callable[[Delivery, str], Awaitable[str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A card in words; `names` are people's, by id, `links` the addresses of `Tap.OPEN`, by its choice."""

    words: Words
    names: Mapping[str, str]
    links: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardReader:
    """`zone` is that of channels; what is for one person is read in theirs, where it is known.

    `names_of` gives those of a tenant's people, and is handed all that may be an id. `link_to` gives the address of a
    message by its name. What cannot be had now is left out: a message is worth more than a link in it.
    """

    people: People
    names_of: NamesOf
    link_to: LinkTo
    wording: Wording
    zone: ZoneInfo
    clock: Callable[[], datetime]
    overhears: Callable[[Delivery], Awaitable[bool]] | None = None  # None: whatever is said in a thread is told

    async def read(self, delivery: Delivery, card: Card, said: Mapping[int, str]) -> Reading:
        """`said` are the words of acts."""
        tenant, to, parts = delivery.reference.tenant, delivery.to, parts_of(card)
        theirs = await self.people.zone(tenant, to) if to is not None else None
        zone = theirs or self.zone
        overheard = self.overhears is None or await self.overhears(delivery)
        today = self.clock().astimezone(zone).date()
        reader = Reader(words=said, today=today, zone=zone, overheard=overheard)
        return Reading(
            words=self.wording.of(card, reader),
            names=await self.names_of(tenant, may_be_people(parts, said)),
            links=await self._links(delivery, parts),
        )

    async def _links(self, delivery: Delivery, parts: Iterable[object]) -> Mapping[str, str]:
        """By a way's choice; what has none now is left out."""
        found: dict[str, str] = {}
        for choice in {each.choice or "" for each in parts if isinstance(each, Way) and each.tap is Tap.OPEN}:
            if name := choice or delivery.reference.thread:
                with suppress(DeliveryFailed):
                    if link := await self.link_to(delivery, name):
                        found[choice] = link
        return found


@contextmanager
def drawing() -> Iterator[None]:
    """What breaks in here has sent nothing, and says so: it can be sent once it is mended."""
    try:
        yield
    except Exception as error:
        raise Unsayable from error


_NO_PEOPLE = ("example", "zone", "country")  # a pack's, and what may look like an id, as `UTC` does


def parts_of(card: Card) -> list[object]:
    """A card, its fields, and theirs, but for those that name nobody here; in no order."""
    found: list[object] = []
    waiting: list[object] = [card]
    while waiting:
        value = waiting.pop()
        if isinstance(value, tuple):
            waiting.extend(value)
            continue
        found.append(value)
        if is_dataclass(value):
            waiting.extend(getattr(value, name) for name in value.__dataclass_fields__ if name not in _NO_PEOPLE)
    return found


def may_be_people(parts: Iterable[object], said: Mapping[int, str]) -> frozenset[str]:
    """An id stands alone in a field, or as `<@ID>` in what was said."""
    texts = frozenset(each for each in parts if isinstance(each, str))
    return texts.union(*(MENTION.findall(each) for each in (*texts, *said.values()) if "<@" in each))
