"""Accounts about a topic, and the digests of busy catalogues."""

import sqlalchemy as sa
from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "topic_accounts",
        sa.Column("actor_id", big, nullable=False),
        sa.Column("selection", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_topic_accounts_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_topic_accounts")),
    )
    op.create_table(
        "digest_entries",
        sa.Column("actor_id", big, nullable=False),
        sa.Column("object_id", big, autoincrement=False, nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("told_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_digest_entries_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_digest_entries_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("actor_id", "object_id", name=op.f("pk_digest_entries")),
    )
    op.create_index(op.f("ix_digest_entries_actor_id_told_at"), "digest_entries", ["actor_id", "told_at"])
    op.create_index(op.f("ix_digest_entries_object_id"), "digest_entries", ["object_id"])
