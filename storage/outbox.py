"""Claiming deliveries and saying what became of them.

A relay claims lanes, not deliveries: one row for each thread or person, with a lease. So order within a lane comes
for free, and a lane whose holder died is due again by itself. Whoever says what became of a delivery gives its lane
back in the same transaction; that takes two statements, first the lock, then the look whether something waits,
because in one it would not see what was committed while it waited for the lock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)

from conversations.activities import Activity, Shown
from conversations.errors import LaneLost
from conversations.ports import Delivery, DeliveryKind
from storage.letters import PREFIX, lines_of, to_letter
from storage.mapping import Row, quoted_acts, to_delivery
from storage.models import DeliveryState, act, lane, message, outbox, review
from storage.statements import on_each, unawaited

UNREADABLE = "of another version"  # of a card that this one does not know
NEVER_POSTED = "never posted"  # of what hangs from a message that never came to be
TOO_LATE = "too late"  # of what was called back
LEASE = timedelta(seconds=30)  # longer than the longest look-up and send together
_LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_PENDING: ColumnElement[str] = literal_column("'pending'")  # written out: a partial index is found by its very words

_due = (
    select(lane.c.key)
    .where(lane.c.due_at <= bindparam("now"), lane.c.key.not_in(bindparam("held", expanding=True)))
    .order_by(lane.c.due_at)
    .limit(bindparam("most"))
)
_CLAIM = (
    update(lane)
    .where(lane.c.key.in_(_due.with_for_update(skip_locked=True).scalar_subquery()))
    .values(due_at=bindparam("lease_end"), lease_by=bindparam("me"))
    .returning(lane.c.key)
)
_ANY_DUE = select(exists().where(lane.c.due_at <= bindparam("now")))
_later = outbox.alias("later")
_SUPERSEDE = unawaited(
    update(outbox)
    .where(
        outbox.c.lane.in_(bindparam("lanes", expanding=True)),
        outbox.c.state == _PENDING,
        outbox.c.kind == DeliveryKind.REVISE,
        outbox.c.attempts == 0,
        exists().where(
            _later.c.lane == outbox.c.lane,
            _later.c.state == _PENDING,
            _later.c.kind == DeliveryKind.REVISE,
            _later.c.review_id == outbox.c.review_id,
            _later.c.message_key == outbox.c.message_key,
            _later.c.id > outbox.c.id,
        ),
    )
    .values(state=DeliveryState.SUPERSEDED)
)
_head = select(func.min(_later.c.id)).where(_later.c.lane == lane.c.key, _later.c.state == _PENDING).scalar_subquery()
_of_message = and_(message.c.review_id == outbox.c.review_id, message.c.message_key == outbox.c.message_key)
_WHOLE = (
    select(
        outbox,
        review.c.channel.label("review_channel"),
        review.c.thread.label("review_thread"),
        review.c.pack_digest,
        message.c.platform_id,
    )
    .join(review, review.c.id == outbox.c.review_id, isouter=True)
    .join(message, _of_message, isouter=True)
)
_HEADS = (
    _WHOLE.join(lane, outbox.c.id == _head)
    .where(lane.c.key.in_(bindparam("lanes", expanding=True)))
    .order_by(outbox.c.id)
)
_SHOWN = _WHOLE.where(
    outbox.c.delivery_id == bindparam("name"),
    outbox.c.platform == bindparam("platform"),
    outbox.c.tenant == bindparam("tenant"),
)
_is_theirs = outbox.c.to_person == bindparam("to")
_is_of_thread = and_(
    outbox.c.to_person.is_(None),
    exists().where(review.c.id == outbox.c.review_id, review.c.thread == bindparam("in_thread")),
)
_is_before_them = and_(
    outbox.c.delivery_id == bindparam("of"),
    outbox.c.platform == bindparam("on"),
    outbox.c.tenant == bindparam("of_tenant"),
    outbox.c.kind == DeliveryKind.POST,
    outbox.c.attempts > 0,
    or_(_is_theirs, _is_of_thread),
)
_ARRIVED = unawaited(
    update(outbox)
    .where(_is_before_them, outbox.c.state != DeliveryState.SENT)
    .values(state=DeliveryState.SENT, sent_at=bindparam("sent"), trouble=null())
)
_TRY = unawaited(
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(attempts=outbox.c.attempts + case((outbox.c.trouble.is_(None), 1), else_=0), tries=outbox.c.tries + 1)
)
_IDLE = unawaited(
    update(lane).where(lane.c.key.in_(bindparam("lanes", expanding=True))).values(due_at=None, lease_by=None)
)
_WORDS = select(act.c.review_id, act.c.n, act.c.said).where(
    act.c.review_id.in_(bindparam("reviews", expanding=True)),  # for a list of pairs, SQLite looks at all acts
    tuple_(act.c.review_id, act.c.n).in_(bindparam("quoted", expanding=True)),
    act.c.said.is_not(None),
)

_held = and_(lane.c.key == bindparam("lane"), lane.c.lease_by == bindparam("me"))
_LOCK = select(lane.c.key).where(_held).with_for_update()
_waiting = exists().where(outbox.c.lane == lane.c.key, outbox.c.state == _PENDING)
_again = bindparam("again", type_=lane.c.due_at.type)
_RELEASE = unawaited(update(lane).where(_held).values(lease_by=None, due_at=case((_waiting, _again), else_=null())))
_END = unawaited(
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(state=bindparam("end"), sent_at=bindparam("sent"), trouble=bindparam("why"))
)
_hangs_from_it = and_(
    outbox.c.lane == bindparam("in_lane"),
    outbox.c.state == _PENDING,
    outbox.c.kind.in_((DeliveryKind.POST, DeliveryKind.REVISE)),
)
_END_THREAD = unawaited(
    update(outbox).where(_hangs_from_it).values(state=DeliveryState.UNKNOWN, sent_at=null(), trouble=NEVER_POSTED)
)
_CALL_BACK = unawaited(
    update(outbox)
    .where(outbox.c.id == bindparam("of"))
    .values(
        state=DeliveryState.CALLED_BACK,
        trouble=TOO_LATE,
        # Its name is free: what is planned anew on the same day has the same one.
        delivery_id=outbox.c.delivery_id + "/" + cast(outbox.c.id, String),
    )
)
_CALL_BACK_REVISIONS = unawaited(
    update(outbox)
    .where(
        outbox.c.lane == bindparam("in_lane"),
        outbox.c.state == _PENDING,
        outbox.c.message_key == bindparam("revised"),
    )
    .values(state=DeliveryState.CALLED_BACK, trouble=TOO_LATE)
)
_NOT_SENT = unawaited(update(outbox).where(outbox.c.id == bindparam("of")).values(attempts=bindparam("before")))
_NOTE = unawaited(update(outbox).where(outbox.c.id == bindparam("of")).values(trouble=bindparam("why")))
_NAME_THREAD = unawaited(
    update(review)
    .where(review.c.id == bindparam("of"), review.c.thread.is_(None), exists().where(_held))
    .values(thread=bindparam("name"))
)
_BRING_FORWARD = (
    update(lane)
    .where(lane.c.due_at > bindparam("lease_end"))
    .values(
        due_at=case(
            (lane.c.lease_by.is_(None), bindparam("now", type_=lane.c.due_at.type)),
            else_=bindparam("lease_end", type_=lane.c.due_at.type),
        )
    )
)
_RELEASE_ALL = update(lane).where(lane.c.lease_by.is_not(None)).values(lease_by=None, due_at=_LONG_AGO)


def _name_nameless(insert: Any) -> Any:
    """One that has a name was sent once more since; the newer copy is the one that is revised."""
    named = (outbox.c.review_id, outbox.c.message_key, bindparam("message", type_=message.c.platform_id.type))
    shown = select(*named).where(_is_before_them, outbox.c.review_id.is_not(None), outbox.c.message_key.is_not(None))
    return insert(message).from_select(["review_id", "message_key", "platform_id"], shown).on_conflict_do_nothing()


_NAME_NAMELESS = on_each(lambda insert: unawaited(_name_nameless(insert)))


def _name_message(insert: Any) -> Any:
    statement = insert(message)
    return statement.on_conflict_do_update(
        index_elements=[message.c.review_id, message.c.message_key],
        set_={"platform_id": statement.excluded.platform_id},
    )


_NAME_MESSAGE = on_each(lambda insert: unawaited(_name_message(insert)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery to send now, with the words that its card quotes, by act; erased ones are missing."""

    delivery: Delivery
    words: Mapping[int, str]
    tries: int  # all earlier ones, those that certainly did not arrive too
    trouble: str | None  # noted by `postpone`: it is not to be sent, only ended


