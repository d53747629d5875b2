"""How people want to be written to, and with it what is known of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Executable, FromClause, String, and_, bindparam, select

from conversations.accounts import Joined
from conversations.people import Account, Person, Preferences
from storage.looks import look_now
from storage.mapping import Row
from storage.models import joined, person, preference
from storage.people import to_person
from storage.statements import named, of_accounts, on_each, unawaited

_CONTENT = TypeAdapter(Preferences)
_ACCOUNT = ("platform", "tenant", "id")
_wanted = select(*(bindparam(name, type_=String()).label(name) for name in _ACCOUNT)).subquery("wanted")
_mine, _other, _named = joined.alias("mine"), joined.alias("other"), person.alias("named")


def _same(table: FromClause, as_in: FromClause) -> ColumnElement[bool]:
    return and_(*(table.c[name] == as_in.c[name] for name in _ACCOUNT))


_KNOWN = (
    select(
        person,
        preference.c.content,
        *(_other.c[name].label(f"other_{name}") for name in _ACCOUNT),
        _named.c.name.label("other_name"),
    )
    .select_from(
        _wanted.join(person, _same(person, _wanted), isouter=True)
        .join(preference, _same(preference, _wanted), isouter=True)
        .join(_mine, _same(_mine, _wanted), isouter=True)
        .join(_other, and_(_other.c.person == _mine.c.person, ~_same(_other, _wanted)), isouter=True)
        .join(_named, _same(_named, _other), isouter=True)
    )
    .order_by(*(_other.c[name] for name in _ACCOUNT))
)
_ALL = select(preference).where(of_accounts(preference.c.platform, preference.c.tenant, preference.c.id))


def _save(insert: Any) -> Executable:
    statement = insert(preference)
    keys = [preference.c[name] for name in _ACCOUNT]
    return statement.on_conflict_do_update(  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time
        index_elements=keys, set_={"content": statement.excluded.content}
    )


_SAVE = on_each(lambda insert: unawaited(_save(insert)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the platform told of somebody, what they said, and which other accounts they have."""

    person: Person | None
    preferences: Preferences
    joined: tuple[Joined, ...]


def known_of(connection: Connection, account: Account) -> Known:
    """One statement."""
    rows = connection.execute(_KNOWN, asdict(account)).mappings().all()
    row, others = rows[0], [each for each in rows if each["other_id"] is not None]
    return Known(
        person=None if row["id"] is None else to_person(row),
        preferences=Preferences() if row["content"] is None else to_preferences(row),
        joined=tuple(map(_to_joined, others)),
    )


def preferences_of(connection: Connection, accounts: Iterable[Account]) -> dict[Account, Preferences]:
    """Of those who said anything. One statement."""
    rows = connection.execute(_ALL, named(accounts)).mappings()
    return {Account(**{name: row[name] for name in _ACCOUNT}): to_preferences(row) for row in rows}


def save_preferences(
    connection: Connection, accounts: Iterable[Account], preferences: Preferences, now: datetime
) -> None:
    """From now on they count for all these accounts of one person: whatever may be theirs is looked at again.

    One statement, and one for each account.
    """
    content = _CONTENT.dump_python(preferences, mode="json")
    # In one order everywhere: no deadlock.
    rows = [asdict(each) | {"content": content} for each in sorted(set(accounts), key=astuple)]
    connection.execute(_SAVE[connection.dialect.name], rows)
    look_now(connection, accounts, now)


def _to_joined(row: Row) -> Joined:
    account = Account(**{name: row[f"other_{name}"] for name in _ACCOUNT})
    return Joined(account=account, name=row["other_name"] or account.id)


def to_preferences(row: Row) -> Preferences:
    return _CONTENT.validate_python(row["content"])
