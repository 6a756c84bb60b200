"""The time zone in which a person writes and reads times."""

import sqlalchemy as sa
from alembic import op

revision: str = "0037"
down_revision: str | None = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("timezone", sa.String(length=64), server_default="", nullable=False))
