"""Which accounts are one person's, and the codes that they are joined by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
kind = "additive"


def upgrade() -> None:
    op.create_table(
        "joined",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("by", sa.String(20), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "tenant", "id", name="pk_joined"),
    )
    op.create_index("ix_joined_person", "joined", ["person"])
    op.create_table(
        "link_code",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.String()),
        sa.Column("good_until", sa.DateTime(timezone=True)),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_since", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("platform", "tenant", "id", name="pk_link_code"),
        sa.UniqueConstraint("digest", name="uq_link_code_digest"),
    )
    # Nobody's e-mail is vouched for until their platform is asked again, which is within a day of what they do next.
    op.add_column("person", sa.Column("vouched", sa.Boolean()))
    op.execute("UPDATE person SET email = lower(email)")
    known = sa.text("email IS NOT NULL")
    op.create_index("ix_person_email", "person", ["email"], postgresql_where=known, sqlite_where=known)
