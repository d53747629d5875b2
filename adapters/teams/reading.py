"""A card for who reads it, as Teams takes it. What people wrote gets to Teams through `cards` and `forms` only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.reading import CardReader, drawing, parts_of
from adapters.teams.cards import Rendered, to_card
from adapters.teams.forms import to_form
from adapters.teams.people import People
from adapters.teams.places import Places
from adapters.teams.texts import Mentions, bare
from adapters.wording import Wording
from conversations.cards import Card, DigestCard, FormCard, HomeCard, Notice, NoticeCard, PreferencesCard, Quote
from conversations.ports import Delivery, DeliveryKind


class Readings:
    """`zone` is that of channels; what is for one person is read in theirs. `said` are the words of acts."""

    def __init__(
        self, people: People, places: Places, wording: Wording, *, zone: ZoneInfo, clock: Callable[[], datetime]
    ) -> None:
        self._people = people
        self.reader = CardReader(
            people=people,
            names_of=people.names_of,
            link_to=places.link,
            wording=wording,
            zone=zone,
            clock=clock,
            overhears=places.overhears,
        )

    async def message(
        self, delivery: Delivery, card: Card, said: Mapping[int, str], *, rings: bool | None = None
    ) -> Rendered:
        """With `rings` people who are named are told; None: unless it is a revision."""
        reading = await self.reader.read(delivery, card, said)
        if isinstance(card, FormCard):
            summary = bare(reading.words.say("heading"), reading.names)
            return Rendered(card=await self.form(delivery, card, said), summary=summary)
        with drawing():
            return to_card(
                card,
                reading.words,
                review=delivery.review,
                pack=delivery.pack,
                shown_in=delivery.delivery_id,
                names=reading.names,
                links=reading.links,
                rings=delivery.kind is not DeliveryKind.REVISE if rings is None else rings,
            )

    async def form(
        self,
        delivery: Delivery,
        card: FormCard,
        said: Mapping[int, str],
        *,
        typed: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """As `forms.to_form`."""
        reading = await self.reader.read(delivery, card, said)
        return to_form(
            card,
            reading.words,
            said,
            review=delivery.review,
            shown_in=delivery.delivery_id,
            names=reading.names,
            typed=typed,
            faults=faults,
        )

    async def aloud(self, delivery: Delivery, card: Card, to: str, said: Mapping[int, str]) -> Rendered:
        """What is for one person and cannot reach them alone: for all to see, naming them and quoting no answer."""
        tenant = delivery.reference.tenant
        names = await self._people.names(tenant, [to])
        if is_private(card):
            notice = NoticeCard(notice=Notice.NO_PRIVATE_CHAT, person=to)
            return await self.message(replace(delivery, to=None), notice, {})
        return _naming(await self.message(replace(delivery, to=None), card, said), to, names[to])


_OF_ACCOUNTS = (Notice.APART, Notice.CODE_TO_JOIN, Notice.JOINED)


def is_private(card: Card) -> bool:
    """Whether it shows what somebody answered, or is nobody else's at all."""
    own = isinstance(card, DigestCard | FormCard | HomeCard | PreferencesCard)
    own = own or (isinstance(card, NoticeCard) and card.notice in _OF_ACCOUNTS)
    return own or any(isinstance(each, Quote) for each in parts_of(card))


def _naming(rendered: Rendered, to: str, name: str) -> Rendered:
    """The same card, under who it is for."""
    mentions = Mentions()
    ring = {"type": "TextBlock", "text": mentions.ring(to, name), "wrap": True}
    frame = rendered.card.get("msteams", {})
    entities = [*mentions.entities, *(each for each in frame.get("entities", ()) if each not in mentions.entities)]
    card = {**rendered.card, "body": [ring, *rendered.card["body"]], "msteams": {**frame, "entities": entities}}
    return Rendered(card=card, summary=rendered.summary)
