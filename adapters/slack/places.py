"""Where a delivery goes and what it points to: channels, threads, one person's direct channel, links to messages."""

from __future__ import annotations

from adapters.recent import Recent
from adapters.slack.calls import Calls
from adapters.slack.names import split_name
from adapters.slack.people import People
from conversations.errors import DeliveryFailed
from conversations.ports import Delivery


class Places:
    """All but `thread_of` raise as `Calls.call` does."""

    def __init__(self, calls: Calls, people: People) -> None:
        self._calls = calls
        self._people = people
        self._direct = Recent[tuple[str, str], str]()  # by workspace and person
        self._links = Recent[tuple[str, str, str], str]()  # by workspace, channel and timestamp

    async def place(self, delivery: Delivery) -> tuple[str, str | None]:
        """The channel, and the root of the thread in it."""
        at = delivery.reference
        if delivery.to is not None:
            return await self.direct(delivery, delivery.to), None
        if delivery.key == "root" or at.thread is None:
            return at.channel, None
        return split_name(at.thread, at.channel)

    async def direct(self, delivery: Delivery, to: str) -> str:
        """The channel that the bot and one person have together."""
        key = (delivery.reference.tenant, to)
        person = await self._people.person(*key)
        if person is not None and person.outsider:  # whoever asked them: nobody outside is ever written to
            raise DeliveryFailed(permanent=True, unreachable=True)
        if key not in self._direct:
            opened = await self._calls.call(delivery, "conversations.open", users=to)
            self._direct[key] = opened["channel"]["id"]
        return self._direct[key]

    async def link(self, delivery: Delivery, name: str) -> str:
        """The address of a message that stands where the delivery's review does, if its name says no other channel."""
        channel, ts = split_name(name, delivery.reference.channel)
        key = (delivery.reference.tenant, channel, ts)
        if key not in self._links:
            told = await self._calls.call(delivery, "chat.getPermalink", channel, message_ts=ts)
            self._links[key] = told["permalink"]
        return self._links[key]


def thread_of(delivery: Delivery) -> str | None:
    """The root of the thread that somebody was in."""
    at = delivery.reference
    return split_name(at.thread, at.channel)[1] if at.thread else None
