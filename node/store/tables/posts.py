"""What people write and how others answer it."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from node.store.tables.columns import Json, actor_column, id_column, metadata

objects = Table(
    "objects",
    metadata,
    id_column(),
    Column("uri", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # domain.posts.PostKind, or resource
    Column("type", String(64), nullable=False),  # as it was sent
    actor_column("actor_id"),
    Column("local", Boolean, nullable=False),
    Column("visibility", String(16), nullable=False),  # domain.visibility.Visibility
    Column("state", String(16), nullable=False, server_default="live"),  # live, hidden, deleted
    Column("name", Text, nullable=False, server_default=""),
    Column("summary", Text, nullable=False, server_default=""),
    Column("content", Text, nullable=False, server_default=""),  # clean HTML
    Column("language", String(35), nullable=False, server_default=""),
    Column("url", Text, nullable=False, server_default=""),
    Column("in_reply_to", Text),
    Column("in_reply_to_id", BigInteger),
    Column("context", Text, nullable=False, server_default=""),
    Column("audience", Text, nullable=False, server_default=""),  # the Group
    Column("sensitive", Boolean, nullable=False, server_default="0"),
    Column("replies_count", Integer, nullable=False, server_default="0"),
    Column("likes_count", Integer, nullable=False, server_default="0"),
    Column("shares_count", Integer, nullable=False, server_default="0"),
    Column("published_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger),  # as its author says
    Column("received_at", BigInteger, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("details", Json),  # attachments, tags, poll, event: what pages and clients show
    Column("raw", Json),  # the document as it came, or as we send it
    Column("has_media", Boolean, nullable=False, server_default="0"),  # pictures or recordings are attached
    Index("ix_objects_actor_id_id", "actor_id", "id"),
    Index("ix_objects_in_reply_to", "in_reply_to"),  # of answers alone, see below
    Index("ix_objects_context", "context"),
    Index("ix_objects_in_reply_to_id", "in_reply_to_id", "id"),  # the same
    Index("ix_objects_local_kind_id", "local", "kind", "id"),
    Index("ix_objects_local_visibility_id", "local", "visibility", "id"),
    Index("ix_objects_media_actor_id_id", "actor_id", "id"),  # of those with media alone, see below
    Index("ix_objects_media_visibility_id", "visibility", "id"),  # the same
)


@event.listens_for(objects, "before_create")
def _index_some_alone(table: Table, conn: Connection, **_: Any) -> None:
    """Most posts answer nothing, and an index in which nearly every row is NULL misleads the planner of SQLite, which
    takes ``IS NULL`` for a condition that few rows meet. Posts with media are few among many, too. Said here, since an
    option of a dialect loads the dialect.
    """
    for index in table.indexes:
        if index.name in {"ix_objects_in_reply_to", "ix_objects_in_reply_to_id"}:
            index.dialect_options[conn.dialect.name]["where"] = index.columns[0].is_not(None)
        elif index.name in {"ix_objects_media_actor_id_id", "ix_objects_media_visibility_id"}:
            index.dialect_options[conn.dialect.name]["where"] = text(
                "has_media = 1" if conn.dialect.name == "sqlite" else "has_media"  # as statements say it
            )


object_versions = Table(
    "object_versions",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("details", Json),
    Column("replaced_at", BigInteger, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("actor_uri", Text, primary_key=True),
    Column("silent", Boolean, nullable=False, server_default="0"),  # addressed without a Mention tag
    Index("ix_mentions_actor_uri", "actor_uri", "object_id"),
)

reactions = Table(
    "reactions",
    metadata,
    id_column(),
    actor_column("actor_id"),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),  # like, dislike, share, emoji, vote
    Column("content", String(255), nullable=False, server_default=""),
    Column("uri", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("visibility", String(16), nullable=False, server_default="public"),  # of a share; of others without meaning
    UniqueConstraint("actor_id", "object_id", "kind", "content"),
    Index("ix_reactions_object_id_kind", "object_id", "kind"),
    Index("ix_reactions_uri", "uri"),
)

pins = Table(
    "pins",
    metadata,
    actor_column("actor_id", primary=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

# Whose words are to be indexed anew; triggers write here (store.triggers.post_search).
search_queue = Table(
    "search_queue",
    metadata,
    Column("kind", String(8), primary_key=True),  # actor, post
    Column("ref", BigInteger, primary_key=True, autoincrement=False),
)

home_entries = Table(
    "home_entries",
    metadata,
    actor_column("owner_id", primary=True),
    Column("id", BigInteger, primary_key=True),  # of the object, or of the reaction (share) that brought it
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False),
    Column("shared_by_id", BigInteger),
    UniqueConstraint("owner_id", "object_id"),
    Index("ix_home_entries_object_id", "object_id"),
)

tombstones = Table(
    "tombstones",
    metadata,
    Column("uri", Text, primary_key=True),  # of an object or activity that must not come (back)
    Column("former_type", String(64), nullable=False, server_default=""),
    Column("actor_uri", Text, primary_key=True, server_default=""),  # who says so; '': the house
    Column("deleted_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),  # NULL: kept
    Index("ix_tombstones_expires_at", "expires_at"),
)

bookmarks = Table(
    "bookmarks",
    metadata,
    id_column(),
    actor_column("actor_id"),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "object_id"),
)

conversation_mutes = Table(
    "conversation_mutes",
    metadata,
    actor_column("actor_id", primary=True),
    Column("context", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

object_tags = Table(
    "object_tags",
    metadata,
    # domain.tags.key_of; by bytes, so that all that begin alike stand together (store.search.hashtags)
    Column("tag", String(255).with_variant(String(255, collation="C"), "postgresql"), primary_key=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, index=True),
)

followed_tags = Table(
    "followed_tags",
    metadata,
    id_column(),
    actor_column("actor_id"),
    Column("tag", String(255), nullable=False, index=True),
    Column("name", String(255), nullable=False),  # as it was written
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "tag"),
)

# The hashtags that people show on their profiles.
featured_tags = Table(
    "featured_tags",
    metadata,
    id_column(),
    actor_column("actor_id"),
    Column("tag", String(255), nullable=False, index=True),
    Column("name", String(255), nullable=False),  # as it was written
    Column("created_at", BigInteger, nullable=False),
    UniqueConstraint("actor_id", "tag"),
)

scheduled_statuses = Table(
    "scheduled_statuses",
    metadata,
    id_column(),
    actor_column("actor_id", index=True),
    Column("scheduled_at", BigInteger, nullable=False),
    Column("params", Json, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False, server_default=""),  # why it could not be posted, for its author
)

# What a request with an Idempotency-Key made, so that the same request again makes nothing.
idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    actor_column("actor_id", primary=True),
    Column("key", String(255), primary_key=True),
    Column("made_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

# What pages that posts link to say of themselves.
cards = Table(
    "cards",
    metadata,
    Column("url", Text, primary_key=True),
    Column("data", Json),  # NULL: the page says nothing, or could not be read
    Column("fetched_at", BigInteger, nullable=False),
)

object_cards = Table(
    "object_cards",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("url", ForeignKey("cards.url", ondelete="CASCADE"), nullable=False, index=True),
)
