"""Events, answers to them, their organisers, and private addresses of calendars."""

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("object_id", ID, autoincrement=False, nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("end_at", sa.BigInteger()),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cancelled_at", sa.BigInteger()),
        sa.Column("join_mode", sa.String(length=16), nullable=False),
        sa.Column("capacity", sa.Integer()),
        sa.Column("has_waitlist", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("going_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("waiting_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("interested_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_events_object_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("object_id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_last_at_start_at", "events", ["last_at", "start_at"])
    op.create_table(
        "event_answers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("event_id", ID, nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("uri", sa.Text(), server_default="", nullable=False),
        sa.Column("invite_uri", sa.Text(), server_default="", nullable=False),
        sa.Column("invited_by", sa.BigInteger()),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("companions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("way", sa.String(length=16), server_default="page", nullable=False),
        sa.Column("queued_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.object_id"], name=op.f("fk_event_answers_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_event_answers_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_answers")),
        sa.UniqueConstraint("event_id", "actor_id", name=op.f("uq_event_answers_event_id_actor_id")),
    )
    op.create_index(op.f("ix_event_answers_actor_id"), "event_answers", ["actor_id"])
    op.create_index("ix_event_answers_event_id_state_queued_at", "event_answers", ["event_id", "state", "queued_at"])
    op.create_index("ix_event_answers_uri", "event_answers", ["uri"])
    op.create_index("ix_event_answers_invite_uri", "event_answers", ["invite_uri"])
    op.create_table(
        "event_organisers",
        sa.Column("event_id", ID, nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.object_id"], name=op.f("fk_event_organisers_event_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_event_organisers_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "actor_id", name=op.f("pk_event_organisers")),
    )
    op.create_table(
        "calendar_links",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("actor_id", ID, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=100), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_calendar_links_actor_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_links_token_hash")),
    )
    op.create_index(op.f("ix_calendar_links_actor_id"), "calendar_links", ["actor_id"])
