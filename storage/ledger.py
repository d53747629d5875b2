"""What people got one of at most: a letter a day, a digest for the day that it was due on.

The key of its rows is the rule: of two processes that write to somebody at the same moment, one enters it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, String, and_, bindparam, cast, delete, func, null, select, tuple_, union_all

from conversations.errors import AlreadyTold
from conversations.letters import Plan, Told
from conversations.people import Account
from storage.joins import lock
from storage.models import Entry, joined, ledger
from storage.statements import named, of_accounts, on_each

_ACCOUNT = (ledger.c.platform, ledger.c.tenant, ledger.c.who)
_newest = (ledger.c.kind, func.max(ledger.c.day).label("day"), func.max(ledger.c.at).label("at"))
_mine, _other = joined.alias("mine"), joined.alias("other")
_MINE, _OTHER = ((table.c.platform, table.c.tenant, table.c.id) for table in (_mine, _other))
_is_another = tuple_(*_MINE) != tuple_(*_OTHER)
_here = (
    select(*_ACCOUNT, *_newest, *(cast(null(), String).label(f"other_{column.name}") for column in _OTHER))
    .where(of_accounts(*_ACCOUNT))
    .group_by(*_ACCOUNT, ledger.c.kind)
)
# What other accounts of the same person had; they are found where they had nothing, too.
_elsewhere = (
    select(*_MINE, *_newest, *(column.label(f"other_{column.name}") for column in _OTHER))
    .select_from(
        _mine.join(_other, and_(_other.c.person == _mine.c.person, _is_another)).join(
            ledger, and_(*(of == other for of, other in zip(_ACCOUNT, _OTHER, strict=True))), isouter=True
        )
    )
    .where(of_accounts(*_MINE))
    .group_by(*_MINE, *_OTHER, ledger.c.kind)
)
_NEWEST = union_all(_here, _elsewhere).order_by("other_platform", "other_tenant", "other_id")
_STRIKE = delete(ledger).where(
    *(column == bindparam(f"of_{column.name}") for column in (*_ACCOUNT, ledger.c.kind, ledger.c.day))
)
_ENTER = on_each(lambda insert: insert(ledger).on_conflict_do_nothing().returning(ledger.c.kind))


def told(connection: Connection, accounts: Iterable[Account]) -> dict[Account, Told]:
    """Of those who got a letter or a digest, and of those with several accounts. One statement."""
    found: dict[Account, Told] = {}
    for row in connection.execute(_NEWEST, named(accounts)):
        account = Account(platform=row.platform, tenant=row.tenant, id=row.who)
        found[account] = _with(found.get(account, Told()), row)
    return found


def enter(connection: Connection, plan: Plan) -> None:
    """What a plan writes. Whoever comes at the same moment waits for it, and then raises `AlreadyTold`.

    So does whoever writes to another account of the same person: of one who has several, they are locked first.
    """
    if plan.writes and plan.told.others:
        lock(connection, (plan.account, *plan.told.others))
        if told(connection, [plan.account])[plan.account] != plan.told:
            raise AlreadyTold
    who = {"platform": plan.account.platform, "tenant": plan.account.tenant, "who": plan.account.id, "at": plan.at}
    days = {Entry.LETTER: plan.letter_on, Entry.DIGEST: plan.digest_on}
    rows = [who | {"kind": kind, "day": day} for kind, day in days.items() if day is not None]
    if rows and len(connection.execute(_ENTER[connection.dialect.name], rows).all()) < len(rows):
        raise AlreadyTold


def strike(connection: Connection, account: Account, kind: Entry, day: date) -> None:
    """What they were to get was never sent: the day is free again. One statement."""
    of = {"of_platform": account.platform, "of_tenant": account.tenant, "of_who": account.id}
    connection.execute(_STRIKE, of | {"of_kind": kind, "of_day": day})


def _with(known: Told, row: Row[Any]) -> Told:
    elsewhere = row.other_id is not None
    if elsewhere:
        other = Account(platform=row.other_platform, tenant=row.other_tenant, id=row.other_id)
        known = known if other in known.others else replace(known, others=(*known.others, other))
    match row.kind:
        case Entry.LETTER if known.letter_at is None or row.at > known.letter_at:
            return replace(known, letter_on=row.day, letter_at=row.at, letter_here=not elsewhere)
        case Entry.DIGEST if not elsewhere:
            return replace(known, digest_at=row.at)
        case Entry.DIGEST:
            newest = max(row.at, known.digest_elsewhere_at or row.at)
            return replace(known, digest_elsewhere_at=newest)
        case _:
            return known
