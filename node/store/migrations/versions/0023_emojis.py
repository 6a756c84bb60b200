"""Pictures that stand for words: those of this node, and those that profiles use."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "emojis",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("shortcode", sa.String(64), nullable=False),
        sa.Column("category", sa.String(64), server_default="", nullable=False),
        sa.Column("media_id", big, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("still_url", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["media_id"], ["media.id"], name=op.f("fk_emojis_media_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emojis")),
        sa.UniqueConstraint("shortcode", name=op.f("uq_emojis_shortcode")),
    )
    op.create_index(op.f("ix_emojis_media_id"), "emojis", ["media_id"])
    op.add_column("actors", sa.Column("emojis", sa.Text(), server_default="[]", nullable=False))
