"""Lists of what comes, and of what was, walk along an index and stop when they are full."""

from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_next_at_last_at", "events", ["next_at", "last_at"])
