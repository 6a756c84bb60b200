"""Why a scheduled post could not be posted; imports only ever add, so no column says otherwise."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scheduled_statuses", sa.Column("problem", sa.Text(), nullable=False, server_default=""))
    op.drop_column("imports", "overwrites")
