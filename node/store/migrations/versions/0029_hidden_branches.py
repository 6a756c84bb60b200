"""Branches that whoever looks after the original does not show on its page."""

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "hidden_branches",
        sa.Column("original_id", _ID, autoincrement=False, nullable=False),
        sa.Column("branch_id", _ID, autoincrement=False, nullable=False),
        sa.Column("hidden_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["original_id"], ["objects.id"], name=op.f("fk_hidden_branches_original_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["objects.id"], name=op.f("fk_hidden_branches_branch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("original_id", "branch_id", name=op.f("pk_hidden_branches")),
    )
    op.create_index(op.f("ix_hidden_branches_branch_id"), "hidden_branches", ["branch_id"])
