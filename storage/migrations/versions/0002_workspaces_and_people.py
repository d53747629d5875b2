"""Where the bot is installed, what is known of people, and what finds a review from a direct message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
kind = "additive"


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("bot", sa.String(), nullable=False),
        sa.Column("installed_by", sa.String()),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", name="pk_installation"),
    )
    op.create_table(
        "person",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String()),
        sa.Column("email", sa.String()),
        sa.Column("here", sa.Boolean(), nullable=False),
        sa.Column("bot", sa.Boolean(), nullable=False),
        sa.Column("admin", sa.Boolean(), nullable=False),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("outsider", sa.Boolean(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", "id", name="pk_person"),
    )
    op.create_index("ix_message_platform_id", "message", ["platform_id"])
    op.create_index(
        "ix_outbox_told",
        "outbox",
        ["platform", "tenant", "to_person", "id"],
        postgresql_where=sa.text("kind = 'post' AND to_person IS NOT NULL"),
        sqlite_where=sa.text("kind = 'post' AND to_person IS NOT NULL"),
    )
    op.create_index(
        "ix_act_source_key",
        "act",
        ["source_key"],
        postgresql_where=sa.text("source_key IS NOT NULL"),
        sqlite_where=sa.text("source_key IS NOT NULL"),
    )
