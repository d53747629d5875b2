"""Who people are in Teams: names and zones as they speak, all else as the roster has it.

A roster knows no zones, so what a person's own client said of theirs stays. It is the roster of the chat with the bot,
or of a channel that somebody was seen in: there is no list of the whole organisation.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from adapters import people
from adapters.payloads import Payload, words
from adapters.people import FRESH, zone_named
from adapters.recent import Recent
from adapters.teams.addresses import Addresses
from adapters.teams.connector import Connector
from adapters.teams.failures import Refused
from adapters.teams.names import PLATFORM
from adapters.teams.news import PersonTold
from adapters.teams.payloads import is_bot, person_id
from adapters.teams.texts import is_person
from conversations.activities import Activity, Actor
from conversations.errors import DeliveryFailed
from conversations.people import Address, Person
from conversations.ports import PeopleStore

_MOST_CHOSEN = 10  # out of the directory, in one form
_MOMENT_SECONDS = 1.0  # that a form waits for who was chosen in it


class People(people.People):
    def __init__(
        self,
        store: PeopleStore,
        addresses: Addresses,
        connector: Connector,
        clock: Callable[[], datetime],
        *,
        admins: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(PLATFORM, store, clock, admins=admins)
        self._addresses = addresses
        self._connector = connector
        self._seen_in = Recent[tuple[str, str], str]()  # channels, by tenant and person

    async def knows(self, activity: Activity) -> Activity:
        at = activity.reference
        for who in (activity.actor.id, *activity.people) if at.channel else ():
            self._seen_in[at.tenant, who] = at.channel
        known = await super().knows(activity)
        for actor in activity.people.values():
            await self._named(at.tenant, actor)
        return known

    async def _named(self, tenant: str, actor: Actor) -> None:
        """Of whom no roster says more, their name is known as somebody's mention has it."""
        if actor.name != actor.id and not actor.bot and not await self._known(tenant, [actor.id]):
            person = Person(
                platform=PLATFORM, tenant=tenant, id=actor.id, name=actor.name, read_at=_long_ago(self._clock())
            )
            await self.keep(person)

    async def names_of(self, tenant: str, texts: Iterable[str]) -> Mapping[str, str]:
        """Names by id, of those texts that are somebody's: an emulator's ids look like any other word."""
        wanted = frozenset(texts)
        known = await self.kept(tenant, wanted)
        return await self.names(tenant, {who for who in wanted if who in known or is_person(who)})

    async def told(self, tenant: str, told: PersonTold) -> None:
        """What came with something that somebody did now. Raises `Busy` and `StorageDown`."""
        now = self._clock()
        await self._addresses.told(
            Address(
                platform=PLATFORM,
                tenant=tenant,
                id=told.id,
                conversation=told.conversation,
                service_url=told.service_url,
                directory=told.directory,
                name=told.name,
                lost=False if told.conversation else None,  # what is said in a channel opens no chat that was shut
                told_at=now,
            )
        )
        known = (await self._known(tenant, [told.id])).get(told.id)
        if (person := _as_told(known, told, tenant, now)) not in (None, known):
            await self.keep(person)

    async def parted(self, tenant: str, who: str, channel: str) -> None:
        """Somebody is out of this channel's team: it is asked anew whether they are here. Raises as `told` does."""
        self._seen_in[tenant, who] = channel
        await self._doubt(tenant, who)

    async def by_directory(self, tenant: str, ids: Iterable[str], *, channel: str = "") -> Mapping[str, str]:
        """Ids here, by those in the organisation; who cannot be told is left out. Raises `Busy` and `StorageDown`.

        Who was never met is looked for in the channel's roster, and waited for a moment.
        """
        wanted = frozenset(ids)
        found = {each.directory: each.id for each in await self._addresses.by_directory(tenant, wanted)}
        if channel and (new := sorted(wanted - found.keys())[:_MOST_CHOSEN]):
            asked = [self._meet(tenant, channel, directory) for directory in new]
            found |= {directory: who for directory, who in zip(new, await asyncio.gather(*asked), strict=True) if who}
        return {directory: who for directory, who in found.items() if directory}

    async def _meet(self, tenant: str, channel: str, directory: str) -> str | None:
        try:
            async with asyncio.timeout(_MOMENT_SECONDS):
                service_url = await self._addresses.service_url(tenant, channel)
                member = await self._connector.member(service_url, channel, directory)
        except (DeliveryFailed, TimeoutError):
            return None
        person = to_person(member, tenant, self._clock()) if member else None
        if person is None:
            return None
        self._seen_in[tenant, person.id] = channel
        known = await self.kept(tenant, [person.id])
        await self.keep(_with_zone(person, known.get(person.id)))
        met = PersonTold(
            id=person.id, name=None, zone=None, directory=directory, conversation=None, service_url=service_url
        )
        await self.told(tenant, met)
        return person.id

    async def _read(self, tenant: str, who: str) -> Person | None:
        """Whom the channel's roster does not hold, and whose chat with the bot is empty or shut, is here no longer.

        Where the bot is not let into the channel itself, that says nothing of anybody.
        """
        known = (await self._known(tenant, [who])).get(who)
        address = (await self._addresses.find(tenant, who)).get(who)
        channel, chat = self._seen_in.get((tenant, who)), address.conversation if address else None
        if chat is None and channel is None:
            raise DeliveryFailed  # there is no roster to look in
        service_url = await self._addresses.service_url(tenant, who, channel or who)
        is_shut = False
        for conversation in filter(None, (channel, chat)):
            try:
                member = await self._connector.member(service_url, conversation, who)
            except Refused as refused:
                if not refused.closed:
                    raise
                is_shut = is_shut or conversation == channel
                continue
            if member:
                person = to_person(member, tenant, self._clock())
                return person and _with_zone(person, known)
        if channel is None or chat is None or known is None or is_shut:
            return None
        return replace(known, here=False, read_at=self._clock())

    def _can_be_asked(self, who: str) -> bool:
        return bool(who) and not is_bot(who)


