"""Whom to look at next and when, how people want to be written to, and what they were told.

Reviews that live already are to be looked at once, at the first tick; that finds who else has something to come.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
kind = "additive"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_LOOK_AT_ALL = """
INSERT INTO reminder (due_at, review_id, platform, tenant, who)
SELECT started_at, id, platform, tenant, {who} FROM review WHERE phase IN ('open', 'paused')
"""


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("due_at", "review_id", "platform", "tenant", "who", name="pk_reminder"),
        sa.UniqueConstraint("review_id", "platform", "tenant", "who", name="uq_reminder_who"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reminder_who", "reminder", ["platform", "tenant", "who", "due_at", "review_id"])
    op.create_table(
        "preference",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", "id", name="pk_preference"),
    )
    op.create_table(
        "ledger",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", "who", "kind", "day", name="pk_ledger"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "letter",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("since", sa.Date()),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_letter_review_id"),
        sa.PrimaryKeyConstraint("key", name="pk_letter"),
    )
    op.create_table(
        "letter_line",
        sa.Column("letter_key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.String(), nullable=False),
        sa.Column("message_key", sa.String(), nullable=False),
        sa.Column("card", _JSON, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["letter_key"], ["letter.key"], name="fk_letter_line_letter_key"),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name="fk_letter_line_review_id"),
        sa.PrimaryKeyConstraint("letter_key", "position", name="pk_letter_line"),
    )
    op.create_index("ix_letter_line_review_id_message_key", "letter_line", ["review_id", "message_key"])
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True)),
        sa.Column("silent_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_pulse"),
    )
    for who in ("''", "owner"):
        op.execute(_LOOK_AT_ALL.format(who=who))
