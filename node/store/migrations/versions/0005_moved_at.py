"""When an actor last moved, told apart from when its copy was refreshed."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("actors", sa.Column("moved_at", sa.BigInteger()))
