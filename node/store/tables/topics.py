"""What is discussed: the first posts of threads, in communities and of questions outside them."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table

from node.store.tables.columns import actor_column, metadata

topics = Table(
    "topics",
    metadata,
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    actor_column("community_id", nullable=True),  # NULL: a question that was asked outside of communities
    Column("kind", String(16), nullable=False),  # domain.communities.TopicKind
    Column("locked", Boolean, nullable=False, server_default="0"),  # nobody answers any more
    Column("pinned_at", BigInteger),
    Column("last_activity_at", BigInteger, nullable=False),  # of the newest post of the thread
    Column("accepted_id", ForeignKey("objects.id", ondelete="SET NULL"), index=True),  # the answer that helped
    Column("state", String(16), nullable=False, server_default="live"),  # live, removed (by a moderator)
    Index("ix_topics_community_id_object_id_state", "community_id", "object_id", "state"),  # also counts them
    Index("ix_topics_community_id_last_activity_at", "community_id", "last_activity_at", "object_id"),
    Index("ix_topics_kind_object_id", "kind", "object_id"),
    Index("ix_topics_community_id_pinned_at", "community_id", "pinned_at"),
)
