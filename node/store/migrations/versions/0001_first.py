"""The first schema."""

from alembic import op

from node.store import search_schema
from node.store.tables import metadata

revision: str = "0001"
down_revision: str | None = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
    search_schema.create(op.get_bind())
