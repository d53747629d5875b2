"""What was kept long enough, found by an index and cleared a thousand rows at a time.

Several processes may clear at once: each row goes once. What closed a review is what its words' time counts from; an
act that closed one and is not erased stands in an index of its own, which an emptied review leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    and_,
    bindparam,
    delete,
    exists,
    literal_column,
    or_,
    select,
    tuple_,
    union,
)

from conversations.activities import ConversationReference
from conversations.review import LIVING
from storage.models import act, inbox, installation, ledger, outbox, person, retention, review
from storage.statements import on_each

INBOX = timedelta(days=7)  # longer than any platform repeats what it has told
DELIVERIES = timedelta(days=30)
LEDGER = timedelta(days=90)
TOGETHER = 1000  # rows in one transaction
REVIEWS = 20  # that are found at once; each is emptied in a transaction of its own

Term: TypeAlias = int | None  # days, or for ever

# Written out: a partial index is found by its very words.
_SENT: ColumnElement[bool] = literal_column("state = 'sent'")
_ENDED: ColumnElement[bool] = literal_column("state IN ('superseded', 'unknown', 'called_back')")
_CLOSING: ColumnElement[bool] = literal_column("act.kind IN ('finished', 'cancelled') AND act.erased_at IS NULL")

_later, _newer = outbox.alias("later"), ledger.alias("newer")
_told = and_(outbox.c.kind == literal_column("'post'"), outbox.c.to_person.is_not(None))
_told_since = exists().where(
    *(_later.c[name] == outbox.c[name] for name in ("platform", "tenant", "to_person")),
    _later.c.kind == literal_column("'post'"),
    _later.c.to_person.is_not(None),
    _later.c.id > outbox.c.id,
)
# What somebody was written to last says which review they mean by an answer, however long ago it was.
_OLD_SENT = select(outbox.c.id).where(_SENT, outbox.c.sent_at < bindparam("before"), or_(~_told, _told_since))
_OLD_ENDED = select(outbox.c.id).where(_ENDED, outbox.c.created_at < bindparam("before"))
# What is said once for good has no other sign: not to be welcomed again, and under the name of what was said then.
_OLD_INBOX = select(inbox.c.activity_key).where(
    inbox.c.received_at < bindparam("before"), inbox.c.activity_key.not_like("%/welcome/%")
)
_LEDGER_KEY = tuple(ledger.primary_key)
_OLD_LEDGER = select(*_LEDGER_KEY).where(
    ledger.c.at < bindparam("before"),
    exists().where(
        *(_newer.c[name] == ledger.c[name] for name in ("platform", "tenant", "who", "kind")),
        _newer.c.day > ledger.c.day,
    ),
)
_PLACE = ("platform", "tenant", "channel", "thread")
_KNOWN = union(*(select(table.c.platform, table.c.tenant) for table in (installation, person, review)))


def _set(insert: Any) -> Executable:
    statement = insert(retention)
    keys = [retention.c.platform, retention.c.tenant]
    return statement.on_conflict_do_update(index_elements=keys, set_={"days": statement.excluded.days})  # type: ignore[no-any-return]  # the dialect's insert is chosen at run time


_SET = on_each(_set)


def clear_inbox(connection: Connection, before: datetime) -> int:
    """Returns how many rows went; fewer than `TOGETHER`: nothing is left."""
    old = _OLD_INBOX.order_by(inbox.c.received_at).limit(TOGETHER).with_for_update(skip_locked=True)
    return connection.execute(delete(inbox).where(inbox.c.activity_key.in_(old)), {"before": before}).rowcount


def clear_sent(connection: Connection, before: datetime) -> int:
    """The newest message to each person stays."""
    old = _OLD_SENT.order_by(outbox.c.sent_at).limit(TOGETHER).with_for_update(skip_locked=True)
    return connection.execute(delete(outbox).where(outbox.c.id.in_(old)), {"before": before}).rowcount


def clear_ended(connection: Connection, before: datetime) -> int:
    """What was never sent and is not parked."""
    old = _OLD_ENDED.order_by(outbox.c.created_at).limit(TOGETHER).with_for_update(skip_locked=True)
    return connection.execute(delete(outbox).where(outbox.c.id.in_(old)), {"before": before}).rowcount


def clear_ledger(connection: Connection, before: datetime) -> int:
    """The newest of each kind stays: what comes next counts from it."""
    old = _OLD_LEDGER.order_by(ledger.c.at).limit(TOGETHER).with_for_update(skip_locked=True)
    return connection.execute(delete(ledger).where(tuple_(*_LEDGER_KEY).in_(old)), {"before": before}).rowcount


def closed_reviews(
    connection: Connection,
    before: datetime,
    *,
    of: tuple[str, str] | None = None,
    but: Sequence[tuple[str, str]] = (),
) -> list[tuple[str, ConversationReference]]:
    """Some reviews with words that were closed before then: of one platform and tenant, or of all `but` these."""
    place = tuple_(review.c.platform, review.c.tenant)
    where = [place == of] if of is not None else [place.not_in(but)] if but else []
    rows = connection.execute(
        select(review.c.id, review.c.platform, review.c.tenant, review.c.channel, review.c.thread)
        .join(act, act.c.review_id == review.c.id)
        .where(_CLOSING, act.c.at < before, review.c.phase.not_in(LIVING), ~_closed_since(before), *where)
        .order_by(act.c.at)
        .limit(REVIEWS)
    )
    found = {of_: ConversationReference(**dict(zip(_PLACE, rest, strict=True))) for of_, *rest in rows}
    return list(found.items())


def _closed_since(before: datetime) -> ColumnElement[bool]:
    """It was gone on with, and closed again."""
    again = act.alias("again")
    closes = again.c.kind.in_([literal_column("'finished'"), literal_column("'cancelled'")])
    return exists().where(again.c.review_id == review.c.id, closes, again.c.at >= before)


def terms(connection: Connection) -> Mapping[tuple[str, str], Term]:
    """Of the tenants with a term of their own."""
    return {(row.platform, row.tenant): row.days for row in connection.execute(select(retention))}


def known_tenants(connection: Connection) -> list[tuple[str, str]]:
    """Platform and tenant of everybody who is known, and of every review."""
    return sorted((row.platform, row.tenant) for row in connection.execute(_KNOWN))


def set_term(connection: Connection, platform: str, tenant: str, days: Term) -> None:
    row = {"platform": platform, "tenant": tenant, "days": days}
    connection.execute(_SET[connection.dialect.name], row)


def drop_term(connection: Connection, platform: str, tenant: str) -> None:
    """The tenant has none of its own any more."""
    connection.execute(delete(retention).where(retention.c.platform == platform, retention.c.tenant == tenant))
