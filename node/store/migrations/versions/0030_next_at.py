"""When an event takes place next, so that a series stands among the others by that and not by its first time."""

import sqlalchemy as sa
from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("next_at", sa.BigInteger(), server_default="0", nullable=False))
    op.execute("UPDATE events SET next_at = start_at")  # of a series until its next time is over
