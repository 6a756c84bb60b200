"""Reports can be worked on, and moderators decide about single people."""

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("handled_by", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_reports_state_id", "reports", ["state", "id"])
    op.create_index("ix_reports_target_uri", "reports", ["target_uri"])
    op.create_table(
        "report_notes",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_uri", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_report_notes_report_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_report_notes"),
    )
    op.create_index("ix_report_notes_report_id", "report_notes", ["report_id"])
    op.create_table(
        "sanctions",
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name="fk_sanctions_actor_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("actor_id", "kind", name="pk_sanctions"),
    )
