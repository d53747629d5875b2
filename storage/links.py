"""The word `link`: codes that join accounts, and what becomes of them.

A code is good for a few minutes and for one use. It is kept as its digest only, and who tries several that do not fit
has to wait: there are too many codes for guessing.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from datetime import datetime
from hashlib import sha256
from typing import Any, assert_never

from sqlalchemy import Connection, Executable, and_, bindparam, case, select, update

from conversations.accounts import (
    GOOD_FOR,
    MOST_TRIES,
    CountTry,
    Join,
    Joined,
    Joining,
    KeepCode,
    Linking,
    NoteTold,
    Part,
)
from conversations.errors import StaleReview
from conversations.linking import as_code
from conversations.people import Account
from storage.joins import join_by_code, note_told, part
from storage.models import link_code, person
from storage.statements import on_each

_LETTERS, _DIGITS = "BCDFGHJKMNPQRTVWXZ", "2346789"  # without vowels, and without what looks like something else
_HALF = 4  # of a code; there are over 100,000 million
_KEYS = (link_code.c.platform, link_code.c.tenant, link_code.c.id)
_is_good = and_(link_code.c.digest == bindparam("wanted"), link_code.c.good_until > bindparam("now"))
_OWNER = (
    select(*_KEYS, person.c.name)
    .join(
        person,
        and_(*(column == person.c[column.name] for column in _KEYS)),
        isouter=True,
    )
    .where(_is_good)
)
_TRIES = select(link_code.c.tries).where(
    *(column == bindparam(column.name) for column in _KEYS), link_code.c.tried_since > bindparam("since")
)
_USE = update(link_code).where(_is_good).values(digest=None, good_until=None)


def _keep(insert: Any) -> Executable:
    statement = insert(link_code)
    new = {name: statement.excluded[name] for name in ("digest", "good_until")}
    return statement.on_conflict_do_update(index_elements=list(_KEYS), set_=new)  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


def _count(insert: Any) -> Executable:
    statement = insert(link_code)
    goes_on = link_code.c.tried_since > bindparam("since")
    counted = {
        "tries": case((goes_on, link_code.c.tries + 1), else_=1),
        "tried_since": case((goes_on, link_code.c.tried_since), else_=statement.excluded.tried_since),
    }
    return statement.on_conflict_do_update(index_elements=list(_KEYS), set_=counted)  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


_KEEP, _COUNT = on_each(_keep), on_each(_count)


def linking_for(connection: Connection, account: Account, asked: str, now: datetime) -> Linking:
    """What is to be known for the word, `asked` behind it. Two statements."""
    row = connection.execute(_OWNER, {"wanted": _digest(asked), "now": now}).one_or_none()
    owner = Account(platform=row.platform, tenant=row.tenant, id=row.id) if row else None
    tries = connection.execute(_TRIES, asdict(account) | {"since": now - GOOD_FOR}).scalar() or 0
    return Linking(
        new_code=_new_code(),
        owner=Joined(account=owner, name=row.name or owner.id) if row and owner else None,
        spent=tries >= MOST_TRIES,
    )


def keep_joining(connection: Connection, account: Account, joining: Joining, now: datetime) -> None:
    """Raises `StaleReview` where a code was used, or somebody told, at the same moment."""
    match joining:
        case KeepCode(code=code):
            kept = {"digest": _digest(as_code(code)), "good_until": now + GOOD_FOR, "tries": 0}
            connection.execute(_KEEP[connection.dialect.name], asdict(account) | kept)
        case Join(account=owner, code=code):
            if connection.execute(_USE, {"wanted": _digest(code), "now": now}).rowcount == 0:
                raise StaleReview
            join_by_code(connection, (owner, account), now)
        case Part():
            part(connection, account, now)
        case CountTry():
            row = asdict(account) | {"tries": 1, "tried_since": now, "since": now - GOOD_FOR}
            connection.execute(_COUNT[connection.dialect.name], row)
        case NoteTold():
            note_told(connection, account)
        case _:
            assert_never(joining)


def _new_code() -> str:
    """With a digit at least: no two words look like it."""
    while True:
        code = "".join(secrets.choice(_LETTERS + _DIGITS) for _ in range(2 * _HALF))
        if set(code) & set(_DIGITS):
            return f"{code[:_HALF]}-{code[_HALF:]}"


def _digest(code: str) -> str:
    return sha256(code.encode()).hexdigest()
