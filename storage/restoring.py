"""A copy of the database that is worked on again: what it waits to send, and what was due since, was most likely sent.

Which database this is stands in it, so that a copy is known as one when somebody begins to work on it: on PostgreSQL
by the cluster and the database that it was made in, on SQLite because our own copies say so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from storage.models import DeliveryState, outbox, pulse, review
from storage.statements import on_each, without_deadline

COPY = "a copy"  # the home of what `backup` has written
_FILE = "this file"
_BEYOND = 1000  # turns: more than any review has taken since the copy was made

_FIRST = on_each(lambda insert: insert(pulse).values(id=1).on_conflict_do_nothing())
_PULSE = select(pulse).with_for_update()
_SETTLE = update(pulse).values(home=bindparam("here"))
_MAY_HAVE_ARRIVED = (
    update(outbox)
    .where(outbox.c.state == DeliveryState.PENDING)
    .values(attempts=func.coalesce(func.nullif(outbox.c.attempts, 0), 1))
)
# What was done since has names that begin with a review's version: none is given a second time.
_GO_BEYOND = update(review).values(version=review.c.version + _BEYOND)


def settle_in(connection: Connection, now: datetime) -> bool:
    """Notes where the database is. True where it is a copy: then it counts as restored until now."""
    row, here = connection.execute(_PULSE).mappings().one_or_none(), home(connection)
    if row is not None and row["home"] not in (None, here):
        restored(connection, now)
        return True
    if row is not None and row["home"] is None:
        connection.execute(_SETTLE, {"here": here})
    return False


def mark_copy(connection: Connection, now: datetime) -> None:
    """Of a database that was just copied, in the copy: whoever works on it will know."""
    if connection.execute(update(pulse).values(home=COPY)).rowcount == 0:
        connection.execute(_FIRST[connection.dialect.name], {"ticked_at": now, "home": COPY})


def restored(connection: Connection, until: datetime) -> None:
    """The database from which it was copied was worked on until then.

    Whatever waits to be sent may have arrived, and what was due from the copy until then was sent.
    """
    without_deadline(connection)
    row = connection.execute(_PULSE).mappings().one_or_none()
    since = min(row["ticked_at"], until) if row else until
    known: dict[str, Any] = {"home": home(connection), "lost_since": since, "lost_until": until, "ticked_at": until}
    if row is None:
        connection.execute(_FIRST[connection.dialect.name], known)
    else:
        connection.execute(update(pulse).values(known))
    connection.execute(_MAY_HAVE_ARRIVED)
    connection.execute(_GO_BEYOND)


def home(connection: Connection) -> str:
    """The name of the database that this is."""
    if connection.dialect.name == "sqlite":
        return _FILE
    may = connection.exec_driver_sql("SELECT has_function_privilege('pg_control_system()', 'execute')").scalar()
    cluster = connection.exec_driver_sql("SELECT system_identifier FROM pg_control_system()").scalar() if may else ""
    number = connection.exec_driver_sql("SELECT oid FROM pg_database WHERE datname = current_database()").scalar()
    return f"{cluster}/{number}"
