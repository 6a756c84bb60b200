"""One date of a series as an event of its own, which is answered alone."""

import sqlalchemy as sa
from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("series_id", sa.BigInteger()))
    op.add_column("events", sa.Column("day", sa.String(length=10), server_default="", nullable=False))
    op.add_column("events", sa.Column("announced_at", sa.BigInteger()))
    op.create_index("ix_events_series_id_day", "events", ["series_id", "day"], unique=True)
