"""A card for who reads it: days in their zone, people by name, links that lead somewhere; as a message, modal or Home.

What people wrote gets to Slack through `blocks` and `forms` only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.prefilled import packed
from adapters.product import PRODUCT
from adapters.reading import CardReader, drawing
from adapters.slack.blocks import Message, to_home, to_message, to_modal
from adapters.slack.forms import to_view
from adapters.slack.modals import Origin
from adapters.slack.people import People
from adapters.slack.places import Places
from adapters.slack.texts import is_person
from adapters.wording import Wording
from conversations.cards import Card, FormCard, HomeCard
from conversations.ports import Delivery


class Readings:
    """`zone` is that of channels; what is for one person is read in theirs. `said` are the words of acts."""

    def __init__(
        self, people: People, places: Places, wording: Wording, *, zone: ZoneInfo, clock: Callable[[], datetime]
    ) -> None:
        async def names_of(tenant: str, ids: frozenset[str]) -> Mapping[str, str]:
            return await people.names(tenant, filter(is_person, ids))

        self._reader = CardReader(
            people=people, names_of=names_of, link_to=places.link, wording=wording, zone=zone, clock=clock
        )

    async def message(self, delivery: Delivery, card: Card, said: Mapping[int, str]) -> Message:
        reading = await self._reader.read(delivery, card, said)
        with drawing():
            return to_message(
                card,
                reading.words,
                review=delivery.review,
                pack=delivery.pack,
                names=reading.names,
                links=reading.links,
            )

    async def home(self, delivery: Delivery, card: HomeCard, said: Mapping[int, str]) -> dict[str, Any]:
        reading = await self._reader.read(delivery, card, said)
        return to_home(card, reading.words, names=reading.names, links=reading.links)

    async def view(self, delivery: Delivery, card: Card, said: Mapping[int, str]) -> dict[str, Any]:
        """What stands in an open modal. Its buttons count as pressed where it was opened."""
        reading, review, at = await self._reader.read(delivery, card, said), delivery.review, delivery.reference
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