def claim(connection: Connection, *, now: datetime, me: str, limit: int, held: Iterable[str] = ()) -> list[Claimed]:
    """The first waiting delivery of up to `limit` lanes, which are then held by `me` for `LEASE`.

    Lanes that are `held` are left, whatever the clock says of their leases.

    Revisions that were never tried and have a newer one behind them are left out for good. The attempt counts from
    here on: what is claimed and never marked may have been sent. What is only to be ended is not attempted.
    """
    due = {"now": now, "most": limit, "lease_end": now + LEASE, "me": me, "held": sorted(held)}
    lanes = list(connection.execute(_CLAIM, due).scalars())
    if not lanes:
        return []
    connection.execute(_SUPERSEDE, {"lanes": lanes})
    rows = connection.execute(_HEADS, {"lanes": lanes}).mappings().all()
    if idle := sorted(set(lanes) - {row["lane"] for row in rows}):
        connection.execute(_IDLE, {"lanes": idle})
    lines = lines_of(connection, (row["message_key"] for row in rows if _is_put_together(row)))
    readable: list[tuple[Delivery, Row]] = []
    for row in rows:
        try:
            readable.append((_delivery(row, lines), row))
        except (KeyError, ValidationError):
            _park_unreadable(connection, row, me, now)
    if readable:
        connection.execute(_TRY, {"ids": [row["id"] for _, row in readable]})
    return _with_words(connection, readable)


