"""Find posts with media, and who wants to be found in the order of their last posts, by indexes."""

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels = None
depends_on = None

_FILL = """UPDATE objects SET has_media = {true} WHERE details LIKE '%"attachments":[{{%'
    OR id IN (SELECT object_id FROM media WHERE object_id IS NOT NULL)"""


def upgrade() -> None:
    op.add_column("objects", sa.Column("has_media", sa.Boolean(), server_default="0", nullable=False))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(_FILL.format(true="1" if is_sqlite else "true"))
    with_media = sa.text("has_media = 1" if is_sqlite else "has_media")
    for column in ("actor_id", "visibility"):
        name = f"ix_objects_media_{column}_id"
        op.create_index(name, "objects", [column, "id"], sqlite_where=with_media, postgresql_where=with_media)
    op.create_index("ix_actors_discoverable_last_status_at_id", "actors", ["discoverable", "last_status_at", "id"])
