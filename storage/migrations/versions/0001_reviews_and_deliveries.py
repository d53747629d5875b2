"""The first tables: reviews with their acts, the activities that were seen, and what awaits sending."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
kind = "additive"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("activity_key", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("activity_key", name="pk_inbox"),
    )
    op.create_index("ix_inbox_received_at", "inbox", ["received_at"])

    op.create_table(
        "lane",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("lease_by", sa.String()),
        sa.PrimaryKeyConstraint("key", name="pk_lane"),
    )
    op.create_index(
        "ix_lane_due",
        "lane",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
        sqlite_where=sa.text("due_at IS NOT NULL"),
    )

    op.create_table(
        "pack",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_pack"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String()),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("project_key", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("pack_digest", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["pack_digest"], ["pack.digest"], name="fk_review_pack_digest"),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
    )
    op.create_index(
        "uq_review_name",
        "review",
        ["platform", "tenant", "project_key"],
        unique=True,
        postgresql_where=sa.text("phase IN ('open', 'paused')"),
        sqlite_where=sa.text("phase IN ('open', 'paused')"),
    )
    op.create_index(
        "uq_review_thread",
        "review",
        ["platform", "tenant", "channel", "thread"],
        unique=True,
        postgresql_where=sa.text("thread IS NOT NULL"),
        sqlite_where=sa.text("thread IS NOT NULL"),
    )

    op.create_table(
        "act",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("item", sa.String()),
        sa.Column("by_person", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("said", sa.Text()),
        sa.Column("erased_at", sa.DateTime(timezone=True)),
        sa.Column("verdict", sa.String(length=20)),
        sa.Column("source_key", sa.String()),
        sa.Column("detail", _JSON, nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_act_review_id"),
        sa.PrimaryKeyConstraint("review_id", "n", name="pk_act"),
    )
    op.create_table(
        "message",
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("platform_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_message_review_id"),
        sa.PrimaryKeyConstraint("review_id", "message_key", name="pk_message"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String()),
        sa.Column("review_id", sa.String()),
        sa.Column("message_key", sa.String()),
        sa.Column("to_person", sa.String()),
        sa.Column("card", _JSON),
        sa.Column("source_key", sa.String()),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("trouble", sa.String()),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_outbox_review_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("delivery_id", name="uq_outbox_delivery_id"),
    )
    op.create_index(
        "ix_outbox_parked",
        "outbox",
        ["id"],
        postgresql_where=sa.text("state = 'parked'"),
        sqlite_where=sa.text("state = 'parked'"),
    )
    op.create_index(
        "ix_outbox_pending",
        "outbox",
        ["lane", "id"],
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        "ix_outbox_sent",
        "outbox",
        ["sent_at"],
        postgresql_where=sa.text("state = 'sent'"),
        sqlite_where=sa.text("state = 'sent'"),
    )
