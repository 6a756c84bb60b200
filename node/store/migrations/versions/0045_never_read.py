"""What was noted and never read: when pinned posts of communities were looked at, and when keys could not be had."""

from alembic import op

revision: str = "0045"
down_revision: str | None = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("communities", "featured_at")
    op.drop_column("remote_keys", "failed_at")
