"""What must not come (back) is kept by who said so: what others said of an address stands in nobody's way."""

from alembic import op

revision: str = "0040"
down_revision: str | None = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tombstones") as table:
        table.drop_constraint("pk_tombstones", type_="primary")
        table.create_primary_key("pk_tombstones", ["uri", "actor_uri"])
