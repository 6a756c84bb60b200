"""Hashtags that people show on their profiles."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "featured_tags",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("tag", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name="fk_featured_tags_actor_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_featured_tags"),
        sa.UniqueConstraint("actor_id", "tag", name="uq_featured_tags_actor_id_tag"),
    )
    op.create_index("ix_featured_tags_tag", "featured_tags", ["tag"])
