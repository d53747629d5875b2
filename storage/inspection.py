"""What can be said about a database by looking at it: nothing is written, and no file is made, beside whoever works."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine, exists, func, literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from conversations.errors import StorageDown
from conversations.review import LIVING
from storage.database import looking_engine, postgres_engine, to_address, to_path
from storage.lock import holder
from storage.models import DeliveryState, installation, message, outbox, review
from storage.parked import Parked, parked
from storage.queries import packs_in_use
from storage.revisions import Position, current_revision, newest, position
from storage.threads import Units, to_failure

P = ParamSpec("P")
T = TypeVar("T")

_posted = exists().where(message.c.review_id == review.c.id, message.c.message_key == "root")
_on_its_way = exists().where(
    outbox.c.state == DeliveryState.PENDING, outbox.c.review_id == review.c.id, outbox.c.message_key == "root"
)
_UNSEEN = (
    select(review).where(review.c.phase.in_(LIVING), ~_posted, ~_on_its_way).order_by(review.c.started_at, review.c.id)
)
_LIVE = (
    select(review.c.project, review.c.platform, review.c.tenant, review.c.channel)
    .where(review.c.phase.in_(LIVING))
    .order_by(review.c.started_at, review.c.id)
)
_INSTALLED = select(installation.c.platform, installation.c.tenant).order_by(installation.c.tenant)
# Written out: a partial index is found by its very words.
_WAITING = {
    state: select(func.count()).select_from(outbox).where(outbox.c.state == literal_column(f"'{state.value}'"))
    for state in (DeliveryState.PENDING, DeliveryState.PARKED)
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A living review whose own message was not posted, or nobody knows whether it was, and is not on its way."""

    project: str
    platform: str
    tenant: str
    channel: str
    thread: str | None  # None: nobody can answer there, as its message would have been what a thread hangs from
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """Where a review lives."""

    project: str
    platform: str
    tenant: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """Names of revisions; `found` is None where there are no tables yet."""

    found: str | None
    wanted: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """A database as it was found. `schema` is None where a SQLite file is still to be made.

    What stands in the tables is read only where they are this program's.
    """

    name: str  # without a password
    holder: str | None = None  # on SQLite, who works on it now
    schema: Schema | None = None
    parked: tuple[Parked, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    living: tuple[Living, ...] = ()  # oldest first
    installed: tuple[tuple[str, str], ...] = ()  # platform and tenant of each workspace whose token is kept
    packs_in_use: Mapping[tuple[str, str], Set[str]] = field(default_factory=dict)

    @property
    def readable(self) -> bool:
        return self.schema is not None and self.schema.position.workable


def inspect_database(url: str) -> Inspection:
    """Raises `StorageDown`, with what to do about it."""
    address = to_address(url)
    if address.get_backend_name() != "sqlite":
        return _inspected(postgres_engine(address), _place(address), None)
    path = to_path(address)
    if path.exists():
        return _inspected(looking_engine(path), str(path), holder(path))
    if not path.parent.is_dir():
        raise StorageDown(f"There is no folder {path.parent}; make it, or let DATABASE_URL name another.")
    return Inspection(name=str(path))


@contextmanager
def looking(url: str) -> Iterator[Units]:
    """Units that look at a database that is there, and leave no trace of it."""
    address = to_address(url)
    engine = looking_engine(to_path(address)) if address.get_backend_name() == "sqlite" else postgres_engine(address)

    async def look(unit: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            return unit(connection, *args, **kwargs)

    try:
        yield look
    except SQLAlchemyError as error:
        raise to_failure(error) from None
    finally:
        engine.dispose()


def waiting_deliveries(connection: Connection) -> Mapping[str, int]:
    """How many are to be sent, and how many were parked, of closed reviews too. Two statements."""
    return {state.value: connection.execute(count).scalar_one() for state, count in _WAITING.items()}


def _inspected(engine: Engine, name: str, working: str | None) -> Inspection:
    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            return _found(connection, name, working)
    except SQLAlchemyError as error:
        if engine.dialect.name == "sqlite":
            raise to_failure(error) from None
        todo = "See that it runs, that this machine reaches it, and that DATABASE_URL has its user and password."
        raise StorageDown(f"{name} does not answer. {todo}") from None
    finally:
        engine.dispose()


def _found(connection: Connection, name: str, working: str | None) -> Inspection:
    schema = Schema(found=current_revision(connection), wanted=newest(), position=position(connection))
    if not schema.position.workable:
        return Inspection(name=name, holder=working, schema=schema)
    return Inspection(
        name=name,
        holder=working,
        schema=schema,
        parked=parked(connection),
        unseen=_unseen(connection),
        living=tuple(Living(**row) for row in connection.execute(_LIVE).mappings()),
        installed=tuple((row.platform, row.tenant) for row in connection.execute(_INSTALLED)),
        packs_in_use=packs_in_use(connection),
    )


def _unseen(connection: Connection) -> tuple[Unseen, ...]:
    rows = connection.execute(_UNSEEN).mappings()
    return tuple(Unseen(**{each.name: row[each.name] for each in fields(Unseen)}) for row in rows)


def _place(address: URL) -> str:
    """Only what cannot hold a secret: parameters may."""
    place = URL.create("postgresql", host=address.host, port=address.port, database=address.database)
    return place.render_as_string()
