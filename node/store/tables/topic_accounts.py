"""Accounts about a topic, and what accounts have told their followers of: one by one, or all of a day together."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Table, Text

from node.store.tables.columns import actor_column, metadata

topic_accounts = Table(
    "topic_accounts",
    metadata,
    actor_column("actor_id", primary=True),  # the Service
    Column("selection", Text, nullable=False),  # domain.selections: what fits, as an address of the catalogue says it
    Column("purpose", Text, nullable=False),  # Markdown, as it was typed
    Column("created_at", BigInteger, nullable=False),
)

# New resources of catalogues, ours and others', and what accounts about topics found.
digest_entries = Table(
    "digest_entries",
    metadata,
    actor_column("actor_id", primary=True),
    Column("object_id", ForeignKey("objects.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("noted_at", BigInteger, nullable=False),
    Column("told_at", BigInteger),  # NULL: it waits for the digest
    Index("ix_digest_entries_actor_id_told_at", "actor_id", "told_at"),
    Index("ix_digest_entries_object_id", "object_id"),
)
