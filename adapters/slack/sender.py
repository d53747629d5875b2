"""Says deliveries aloud in Slack: which method carries which kind, and what is done where Slack will not have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from adapters.failures import Refused
from adapters.slack.blocks import Message
from adapters.slack.calls import Calls
from adapters.slack.failures import LOST, PLACE
from adapters.slack.names import HOME, is_address, is_direct, message_name, split_name, view_of
from adapters.slack.pacing import POST, Pace
from adapters.slack.people import People
from adapters.slack.places import Places, thread_of
from adapters.slack.reading import Readings
from adapters.slack.searching import Search, marks
from adapters.slack.workspaces import Workspaces
from adapters.wording import Wording
from conversations.cards import Card, FormCard, FormErrorsCard, HomeCard
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery, DeliveryKind

REACTION = "white_check_mark"
_AS_IT_SHOULD_BE = frozenset({"already_reacted", "message_not_found", "no_reaction"})  # or there is nothing to react to


class SlackSender:
    """A `ports.Sender`. `zone` is that of channels; what is for one person is read in theirs, where it is known."""

    def __init__(
        self,
        workspaces: Workspaces,
        people: People,
        wording: Wording,
        *,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        pace: Pace,
    ) -> None:
        self._calls = Calls(workspaces, pace, clock)
        self._places = Places(self._calls, people)
        self._readings = Readings(people, self._places, wording, zone=zone, clock=clock)
        self._search = Search(self._calls, self._places)

    async def deliver(self, delivery: Delivery, words: Mapping[int, str]) -> str | None:
        card, to, name = delivery.card, delivery.to, delivery.message
        if card is None:
            await self._react(delivery, delivery.source or "")
        elif delivery.kind is DeliveryKind.WHISPER and to is not None:
            await self._whisper(delivery, card, to, words)
        elif delivery.kind is DeliveryKind.REVISE and name is not None:
            return await self._revise(delivery, card, name, words)
        else:
            place = await self._places.place(delivery)  # first: what has to wait for it is not rendered in vain
            return await self._post(delivery, await self._readings.message(delivery, card, words), *place)
        return None

    async def look_up(self, delivery: Delivery) -> str | None:
        """Raises `LookupError` for what is no post, and else as `Search.find` does."""
        if delivery.kind is not DeliveryKind.POST:
            raise LookupError(delivery.delivery_id)
        return await self._search.find(delivery)

    # --- messages ----------------------------------------------------------------------------------------------------

    async def _post(self, delivery: Delivery, message: Message, channel: str, thread: str | None) -> str:
        try:
            return await self._say(delivery, message, channel, thread)
        except Refused as refused:
            if delivery.to is None or refused.code not in PLACE:
                raise
            raise DeliveryFailed(permanent=True, unreachable=True) from refused  # it is the one that they share

    async def _revise(self, delivery: Delivery, card: Card, name: str, words: Mapping[int, str]) -> str | None:
        """Returns the name of the message that had to take the place of a lost one."""
        message = await self._readings.message(delivery, card, words)
        channel, ts = split_name(name, delivery.reference.channel)
        try:
            await self._calls.call(delivery, "chat.update", channel, ts=ts, **_content(message), **marks(delivery))
        except Refused as refused:
            if refused.code not in LOST or delivery.key == "root":
                raise
            return None if _is_letter(delivery) else await self._replace(delivery, message)
        return None

    async def _replace(self, delivery: Delivery, message: Message) -> str:
        """Posted anew, unless an earlier try of this delivery has done so."""
        try:
            found = await self._search.find(delivery) if delivery.attempts else None
        except LookupError as error:  # better none than two: the next revision comes here again, and posts it
            raise DeliveryFailed(permanent=True) from error
        return found or await self._post(delivery, message, *await self._places.place(delivery))

    async def _say(self, delivery: Delivery, message: Message, channel: str, thread: str | None) -> str:
        content = _content(message) | marks(delivery) | {"unfurl_links": False, "unfurl_media": False}
        sent = await self._calls.call(delivery, POST, channel, thread_ts=thread, **content)
        return message_name(sent["channel"], sent["ts"])

    # --- whispers ----------------------------------------------------------------------------------------------------

    async def _whisper(self, delivery: Delivery, card: Card, to: str, words: Mapping[int, str]) -> None:
        """Where the platform said that it takes it; else in the channel, for one to see; else directly."""
        source = delivery.source or ""
        if isinstance(card, FormErrorsCard):
            return  # they were said at their fields, in the answer to who saved the form
        if isinstance(card, HomeCard) and source == HOME:
            home = await self._readings.home(delivery, card, words)
            await self._calls.call(delivery, "views.publish", user_id=to, view=home)
            return
        if (view := view_of(source)) is not None and await self._in_view(delivery, card, view, words):
            return
        message = await self._readings.message(delivery, card, words)
        if is_address(source) and await self._at_address(delivery, message, source):
            return
        if not await self._in_channel(delivery, message, to):
            await self._directly(delivery, message, to)

    async def _in_view(self, delivery: Delivery, card: Card, view: str, words: Mapping[int, str]) -> bool:
        """False where the modal was closed meanwhile: what is said is said elsewhere, a form was not wanted."""
        content = await self._readings.view(delivery, card, words)
        try:
            await self._calls.call(delivery, "views.update", view_id=view, view=content)
        except Refused as refused:
            if refused.code != "not_found":
                raise
            return isinstance(card, FormCard)
        return True

    async def _at_address(self, delivery: Delivery, message: Message, address: str) -> bool:
        """False where it takes nothing any more."""
        body = {"text": message.text, "blocks": message.blocks, "response_type": "ephemeral", "replace_original": False}
        return await self._calls.answer(address, body | {"thread_ts": thread_of(delivery)})

    async def _in_channel(self, delivery: Delivery, message: Message, to: str) -> bool:
        """False where not both are there; in a direct channel there is nobody to hide it from."""
        channel = delivery.reference.channel
        if not channel or is_direct(channel):
            return False
        content = _content(message) | {"user": to, "thread_ts": thread_of(delivery)}
        try:
            await self._calls.call(delivery, "chat.postEphemeral", channel, **content)
        except Refused as refused:
            if refused.code not in PLACE:
                raise
            return False
        return True

    async def _directly(self, delivery: Delivery, message: Message, to: str) -> None:
        channel = delivery.reference.channel
        if is_direct(channel):
            try:
                await self._say(delivery, message, channel, thread_of(delivery))
                return
            except Refused as refused:  # a command also comes from where two others are among themselves
                if refused.code not in PLACE:
                    raise
        await self._say(delivery, message, await self._places.direct(delivery, to), None)

    # --- reactions ---------------------------------------------------------------------------------------------------

    async def _react(self, delivery: Delivery, source: str) -> None:
        method = "reactions.add" if delivery.kind is DeliveryKind.REACT else "reactions.remove"
        channel, ts = split_name(source, delivery.reference.channel)
        try:
            await self._calls.call(delivery, method, channel, timestamp=ts, name=REACTION)
        except Refused as refused:
            if refused.code == "missing_scope":  # no thread is held up for a ✓
                raise DeliveryFailed(permanent=True) from refused
            if refused.code not in _AS_IT_SHOULD_BE:
                raise


def _is_letter(delivery: Delivery) -> bool:
    """One that is gone is not written a second time: a revision rings nobody."""
    return (delivery.key or "").startswith("letter/")


def _content(message: Message) -> dict[str, Any]:
    """`parse` and `link_names`: what looks like a name or a channel stays text."""
    return {"text": message.text, "blocks": message.blocks, "parse": "none", "link_names": False}
