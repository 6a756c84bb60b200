"""Private addresses of the calendar of one community that a person belongs to."""

import sqlalchemy as sa
from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calendar_links", sa.Column("community_id", sa.BigInteger()))
