"""Where a delivery goes and what it points to: threads, channels, one person's chat with the bot, links to messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from adapters.teams.addresses import Addresses
from adapters.teams.calls import Calls, Spot
from adapters.teams.failures import Refused
from adapters.teams.names import PLATFORM, channel_of, split_name, thread_of
from adapters.teams.news import ChannelTold, Reach
from adapters.teams.people import People
from conversations.errors import DeliveryFailed
from conversations.people import Address
from conversations.ports import Delivery

_LINK = "https://teams.microsoft.com/l/message"


class Unreachable(DeliveryFailed):
    """There is no chat with this person, and none can be had: what is for them alone reaches them nowhere."""

    def __init__(self) -> None:
        super().__init__(permanent=True, unreachable=True)


class Places:
    """Those that take a delivery raise as `Calls` does, `told` and `channels_of` `Busy` and `StorageDown`."""

    def __init__(self, calls: Calls, addresses: Addresses, people: People) -> None:
        self._calls = calls
        self._addresses = addresses
        self._people = people

    async def told(self, tenant: str, told: ChannelTold | Reach, at: datetime) -> None:
        """`at` is when it happened: what is told twice, in any order, ends as it was last."""
        if isinstance(told, ChannelTold):
            await self._addresses.told(_channel(tenant, told, at))
            if told.group and told.team and told.team != told.id:  # the first channel's, which is called as its team is
                first = ChannelTold(
                    id=told.team, name=None, team=told.team, service_url=told.service_url, group=told.group
                )
                await self._addresses.told(_channel(tenant, first, at))
            return
        found = await self._reached(tenant, told)
        await self._addresses.changed(replace(each, lost=told.lost, told_at=at) for each in found)

    async def has_chat(self, tenant: str, who: str) -> bool:
        """Whether the bot has a chat with somebody, and is not shut out of it."""
        known = (await self._addresses.find(tenant, who)).get(who)
        return known is not None and known.conversation is not None and not known.lost

    async def channels_of(self, tenant: str, team: str) -> Sequence[str]:
        """Those that were told of, and the first one, which is called as its team is."""
        return sorted({team, *(each.id for each in await self._addresses.of_team(tenant, team))})

    async def place(self, delivery: Delivery) -> Spot:
        """Where a new message is to stand. Raises `Unreachable`."""
        if delivery.to is not None:
            return await self.personal(delivery, delivery.to)
        return await self.in_channel(delivery)

    async def in_channel(self, delivery: Delivery) -> Spot:
        at = delivery.reference
        service_url = await self._addresses.service_url(at.tenant, at.channel)
        return Spot(service_url=service_url, place=at.thread or at.channel, of=at.channel, begins=at.thread is None)

    async def of_message(self, delivery: Delivery, conversation: str) -> Spot:
        """Where a message stands that was posted before."""
        of = delivery.to or channel_of(conversation)
        service_url = await self._addresses.service_url(delivery.reference.tenant, of)
        return Spot(service_url=service_url, place=conversation, of=of)

    async def personal(self, delivery: Delivery, to: str) -> Spot:
        """The chat of the bot with one person. Raises `Unreachable`."""
        tenant = delivery.reference.tenant
        person = await self._people.person(tenant, to)
        if person is not None and person.outsider:  # whoever asked them: nobody outside is ever written to
            raise Unreachable
        address = await self._addresses.known(tenant, to)
        if address is not None and address.conversation and not address.lost:
            return Spot(service_url=address.service_url, place=address.conversation, of=to)
        return await self.opened(delivery, to)

    async def opened(self, delivery: Delivery, to: str) -> Spot:
        """That chat as Teams has it now, whichever was known. Raises `Unreachable`."""
        tenant = delivery.reference.tenant
        service_url = await self._addresses.service_url(tenant, to)
        try:
            conversation = await self._calls.open_personal(delivery, service_url, to)
        except Refused as refused:
            if not refused.closed:
                raise
            await self.lose(delivery, to)
            raise Unreachable from refused
        await self._addresses.opened(tenant, to, conversation, service_url)
        return Spot(service_url=service_url, place=conversation, of=to)

    async def overhears(self, delivery: Delivery) -> bool:
        """Whether a reply to this message is heard that does not name the bot."""
        at = delivery.reference
        if delivery.to is not None or not at.channel:
            return True
        address = await self._addresses.known(at.tenant, at.channel)
        return address is not None and address.overheard is True

    async def lose(self, delivery: Delivery, of: str) -> None:
        """Nothing arrives there any more."""
        await self._addresses.lose(delivery.reference.tenant, of)

    async def link(self, delivery: Delivery, name: str) -> str | None:
        tenant, channel = delivery.reference.tenant, channel_of(name)
        known = await self._addresses.known(tenant, channel)
        if known is not None and known.team and not known.directory:
            known = await self._addresses.known(tenant, known.team)
        return link(tenant, name, known.directory if known else None)

    async def _reached(self, tenant: str, told: Reach) -> Sequence[Address]:
        if told.team is not None:
            return await self._addresses.of_team(tenant, told.team)
        return tuple((await self._addresses.find(tenant, told.person or told.channel or "")).values())


def _channel(tenant: str, told: ChannelTold, at: datetime) -> Address:
    return Address(
        platform=PLATFORM,
        tenant=tenant,
        id=told.id,
        service_url=told.service_url,
        directory=told.group,
        team=told.team,
        overheard=told.overheard,
        name=told.name,
        lost=False,
        told_at=at,
    )


def link(tenant: str, name: str, group: str | None = None) -> str | None:
    """The address of a message in a channel, or of a whole thread; None for chats with the bot, which have none.

    Without the team's `group` some clients do not find the channel of a team that was not open before.

    https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/deep-link-teams
    """
    conversation, message = split_name(name)
    if thread_of(conversation) is None:
        return None
    root = conversation.rpartition("=")[2]
    message, channel = message or root, quote(channel_of(conversation), safe="")
    asked = f"tenantId={quote(tenant, safe='')}&parentMessageId={quote(root, safe='')}"
    asked += f"&groupId={quote(group, safe='')}" if group else ""
    return f"{_LINK}/{channel}/{quote(message, safe='')}?{asked}"
