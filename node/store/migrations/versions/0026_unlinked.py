"""Let people unlink the organisation's sign-in without having it linked again by their address."""

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("external_identities", sa.Column("unlinked_at", sa.BigInteger()))
