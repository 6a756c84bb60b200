"""Which entry of a calendar file an event came from, so that the same file again makes nothing twice."""

import sqlalchemy as sa
from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("source_uid", sa.Text(), server_default="", nullable=False))
    op.create_index("ix_events_source_uid", "events", ["source_uid"])
