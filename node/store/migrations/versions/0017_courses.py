"""When courses are held, and who enrolled."""

import sqlalchemy as sa
from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "course_instances",
        sa.Column("object_id", ID, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("listing", sa.String(length=24), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("ends_on", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["resources.object_id"], name=op.f("fk_course_instances_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("object_id", "key", name=op.f("pk_course_instances")),
    )
    op.create_index("ix_course_instances_listing_starts_on", "course_instances", ["listing", "starts_on", "object_id"])
    op.create_table(
        "enrolments",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("object_id", ID, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("queued_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["object_id"], ["resources.object_id"], name=op.f("fk_enrolments_object_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], name=op.f("fk_enrolments_actor_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("object_id", "key", "actor_id", name=op.f("uq_enrolments_object_id_key_actor_id")),
    )
    op.create_index(op.f("ix_enrolments_actor_id"), "enrolments", ["actor_id"])
    op.create_index(
        "ix_enrolments_object_id_key_state_queued_at", "enrolments", ["object_id", "key", "state", "queued_at"]
    )
    op.create_index("ix_enrolments_uri", "enrolments", ["uri"])
