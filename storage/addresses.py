"""Where people and channels can be spoken to. The newest word counts, and what it does not say stays as it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, Executable, Select, bindparam, func, select

from conversations.people import Address
from storage.mapping import Row
from storage.models import address
from storage.statements import on_each
from storage.threads import Units

_NAMES = [field.name for field in fields(Address)]
_OF_TENANT = select(address).where(address.c.platform == bindparam("platform"), address.c.tenant == bindparam("tenant"))
_BY_ID = _OF_TENANT.where(address.c.id.in_(bindparam("ids", expanding=True)))
_BY_DIRECTORY = _OF_TENANT.where(
    address.c.directory.is_not(None), address.c.directory.in_(bindparam("ids", expanding=True))
)
_OF_TEAM = _OF_TENANT.where(address.c.team.is_not(None), address.c.team == bindparam("team"))
_NEWEST = _OF_TENANT.order_by(address.c.told_at.desc()).limit(1)


def _keep(insert: Any) -> Executable:
    statement = insert(address)
    keys = (address.c.platform, address.c.tenant, address.c.id)
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time
        index_elements=list(keys),
        set_={
            each.name: func.coalesce(statement.excluded[each.name], each) for each in address.c if each not in set(keys)
        },
        where=address.c.told_at <= statement.excluded.told_at,
    )


_KEEP = on_each(_keep)


class AddressRows:
    """A `ports.AddressStore`."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def keep(self, addresses: Iterable[Address]) -> None:
        # In one order everywhere: no deadlock.
        rows = [asdict(each) for each in sorted(addresses, key=lambda each: (each.platform, each.tenant, each.id))]
        if rows:
            await self._units(_kept, rows)

    async def find(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]:
        return await self._among(_BY_ID, platform, tenant, ids)

    async def find_by_directory(self, platform: str, tenant: str, ids: Iterable[str]) -> tuple[Address, ...]:
        return await self._among(_BY_DIRECTORY, platform, tenant, ids)

    async def of_team(self, platform: str, tenant: str, team: str) -> tuple[Address, ...]:
        return await self._units(_found, _OF_TEAM, {"platform": platform, "tenant": tenant, "team": team})

    async def newest(self, platform: str, tenant: str) -> Address | None:
        found = await self._units(_found, _NEWEST, {"platform": platform, "tenant": tenant})
        return found[0] if found else None

    async def _among(
        self, statement: Select[Any], platform: str, tenant: str, ids: Iterable[str]
    ) -> tuple[Address, ...]:
        wanted = {"platform": platform, "tenant": tenant, "ids": sorted(set(ids))}
        return await self._units(_found, statement, wanted) if wanted["ids"] else ()


def _kept(connection: Connection, rows: list[dict[str, Any]]) -> None:
    connection.execute(_KEEP[connection.dialect.name], rows)


def _found(connection: Connection, statement: Select[Any], wanted: dict[str, Any]) -> tuple[Address, ...]:
    return tuple(map(_to_address, connection.execute(statement, wanted).mappings()))


def _to_address(row: Row) -> Address:
    return Address(**{name: row[name] for name in _NAMES})
