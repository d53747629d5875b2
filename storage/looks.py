"""When to look at whom, as turns and wishes change it.

Each look works everything out anew, so a row may come too soon but never too late: a turn moves it only to an earlier
moment. Only the review's own (`who` is empty) is exact: nobody's hours are in its way.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, case, delete, update

from conversations.effects import Turn
from conversations.people import Account
from conversations.review import Review
from storage.models import reminder
from storage.statements import on_each, unawaited


def _look(insert: Any) -> Executable:
    statement = insert(reminder)
    new = statement.excluded
    sooner = case(((new.who == "") | (new.due_at < reminder.c.due_at), new.due_at), else_=reminder.c.due_at)
    keys = [reminder.c.review_id, reminder.c.platform, reminder.c.tenant, reminder.c.who]
    return statement.on_conflict_do_update(index_elements=keys, set_={"due_at": sooner})  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


_LOOK = on_each(lambda insert: unawaited(_look(insert)))
_FORGET = unawaited(
    delete(reminder).where(
        reminder.c.review_id == bindparam("review_id"),
        reminder.c.platform == bindparam("platform"),
        reminder.c.tenant == bindparam("tenant"),
        reminder.c.who.in_(bindparam("gone", expanding=True)),
    )
)
_WAKE_UP = unawaited(
    update(reminder)
    .where(
        reminder.c.platform == bindparam("of_platform"),
        reminder.c.tenant == bindparam("of_tenant"),
        reminder.c.who == bindparam("of_who"),
        reminder.c.due_at > bindparam("now"),
    )
    .values(due_at=bindparam("now"))
)


def save_looks(connection: Connection, turn: Turn, now: datetime, *, but: Collection[str] = ()) -> None:
    """What a turn changes of when to look at whom, `but` at these. No statement where it changes nothing, else two."""
    changed = {who: at for who, at in _looks(turn, now).items() if turn.looked.get(who) != turn.looks[who]}
    _write(connection, turn.review, {who: at for who, at in changed.items() if who not in but}, _gone(turn) - set(but))


def save_all_looks(connection: Connection, turn: Turn, now: datetime) -> None:
    """After a lapse, which has looked at the whole review: what was lost, or never written, is there again."""
    _write(connection, turn.review, _looks(turn, now), _gone(turn) | ({""} - turn.looks.keys()))


def look_now(connection: Connection, accounts: Iterable[Account], now: datetime) -> None:
    """At these, because of everything that may be theirs. One statement, or none."""
    # In one order everywhere: no deadlock.
    for platform, tenant, who in sorted(map(astuple, accounts)):
        of = {"of_platform": platform, "of_tenant": tenant, "of_who": who}
        connection.execute(_WAKE_UP, of | {"now": now})


def _looks(turn: Turn, now: datetime) -> dict[str, datetime]:
    """Whoever is new is looked at at once: nobody knew their hours."""
    return {who: at if who in turn.looked or not who else now for who, at in turn.looks.items()}


def _gone(turn: Turn) -> set[str]:
    return set(turn.looked.keys() - turn.looks.keys())


def _write(connection: Connection, review: Review | None, looks: Mapping[str, datetime], gone: Collection[str]) -> None:
    if review is None:
        return
    row = {"review_id": review.id, "platform": review.reference.platform, "tenant": review.reference.tenant}
    if looks:
        rows = [row | {"who": who, "due_at": looks[who]} for who in sorted(looks)]
        connection.execute(_LOOK[connection.dialect.name], rows)
    if gone:
        connection.execute(_FORGET, row | {"gone": sorted(gone)})
