"""What somebody is told of, and what she does not want to hear."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from node.store.tables.columns import Json, actor_column, id_column, metadata

# What somebody here is told of. ``reference`` is the id of what caused it: object, reaction, follow, report.
notifications = Table(
    "notifications",
    metadata,
    id_column(),
    actor_column("owner_id"),
    Column("type", String(32), nullable=False),  # domain.notices.NoticeType
    actor_column("actor_id"),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), index=True),
    Column("reference", BigInteger, nullable=False, index=True),
    Column("group_key", String(64), nullable=False),
    Column("filtered", Boolean, nullable=False, server_default="0"),  # kept apart by the owner's policy
    Column("dismissed", Boolean, nullable=False, server_default="0"),
    Column("created_at", BigInteger, nullable=False),
    Column("event", Json),  # what a severed relationship or a moderator's warning is about
    UniqueConstraint("owner_id", "type", "reference"),
    Index("ix_notifications_owner_id_id", "owner_id", "id"),
    Index("ix_notifications_owner_id_group_key", "owner_id", "group_key", "id"),
    Index("ix_notifications_actor_id", "actor_id"),
)

# What is done with news from strangers: accept, filter or drop; no row, or a column left alone, means accept.
notification_policies = Table(
    "notification_policies",
    metadata,
    actor_column("owner_id", primary=True),
    Column("for_not_following", String(8), nullable=False, server_default="accept"),
    Column("for_not_followers", String(8), nullable=False, server_default="accept"),
    Column("for_new_accounts", String(8), nullable=False, server_default="accept"),
    Column("for_private_mentions", String(8), nullable=False, server_default="accept"),
    Column("for_limited_accounts", String(8), nullable=False, server_default="accept"),
)

# Filtered news of one actor, until the owner accepts or dismisses them all.
notification_requests = Table(
    "notification_requests",
    metadata,
    id_column(),
    actor_column("owner_id"),
    actor_column("actor_id", index=True),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("owner_id", "actor_id"),
)

# Whose news are never filtered, because the owner has accepted a request of theirs.
notification_permissions = Table(
    "notification_permissions",
    metadata,
    actor_column("owner_id", primary=True),
    actor_column("actor_id", primary=True, index=True),
)

# Direct messages as one of the participants sees them: one for each set of participants of each thread.
conversations = Table(
    "conversations",
    metadata,
    id_column(),
    actor_column("owner_id"),
    Column("context", Text, nullable=False),  # of the objects
    Column("participants", String(64), nullable=False),  # SHA-256 of the ids of the others, sorted
    Column("actor_ids", Json, nullable=False),  # the others
    Column("last_object_id", BigInteger, nullable=False),
    Column("unread", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("owner_id", "context", "participants"),
    Index("ix_conversations_owner_id_last_object_id", "owner_id", "last_object_id"),
)

conversation_posts = Table(
    "conversation_posts",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# How far somebody has read, so that another device goes on there.
markers = Table(
    "markers",
    metadata,
    actor_column("owner_id", primary=True),
    Column("timeline", String(16), primary_key=True),  # home, notifications
    Column("last_read_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    id_column(),
    Column("source", Text, nullable=False),  # Markdown
    Column("content", Text, nullable=False),  # clean HTML of it
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("all_day", Boolean, nullable=False, server_default="0"),
    Column("published_at", BigInteger),  # NULL: a draft
    Column("updated_at", BigInteger, nullable=False),
)

announcement_reads = Table(
    "announcement_reads",
    metadata,
    actor_column("actor_id", primary=True),
    Column("announcement_id", ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True, index=True),
)

announcement_reactions = Table(
    "announcement_reactions",
    metadata,
    Column("announcement_id", ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    actor_column("actor_id", primary=True, index=True),
    Column("created_at", BigInteger, nullable=False),
)

# What somebody does not want to read, or wants a warning before.
filters = Table(
    "filters",
    metadata,
    id_column(),
    actor_column("owner_id", index=True),
    Column("title", Text, nullable=False),
    Column("contexts", Json, nullable=False),  # domain.filters.FilterContext
    Column("action", String(8), nullable=False),  # warn, hide, blur
    Column("expires_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)

filter_keywords = Table(
    "filter_keywords",
    metadata,
    id_column(),
    Column("filter_id", ForeignKey("filters.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("keyword", Text, nullable=False),
    Column("whole_word", Boolean, nullable=False, server_default="1"),
)

filter_statuses = Table(
    "filter_statuses",
    metadata,
    id_column(),
    Column("filter_id", ForeignKey("filters.id", ondelete="CASCADE"), nullable=False),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("filter_id", "object_id"),
)

# Where an app is told of news while it sleeps; one for each token, gone with it.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    id_column(),
    Column("token_hash", ForeignKey("access_tokens.token_hash", ondelete="CASCADE"), nullable=False, unique=True),
    actor_column("owner_id", index=True),
    Column("token_sealed", LargeBinary, nullable=False),  # the app finds its account by the token in each message
    Column("endpoint", Text, nullable=False),
    Column("p256dh", String(128), nullable=False),
    Column("auth", String(64), nullable=False),
    Column("standard", Boolean, nullable=False, server_default="0"),  # RFC 8291; else the draft before it
    Column("alerts", Json, nullable=False),
    Column("policy", String(16), nullable=False),  # all, followed, follower, none
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
