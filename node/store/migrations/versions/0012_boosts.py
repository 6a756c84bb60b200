"""Who may see a boost, and public timelines of this node and of others down an index."""

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reactions", sa.Column("visibility", sa.String(16), nullable=False, server_default="public"))
    op.create_index("ix_objects_local_visibility_id", "objects", ["local", "visibility", "id"])
