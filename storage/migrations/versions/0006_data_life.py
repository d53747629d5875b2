"""How long words are kept, what serves to clear what is old, and which database this is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
kind = "additive"


def upgrade() -> None:
    op.create_table(
        "retention",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("days", sa.Integer()),
        sa.PrimaryKeyConstraint("platform", "tenant", name="pk_retention"),
    )
    closing = sa.text("kind IN ('finished', 'cancelled') AND erased_at IS NULL")
    op.create_index("ix_act_closing", "act", ["at"], postgresql_where=closing, sqlite_where=closing)
    ended = sa.text("state IN ('superseded', 'unknown', 'called_back')")
    op.create_index("ix_outbox_ended", "outbox", ["created_at"], postgresql_where=ended, sqlite_where=ended)
    op.create_index("ix_ledger_at", "ledger", ["at"])
    op.add_column("pulse", sa.Column("home", sa.String()))
    op.add_column("pulse", sa.Column("lost_since", sa.DateTime(timezone=True)))
    op.add_column("pulse", sa.Column("lost_until", sa.DateTime(timezone=True)))
