"""Says deliveries aloud in Teams: where each kind goes, and what is done where Teams will not have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.pacing import Turns
from adapters.teams.addresses import Addresses
from adapters.teams.answers import CARD, is_answered
from adapters.teams.calls import Calls, Spot
from adapters.teams.cards import Rendered
from adapters.teams.connector import Connector
from adapters.teams.failures import Refused
from adapters.teams.names import ANSWERED, message_name, split_name
from adapters.teams.people import People
from adapters.teams.places import Places, Unreachable
from adapters.teams.reading import Readings
from adapters.wording import Wording
from conversations.cards import Card, FormErrorsCard, NotedCard, WelcomeCard
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery, DeliveryKind


class TeamsSender:
    """A `ports.Sender`. `zone` is that of channels; what is for one person is read in theirs, where it is known."""

    def __init__(
        self,
        connector: Connector,
        addresses: Addresses,
        people: People,
        wording: Wording,
        *,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        turns: Turns,
    ) -> None:
        self._calls = Calls(connector, turns, clock)
        self.places = Places(self._calls, addresses, people)
        self.readings = Readings(people, self.places, wording, zone=zone, clock=clock)

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        """What is put on a message as a sign stays unsaid: bots can put none there."""
        card, to, name = delivery.card, delivery.to, delivery.message
        if card is None:
            return None
        if delivery.kind is DeliveryKind.WHISPER and to is not None:
            if not _is_said_already(delivery, card):
                await self._whisper(delivery, card, to, words)
            return None
        if delivery.kind is DeliveryKind.REVISE and name is not None:
            return await self._revise(delivery, card, name, words)
        return await self._post(delivery, await self.readings.message(delivery, card, words))

    async def look_up(self, delivery: Delivery) -> str | None:
        """A bot in Teams can read no message, its own neither."""
        raise LookupError(delivery.delivery_id)

    # --- messages ----------------------------------------------------------------------------------------------------

    async def _post(self, delivery: Delivery, message: Rendered) -> str | None:
        return await self._say(delivery, await self.places.place(delivery), message)

    async def _revise(self, delivery: Delivery, card: Card, name: str, words: Mapping[int, str]) -> str | None:
        """Returns the name of the message that had to take the place of a lost one."""
        message = await self.readings.message(delivery, card, words)
        conversation, activity = split_name(name)
        at = await self.places.of_message(delivery, conversation)
        try:
            await self._calls.update(delivery, at, activity, _activity(message))
        except Refused as refused:
            if refused.status != 404 or delivery.key == "root":
                raise
            return None if _is_letter(delivery) else await self._replace(delivery, message)
        return None

    async def _replace(self, delivery: Delivery, message: Rendered) -> str | None:
        """Posted anew, unless an earlier try of this delivery may have done so."""
        if delivery.attempts:  # better none than two: the next revision comes here again, and posts it
            raise DeliveryFailed(permanent=True)
        return await self._post(delivery, message)

    async def _say(self, delivery: Delivery, at: Spot, message: Rendered, *, anew: bool = False) -> str | None:
        """The new message's name, None where Teams does not tell it. A chat that is gone is opened `anew`, once."""
        said = _activity(message, alerts=at.of == delivery.to)
        try:
            if at.begins:
                conversation, activity = await self._calls.begin(delivery, at, said)
                return message_name(conversation, activity or conversation.rpartition("=")[2])  # a post's own number
            activity = await self._calls.post(delivery, at, said)
        except Refused as refused:
            if refused.status == 404 and at.of == delivery.to and not anew:
                there = await self.places.opened(delivery, at.of)
                if there.place != at.place:
                    return await self._say(delivery, there, message, anew=True)
            if refused.closed and (refused.status == 403 or at.of == delivery.to):
                await self.places.lose(delivery, at.of)
            if refused.closed and at.of == delivery.to:
                raise Unreachable from refused
            raise
        return message_name(at.place, activity) if activity else None

    # --- whispers ----------------------------------------------------------------------------------------------------

    async def _whisper(self, delivery: Delivery, card: Card, to: str, words: Mapping[int, str]) -> None:
        """Alone with them, else for all to see where they spoke. A team is welcomed in its channel."""
        to_all = isinstance(card, WelcomeCard) and bool(delivery.reference.channel)
        if to_all or not await self._alone(delivery, card, to, words):
            message = await self.readings.aloud(delivery, card, to, words)
            await self._say(delivery, await self.places.in_channel(delivery), message)

    async def _alone(self, delivery: Delivery, card: Card, to: str, words: Mapping[int, str]) -> bool:
        """False where they cannot be spoken to, and a channel is there instead."""
        try:
            at = await self.places.personal(delivery, to)
            await self._say(delivery, at, await self.readings.message(delivery, card, words))
        except (Unreachable, Refused) as refused:
            nobody_hears = isinstance(refused, Unreachable) or refused.closed
            if not (nobody_hears and delivery.reference.channel):
                raise
            return False
        return True


def _is_said_already(delivery: Delivery, card: Card) -> bool:
    """In the answer to the click that it comes of, or on the question's own card."""
    return isinstance(card, NotedCard | FormErrorsCard) or (delivery.source == ANSWERED and is_answered(card))


def _is_letter(delivery: Delivery) -> bool:
    """One that is gone is not written a second time: a revision rings nobody."""
    return (delivery.key or "").startswith("letter/")


def _activity(message: Rendered, *, alerts: bool = False) -> dict[str, Any]:
    """No text beside the card: Teams would make two messages of it, and neither could be revised."""
    said = {"attachments": [{"contentType": CARD, "content": message.card}], "summary": message.summary}
    return said | ({"channelData": {"notification": {"alert": True}}} if alerts else {})
