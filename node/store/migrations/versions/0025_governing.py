"""Communities governed by moderators of other houses: requests, reports, lists of roles, questions to experts."""

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key(table: str, name: str, target: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    key = sa.ForeignKeyConstraint([name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}"), ondelete="CASCADE")
    return sa.Column(name, _ID, nullable=False), key


def upgrade() -> None:
    for name in ("facilitators", "experts"):
        op.add_column("communities", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "community_requests",
        *_key("community_requests", "community_id", "actors"),
        *_key("community_requests", "asker_id", "actors"),
        sa.Column("follow_uri", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("community_id", "asker_id", name=op.f("pk_community_requests")),
    )
    op.create_index("ix_community_requests_asker_id", "community_requests", ["asker_id"])
    op.create_table(
        "community_reports",
        *_key("community_reports", "community_id", "actors"),
        *_key("community_reports", "report_id", "reports"),
        sa.Column("state", sa.String(16), nullable=False, server_default="open"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("handled_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("handed_on_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("community_id", "report_id", name=op.f("pk_community_reports")),
    )
    op.create_index("ix_community_reports_report_id", "community_reports", ["report_id"])
    op.create_index("ix_community_reports_state_created_at", "community_reports", ["state", "created_at"])
    op.create_table(
        "expert_calls",
        *_key("expert_calls", "object_id", "objects"),
        sa.Column("actor_uri", sa.Text(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("object_id", "actor_uri", name=op.f("pk_expert_calls")),
    )
    op.create_index("ix_expert_calls_actor_uri_told_at", "expert_calls", ["actor_uri", "told_at"])
