"""Keep posts that answer nothing out of the indexes of answers: SQLite read them all for each batch that came in."""

import sqlalchemy as sa
from alembic import op

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for columns in (["in_reply_to"], ["in_reply_to_id", "id"]):
        name = f"ix_objects_{columns[0]}"
        answers = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "objects")
        op.create_index(name, "objects", columns, sqlite_where=answers, postgresql_where=answers)
