"""Jobs that wait are written to fewer indexes: only those that a worker holds are found by it, none by its ``ref``."""

import sqlalchemy as sa
from alembic import op

revision: str = "0042"
down_revision: str | None = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_jobs_ref_kind", "jobs")
    op.drop_index("ix_jobs_owner", "jobs")
    is_held = sa.text("owner <> ''")
    op.create_index("ix_jobs_owner", "jobs", ["owner"], sqlite_where=is_held, postgresql_where=is_held)
