"""Run by Alembic, with the connection that `storage/schema.py` hands over. Nothing is migrated without one."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Enum
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from storage.models import Base


def render_item(kind: str, value: Any, _context: object) -> str | Literal[False]:
    """SQLModel's own types are plain ones in a revision, so that it needs no import of theirs."""
    if kind == "type" and isinstance(value, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(value, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(value, Enum):
        return f"sa.String(length={value.length})"  # a new member is no change of the schema
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=True,
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
