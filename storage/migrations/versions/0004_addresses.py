"""Where people and channels can be spoken to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
kind = "additive"


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation", sa.String()),
        sa.Column("service_url", sa.String(), nullable=False),
        sa.Column("directory", sa.String()),
        sa.Column("team", sa.String()),
        sa.Column("overheard", sa.Boolean()),
        sa.Column("name", sa.String()),
        sa.Column("lost", sa.Boolean()),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", "id", name="pk_address"),
    )
    op.create_index("ix_address_told_at", "address", ["platform", "tenant", "told_at"])
    for name, column in (("ix_address_directory", "directory"), ("ix_address_team", "team")):
        known = sa.text(f"{column} IS NOT NULL")
        columns = ["platform", "tenant", column]
        op.create_index(name, "address", columns, postgresql_where=known, sqlite_where=known)
