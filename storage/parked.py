"""What is parked and still missed, and putting it back among what waits to be sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, exists, null, or_, select, update

from conversations.ports import DeliveryKind
from conversations.review import LIVING
from storage.models import DeliveryState, message, outbox, review
from storage.unit_of_work import wake_lanes

_later = outbox.alias("later")
_said_since = exists().where(
    _later.c.id > outbox.c.id,
    _later.c.review_id == outbox.c.review_id,
    _later.c.message_key == outbox.c.message_key,
    _later.c.state.in_((DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.PARKED)),
)
_is_revision = outbox.c.kind == DeliveryKind.REVISE
_PARKED = (
    select(outbox)
    .join(review, review.c.id == outbox.c.review_id, isouter=True)
    .join(
        message,
        and_(message.c.review_id == outbox.c.review_id, message.c.message_key == outbox.c.message_key),
        isouter=True,
    )
    .where(
        outbox.c.state == DeliveryState.PARKED,
        or_(review.c.id.is_(None), review.c.phase.in_(LIVING)),
        or_(and_(_is_revision, ~_said_since), and_(~_is_revision, message.c.platform_id.is_(None))),
    )
    .order_by(outbox.c.id)
)
_PUT_BACK = (
    update(outbox)
    .where(outbox.c.delivery_id.in_(bindparam("names", expanding=True)), outbox.c.state == DeliveryState.PARKED)
    .values(
        state=DeliveryState.PENDING,
        trouble=null(),
        tries=0,
        attempts=case((outbox.c.delivery_id.in_(bindparam("forgotten", expanding=True)), 0), else_=outbox.c.attempts),
    )
    .returning(outbox.c.lane)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A delivery that could not arrive. After `attempts` tries it may be there all the same."""

    delivery_id: str
    kind: DeliveryKind
    platform: str
    tenant: str
    channel: str
    key: str | None  # of a message that stays; None: it was said for the moment
    to: str | None
    attempts: int
    created_at: datetime
    trouble: str


def parked(connection: Connection) -> tuple[Parked, ...]:
    """What is still missed, oldest first: not of a review that is closed, nor what was posted or revised since."""
    names = ("delivery_id", "kind", "platform", "tenant", "channel", "attempts", "created_at", "trouble")
    rows = connection.execute(_PARKED).mappings()
    return tuple(
        Parked(**{name: row[name] for name in names}, key=row["message_key"], to=row["to_person"]) for row in rows
    )


def put_back(connection: Connection, names: Iterable[str], *, forgotten: Iterable[str], now: datetime) -> int:
    """Those of them that are parked are sent as if for the first time; how many.

    What may have arrived is looked up before, unless its attempts are to be `forgotten`.
    """
    given = {"names": sorted(names), "forgotten": sorted(forgotten)}
    lanes = connection.execute(_PUT_BACK, given).scalars().all()
    wake_lanes(connection, lanes, now)
    return len(lanes)
