"""A card for who reads it: days in their zone, people by name, links that lead somewhere; as a message, modal or Home.

What people wrote gets to Slack through `blocks` and `forms` only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.slack.blocks import Message, to_home, to_message, to_modal
from adapters.slack.forms import to_view
from adapters.slack.manifest import PRODUCT
from adapters.slack.modals import Origin, packed
from adapters.slack.mrkdwn import people_in
from adapters.slack.people import People
from adapters.slack.places import Places
from adapters.slack.texts import is_person
from adapters.wording import Reader, Wording, Words
from conversations.cards import Card, FormCard, HomeCard, Tap, Way
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A card in words; `names` by id, `links` as `blocks.to_message` takes them."""

    words: Words
    names: Mapping[str, str]
    links: Mapping[str, str]


class Readings:
    """`zone` is that of channels; what is for one person is read in theirs, where it is known.

    `said` are the words of acts. What cannot be had now is left out: a message is worth more than a link in it.
    """

    def __init__(
        self, people: People, places: Places, wording: Wording, *, zone: ZoneInfo, clock: Callable[[], datetime]
    ) -> None:
        self._people = people
        self._places = places
        self._wording = wording
        self._zone = zone
        self._clock = clock

    async def message(self, delivery: Delivery, card: Card, said: Mapping[int, str]) -> Message:
        reading = await self._reading(delivery, card, said)
        return to_message(
            card,
            reading.words,
            review=delivery.review,
            pack=delivery.pack,
            names=reading.names,
            links=reading.links,
        )

    async def home(self, delivery: Delivery, card: HomeCard, said: Mapping[int, str]) -> dict[str, Any]:
        reading = await self._reading(delivery, card, said)
        return to_home(card, reading.words, names=reading.names, links=reading.links)

    async def view(self, delivery: Delivery, card: Card, said: Mapping[int, str]) -> dict[str, Any]:
        """What stands in an open modal. Its buttons count as pressed where it was opened."""
        reading, review, at = await self._reading(delivery, card, said), delivery.review, delivery.reference
        if isinstance(card, FormCard):
            return to_view(card, reading.words, said, review=review, reference=at, names=reading.names)
        shown = to_modal(
            card,
            reading.words,
            title=PRODUCT,
            review=review,
            pack=delivery.pack,
            names=reading.names,
            links=reading.links,
        )
        opened = Origin(review=review, channel=at.channel, thread=at.thread)
        return shown | {"private_metadata": packed(asdict(opened))}

    async def _reading(self, delivery: Delivery, card: Card, said: Mapping[int, str]) -> _Reading:
        tenant, to, parts = delivery.reference.tenant, delivery.to, _parts(card)
        theirs = await self._people.zone(tenant, to) if to is not None else None
        zone = theirs or self._zone
        reader = Reader(words=said, today=self._clock().astimezone(zone).date(), zone=zone)
        return _Reading(
            words=self._wording.of(card, reader),
            names=await self._people.names(tenant, _people(parts, said)),
            links=await self._links(delivery, parts),
        )

    async def _links(self, delivery: Delivery, parts: Iterable[object]) -> Mapping[str, str]:
        """By a way's choice; what has none now is left out."""
        found: dict[str, str] = {}
        for choice in {each.choice or "" for each in parts if isinstance(each, Way) and each.tap is Tap.OPEN}:
            if name := choice or delivery.reference.thread:
                with suppress(DeliveryFailed):
                    found[choice] = await self._places.link(delivery, name)
        return found


_NO_PEOPLE = ("example", "zone", "country")  # a pack's, and what may look like an id, as `UTC` does


def _people(parts: Iterable[object], said: Mapping[int, str]) -> frozenset[str]:
    """Whose names are needed: an id stands alone in a field, or as `<@ID>` in what was said."""
    texts = [each for each in parts if isinstance(each, str)]
    alone = frozenset(each for each in texts if is_person(each))
    return alone.union(*(people_in(each) for each in (*texts, *said.values()) if "<@" in each))


def _parts(card: Card) -> list[object]:
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
