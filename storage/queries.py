"""What is read without being changed. Statements that a turn needs are built once, here or in `unit_of_work.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    FromClause,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    union,
)

from conversations.activities import ConversationReference
from conversations.names import folded_name
from conversations.pack_documents import contents
from conversations.review import LIVING, Review
from storage.mapping import Row, is_of, to_review
from storage.models import DeliveryState, act, inbox, ledger, letter_line, message, outbox, pack, pulse, review
from storage.shelf import PackShelf

# A statement of its own: one that also read the acts would see them as they were before it waited. The lock leaves
# the key alone, so that who refers to the review does not wait.
_OF_TENANT = (
    select(review)
    .where(review.c.platform == bindparam("platform"), review.c.tenant == bindparam("tenant"))
    .with_for_update(key_share=True)
)
_BY_THREAD = _OF_TENANT.where(review.c.channel == bindparam("channel"), review.c.thread == bindparam("thread"))
_BY_ID = _OF_TENANT.where(review.c.id == bindparam("id"))


def _told_in(said: FromClause) -> ColumnElement[str]:
    """The review that a message is of: of a letter, the one whose line still waits, else the one of its first line."""
    of_line = (
        select(letter_line.c.review_id)
        .where(letter_line.c.letter_key == said.c.message_key)
        .order_by(letter_line.c.open.desc(), letter_line.c.position)
        .limit(1)
    )
    return func.coalesce(of_line.scalar_subquery(), said.c.review_id)


# In a direct message: the review that the message at the top of the thread is of, or that has begun there.
_of_message = select(_told_in(message)).where(message.c.platform_id.in_(bindparam("names", expanding=True)))
_begun_there = select(review.c.id).where(
    review.c.platform == bindparam("platform"),
    review.c.tenant == bindparam("tenant"),
    review.c.channel == bindparam("channel"),
    review.c.thread.in_(bindparam("names", expanding=True)),
)
_BY_MESSAGE = (
    _OF_TENANT.where(review.c.id.in_(union(_of_message, _begun_there)))
    .order_by(review.c.started_at.desc(), review.c.id)
    .limit(1)
)
_POST: ColumnElement[str] = literal_column("'post'")  # written out: a partial index is found by its very words
_newest_told = (
    select(_told_in(outbox))
    .where(
        outbox.c.platform == bindparam("platform"),
        outbox.c.tenant == bindparam("tenant"),
        outbox.c.to_person == bindparam("person"),
        outbox.c.kind == _POST,
        outbox.c.state == DeliveryState.SENT,
        outbox.c.message_key.is_not(None),  # a digest is about many
    )
    .order_by(outbox.c.id.desc())
    .limit(1)
)
_holds = select(act.c.review_id).where(act.c.source_key == bindparam("source"))
_BY_SOURCE = _OF_TENANT.where(review.c.id.in_(_holds)).order_by(review.c.started_at.desc(), review.c.id).limit(1)
_BY_PERSON = _OF_TENANT.where(review.c.id == _newest_told.scalar_subquery())
_in_channel = (
    review.c.platform == bindparam("platform"),
    review.c.tenant == bindparam("tenant"),
    review.c.channel == bindparam("channel"),
)
_ROOT_PENDING = select(
    or_(
        exists().where(
            *_in_channel,
            review.c.thread.is_(None),
            review.c.phase.in_(LIVING),
            review.c.started_at > bindparam("since"),
        ),
        exists().where(*_in_channel, review.c.thread == bindparam("thread")),
    )
)
_ACTS = select(act).where(act.c.review_id == bindparam("review")).order_by(act.c.n)
_TYPED = select(func.count()).where(inbox.c.activity_key.startswith(bindparam("prefix")))
_MOMENTS = (inbox.c.received_at, act.c.at, ledger.c.at, pulse.c.ticked_at)
_NEWEST = select(*(select(func.max(moment)).scalar_subquery() for moment in _MOMENTS))
_PLATFORMS = select(review.c.platform).distinct()


def review_in(connection: Connection, shelf: PackShelf, reference: ConversationReference) -> Review | None:
    """The review of a thread, locked until the transaction ends. Two statements."""
    place = {
        "platform": reference.platform,
        "tenant": reference.tenant,
        "channel": reference.channel,
        "thread": reference.thread,
    }
    return _one(connection, shelf, _BY_THREAD, place)


def root_pending(connection: Connection, reference: ConversationReference, *, since: datetime) -> bool:
    """Whether a review has begun in a channel since then whose root card has no name yet, or this one by now.

    Asked when nothing was found in the thread: on PostgreSQL the card may have been named between the two looks.
    """
    place = {"platform": reference.platform, "tenant": reference.tenant, "channel": reference.channel}
    asked = place | {"thread": reference.thread, "since": since}
    return bool(connection.execute(_ROOT_PENDING, asked).scalar())


def review_by_id(
    connection: Connection, shelf: PackShelf, review_id: str, *, platform: str, tenant: str
) -> Review | None:
    """The review of that id, if it is the tenant's, locked until the transaction ends. Two statements."""
    return _one(connection, shelf, _BY_ID, {"id": review_id, "platform": platform, "tenant": tenant})


