"""How people want to be written to, and with it what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Executable, String, and_, bindparam, select

from conversations.people import Account, Person, Preferences
from storage.looks import look_now
from storage.mapping import Row
from storage.models import person, preference
from storage.people import to_person
from storage.statements import named, of_accounts, on_each

_CONTENT = TypeAdapter(Preferences)
_ACCOUNT = ("platform", "tenant", "id")
_wanted = select(*(bindparam(name, type_=String()).label(name) for name in _ACCOUNT)).subquery("wanted")
_KNOWN = select(person, preference.c.content).select_from(
    _wanted.join(person, and_(*(person.c[name] == _wanted.c[name] for name in _ACCOUNT)), isouter=True).join(
        preference, and_(*(preference.c[name] == _wanted.c[name] for name in _ACCOUNT)), isouter=True
    )
)
_ALL = select(preference).where(of_accounts(preference.c.platform, preference.c.tenant, preference.c.id))


def _save(insert: Any) -> Executable:
    statement = insert(preference)
    keys = [preference.c[name] for name in _ACCOUNT]
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time
        index_elements=keys, set_={"content": statement.excluded.content}
    )


_SAVE = on_each(_save)


def known_of(connection: Connection, account: Account) -> tuple[Person | None, Preferences]:
    """What the platform told of somebody, and what they said. One statement."""
    row = connection.execute(_KNOWN, asdict(account)).mappings().one()
    told = None if row["id"] is None else to_person(row)
    return told, Preferences() if row["content"] is None else to_preferences(row)


def preferences_of(connection: Connection, accounts: Iterable[Account]) -> dict[Account, Preferences]:
    """Of those who said anything. One statement."""
    rows = connection.execute(_ALL, named(accounts)).mappings()
    return {Account(**{name: row[name] for name in _ACCOUNT}): to_preferences(row) for row in rows}


def save_preferences(connection: Connection, account: Account, preferences: Preferences, now: datetime) -> None:
    """From now on they count: whatever may be theirs is looked at again. Two statements."""
    content = _CONTENT.dump_python(preferences, mode="json")
    connection.execute(_SAVE[connection.dialect.name], asdict(account) | {"content": content})
    look_now(connection, account, now)


def to_preferences(row: Row) -> Preferences:
    return _CONTENT.validate_python(row["content"])
