"""Threads of a community are counted in their index, without a look at each."""

from alembic import op

revision: str = "0044"
down_revision: str | None = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_topics_community_id_object_id_state", "topics", ["community_id", "object_id", "state"])
    op.drop_index("ix_topics_community_id_object_id", "topics")