def _is_put_together(row: Row) -> bool:
    """Whether it is the revision of a letter, whose card is made now."""
    return row["card"] is None and (row["message_key"] or "").startswith(PREFIX)


def _delivery(row: Row, lines: Mapping[str, Sequence[Row]]) -> Delivery:
    delivery = to_delivery(row)
    return replace(delivery, card=to_letter(lines[row["message_key"]])) if _is_put_together(row) else delivery


def _park_unreadable(connection: Connection, row: Row, me: str, now: datetime) -> None:
    """What another version has written may be none of our cards: it is parked, and its lane goes on."""
    end = {"of": row["id"], "end": DeliveryState.PARKED, "sent": None, "why": UNREADABLE}
    connection.execute(_END, end)
    connection.execute(_RELEASE, {"lane": row["lane"], "me": me, "again": now})


def as_shown(connection: Connection, name: str, *, platform: str, tenant: str) -> Claimed | None:
    """The delivery of that name, if it is the tenant's, as it was to be sent; a letter as its lines are now."""
    row = connection.execute(_SHOWN, {"name": name, "platform": platform, "tenant": tenant}).mappings().one_or_none()
    if row is None:
        return None
    key = row["message_key"] or ""
    lines = lines_of(connection, [key]) if key.startswith(PREFIX) else {}
    delivery = to_delivery(row)
    readable = replace(delivery, card=to_letter(lines[key])) if lines else delivery
    return next(iter(_with_words(connection, [(readable, row)])), None)


def note_arrival(connection: Connection, activity: Activity, shown: Shown) -> None:
    """Something was pressed in a message, which may be one of which nobody knew whether it arrived. Two statements.

    Only who it was for, or whoever is in its thread, can say so: anybody can have written these names.
    """
    at = activity.reference
    place = {"on": at.platform, "of_tenant": at.tenant, "in_thread": at.thread}
    which = {"of": shown.delivery, "to": activity.actor.id if activity.private else None, **place}
    connection.execute(_ARRIVED, which | {"sent": activity.at})
    connection.execute(_NAME_NAMELESS[connection.dialect.name], which | {"message": shown.message})


def anything_due(connection: Connection, *, now: datetime) -> bool:
    """Whether a lane is due that nobody holds; who holds one has moved its moment to the end of the lease."""
    return bool(connection.execute(_ANY_DUE, {"now": now}).scalar())


