"""Who people are, on every platform: remembered for minutes, kept for good, asked of the platform seldom.

No turn waits for a platform, and whoever asks for somebody meanwhile waits for the same answer. What is older than a
day is asked anew. A name that cannot be had is the id, and is tried again later. How one is asked about is each
platform's own.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.recent import Recent
from conversations.activities import Activity, Actor
from conversations.errors import Busy, DeliveryFailed, ReadinessError, StorageDown
from conversations.people import Person
from conversations.ports import PeopleStore

FRESH = timedelta(days=1)  # what a platform said is believed for so long; changes are told as events meanwhile
_REMEMBERED = timedelta(minutes=5)  # another process may have heard of a change
_NOBODY = timedelta(hours=1)  # somebody who is not known to the platform
_LATER = timedelta(minutes=1)  # after it did not answer, at least
_LONGEST_ZONE = 64  # characters; the longest there is has 32
_MOST_NAMED = 20  # people in one activity who are asked about
_MOMENT_SECONDS = 1.0  # that an activity waits for whom it names
_PATIENCE_SECONDS = 3.0  # that a message waits for the names in it
_MOST_CALLED = 20  # in one call of the roll; the others' turn comes with the next
_NEVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 4  # a platform's own limits are for 100 a minute and above
_MOST = 20_000  # people in memory

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    person: Person | None
    until: datetime  # then the store is asked
    ask_at: datetime  # before that, the platform is not


class People(ABC):
    """`store` keeps what the platform said. `admins` are the ids or e-mails of more administrators than it knows."""

    def __init__(
        self,
        platform: str,
        store: PeopleStore,
        clock: Callable[[], datetime],
        *,
        admins: frozenset[str] = frozenset(),
    ) -> None:
        self._platform = platform
        self._store = store
        self._admins = frozenset(admin.casefold() for admin in admins)
        self._clock = clock
        self._memory = Recent[tuple[str, str], _Known](_MOST)
        self._asking: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    @abstractmethod
    async def _read(self, tenant: str, who: str) -> Person | None:
        """What the platform says of somebody; None where it knows nobody of that id. Raises `ReadinessError`.

        A `DeliveryFailed` says when to ask again.
        """

    @abstractmethod
    def _can_be_asked(self, who: str) -> bool:
        """Whether it is the id of a person, as far as it tells."""

    async def names(self, tenant: str, ids: Iterable[str]) -> Mapping[str, str]:
        """A name for each id, which is the id itself where nobody is known. Waits for the platform, but not long."""
        wanted = set(ids)
        known = await self._asked(tenant, wanted)
        return {who: known[who].name if who in known else who for who in wanted}

    async def person(self, tenant: str, who: str) -> Person | None:
        """Waits for the platform, but not long."""
        return (await self._asked(tenant, [who])).get(who)

    async def kept(self, tenant: str, ids: Iterable[str]) -> Mapping[str, Person]:
        """Those that are known, without asking; nobody where the store does not answer."""
        try:
            return await self._known(tenant, ids)
        except (Busy, StorageDown):
            return {}

    async def zone(self, tenant: str, who: str) -> ZoneInfo | None:
        """Waits for the platform, but not long."""
        person = await self.person(tenant, who)
        return ZoneInfo(person.zone) if person and person.zone else None

    async def knows(self, activity: Activity) -> Activity:
        """The activity with what is known of its people. Raises `Busy` and `StorageDown`.

        The platform is asked about who is new: of those who are named it is waited for a moment, as nobody of another
        organisation may be asked or own anything; who speaks is told by the activity itself.
        """
        tenant, ids = activity.reference.tenant, [activity.actor.id, *sorted(activity.people)[:_MOST_NAMED]]
        known = await self._known(tenant, ids)
        asked = {who: self._ask(tenant, who) for who in ids if self._is_lacking(tenant, who)}
        new = [task for who, task in asked.items() if who in activity.people and who not in known]
        if new:
            await asyncio.wait(new, timeout=_MOMENT_SECONDS)
            known |= await self._known(tenant, ids)
        people = {who: self._as_known(actor, known.get(who)) for who, actor in activity.people.items()}
        return replace(activity, actor=self._as_known(activity.actor, known.get(activity.actor.id)), people=people)

    async def gone(self, tenant: str, ids: Iterable[str]) -> frozenset[str]:
        """A `ports.Roll`. Of those who were read long ago a few are asked about, the longest ago first."""
        wanted = frozenset(ids)
        try:
            known = await self._known(tenant, wanted)
            lacking = sorted(who for who in wanted if self._is_lacking(tenant, who))
            called = sorted(lacking, key=lambda who: known[who].read_at if who in known else _NEVER)[:_MOST_CALLED]
            if called:
                await asyncio.wait([self._ask(tenant, who) for who in called], timeout=_PATIENCE_SECONDS)
                known |= await self._known(tenant, called)
        except (Busy, StorageDown):
            return frozenset()
        return frozenset(who for who, person in known.items() if not person.here)

    async def close(self) -> None:
        """Before what they are asked by is: what is being asked is asked no more."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def keep(self, person: Person) -> None:
        """The platform said this of somebody. Raises `Busy` and `StorageDown`."""
        await self._store.keep([person])
        self._remember(person)

    def _as_known(self, actor: Actor, person: Person | None) -> Actor:
        if person is None:
            return actor
        return replace(
            actor,
            name=person.name,
            bot=actor.bot or person.bot,
            outsider=actor.outsider or person.outsider,
            admin=actor.admin or person.admin or (person.email or "").casefold() in self._admins,
        )

    async def _asked(self, tenant: str, ids: Iterable[str]) -> dict[str, Person]:
        """Those that are known, once it was asked about who is new, and who was asked about long ago."""
        try:
            known = await self._known(tenant, ids)
            if lacking := [who for who in ids if self._is_lacking(tenant, who)]:
                await asyncio.wait([self._ask(tenant, who) for who in lacking], timeout=_PATIENCE_SECONDS)
                known |= await self._known(tenant, lacking)
        except (Busy, StorageDown):
            return {}
        return known

    async def _known(self, tenant: str, ids: Iterable[str]) -> dict[str, Person]:
        """Those that stand in memory or in the store."""
        now, known, missing = self._clock(), dict[str, Person](), list[str]()
        for who in ids:
            entry = self._memory.get((tenant, who))
            if entry is None or entry.until <= now:
                missing.append(who)
            elif entry.person is not None:
                known[who] = entry.person
        for person in await self._store.find(self._platform, tenant, missing) if missing else ():
            known[person.id] = person
            self._remember(person)
        return known

    def _is_lacking(self, tenant: str, who: str) -> bool:
        entry, now = self._memory.get((tenant, who)), self._clock()
        return self._can_be_asked(who) and (entry is None or min(entry.until, entry.ask_at) <= now)

    def _ask(self, tenant: str, who: str) -> asyncio.Task[None]:
        """Whoever wants to know of the same person meanwhile, waits for the same answer."""
        key = (tenant, who)
        if key not in self._asking:
            self._asking[key] = asyncio.create_task(self._fetch(tenant, who))
            self._asking[key].add_done_callback(lambda _: self._asking.pop(key))
        return self._asking[key]

    async def _fetch(self, tenant: str, who: str) -> None:
        try:
            async with self._room:
                person = await self._read(tenant, who)
            if person is not None:
                await self.keep(person)
        except DeliveryFailed as failed:
            self._leave(tenant, who, timedelta(seconds=failed.retry_after_seconds or 0))
        except ReadinessError:
            self._leave(tenant, who, _LATER)
        else:
            if person is None or person.id != who:
                self._leave(tenant, who, _NOBODY)

    def _remember(self, person: Person) -> None:
        until, ask_at = self._clock() + _REMEMBERED, person.read_at + FRESH
        self._memory[person.tenant, person.id] = _Known(person=person, until=until, ask_at=ask_at)

    async def _doubt(self, tenant: str, who: str) -> None:
        """The platform is asked again when they matter next, however lately it was. Raises `Busy` and `StorageDown`."""
        now, person = self._clock(), (await self._known(tenant, [who])).get(who)
        if person is not None:
            self._memory[tenant, who] = _Known(person=person, until=now + _REMEMBERED, ask_at=now)

    def _leave(self, tenant: str, who: str, pause: timedelta) -> None:
        """The platform is not asked again for a while; what was known before is good enough."""
        earlier, again = self._memory.get((tenant, who)), self._clock() + max(pause, _LATER)
        known = earlier.person if earlier else None
        self._memory[tenant, who] = _Known(person=known, until=again, ask_at=again)
        _log.info("person_not_read", extra={"tenant": tenant, "person": who, "again_at": again})


def zone_named(name: str) -> str | None:
    """The name of a zone, if it is one."""
    if len(name) > _LONGEST_ZONE:  # it would be looked for in as many packages as it has parts
        return None
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
    return name
