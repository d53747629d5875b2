"""Who people are: names, zones, who may administer, who is a guest. Asked of Slack seldom, and never inside a turn.

What is known stands in memory for minutes and in the store for good; what is older than a day is asked anew. A name
that cannot be had is the id, and is tried again later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.slack.failures import PERSON, UNANSWERED, Refused, to_failure
from adapters.slack.names import PLATFORM, SLACKBOT
from adapters.slack.payloads import Payload, ident, inside, is_true, words
from adapters.slack.recent import Recent
from adapters.slack.workspaces import Workspaces
from conversations.activities import Activity, Actor
from conversations.errors import Busy, ReadinessError, StorageDown
from conversations.people import Person
from conversations.ports import PeopleStore

FRESH = timedelta(days=1)  # what Slack said is believed for so long; changes are told as events meanwhile
_REMEMBERED = timedelta(minutes=5)  # another process may have heard of a change
_NOBODY = timedelta(hours=1)  # somebody who is not known to Slack
_LATER = timedelta(minutes=1)  # after Slack did not answer, at least
_MOST_NAMED = 20  # people in one activity whom Slack is asked about
_MOMENT_SECONDS = 1.0  # that an activity waits for whom it names
_PATIENCE_SECONDS = 3.0  # that a message waits for the names in it
_MOST_CALLED = 20  # in one call of the roll; the others' turn comes with the next
_NEVER = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 4  # users.info is for 100 a minute: https://docs.slack.dev/apis/web-api/rate-limits
_MOST = 20_000  # people in memory
_PEOPLE = ("U", "W")  # what their ids begin with; those of bots and workflows do not

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    person: Person | None
    until: datetime  # then the store is asked
    ask_at: datetime  # before that, Slack is not


class People:
    """`store` keeps what Slack said. `admins` are the ids or e-mails of more administrators than Slack knows."""

    def __init__(
        self,
        store: PeopleStore,
        workspaces: Workspaces,
        clock: Callable[[], datetime],
        *,
        admins: frozenset[str] = frozenset(),
    ) -> None:
        self._store = store
        self._admins = frozenset(admin.casefold() for admin in admins)
        self._workspaces = workspaces
        self._clock = clock
        self._memory = Recent[tuple[str, str], _Known](_MOST)
        self._asking: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def names(self, tenant: str, ids: Iterable[str]) -> Mapping[str, str]:
        """A name for each id, which is the id itself where nobody is known. Waits for Slack, but not long."""
        wanted = set(ids)
        known = await self._asked(tenant, wanted)
        return {who: known[who].name if who in known else who for who in wanted}

    async def person(self, tenant: str, who: str) -> Person | None:
        """Waits for Slack, but not long."""
        return (await self._asked(tenant, [who])).get(who)

    async def zone(self, tenant: str, who: str) -> ZoneInfo | None:
        """Waits for Slack, but not long."""
        person = await self.person(tenant, who)
        return ZoneInfo(person.zone) if person and person.zone else None

    async def knows(self, activity: Activity) -> Activity:
        """The activity with what is known of its people. Raises `Busy` and `StorageDown`.

        Slack is asked about who is new: of those who are named it is waited for a moment, as nobody of another
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
        """A `ports.Roll`. Of those who were read long ago Slack is asked about a few, the longest ago first."""
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
        """Before the workspaces are: what is being asked is asked no more."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    async def saw(self, user: Payload, tenant: str) -> Person | None:
        """Slack said this of somebody. None where it does not say of whom. Raises `Busy` and `StorageDown`."""
        person = to_person(user, tenant, self._clock())
        if person is not None:
            await self._store.keep([person])
            self._remember(person)
        return person

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
        """Those that are known, once Slack was asked about who is new, and who was asked about long ago."""
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
        for person in await self._store.find(PLATFORM, tenant, missing) if missing else ():
            known[person.id] = person
            self._remember(person)
        return known

    def _is_lacking(self, tenant: str, who: str) -> bool:
        entry, now = self._memory.get((tenant, who)), self._clock()
        return who.startswith(_PEOPLE) and (entry is None or min(entry.until, entry.ask_at) <= now)

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
                client = await self._workspaces.client(tenant)
                told = await client.users_info(user=who)
                person = await self.saw(inside(told.data, "user"), tenant)
        except UNANSWERED as error:
            failed = to_failure(error)
            nobody = isinstance(failed, Refused) and failed.code in PERSON
            self._leave(tenant, who, _NOBODY if nobody else timedelta(seconds=failed.retry_after_seconds or 0))
        except ReadinessError:
            self._leave(tenant, who, _LATER)
        else:
            if person is None or person.id != who:
                self._leave(tenant, who, _NOBODY)

    def _remember(self, person: Person) -> None:
        until, ask_at = self._clock() + _REMEMBERED, person.read_at + FRESH
        self._memory[person.tenant, person.id] = _Known(person=person, until=until, ask_at=ask_at)

    def _leave(self, tenant: str, who: str, pause: timedelta) -> None:
        """Slack is not asked again for a while; what was known before is good enough."""
        earlier, again = self._memory.get((tenant, who)), self._clock() + max(pause, _LATER)
        known = earlier.person if earlier else None
        self._memory[tenant, who] = _Known(person=known, until=again, ask_at=again)
        _log.info("person_not_read", extra={"tenant": tenant, "person": who, "again_at": again})


def to_person(user: Payload, tenant: str, now: datetime) -> Person | None:
    """A user object, as `users.info` and `user_change` show it; None without an id.

    https://docs.slack.dev/reference/objects/user-object
    """
    who = ident(user, "id")
    if not who:
        return None
    return Person(
        platform=PLATFORM,
        tenant=tenant,
        id=who,
        name=_name(user) or who,
        zone=_zone(words(user, "tz")),
        email=words(user, "profile", "email") or None,
        here=not is_true(user, "deleted"),
        bot=is_true(user, "is_bot") or who == SLACKBOT,
        admin=is_true(user, "is_admin") or is_true(user, "is_owner"),
        guest=is_true(user, "is_restricted") or is_true(user, "is_ultra_restricted"),
        outsider=is_true(user, "is_stranger") or not _is_at_home(user, tenant),
        read_at=now,
    )


def _name(user: Payload) -> str:
    names = (("profile", "display_name"), ("profile", "real_name"), ("real_name",), ("name",))
    return next((name for path in names if (name := words(user, *path).strip())), "")


def _zone(name: str) -> str | None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
    return name


def _is_at_home(user: Payload, tenant: str) -> bool:
    """People of a large organisation belong to several of its workspaces; who cannot be told to be ours is not."""
    teams = inside(user, "enterprise_user").get("teams")
    homes = {ident(user, "team_id"), ident(user, "enterprise_user", "enterprise_id")} - {""}
    return not homes or tenant in homes or (isinstance(teams, list) and tenant in teams)
