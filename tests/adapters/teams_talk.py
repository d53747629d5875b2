"""The adapter's outbound half against the fake of Teams: who keeps what is in memory, the rest is real."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.pacing import Turns
from adapters.teams.addresses import Addresses
from adapters.teams.connector import Connector
from adapters.teams.logins import Credentials
from adapters.teams.news import PersonTold
from adapters.teams.people import People
from adapters.teams.sender import TeamsSender
from adapters.teams.texts import Teams
from adapters.wording import Wording
from conversations.activities import ConversationReference
from conversations.cards import Card
from conversations.errors import Busy, DeliveryFailed
from conversations.people import Address, Person
from conversations.ports import Delivery, DeliveryKind
from tests.adapters import samples
from tests.adapters.playing import Clock
from tests.fake_teams import APP_ID, APP_PASSWORD, TENANT, FakeTeams

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Shelf:
    """A `ports.PeopleStore` in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Person] = {}
        self.busy = False

    async def keep(self, people: Iterable[Person]) -> None:
        self._works()
        self.rows |= {(each.tenant, each.id): each for each in people}

    async def find(self, _platform: str, tenant: str, ids: Iterable[str]) -> tuple[Person, ...]:
        self._works()
        return tuple(self.rows[tenant, who] for who in ids if (tenant, who) in self.rows)

    def _works(self) -> None:
        if self.busy:
            raise Busy


class Book:
    """A `ports.AddressStore` in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Address] = {}
        self.busy = False
        self.kept = 0

    async def keep(self, addresses: Iterable[Address]) -> None:
        self._works()
        for each in addresses:
            self.kept += 1
            before = self.rows.get((each.tenant, each.id), each)
            known = {
                name: getattr(before, name)
                for name in ("conversation", "directory", "team", "overheard", "name", "lost")
            }
            said = {name: getattr(each, name) for name in known}
            merged = replace(each, **{name: known[name] if said[name] is None else said[name] for name in known})
            if before.told_at <= each.told_at:
                self.rows[each.tenant, each.id] = merged

    async def find(self, _platform: str, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]:
        self._works()
        return tuple(self.rows[tenant, id_] for id_ in set(ids) if (tenant, id_) in self.rows)

    async def find_by_directory(self, _platform: str, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]:
        self._works()
        return tuple(row for row in self.rows.values() if row.tenant == tenant and row.directory in set(ids))

    async def of_team(self, _platform: str, tenant: str, team: str) -> tuple[Address, ...]:
        return tuple(row for row in self.rows.values() if (row.tenant, row.team) == (tenant, team))

    async def newest(self, _platform: str, tenant: str) -> Address | None:
        self._works()
        rows = (row for row in self.rows.values() if row.tenant == tenant)
        return max(rows, key=lambda row: row.told_at, default=None)

    def _works(self) -> None:
        if self.busy:
            raise Busy


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Nobody has said a word yet: who does, `meets` the bot."""

    teams: FakeTeams
    connector: Connector
    shelf: Shelf
    book: Book
    people: People
    addresses: Addresses
    sender: TeamsSender
    clock: Clock

    async def meets(self, who: str, *, privately: bool = False, **told: Any) -> None:
        """Somebody has spoken, in a channel or in their chat with the bot."""
        person = self.teams.person(who)
        usual: dict[str, Any] = {
            "id": person.id,
            "name": person.name,
            "zone": person.zone,
            "directory": person.directory_id,
            "conversation": self.teams.personal(who).id if privately else None,
            "service_url": self.teams.service_url,
        }
        await self.people.told(TENANT, PersonTold(**usual | told))

    async def says(self, card: Card | None, **fields: Any) -> str | None:
        return await self.sender.deliver(self.delivery(card, **fields), samples.WORDS)

    def delivery(self, card: Card | None, **fields: Any) -> Delivery:
        """Of a review in #claims; `thread` is its conversation, `to` what tests call somebody."""
        thread = fields.pop("thread", None)
        channel = fields.pop("channel", None)
        place = ConversationReference(
            platform="teams",
            tenant=TENANT,
            channel=self.teams.place("claims").id if channel is None else channel,
            thread=thread,
        )
        if "to" in fields:
            fields["to"] = self.teams.person(fields["to"]).id
        known: dict[str, Any] = {
            "id": 1,
            "delivery_id": "turn/0",
            "lane": "review/r1",
            "kind": DeliveryKind.POST,
            "review": "r1",
        }
        return Delivery(**known | {"reference": place, "card": card, "created_at": self.clock()} | fields)

    async def fails(self, card: Card | None, **fields: Any) -> DeliveryFailed:
        with pytest.raises(DeliveryFailed) as failed:
            await self.says(card, **fields)
        return failed.value

    def methods(self) -> list[str]:
        return [call.method for call in self.teams.calls if call.method != "token"]


async def _talk(play: Callable[[Talk], Awaitable[None]]) -> None:
    clock = Clock(NOON)
    async with FakeTeams(clock=clock) as teams:
        credentials = Credentials(app_id=APP_ID, password=APP_PASSWORD, tenant=TENANT, login_url=teams.login_url)
        connector, shelf, book = Connector(credentials), Shelf(), Book()
        addresses = Addresses(book, clock)
        people = People(shelf, addresses, connector, clock, admins=frozenset({"ana@acme.example"}))
        sender = TeamsSender(
            connector,
            addresses,
            people,
            Wording(Teams()),
            zone=ZoneInfo("UTC"),
            clock=clock,
            turns=Turns(clock=clock.seconds, sleep=clock.sleep),
        )
        try:
            await play(
                Talk(
                    teams=teams,
                    connector=connector,
                    shelf=shelf,
                    book=book,
                    people=people,
                    addresses=addresses,
                    sender=sender,
                    clock=clock,
                )
            )
            assert teams.complaints == []
        finally:
            await people.close()
            await connector.close()


def in_teams(play: Callable[[Talk], Awaitable[None]]) -> Callable[[], None]:
    """A test that talks to a Teams of its own."""
    return lambda: asyncio.run(_talk(play))
