"""Where people and channels are spoken to: kept as it is told with what they do, lost where nothing arrives.

What was read is remembered for a moment: each message looks for its place several times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta

from adapters.failures import LATER_SECONDS
from adapters.recent import Recent
from adapters.teams.names import PLATFORM
from conversations.errors import Busy, DeliveryFailed, StorageDown
from conversations.people import Address
from conversations.ports import AddressStore

# What is told with each of many messages is kept no more often: that somebody speaks in their chat with the bot may say
# that it is open again, as another process does not know; that they speak in a channel says nothing of the kind.
_AGAIN_IN_CHAT, _AGAIN = timedelta(minutes=1), timedelta(hours=1)
_REMEMBERED = timedelta(seconds=10)  # another process may be told of a change, or find out
_TOLD = tuple(field.name for field in fields(Address) if field.name != "told_at")


class Addresses:
    """All that look or keep raise `Busy` and `StorageDown`; those for a delivery raise `DeliveryFailed` alone."""

    def __init__(self, store: AddressStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._told = Recent[tuple[str, str], Address]()
        self._read = Recent[tuple[str, str], tuple[datetime, Address]]()  # and until when it is believed

    async def told(self, address: Address) -> None:
        """As it was told now."""
        key, last = (address.tenant, address.id), self._told.get((address.tenant, address.id))
        again = _AGAIN_IN_CHAT if address.conversation else _AGAIN
        if last is None or address.told_at - last.told_at > again or not _says(last, address):
            await self._store.keep([address])
            self._read.pop(key, None)
            self._told[key] = address

    async def changed(self, addresses: Iterable[Address]) -> None:
        changed = tuple(addresses)
        for each in changed:
            self._told.pop((each.tenant, each.id), None)
        await self._store.keep(changed)
        for each in changed:
            self._read.pop((each.tenant, each.id), None)

    async def find(self, tenant: str, *ids: str) -> Mapping[str, Address]:
        now = self._clock()
        read = {who: self._read[tenant, who] for who in ids if (tenant, who) in self._read}
        known = {who: address for who, (until, address) in read.items() if now < until}
        missing = [who for who in ids if who not in known]
        for each in await self._store.find(PLATFORM, tenant, missing) if missing else ():
            self._read[tenant, each.id] = (now + _REMEMBERED, each)
            known[each.id] = each
        return known

    async def by_directory(self, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]:
        return await self._store.find_by_directory(PLATFORM, tenant, ids)

    async def of_team(self, tenant: str, team: str) -> tuple[Address, ...]:
        return await self._store.of_team(PLATFORM, tenant, team)

    # --- for a delivery ----------------------------------------------------------------------------------------------

    async def known(self, tenant: str, who: str) -> Address | None:
        try:
            return (await self.find(tenant, who)).get(who)
        except (Busy, StorageDown) as error:
            raise DeliveryFailed from error

    async def service_url(self, tenant: str, *ids: str) -> str:
        """The newest of these, or of the whole tenant: it is one for a region, and may change."""
        try:
            found = (await self.find(tenant, *ids)).values()
            newest = max(found, key=lambda each: each.told_at, default=None)
            newest = newest or await self._store.newest(PLATFORM, tenant)
        except (Busy, StorageDown) as error:
            raise DeliveryFailed from error
        if newest is None:  # nobody there has said a word yet
            raise DeliveryFailed(retry_after_seconds=LATER_SECONDS)
        return newest.service_url

    async def opened(self, tenant: str, who: str, conversation: str, service_url: str) -> None:
        """The bot has a chat with somebody. It can be asked for again, so that no send fails for it."""
        await self._noted(
            Address(
                platform=PLATFORM,
                tenant=tenant,
                id=who,
                conversation=conversation,
                service_url=service_url,
                lost=False,
                told_at=self._clock(),
            )
        )

    async def lose(self, tenant: str, who: str) -> None:
        """Nothing arrives there any more, until we are told otherwise."""
        if (address := await self.known(tenant, who)) is not None:
            await self._noted(replace(address, lost=True, told_at=self._clock()))

    async def _noted(self, address: Address) -> None:
        try:
            await self.changed([address])
        except (Busy, StorageDown):
            return


def _says(last: Address, now: Address) -> bool:
    """Whether `last` says all that `now` does."""
    return all(getattr(now, name) in (None, getattr(last, name)) for name in _TOLD)
