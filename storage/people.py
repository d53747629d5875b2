"""What platforms told of people. The newest word counts, in whatever order they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, select

from conversations.people import Account, Person
from storage.mapping import Row
from storage.models import person
from storage.statements import named, of_accounts, on_each
from storage.threads import Units

_NAMES = [field.name for field in fields(Person)]
_NAMES_OF_ALL = select(person.c.platform, person.c.tenant, person.c.id, person.c.name)
_FIND = select(person).where(
    person.c.platform == bindparam("platform"),
    person.c.tenant == bindparam("tenant"),
    person.c.id.in_(bindparam("ids", expanding=True)),
)
_OF = select(person).where(of_accounts(person.c.platform, person.c.tenant, person.c.id))


def _keep(insert: Any) -> Executable:
    statement = insert(person)
    keys = (person.c.platform, person.c.tenant, person.c.id)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time
        index_elements=list(keys),
        set_={each.name: statement.excluded[each.name] for each in person.c if each not in set(keys)},
        where=person.c.read_at <= statement.excluded.read_at,
    )


_KEEP = on_each(_keep)


class PeopleRows:
    """A `ports.PeopleStore`."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def keep(self, people: Iterable[Person]) -> None:
        # In one order everywhere: no deadlock.
        rows = [asdict(each) for each in sorted(people, key=lambda each: (each.platform, each.tenant, each.id))]
        if rows:
            await self._units(_kept, rows)

    async def find(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Person, ...]:
        """Those that are known, in no order."""
        wanted = sorted(set(ids))
        return await self._units(_found, platform, tenant, wanted) if wanted else ()


def names(connection: Connection) -> dict[tuple[str, str, str], str]:
    """Of everybody who is known, by platform, tenant and id."""
    return {(row.platform, row.tenant, row.id): row.name for row in connection.execute(_NAMES_OF_ALL)}


def people_of(connection: Connection, accounts: Iterable[Account]) -> dict[Account, Person]:
    """Those of them that are known. One statement."""
    rows = connection.execute(_OF, named(accounts)).mappings()
    return {Account(platform=row["platform"], tenant=row["tenant"], id=row["id"]): to_person(row) for row in rows}


def to_person(row: Row) -> Person:
    return Person(**{name: row[name] for name in _NAMES} | {"vouched": bool(row["vouched"])})


def _kept(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(_KEEP[connection.dialect.name], rows)


def _found(connection: Connection, platform: str, tenant: str, ids: list[str]) -> tuple[Person, ...]:
    rows = connection.execute(_FIND, {"platform": platform, "tenant": tenant, "ids": ids}).mappings()
    return tuple(map(to_person, rows))
