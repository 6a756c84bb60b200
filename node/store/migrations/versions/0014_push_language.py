"""Push messages are in the language of the account, so subscriptions have none."""

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("push_subscriptions", "language")
