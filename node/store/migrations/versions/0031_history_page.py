"""Where reading the history of a community elsewhere goes on; all are read once more from their beginning."""

import sqlalchemy as sa
from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("communities", sa.Column("history_page", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE communities SET history_at = 0")
