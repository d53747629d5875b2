"""Which accounts are one person's.

What they share is not kept in a place of its own: how they want to be written to stands with each account, and so does
what each was told, so that they can part again at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, and_, bindparam, exists, or_, select, update

from conversations.errors import StaleReview
from conversations.people import Account, Preferences, together
from storage.looks import look_now
from storage.mapping import Row
from storage.models import JoinedBy, joined, person
from storage.preferences import preferences_of, save_preferences
from storage.statements import named, of_accounts, on_each

_ACCOUNT = ("platform", "tenant", "id")
_HERE = (joined.c.platform, joined.c.tenant, joined.c.id)
_is_actors = and_(*(joined.c[name] == bindparam(f"actor_{name}") for name in _ACCOUNT))
untold = exists().where(_is_actors, joined.c.told.is_(False))  # whether the actor is still to be told
_TOLD = update(joined).where(_is_actors, joined.c.told.is_(False)).values(told=True)

_same = joined.alias("same")
# Of these accounts and all that are one person's with one of them. They are locked, so that none is joined meanwhile.
_ALL = (
    select(joined)
    .where(
        or_(
            of_accounts(*_HERE),
            joined.c.person.in_(
                select(_same.c.person).where(of_accounts(_same.c.platform, _same.c.tenant, _same.c.id))
            ),
        )
    )
    .order_by(*_HERE)
    .with_for_update()
)


def _write(insert: Any) -> Executable:
    statement = insert(joined)
    new = {name: statement.excluded[name] for name in ("person", "by", "told")}
    return statement.on_conflict_do_update(index_elements=list(_HERE), set_=new)  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


_WRITE = on_each(_write)

_one, _two = person.alias("one"), person.alias("two")
_one_row, _two_row = joined.alias("one_row"), joined.alias("two_row")


def _is_row_of(row: Any, account: Any) -> Any:
    return and_(*(row.c[name] == account.c[name] for name in _ACCOUNT))


def _is_somebody(account: Any) -> Any:
    """Of the house, and with an e-mail that is surely theirs."""
    unlike = (account.c.bot, account.c.guest, account.c.outsider)
    return and_(account.c.vouched, account.c.here, account.c.email.is_not(None), *(each.is_(False) for each in unlike))


def _is_alone_with_it(account: Any) -> Any:
    another = person.alias()
    is_another = or_(another.c.tenant != account.c.tenant, another.c.id != account.c.id)
    same = (another.c.email == account.c.email, another.c.platform == account.c.platform)
    return ~exists().where(*same, is_another, _is_somebody(another))


def _may_be_joined(row: Any) -> Any:
    return or_(row.c.by.is_(None), row.c.by != JoinedBy.PARTED)


_PAIRS = (
    select(
        *(_one.c[name].label(f"one_{name}") for name in _ACCOUNT),
        *(_two.c[name].label(f"two_{name}") for name in _ACCOUNT),
    )
    .select_from(
        _one.join(_two, and_(_one.c.email == _two.c.email, _one.c.platform < _two.c.platform))
        .join(_one_row, _is_row_of(_one_row, _one), isouter=True)
        .join(_two_row, _is_row_of(_two_row, _two), isouter=True)
    )
    .where(
        *(_is_somebody(each) for each in (_one, _two)),
        *(_is_alone_with_it(each) for each in (_one, _two)),
        *(_may_be_joined(each) for each in (_one_row, _two_row)),
        or_(_one_row.c.person.is_(None), _two_row.c.person.is_(None), _one_row.c.person != _two_row.c.person),
    )
    .order_by(*(each.c[name] for each in (_one, _two) for name in _ACCOUNT))
)


def same_email(connection: Connection) -> Sequence[tuple[Account, Account]]:
    """Accounts on two platforms with one e-mail, that are not joined and were never parted. One statement.

    An e-mail that several accounts of one platform have says of none of them whose it is.
    """
    rows = connection.execute(_PAIRS).mappings()
    return [(_account(row, "one_"), _account(row, "two_")) for row in rows]


def join_by_email(connection: Connection, pair: tuple[Account, Account], now: datetime) -> None:
    """Both are still to be told. Nothing is done where one of them was parted meanwhile, or has another there."""
    rows = _rows(connection, pair)
    parted = any(each in rows and rows[each]["by"] is JoinedBy.PARTED for each in pair)
    everybody = {*rows, *pair}
    if not parted and len({(each.platform, each.tenant) for each in everybody}) == len(everybody):
        _join(connection, rows, pair, JoinedBy.EMAIL, now)


def join_by_code(connection: Connection, pair: tuple[Account, Account], now: datetime) -> None:
    """Both are told with it. What the first one has said counts where both have said something."""
    _join(connection, _rows(connection, pair), pair, JoinedBy.LINK, now)


def part(connection: Connection, account: Account, now: datetime) -> None:
    """Each by itself from now on, with the wishes that they shared. Three statements."""
    apart = tuple(_rows(connection, [account]))
    _keep(connection, {each: _name(each) for each in apart}, JoinedBy.PARTED, told=True)
    look_now(connection, apart, now)


def note_told(connection: Connection, account: Account) -> None:
    """Raises `StaleReview` where they were told at the same moment."""
    if connection.execute(_TOLD, actor(account)).rowcount == 0:
        raise StaleReview


def lock(connection: Connection, accounts: Iterable[Account]) -> None:
    """Whoever else would write to this person waits. One statement."""
    _rows(connection, accounts)


def accounts_of(connection: Connection, account: Account) -> Sequence[Account]:
    """All that are one person's with it; none where it was never joined. Locks them, as whoever joins does."""
    return tuple(_rows(connection, [account]))


def actor(account: Account) -> dict[str, str]:
    """For `untold`."""
    return {f"actor_{name}": value for name, value in asdict(account).items()}


def _join(
    connection: Connection, rows: Mapping[Account, Row], pair: tuple[Account, Account], by: JoinedBy, now: datetime
) -> None:
    """Whoever is one person with either is now one with both, and what either has said counts for all."""
    first, second = pair
    key = rows[first]["person"] if first in rows else _name(first)
    others = {each: row["by"] for each, row in rows.items() if each not in pair and row["person"] != key}
    for way, accounts in _by_way(others).items():
        _keep(connection, dict.fromkeys(accounts, key), way, told=True)
    _keep(connection, dict.fromkeys(pair, key), by, told=by is JoinedBy.LINK)
    said = preferences_of(connection, pair)
    both = together(said.get(first, Preferences()), said.get(second, Preferences()))
    save_preferences(connection, (*pair, *(each for each in rows if each not in pair)), both, now)


def _by_way(accounts: Mapping[Account, JoinedBy]) -> Mapping[JoinedBy, Sequence[Account]]:
    return {way: [each for each, by in accounts.items() if by is way] for way in JoinedBy}


def _keep(connection: Connection, persons: Mapping[Account, str], by: JoinedBy, *, told: bool) -> None:
    rows = [asdict(each) | {"person": persons[each], "by": by, "told": told} for each in sorted(persons, key=_order)]
    if rows:
        connection.execute(_WRITE[connection.dialect.name], rows)


def _rows(connection: Connection, accounts: Iterable[Account]) -> dict[Account, Row]:
    return {_account(row): row for row in connection.execute(_ALL, named(accounts)).mappings()}


def _account(row: Row, prefix: str = "") -> Account:
    return Account(**{name: row[f"{prefix}{name}"] for name in _ACCOUNT})


def _order(account: Account) -> tuple[str, str, str]:
    return account.platform, account.tenant, account.id


def _name(account: Account) -> str:
    return "/".join(_order(account))
