"""What homes of communities elsewhere refuse, and when bans in the log end."""

import sqlalchemy as sa
from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("community_log", sa.Column("expires_at", sa.BigInteger()))
    op.add_column("community_log", sa.Column("refused_at", sa.BigInteger()))
    op.add_column("community_log", sa.Column("refusal", sa.Text(), nullable=False, server_default=""))
