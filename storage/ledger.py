"""What people got one of at most: a letter a day, a digest for the day that it was due on.

The key of its rows is the rule: of two processes that write to somebody at the same moment, one enters it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Connection, func, select

from conversations.errors import AlreadyTold
from conversations.letters import Plan, Told
from conversations.people import Account
from storage.models import Entry, ledger
from storage.statements import named, of_accounts, on_each

_ACCOUNT = (ledger.c.platform, ledger.c.tenant, ledger.c.who)
_NEWEST = (
    select(*_ACCOUNT, ledger.c.kind, func.max(ledger.c.day).label("day"), func.max(ledger.c.at).label("at"))
    .where(of_accounts(*_ACCOUNT))
    .group_by(*_ACCOUNT, ledger.c.kind)
)
_ENTER = on_each(lambda insert: insert(ledger).on_conflict_do_nothing().returning(ledger.c.kind))


def told(connection: Connection, accounts: Iterable[Account]) -> dict[Account, Told]:
    """The newest letter and digest of those who got any. One statement."""
    found: dict[Account, Told] = {}
    for row in connection.execute(_NEWEST, named(accounts)):
        account = Account(platform=row.platform, tenant=row.tenant, id=row.who)
        known = found.get(account, Told())
        found[account] = (
            replace(known, letter_on=row.day, letter_at=row.at)
            if row.kind is Entry.LETTER
            else replace(known, digest_at=row.at)
        )
    return found


def enter(connection: Connection, plan: Plan) -> None:
    """What a plan writes. Whoever comes at the same moment waits for it, and then raises `AlreadyTold`."""
    who = {"platform": plan.account.platform, "tenant": plan.account.tenant, "who": plan.account.id, "at": plan.at}
    days = {Entry.LETTER: plan.letter and plan.letter.day, Entry.DIGEST: plan.digest and plan.digest.day}
    rows = [who | {"kind": kind, "day": day} for kind, day in days.items() if day is not None]
    if rows and len(connection.execute(_ENTER[connection.dialect.name], rows).all()) < len(rows):
        raise AlreadyTold