def mark_sent(connection: Connection, delivery: Delivery, platform_id: str | None, *, me: str, now: datetime) -> None:
    """It was sent. A message that can be revised is `platform_id` from now on; the root names its review's thread.

    Raises `LaneLost`.
    """
    if delivery.key == "root" and delivery.message is None and platform_id:  # posted now, by a revision too
        thread = platform_id.partition(" ")[0]  # where a message is named within its thread, that comes first
        naming = {"of": delivery.review, "name": thread, "lane": delivery.lane, "me": me}
        connection.execute(_NAME_THREAD, naming)  # before the lane is locked, in the order of a turn: no deadlock
    _lock(connection, delivery, me)
    connection.execute(_END, {"of": delivery.id, "end": DeliveryState.SENT, "sent": now, "why": None})
    if delivery.key and delivery.review and platform_id:
        named = {"review_id": delivery.review, "message_key": delivery.key, "platform_id": platform_id}
        connection.execute(_NAME_MESSAGE[connection.dialect.name], named)
    _release(connection, delivery, me, now)


def postpone(
    connection: Connection, delivery: Delivery, *, me: str, until: datetime, unknown: bool, trouble: str | None = None
) -> None:
    """Its lane stands still until then. Unless the outcome is `unknown`, this try did not happen.

    With `trouble` it is not to be sent again, and whoever claims it is told so. Raises `LaneLost`.
    """
    _lock(connection, delivery, me)
    if not unknown:
        connection.execute(_NOT_SENT, {"of": delivery.id, "before": delivery.attempts})
    if trouble is not None:
        connection.execute(_NOTE, {"of": delivery.id, "why": trouble})
    _release(connection, delivery, me, until)


def give_up(
    connection: Connection,
    delivery: Delivery,
    state: DeliveryState,
    trouble: str,
    *,
    me: str,
    now: datetime,
    unknown: bool = True,
    whole_thread: bool = False,
) -> None:
    """It will not be tried again, and its lane goes on. `trouble` says why, in our words.

    Unless the outcome is `unknown`, this try did not happen.

    With `whole_thread` nothing else of its lane is posted or revised either; whispers are still said. Raises
    `LaneLost`.
    """
    _lock(connection, delivery, me)
    if not unknown:
        connection.execute(_NOT_SENT, {"of": delivery.id, "before": delivery.attempts})
    connection.execute(_END, {"of": delivery.id, "end": state, "sent": None, "why": trouble})
    if whole_thread:
        connection.execute(_END_THREAD, {"in_lane": delivery.lane})
    _release(connection, delivery, me, now)


def take_back(connection: Connection, delivery: Delivery, *, me: str, now: datetime) -> None:
    """It was not sent and will not be, nor what would revise it; its lane goes on. Raises `LaneLost`."""
    _lock(connection, delivery, me)
    connection.execute(_CALL_BACK, {"of": delivery.id})
    connection.execute(_CALL_BACK_REVISIONS, {"in_lane": delivery.lane, "revised": delivery.key})
    _release(connection, delivery, me, now)


def bring_forward(connection: Connection, *, now: datetime) -> int:
    """After a clock was ahead: what was put off by it is due now, and leases end in time. How many lanes that were.

    What waits for longer because its platform has asked for it is tried early once, and asked again.
    """
    return connection.execute(_BRING_FORWARD, {"now": now, "lease_end": now + LEASE}).rowcount


def release_all(connection: Connection) -> None:
    """Everything that was claimed is due at once. Only where nobody else can be at work: at the start, on SQLite."""
    connection.execute(_RELEASE_ALL)


def _lock(connection: Connection, delivery: Delivery, me: str) -> None:
    if connection.execute(_LOCK, {"lane": delivery.lane, "me": me}).first() is None:
        raise LaneLost


def _release(connection: Connection, delivery: Delivery, me: str, again: datetime) -> None:
    connection.execute(_RELEASE, {"lane": delivery.lane, "me": me, "again": again})


def _with_words(connection: Connection, claims: Sequence[tuple[Delivery, Row]]) -> list[Claimed]:
    quoted = {delivery.id: [(delivery.review, n) for n in sorted(quoted_acts(delivery.card))] for delivery, _ in claims}
    pairs = sorted({pair for pairs in quoted.values() for pair in pairs if pair[0]})
    wanted = {"quoted": pairs, "reviews": sorted({of for of, _ in pairs if of})}
    said = {(of, n): words for of, n, words in connection.execute(_WORDS, wanted)} if pairs else {}
    return [
        Claimed(
            delivery=delivery,
            words={pair[1]: said[pair] for pair in quoted[delivery.id] if pair in said},
            tries=row["tries"],
            trouble=row["trouble"],
        )
        for delivery, row in claims
    ]