def to_person(member: Payload, tenant: str, now: datetime) -> Person | None:
    """A member of a roster; None without an id.

    The e-mail is one that the tenant vouches for: of somebody of another tenant, theirs does, and nobody knows them.
    https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context
    """
    who, home = person_id(member, "id"), words(member, "tenantId")
    if not who:
        return None
    outsider = home not in ("", tenant)
    email = "" if outsider else words(member, "email").strip().lower()
    return Person(
        platform=PLATFORM,
        tenant=tenant,
        id=who,
        name=_name(member) or who,
        email=email or None,
        vouched=bool(email) and home == tenant,
        bot=is_bot(who),
        guest=words(member, "userRole").lower() in ("guest", "anonymous"),
        outsider=outsider,
        read_at=now,
    )


def _name(member: Payload) -> str:
    full = f"{words(member, 'givenName')} {words(member, 'surname')}"
    return next((name for each in (words(member, "name"), full) if (name := each.strip())), "")


def _with_zone(person: Person, known: Person | None) -> Person:
    return replace(person, zone=known.zone) if known else person


def _as_told(known: Person | None, told: PersonTold, tenant: str, now: datetime) -> Person | None:
    """Nobody who was never read counts as read by this: the roster is still to be asked. None without a name."""
    zone = zone_named(told.zone or "")
    if known is not None:
        return replace(known, name=told.name or known.name, zone=zone or known.zone, here=True)
    if told.name is None:
        return None
    return Person(platform=PLATFORM, tenant=tenant, id=told.id, name=told.name, zone=zone, read_at=_long_ago(now))


def _long_ago(now: datetime) -> datetime:
    """Of whom no roster was asked yet."""
    return now - FRESH
