"""What people are told of: notifications, conversations, announcements, filters, push subscriptions."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("object_id", _ID),
        sa.Column("reference", sa.BigInteger(), nullable=False),
        sa.Column("group_key", sa.String(64), nullable=False),
        sa.Column("filtered", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("dismissed", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text()),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_notifications_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_notifications_object_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actors.id"], name=op.f("fk_notifications_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
        sa.UniqueConstraint("owner_id", "type", "reference", name=op.f("uq_notifications_owner_id_type_reference")),
    )
    op.create_index(op.f("ix_notifications_actor_id"), "notifications", ["actor_id"])
    op.create_index(op.f("ix_notifications_object_id"), "notifications", ["object_id"])
    op.create_index(op.f("ix_notifications_owner_id_group_key"), "notifications", ["owner_id", "group_key", "id"])
    op.create_index(op.f("ix_notifications_owner_id_id"), "notifications", ["owner_id", "id"])
    op.create_index(op.f("ix_notifications_reference"), "notifications", ["reference"])
    op.create_table(
        "notification_policies",
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("for_not_following", sa.String(8), server_default="accept", nullable=False),
        sa.Column("for_not_followers", sa.String(8), server_default="accept", nullable=False),
        sa.Column("for_new_accounts", sa.String(8), server_default="accept", nullable=False),
        sa.Column("for_private_mentions", sa.String(8), server_default="accept", nullable=False),
        sa.Column("for_limited_accounts", sa.String(8), server_default="accept", nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actors.id"], name=op.f("fk_notification_policies_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_notification_policies")),
    )
    op.create_table(
        "notification_requests",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_notification_requests_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actors.id"], name=op.f("fk_notification_requests_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_requests")),
        sa.UniqueConstraint("owner_id", "actor_id", name=op.f("uq_notification_requests_owner_id_actor_id")),
    )
    op.create_index(op.f("ix_notification_requests_actor_id"), "notification_requests", ["actor_id"])
    op.create_table(
        "notification_permissions",
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_notification_permissions_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actors.id"], name=op.f("fk_notification_permissions_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "actor_id", name=op.f("pk_notification_permissions")),
    )
    op.create_index(op.f("ix_notification_permissions_actor_id"), "notification_permissions", ["actor_id"])
    op.create_table(
        "conversations",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("participants", sa.String(64), nullable=False),
        sa.Column("actor_ids", sa.Text(), nullable=False),
        sa.Column("last_object_id", sa.BigInteger(), nullable=False),
        sa.Column("unread", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actors.id"], name=op.f("fk_conversations_owner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint(
            "owner_id", "context", "participants", name=op.f("uq_conversations_owner_id_context_participants")
        ),
    )
    op.create_index(op.f("ix_conversations_owner_id_last_object_id"), "conversations", ["owner_id", "last_object_id"])
    op.create_table(
        "conversation_posts",
        sa.Column("conversation_id", _ID, nullable=False),
        sa.Column("object_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_posts_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_conversation_posts_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("conversation_id", "object_id", name=op.f("pk_conversation_posts")),
    )
    op.create_index(op.f("ix_conversation_posts_object_id"), "conversation_posts", ["object_id"])
    op.create_table(
        "markers",
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("timeline", sa.String(16), nullable=False),
        sa.Column("last_read_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["actors.id"], name=op.f("fk_markers_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "timeline", name=op.f("pk_markers")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.BigInteger()),
        sa.Column("ends_at", sa.BigInteger()),
        sa.Column("all_day", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("published_at", sa.BigInteger()),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "announcement_reads",
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("announcement_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_announcement_reads_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_reads_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("actor_id", "announcement_id", name=op.f("pk_announcement_reads")),
    )
    op.create_index(op.f("ix_announcement_reads_announcement_id"), "announcement_reads", ["announcement_id"])
    op.create_table(
        "announcement_reactions",
        sa.Column("announcement_id", _ID, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("actor_id", _ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["actors.id"], name=op.f("fk_announcement_reactions_actor_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_reactions_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", "name", "actor_id", name=op.f("pk_announcement_reactions")),
    )
    op.create_index(op.f("ix_announcement_reactions_actor_id"), "announcement_reactions", ["actor_id"])
    op.create_table(
        "filters",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("contexts", sa.Text(), nullable=False),
        sa.Column("action", sa.String(8), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["actors.id"], name=op.f("fk_filters_owner_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filters")),
    )
    op.create_index(op.f("ix_filters_owner_id"), "filters", ["owner_id"])
    op.create_table(
        "filter_keywords",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("filter_id", _ID, nullable=False),
        sa.Column("keyword", sa.Text(), nullable=False),
        sa.Column("whole_word", sa.Boolean(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["filters.id"], name=op.f("fk_filter_keywords_filter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_keywords")),
    )
    op.create_index(op.f("ix_filter_keywords_filter_id"), "filter_keywords", ["filter_id"])
    op.create_table(
        "filter_statuses",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("filter_id", _ID, nullable=False),
        sa.Column("object_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["filter_id"], ["filters.id"], name=op.f("fk_filter_statuses_filter_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["object_id"], ["objects.id"], name=op.f("fk_filter_statuses_object_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_statuses")),
        sa.UniqueConstraint("filter_id", "object_id", name=op.f("uq_filter_statuses_filter_id_object_id")),
    )
    op.create_index(op.f("ix_filter_statuses_object_id"), "filter_statuses", ["object_id"])
    op.create_table(
        "push_subscriptions",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("owner_id", _ID, nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("p256dh", sa.String(128), nullable=False),
        sa.Column("auth", sa.String(64), nullable=False),
        sa.Column("standard", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("alerts", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(16), nullable=False),
        sa.Column("language", sa.String(35), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["actors.id"], name=op.f("fk_push_subscriptions_owner_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["token_hash"],
            ["access_tokens.token_hash"],
            name=op.f("fk_push_subscriptions_token_hash"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_push_subscriptions_token_hash")),
    )
    op.create_index(op.f("ix_push_subscriptions_owner_id"), "push_subscriptions", ["owner_id"])
