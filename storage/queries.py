"""What is read without being changed. Statements that a turn needs are built once, here or in `unit_of_work.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from conversations.activities import ConversationReference
from conversations.names import folded_name
from conversations.review import Review
from storage.mapping import Row, to_review
from storage.models import DeliveryState, act, inbox, outbox, pack, review
from storage.shelf import PackShelf

_BY_THREAD = (
    select(review)
    .where(
        review.c.platform == bindparam("platform"),
        review.c.tenant == bindparam("tenant"),
        review.c.channel == bindparam("channel"),
        review.c.thread == bindparam("thread"),
    )
    # A statement of its own: one that also read the acts would see them as they were before it waited. The lock
    # leaves the key alone, so that who refers to the review does not wait.
    .with_for_update(key_share=True)
)
_ACTS = select(act).where(act.c.review_id == bindparam("review")).order_by(act.c.n)
_TYPED = select(func.count()).where(inbox.c.activity_key.startswith(bindparam("prefix")))
_NEWEST = select(select(func.max(inbox.c.received_at)).scalar_subquery(), select(func.max(act.c.at)).scalar_subquery())
_PLATFORMS = select(review.c.platform).distinct()
_PARKED = select(outbox).where(outbox.c.state == DeliveryState.PARKED).order_by(outbox.c.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A delivery that can never arrive."""

    delivery_id: str
    platform: str
    tenant: str
    channel: str
    created_at: datetime
    trouble: str


def review_in(connection: Connection, shelf: PackShelf, reference: ConversationReference) -> Review | None:
    """The review of a thread, locked until the transaction ends. Two statements."""
    place = {
        "platform": reference.platform,
        "tenant": reference.tenant,
        "channel": reference.channel,
        "thread": reference.thread,
    }
    row = connection.execute(_BY_THREAD, place).mappings().one_or_none()
    if row is None:
        return None
    acts = connection.execute(_ACTS, {"review": row["id"]}).mappings()
    pack = shelf.packs(connection, [row["pack_digest"]])[row["pack_digest"]]
    return to_review(row, pack, acts)


def reviews(
    connection: Connection,
    shelf: PackShelf,
    *,
    platform: str | None = None,
    tenant: str | None = None,
    channel: str | None = None,
    project: str | None = None,
) -> tuple[Review, ...]:
    """All reviews, oldest first, that match what is given; `project` in any case and spacing. Two statements."""
    wanted = {
        review.c.platform: platform,
        review.c.tenant: tenant,
        review.c.channel: channel,
        review.c.project_key: project if project is None else folded_name(project),
    }
    matching: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value is not None]
    rows = connection.execute(select(review).where(*matching).order_by(review.c.started_at, review.c.id)).mappings()
    headers = rows.all()
    acts = select(act).join(review).where(*matching).order_by(act.c.review_id, act.c.n)
    return _assembled(connection, shelf, headers, connection.execute(acts).mappings())


def parked(connection: Connection) -> tuple[Parked, ...]:
    names = ("delivery_id", "platform", "tenant", "channel", "created_at", "trouble")
    return tuple(Parked(**{name: row[name] for name in names}) for row in connection.execute(_PARKED).mappings())


def packs_in_use(connection: Connection) -> Mapping[tuple[str, str], str]:
    """The digest of every pack that a review runs on, by name and version."""
    rows = connection.execute(select(pack.c.name, pack.c.version, pack.c.digest))
    return {(name, version): digest for name, version, digest in rows}


def typed_lines(connection: Connection, thread: str) -> int:
    """How many lines were typed into a review of the terminal, over its whole life."""
    return connection.execute(_TYPED, {"prefix": f"console/{thread}/"}).scalar_one()


def newest_moment(connection: Connection) -> datetime | None:
    """The latest moment at which anything happened, by whatever clock it was."""
    moments = connection.execute(_NEWEST).one()
    return max((moment for moment in moments if moment is not None), default=None)


def platforms(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(_PLATFORMS).scalars())


def _assembled(
    connection: Connection, shelf: PackShelf, headers: Iterable[Row], acts: Iterable[Row]
) -> tuple[Review, ...]:
    headers = list(headers)
    packs = shelf.packs(connection, {row["pack_digest"] for row in headers})
    of: dict[Any, list[Row]] = {key: list(rows) for key, rows in groupby(acts, key=lambda row: row["review_id"])}
    # On PostgreSQL a turn may have been committed since the headers were read.
    return tuple(
        to_review(row, packs[row["pack_digest"]], [a for a in of.get(row["id"], ()) if a["turn"] <= row["version"]])
        for row in headers
    )
