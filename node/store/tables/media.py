"""Files of our own people."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from node.store.tables.columns import actor_column, id_column, metadata

# Files of our own people. What other servers' posts carry stays in the post (objects.details).
media = Table(
    "media",
    metadata,
    id_column(),
    actor_column("owner_id", index=True),
    Column("purpose", String(16), nullable=False),  # domain.media.MediaPurpose
    Column("object_id", ForeignKey("objects.id", ondelete="SET NULL")),  # the post that shows it
    Column("position", Integer, nullable=False, server_default="0"),  # its place in that post
    Column("state", String(16), nullable=False),  # domain.media.MediaState
    Column("kind", String(16), nullable=False),  # domain.media.MediaKind
    Column("media_type", String(64), nullable=False, server_default=""),
    Column("key", String(64), nullable=False, server_default=""),  # of the file in the storage
    Column("small_key", String(64), nullable=False, server_default=""),
    Column("source_key", String(64), nullable=False, server_default=""),  # as it was uploaded, until it is processed
    Column("bytes", BigInteger, nullable=False, server_default="0"),  # all its files
    Column("width", Integer, nullable=False, server_default="0"),
    Column("height", Integer, nullable=False, server_default="0"),
    Column("small_width", Integer, nullable=False, server_default="0"),
    Column("small_height", Integer, nullable=False, server_default="0"),
    Column("duration", Float, nullable=False, server_default="0"),  # seconds
    Column("frame_rate", Float, nullable=False, server_default="0"),
    Column("blurhash", String(200), nullable=False, server_default=""),
    Column("description", Text, nullable=False, server_default=""),
    Column("focus_x", Float),
    Column("focus_y", Float),
    Column("problem", Text, nullable=False, server_default=""),  # why it failed, for its owner
    Column("created_at", BigInteger, nullable=False),
    Column("loose_since_at", BigInteger),  # since when nothing shows it; NULL while something does
    Index("ix_media_object_id", "object_id"),
    Index("ix_media_loose_since_at", "loose_since_at"),
    Index("ix_media_key", "key"),
)
