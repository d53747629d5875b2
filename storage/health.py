"""What a process that works asks of its database time and again: what waits, and whether a change can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, column, exists, func, literal_column, select, table, update

from conversations.errors import SchemaBehind
from storage.models import DeliveryState, lane, outbox, pulse, reminder, review
from storage.revisions import Position, position
from storage.schema import SchemaAhead

MOST_COUNTED = 100_000  # figures are asked for every few seconds, and must cost nobody anything
_counted = {
    state: select(outbox.c.id)
    .where(outbox.c.state == literal_column(f"'{state.value}'"))
    .limit(MOST_COUNTED)
    .subquery()
    for state in (DeliveryState.PENDING, DeliveryState.PARKED)
}
_pending, _parked = _counted.values()
_oldest = select(func.min(_pending.c.id)).scalar_subquery()  # of the limited ones: else all that was sent is looked at
_REVISION: Select[str | None] = select(func.max(column("version_num"))).select_from(table("alembic_version"))
_TOUCH = update(pulse).values(ticked_at=pulse.c.ticked_at)
_ANY = select(exists().select_from(outbox)), select(exists().select_from(review))
_FIGURES = select(
    select(func.count()).select_from(_pending).scalar_subquery().label("pending"),
    select(func.count()).select_from(_parked).scalar_subquery().label("parked"),
    select(outbox.c.created_at).where(outbox.c.id == _oldest).scalar_subquery().label("oldest"),
    select(func.min(lane.c.due_at)).where(lane.c.due_at.is_not(None)).scalar_subquery().label("due"),
    select(func.min(reminder.c.due_at)).scalar_subquery().label("look"),
    _REVISION.scalar_subquery().label("revision"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What waits; at most `MOST_COUNTED` are counted. A moment is None where nothing waits."""

    pending: int
    parked: int
    oldest: datetime | None  # when the first of the pending ones was written
    due: datetime | None  # when the first lane may be, or could have been, taken
    look: datetime | None  # when the first person, or review, is or was to be looked at
    revision: str | None  # of the schema


def figures(connection: Connection) -> Figures:
    """One statement, by indexes only."""
    return Figures(**connection.execute(_FIGURES).mappings().one())


def prove(connection: Connection) -> str | None:
    """Changes something, and looks into tables of a turn: a database that cannot do that says so. Its revision."""
    connection.execute(_TOUCH)
    for look in _ANY:
        connection.execute(look)
    return connection.execute(_REVISION).scalar_one_or_none()


def schema_trouble(connection: Connection) -> str | None:
    """Why this program cannot work with the schema."""
    where = position(connection)
    return None if where.workable else str(SchemaAhead() if where is Position.AHEAD else SchemaBehind())