def review_of_direct_message(
    connection: Connection, shelf: PackShelf, reference: ConversationReference
) -> Review | None:
    """The review that a thread in a direct message is about, locked until the transaction ends. Two statements.

    A message in a direct message is called `CHANNEL/MESSAGE`; the thread may be named so, or by its last part alone.
    """
    thread = str(reference.thread)
    wanted = {
        "platform": reference.platform,
        "tenant": reference.tenant,
        "channel": reference.channel,
        "names": [thread, f"{reference.channel}/{thread}"],
    }
    return _one(connection, shelf, _BY_MESSAGE, wanted)


def review_by_source(
    connection: Connection, shelf: PackShelf, source: str, *, platform: str, tenant: str
) -> Review | None:
    """The review that holds what came with a direct message, locked like the others. Two statements."""
    return _one(connection, shelf, _BY_SOURCE, {"source": source, "platform": platform, "tenant": tenant})


def review_last_told(
    connection: Connection, shelf: PackShelf, person: str, *, platform: str, tenant: str
) -> Review | None:
    """The review of the newest message, but for digests, that reached this person alone, locked like the others.

    Two statements.
    """
    return _one(connection, shelf, _BY_PERSON, {"person": person, "platform": platform, "tenant": tenant})


def _one(
    connection: Connection, shelf: PackShelf, statement: Executable, wanted: Mapping[str, object]
) -> Review | None:
    row = connection.execute(statement, wanted).mappings().one_or_none()
    if row is None:
        return None
    stood = shelf.stood(row["id"])
    if stood is not None and is_of(row, stood.review):
        return stood.review
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
    return reviews_where(connection, shelf, *(column == value for column, value in wanted.items() if value is not None))


def reviews_where(connection: Connection, shelf: PackShelf, *matching: ColumnElement[bool]) -> tuple[Review, ...]:
    """All reviews of whose row all of this is true, oldest first. Two statements."""
    rows = connection.execute(
        select(review).where(*matching).order_by(review.c.started_at, review.c.project_key, review.c.id)
    ).mappings()
    headers = rows.all()
    acts = select(act).join(review).where(*matching).order_by(act.c.review_id, act.c.n)
    return _assembled(connection, shelf, headers, connection.execute(acts).mappings())


def packs_in_use(connection: Connection) -> Mapping[tuple[str, str], Set[str]]:
    """The digests of all contents that reviews run on, by the name and version of the pack or the overlay.

    One pack is kept several times where only an overlay that it carries has changed.
    """
    in_use: dict[tuple[str, str], set[str]] = {}
    for document in connection.execute(select(pack.c.body)).scalars():
        for part, digest in contents(document).items():
            in_use.setdefault(part, set()).add(digest)
    return in_use


def typed_lines(connection: Connection, thread: str) -> int:
    """How many lines were typed into a review of the terminal, over its whole life."""
    return connection.execute(_TYPED, {"prefix": f"console/{thread}/"}).scalar_one()


def newest_moment(connection: Connection) -> datetime | None:
    """The latest moment at which anything happened or was looked at, by whatever clock it was."""
    moments = connection.execute(_NEWEST).one()
    return max((moment for moment in moments if moment is not None), default=None)


def platforms(connection: Connection) -> tuple[str, ...]:
    return tuple(connection.execute(_PLATFORMS).scalars())


def _assembled(
    connection: Connection, shelf: PackShelf, headers: Iterable[Row], acts: Iterable[Row]
) -> tuple[Review, ...]:
    headers = list(headers)
    packs = shelf.packs(connection, {row["pack_digest"] for row in headers})
    of: dict[Any, list[Row]] = {key: list(rows) for key, rows in groupby(acts, key=itemgetter("review_id"))}
    # On PostgreSQL a turn may have been committed since the headers were read.
    return tuple(
        to_review(row, packs[row["pack_digest"]], [a for a in of.get(row["id"], ()) if a["turn"] <= row["version"]])
        for row in headers
    )
