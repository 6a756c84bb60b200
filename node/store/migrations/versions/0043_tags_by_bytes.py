"""Hashtags of posts stand by their bytes on PostgreSQL, too, so that all that begin alike stand together."""

import sqlalchemy as sa
from alembic import op

revision: str = "0043"
down_revision: str | None = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("object_tags", "tag", type_=sa.String(255, collation="C"))
