"""When the home of an event refused what one of ours asked it to do."""

import sqlalchemy as sa
from alembic import op

revision: str = "0039"
down_revision: str | None = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("activities", sa.Column("refused_at", sa.BigInteger()))
