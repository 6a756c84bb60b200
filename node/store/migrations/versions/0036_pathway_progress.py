"""How far people are in pathways."""

import sqlalchemy as sa
from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pathway_progress",
        sa.Column("object_id", _ID, autoincrement=False, nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("step_key", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_pathway_progress_object_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_pathway_progress_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("object_id", "actor_id", "step_key", name=op.f("pk_pathway_progress")),
    )
    op.create_index(op.f("ix_pathway_progress_actor_id"), "pathway_progress", ["actor_id"])
