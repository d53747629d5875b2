"""Where reviews are: a channel that got another id, and all reviews of a place that something happens to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, literal_column, select, update

from conversations.activities import ConversationReference
from conversations.review import LIVING
from storage.models import outbox, reminder, review

_PENDING: ColumnElement[str] = literal_column("'pending'")  # written out: a partial index is found by its very words
_MOVE_REVIEWS = (
    update(review)
    .where(
        review.c.platform == bindparam("of_platform"),
        review.c.tenant == bindparam("of_tenant"),
        review.c.channel == bindparam("old"),
    )
    .values(channel=bindparam("new"))
)
_MOVE_DELIVERIES = (
    update(outbox)
    .where(
        outbox.c.platform == bindparam("of_platform"),
        outbox.c.tenant == bindparam("of_tenant"),
        outbox.c.channel == bindparam("old"),
        outbox.c.state == _PENDING,
    )
    .values(channel=bindparam("new"))
)
_LIVING = (
    select(review.c.id, review.c.channel, review.c.thread)
    .where(
        review.c.platform == bindparam("platform"),
        review.c.tenant == bindparam("tenant"),
        review.c.phase.in_(LIVING),
    )
    .order_by(review.c.started_at, review.c.id)
)
_PLACES = select(review.c.id, review.c.platform, review.c.tenant, review.c.channel, review.c.thread).where(
    review.c.id.in_(bindparam("ids", expanding=True))
)
_LIVING_OF = _LIVING.where(
    review.c.id.in_(
        select(reminder.c.review_id).where(
            reminder.c.platform == bindparam("platform"),
            reminder.c.tenant == bindparam("tenant"),
            reminder.c.who == bindparam("who"),
        )
    )
)
_LIVING_IN_CHANNEL = _LIVING.where(review.c.channel == bindparam("channel"))


def move_channel(connection: Connection, platform: str, tenant: str, old: str, new: str) -> int:
    """The channel `old` is called `new` now. Returns how many reviews went along; a second time it is none.

    Lanes keep their names: one that is being sent from stays locked, and only the order within a lane matters.
    """
    moved = {"of_platform": platform, "of_tenant": tenant, "old": old, "new": new}
    # Reviews first: a turn that is at work holds its review, and its deliveries are there when it lets go.
    reviews = connection.execute(_MOVE_REVIEWS, moved).rowcount
    connection.execute(_MOVE_DELIVERIES, moved)
    return reviews


def living_reviews(
    connection: Connection, platform: str, tenant: str, channel: str | None = None
) -> list[tuple[str, ConversationReference]]:
    """Id and place of each, oldest first: those of a channel, or of the whole tenant."""
    place = {"platform": platform, "tenant": tenant}
    statement = _LIVING if channel is None else _LIVING_IN_CHANNEL
    rows = connection.execute(statement, place if channel is None else place | {"channel": channel})
    return [_placed(row, platform, tenant) for row in rows]


def living_reviews_of(
    connection: Connection, platform: str, tenant: str, who: str
) -> list[tuple[str, ConversationReference]]:
    """Those in which something is to come for somebody, in the same way."""
    rows = connection.execute(_LIVING_OF, {"platform": platform, "tenant": tenant, "who": who})
    return [_placed(row, platform, tenant) for row in rows]


def places_of(connection: Connection, reviews: Iterable[str]) -> dict[str, ConversationReference]:
    """Where each of them is."""
    rows = connection.execute(_PLACES, {"ids": sorted(set(reviews))})
    return {row.id: _placed(row, row.platform, row.tenant)[1] for row in rows}


def _placed(row: Any, platform: str, tenant: str) -> tuple[str, ConversationReference]:
    at = ConversationReference(platform=platform, tenant=tenant, channel=row.channel, thread=row.thread)
    return row.id, at
