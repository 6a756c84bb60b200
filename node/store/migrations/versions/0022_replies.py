"""Find what answers a post by an index: threads read the whole table for it."""

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_objects_in_reply_to_id", "objects", ["in_reply_to_id", "id"])
